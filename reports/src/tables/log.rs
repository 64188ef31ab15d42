//! `log.csv`: what canisters printed.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column};
use crate::names::Names;
use sim_core::record::{Event, Record};

/// The description of `log.csv`.
pub const TABLE: Table = Table {
    file: "log.csv",
    rows: "one line that a canister printed; by subnet, then in order of printing",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("subnet", "", "the subnet's name"),
    column("time_ns", "ns", "when it was printed, from the start of the run"),
    column("canister", "", "the canister, by name, else by principal"),
    column("line", "", "the line; bytes that are no text are replaced"),
];

/// The row of a record, if it has one.
pub(crate) fn row(record: &Record, subnet: &str, names: &Names) -> Option<Vec<String>> {
    let Event::Printed { canister, line } = &record.event else { return None };
    let time = record.time.as_nanos().to_string();
    let line = String::from_utf8_lossy(line).into_owned();
    Some(vec![subnet.to_owned(), time, names.canister(*canister), line])
}

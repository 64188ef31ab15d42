//! `log.csv`: what canisters printed.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column};
use crate::names::Names;
use sim_core::history::History;
use sim_core::record::Event;
use std::io::Write;

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

/// Writes the table.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(out: W, history: &History) -> csv::Result<()> {
    let names = Names::new(history);
    let mut writer = TABLE.begin(out)?;
    for subnet in &history.subnets {
        for record in &subnet.records {
            if let Event::Printed { canister, line } = &record.event {
                let time = record.time.as_nanos().to_string();
                let line = String::from_utf8_lossy(line).into_owned();
                writer.write_record([
                    subnet.name.clone(),
                    time,
                    names.canister(*canister),
                    line,
                ])?;
            }
        }
    }
    writer.flush()?;
    Ok(())
}

//! `charges.csv`: where the money went, with the quantities each price is made from.
//!
//! [`TABLE`] says what its columns mean. `icsim reprice` reads it back.

use super::{Column, Table, column, count};
use crate::names::Names;
use sim_core::record::{Event, Record};

/// The description of `charges.csv`.
pub const TABLE: Table = Table {
    file: "charges.csv",
    rows: "what one canister paid in one round for things of one kind and size; by subnet, then by time",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("time_ns", "ns", "when the round began, from the start of the run; 0 for the set-up"),
    column("subnet", "", "the subnet's name"),
    column("canister", "", "who paid, by name, else by principal"),
    column("id", "", "its principal"),
    column("use_case", "", "what it is booked under"),
    column(
        "charge",
        "",
        "creation, ingress, execution, execution64 (64-bit code), management, request, response, storage, messages, compute, signature, http_outcall, log_fetch, burn, uninstall, deletion or dropped",
    ),
    column(
        "quantity",
        "",
        "instructions used, bytes, percent of compute, signing nodes or cycles, whichever the price is made from",
    ),
    column(
        "second_quantity",
        "",
        "with it: instructions prepaid, seconds, or bytes the response may have; else 0",
    ),
    count("count", "how many of them"),
    column("cycles", "cycles", "burned for all of them together"),
];

/// The row of a record, if it has one.
pub(crate) fn row(record: &Record, subnet: &str, names: &Names) -> Option<Vec<String>> {
    let Event::Charged { canister, charge, entry } = &record.event else { return None };
    let [quantity, second] = charge.quantities();
    Some(vec![
        record.time.as_nanos().to_string(),
        subnet.to_owned(),
        names.canister(*canister),
        canister.to_string(),
        charge.use_case().name().to_owned(),
        charge.name().to_owned(),
        quantity.to_string(),
        second.to_string(),
        entry.count.to_string(),
        entry.cycles.get().to_string(),
    ])
}

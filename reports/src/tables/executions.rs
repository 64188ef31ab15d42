//! `executions.csv`: every slice of every execution.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column, count, optional};
use crate::names::{Names, entry};
use sim_core::record::{Event, Record};

/// The description of `executions.csv`.
pub const TABLE: Table = Table {
    file: "executions.csv",
    rows: "one slice of an execution; by subnet, then in order of execution",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("subnet", "", "the subnet's name"),
    column("start_ns", "ns", "when the slice began, from the start of the run"),
    column("duration_ns", "ns", "how long it took; empty for a slice that did not finish"),
    column("canister", "", "the canister, by name, else by principal"),
    column("entry", "", "what was executed: update, reply callback, timer and so on"),
    column("message", "", "the message executed, or the call answered; empty for tasks"),
    column("slice", "", "whole, first, middle or last"),
    count("iteration", "inner iteration of the round, from 0"),
    count("thread", "virtual execution thread, from 0"),
    column("instructions", "instructions", "of the slice; of all slices if it is the last"),
    column("cost", "cycles", "what the execution cost; empty unless it finished"),
    column("balance", "cycles", "the canister's balance afterwards, without what is held"),
    column("heap_delta_bytes", "bytes", "memory changed, in whole pages; empty unless it finished"),
    column("error", "", "why it failed; empty if it did not"),
];

/// The row of a record, if it has one.
pub(crate) fn row(record: &Record, subnet: &str, names: &Names) -> Option<Vec<String>> {
    let slice = record.event.slice()?;
    // What only a slice has that finished its execution.
    let (duration, cost, heap_delta, failure) = match &record.event {
        Event::Executed { duration, cost, heap_delta, failure, .. } => {
            (Some(duration.as_nanos()), Some(cost.get()), Some(heap_delta.get()), *failure)
        }
        _ => (None, None, None, None),
    };
    let which = match (slice.resumed, duration.is_some()) {
        (false, false) => "first",
        (true, false) => "middle",
        (true, true) => "last",
        (false, true) => "whole",
    };
    Some(vec![
        subnet.to_owned(),
        record.time.as_nanos().to_string(),
        optional(duration),
        names.canister(slice.canister),
        entry(slice.entry).to_owned(),
        optional(slice.message),
        which.to_owned(),
        slice.iteration.to_string(),
        slice.thread.to_string(),
        slice.instructions.get().to_string(),
        optional(cost),
        slice.balance.get().to_string(),
        optional(heap_delta),
        failure.map_or_else(String::new, |code| code.name().to_owned()),
    ])
}

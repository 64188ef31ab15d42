//! `executions.csv`: every slice of every execution.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column, count, optional};
use crate::names::{Names, entry};
use sim_core::history::History;
use sim_core::record::{Event, Record};
use std::io::Write;

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

/// Writes the table.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(out: W, history: &History) -> csv::Result<()> {
    let names = Names::new(history);
    let mut writer = TABLE.begin(out)?;
    for subnet in &history.subnets {
        for row in subnet.records.iter().filter_map(|record| row(record, &subnet.name, &names)) {
            writer.write_record(row)?;
        }
    }
    writer.flush()?;
    Ok(())
}

fn row(record: &Record, subnet: &str, names: &Names<'_>) -> Option<[String; 14]> {
    let start = record.time.as_nanos().to_string();
    match &record.event {
        Event::Paused {
            message,
            canister,
            entry: kind,
            iteration,
            thread,
            instructions,
            balance,
            resumed,
        } => Some([
            subnet.to_owned(),
            start,
            String::new(),
            names.canister(*canister),
            entry(*kind).to_owned(),
            optional(*message),
            if *resumed { "middle" } else { "first" }.to_owned(),
            iteration.to_string(),
            thread.to_string(),
            instructions.get().to_string(),
            String::new(),
            balance.get().to_string(),
            String::new(),
            String::new(),
        ]),
        Event::Executed {
            message,
            canister,
            entry: kind,
            iteration,
            thread,
            instructions,
            duration,
            cost,
            balance,
            heap_delta,
            resumed,
            failure,
        } => Some([
            subnet.to_owned(),
            start,
            duration.as_nanos().to_string(),
            names.canister(*canister),
            entry(*kind).to_owned(),
            optional(*message),
            if *resumed { "last" } else { "whole" }.to_owned(),
            iteration.to_string(),
            thread.to_string(),
            instructions.get().to_string(),
            cost.get().to_string(),
            balance.get().to_string(),
            heap_delta.get().to_string(),
            failure.map_or_else(String::new, |code| code.name().to_owned()),
        ]),
        _ => None,
    }
}

//! `charges.csv`: what canisters paid for.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column, count};
use crate::names::Names;
use sim_core::history::History;
use sim_core::record::Event;
use std::io::Write;

/// The description of `charges.csv`.
pub const TABLE: Table = Table {
    file: "charges.csv",
    rows: "charges of one kind and size that a canister paid in one round; by subnet, then in order of charging",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("subnet", "", "the subnet's name"),
    column("time_ns", "ns", "when the round booked them, from the start of the run"),
    column("canister", "", "the canister, by name, else by principal"),
    column("charge", "", "what was paid for: execution, request, storage and so on"),
    count("count", "how many charges"),
    column("amount", "cycles", "what they came to together"),
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
            if let Event::Charged { canister, charge, entry } = &record.event {
                let (time, canister) = (record.time.as_nanos(), names.canister(*canister));
                let (count, amount) = (entry.count.to_string(), entry.cycles.get().to_string());
                let row =
                    [subnet.name.clone(), time.to_string(), canister, charge.name().to_owned()];
                writer.write_record(row.into_iter().chain([count, amount]))?;
            }
        }
    }
    writer.flush()?;
    Ok(())
}

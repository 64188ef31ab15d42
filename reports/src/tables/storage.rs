//! `storage.csv`: what canisters paid for memory and compute allocation, and who could not.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column};
use crate::names::Names;
use sim_core::history::History;
use sim_core::record::Event;
use std::io::Write;

/// The description of `storage.csv`.
pub const TABLE: Table = Table {
    file: "storage.csv",
    rows: "one charge, or one canister that could not pay; by subnet, then in order of charging",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("subnet", "", "the subnet's name"),
    column("time_ns", "ns", "the start of the round that charged, from the start of the run"),
    column("canister", "", "the canister, by name, else by principal"),
    column("amount", "cycles", "what it paid; empty if it had too little and lost its code"),
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
            let (canister, amount) = match &record.event {
                Event::StorageCharged { canister, amount } => (canister, amount.get().to_string()),
                Event::Uninstalled { canister } => (canister, String::new()),
                _ => continue,
            };
            let time = record.time.as_nanos().to_string();
            writer.write_record([subnet.name.clone(), time, names.canister(*canister), amount])?;
        }
    }
    writer.flush()?;
    Ok(())
}

//! `canisters.csv`: every canister at the end of the run, with its totals.
//!
//! [`TABLE`] says what its columns mean.
//!
//! Totals include what setting up the canister took, which no round counts.

use super::{BURNED, Column, Table, burned_cells, column, count};
use sim_core::history::{CanisterSummary, History};
use std::io::Write;

/// The description of `canisters.csv`.
pub const TABLE: Table = Table {
    file: "canisters.csv",
    rows: "one canister at the end of the run; by subnet, then by id",
    groups: &[IDENTITY, &BURNED, TOTALS],
};

const IDENTITY: &[Column] = &[
    column("name", "", "the canister's name in the scenario"),
    column("id", "", "its principal"),
    column("subnet", "", "its subnet's name"),
    column("module_sha256", "", "SHA-256 of its module in hex; empty without one"),
    column("cycles_given", "cycles", "given at creation"),
    column("balance", "cycles", "at the end, without prepayments of open calls"),
    column("freezing_threshold", "cycles", "below this balance it is frozen, for most purposes"),
    column("held", "cycles", "prepaid for and attached to calls still open at the end"),
];

const TOTALS: &[Column] = &[
    count("executions", "messages and tasks executed"),
    count("failures", "executions that failed"),
    column("instructions", "instructions", "of all executions"),
    count("calls", "calls it made"),
    column("heap_bytes", "bytes", "heap in use"),
    column("stable_bytes", "bytes", "stable memory in use"),
    column("memory_bytes", "bytes", "all memory it pays for"),
];

/// Writes the table.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(out: W, history: &History) -> csv::Result<()> {
    let mut writer = TABLE.begin(out)?;
    for subnet in &history.subnets {
        for canister in &subnet.canisters {
            let row = identity(canister, &subnet.name).into_iter();
            let totals = totals(canister).map(|total| total.to_string());
            writer.write_record(row.chain(burned_cells(&canister.burned)).chain(totals))?;
        }
    }
    writer.flush()?;
    Ok(())
}

fn identity(canister: &CanisterSummary, subnet: &str) -> [String; 8] {
    [
        canister.name.to_string(),
        canister.id.to_string(),
        subnet.to_owned(),
        canister.module_hash.map_or_else(String::new, |hash| hex(&hash)),
        canister.cycles_given.get().to_string(),
        canister.balance.get().to_string(),
        canister.freezing_threshold.get().to_string(),
        canister.held.get().to_string(),
    ]
}

fn totals(canister: &CanisterSummary) -> impl Iterator<Item = u64> {
    [
        canister.executions,
        canister.failures,
        canister.instructions.get(),
        canister.calls,
        canister.heap.get(),
        canister.stable.get(),
        canister.memory.get(),
    ]
    .into_iter()
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

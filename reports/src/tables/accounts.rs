//! `accounts.csv`: what canisters had left, round by round.
//!
//! [`TABLE`] says what its columns mean. `icsim reprice` reads it back.

use super::{Column, Table, column};
use crate::names::Names;
use sim_core::record::{Event, Record};

/// The description of `accounts.csv`.
pub const TABLE: Table = Table {
    file: "accounts.csv",
    rows: "one canister at the end of a round in which it paid for something; by subnet, then by time",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("time_ns", "ns", "when the round began, from the start of the run; 0 after the set-up"),
    column("subnet", "", "the subnet's name"),
    column("canister", "", "the canister, by name, else by principal"),
    column("id", "", "its principal"),
    column("balance", "cycles", "its main balance, without what is held for open calls"),
    column("reserved", "cycles", "reserved for memory"),
    column("memory_bytes", "bytes", "memory it pays for"),
    column("message_bytes", "bytes", "memory of its messages, room for responses included"),
    column("compute_percent", "", "compute allocation in percent of a thread"),
    column("freezing_s", "s", "its freezing threshold, as a time without income"),
    column("wasm64", "", "1 if its code has 64-bit memory, else 0"),
];

/// The row of a record, if it has one.
pub(crate) fn row(record: &Record, subnet: &str, names: &Names) -> Option<Vec<String>> {
    let Event::Account { canister, state } = &record.event else { return None };
    Some(vec![
        record.time.as_nanos().to_string(),
        subnet.to_owned(),
        names.canister(*canister),
        canister.to_string(),
        state.balance.get().to_string(),
        state.reserved.get().to_string(),
        state.idle.memory.get().to_string(),
        state.idle.messages.get().to_string(),
        state.idle.compute.to_string(),
        state.freezing_seconds.to_string(),
        u8::from(state.wasm64).to_string(),
    ])
}

//! Names of subnets and canisters, for tables and charts.

use sim_core::history::{History, SubnetHistory};
use sim_core::id::CanisterId;
use sim_core::record::EntryKind;
use std::collections::BTreeMap;

/// Looks names up by id.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    subnets: &'a [SubnetHistory],
    canisters: BTreeMap<CanisterId, &'a str>,
}

impl<'a> Names<'a> {
    /// The names in `history`.
    pub fn new(history: &'a History) -> Self {
        let canisters = history.subnets.iter().flat_map(|subnet| &subnet.canisters);
        let named = canisters.filter(|canister| !canister.name.is_empty());
        Names {
            subnets: &history.subnets,
            canisters: named.map(|canister| (canister.id, &*canister.name)).collect(),
        }
    }

    /// The scenario's name of a canister, or its principal if it has none.
    pub fn canister(&self, id: CanisterId) -> String {
        self.canisters.get(&id).map_or_else(|| id.to_string(), |name| (*name).to_owned())
    }

    /// The scenario's name of a canister, if it has one.
    pub fn given(&self, id: CanisterId) -> Option<&'a str> {
        self.canisters.get(&id).copied()
    }

    /// Place in the history of the subnet whose id range a canister lies in, if there is such a
    /// subnet.
    pub fn home(&self, id: CanisterId) -> Option<usize> {
        self.subnets.iter().position(|subnet| subnet.id == id.subnet())
    }

    /// The name of the subnet at `place`; empty for none.
    pub fn subnet(&self, place: Option<usize>) -> &'a str {
        place.and_then(|place| self.subnets.get(place)).map_or("", |subnet| &subnet.name)
    }
}

/// What is executed, in words.
pub fn entry(entry: EntryKind) -> &'static str {
    match entry {
        EntryKind::Install => "install",
        EntryKind::Update => "update",
        EntryKind::ReplicatedQuery => "replicated query",
        EntryKind::ReplyCallback => "reply callback",
        EntryKind::RejectCallback => "reject callback",
        EntryKind::Cleanup => "cleanup",
        EntryKind::Heartbeat => "heartbeat",
        EntryKind::GlobalTimer => "timer",
        EntryKind::OnLowWasmMemory => "low memory hook",
    }
}

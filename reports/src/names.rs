//! Names of subnets and canisters, for tables and charts.

use sim_core::history::History;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::record::EntryKind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Looks names up by id.
#[derive(Clone, Debug, Default)]
pub struct Names {
    subnets: Vec<(SubnetId, String)>,
    canisters: BTreeMap<CanisterId, Arc<str>>,
}

impl Names {
    /// The names in `history`, which need not have run yet.
    pub fn new(history: &History) -> Self {
        let canisters = history.canisters();
        let named = canisters.filter(|canister| !canister.name.is_empty());
        let subnets = history.subnets.iter().map(|subnet| (subnet.id, subnet.name.clone()));
        Names {
            subnets: subnets.collect(),
            canisters: named.map(|canister| (canister.id, canister.name.clone())).collect(),
        }
    }

    /// The scenario's name of a canister, or its principal if it has none.
    pub fn canister(&self, id: CanisterId) -> String {
        self.given(id).map_or_else(|| id.to_string(), str::to_owned)
    }

    /// The scenario's name of a canister, if it has one.
    pub fn given(&self, id: CanisterId) -> Option<&str> {
        self.canisters.get(&id).map(|name| &**name)
    }

    /// The canisters that have names.
    pub fn canisters(&self) -> impl Iterator<Item = (CanisterId, &str)> {
        self.canisters.iter().map(|(id, name)| (*id, &**name))
    }

    /// Place in the history of the subnet whose id range a canister lies in, if there is such a
    /// subnet.
    pub fn home(&self, id: CanisterId) -> Option<usize> {
        self.subnets.iter().position(|(subnet, _)| *subnet == id.subnet())
    }

    /// The name of the subnet at `place`; empty for none.
    pub fn subnet(&self, place: Option<usize>) -> &str {
        place.and_then(|place| self.subnets.get(place)).map_or("", |(_, name)| name)
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

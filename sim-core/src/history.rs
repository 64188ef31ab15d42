//! What a run leaves behind, for reports and tests.

use crate::id::{CanisterId, SubnetId};
use crate::ledger::Burned;
use crate::network::{CostSchedule, SubnetKind};
use crate::record::Record;
use crate::sink::Content;
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles, Instructions};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A hash over all trace records of a run in canonical order: equal digests, equal histories.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct History {
    /// The seed it ran from.
    pub seed: u64,
    /// The second seed, if ties were broken by one.
    pub tie_seed: Option<u64>,
    /// Simulated time.
    pub duration: SimDuration,
    /// The trace digest.
    pub digest: Digest,
    /// Events the engine handled.
    pub events: u64,
    /// One entry for each subnet, in the scenario's order.
    pub subnets: Vec<SubnetHistory>,
}

impl History {
    /// All records, subnet by subnet; those of one in the order in which they were made.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.subnets.iter().flat_map(|subnet| &subnet.records)
    }

    /// All canisters, subnet by subnet.
    pub fn canisters(&self) -> impl Iterator<Item = &CanisterSummary> {
        self.subnets.iter().flat_map(|subnet| &subnet.canisters)
    }
}

/// What happened on one subnet.
#[derive(Clone, Debug)]
pub struct SubnetHistory {
    /// The subnet.
    pub id: SubnetId,
    /// Its name in the scenario.
    pub name: String,
    /// Its nodes.
    pub nodes: u64,
    /// What it is for.
    pub kind: SubnetKind,
    /// Whether its canisters pay.
    pub cost_schedule: CostSchedule,
    /// Its records, in the order of its events.
    pub records: Vec<Record>,
    /// What the messages of its records said, where that was kept.
    pub contents: Vec<Content>,
    /// Its canisters, in order of id.
    pub canisters: Vec<CanisterSummary>,
}

/// A canister at the end of a run, with its totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CanisterSummary {
    /// The canister.
    pub id: CanisterId,
    /// Its name in the scenario.
    pub name: Arc<str>,
    /// SHA-256 of its module, if it still has one.
    pub module_hash: Option<[u8; 32]>,
    /// What it was given at creation.
    pub cycles_given: Cycles,
    /// Its balance at the end, without prepayments of open calls.
    pub balance: Cycles,
    /// Below this balance it was frozen, for most purposes.
    pub freezing_threshold: Cycles,
    /// Prepaid for and attached to calls still open at the end.
    pub held: Cycles,
    /// What it burned, by use case, from its creation on.
    pub burned: Burned,
    /// Messages and tasks executed.
    pub executions: u64,
    /// Executions that failed.
    pub failures: u64,
    /// Instructions of all of them.
    pub instructions: Instructions,
    /// Calls it made.
    pub calls: u64,
    /// Heap in use.
    pub heap: Bytes,
    /// Stable memory in use.
    pub stable: Bytes,
    /// All memory it pays for.
    pub memory: Bytes,
}

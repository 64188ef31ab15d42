//! A world that is looked at while it runs: it is run from moment to moment, and between two of them
//! its canisters and subnets can be examined and queried.
//!
//! Looking never changes a run: it draws no random numbers, schedules no events and keeps nothing that a
//! query does. A world run in a thousand pieces has the same history as one run at once.

use crate::history::CanisterSummary;
use crate::id::{CanisterId, SubnetId};
use crate::ledger::Burned;
use crate::record::Record;
use crate::reject::ErrorCode;
use crate::runtime::{Payload, Reject, Response};
use crate::subnet::Subnet;
use crate::time::SimTime;
use crate::units::Instructions;
use crate::world::World;
use ic_principal::Principal;

/// A canister between two rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterLook {
    /// Its totals so far, as they would be at the end of the run.
    pub summary: CanisterSummary,
    /// Messages in its input queues.
    pub queued: u64,
    /// It cannot pay: its balance is below the freezing threshold, or a fault says so.
    pub frozen: bool,
    /// `running`, `stopping` or `stopped`.
    pub status: &'static str,
}

/// A subnet between two rounds; counts are those from the start of the run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetLook {
    /// Rounds.
    pub rounds: u64,
    /// Canisters it has now.
    pub canisters: u64,
    /// Messages and tasks executed.
    pub executions: u64,
    /// Instructions of all of them.
    pub instructions: Instructions,
    /// Messages in its canisters' input queues.
    pub queued: u64,
    /// Messages in its streams that the receiver has not acknowledged.
    pub in_streams: u64,
    /// Ingress messages that no block has included yet.
    pub ingress_waiting: u64,
    /// Cycles burned, by use case.
    pub burned: Burned,
}

/// A round of a subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundLook {
    /// The subnet's name.
    pub subnet: String,
    /// The number of the round, from 1.
    pub height: u64,
    /// When it began.
    pub began: SimTime,
}

impl World {
    /// When the next round of any subnet begins. A subnet that stalls then has it later.
    pub fn next_round(&self) -> Option<SimTime> {
        self.subnets().map(Subnet::next_round).min()
    }

    /// How many subnets there are.
    pub fn subnet_count(&self) -> usize {
        self.subnets().count()
    }

    /// The last round of any subnet, the first of them if several began at once; none before the first.
    pub fn last_round(&self) -> Option<RoundLook> {
        let begun = self.subnets().filter(|subnet| subnet.last_round().0 > 0);
        let last = begun.rev().max_by_key(|subnet| subnet.last_round().1)?;
        let (height, began) = last.last_round();
        Some(RoundLook { subnet: last.name().to_owned(), height, began })
    }

    /// A subnet, if it exists.
    pub fn subnet(&self, id: SubnetId) -> Option<SubnetLook> {
        self.subnets().nth(id.index()).map(Subnet::look)
    }

    /// A canister, if it exists.
    pub fn canister(&self, id: CanisterId) -> Option<CanisterLook> {
        self.subnets().nth(id.subnet().index())?.look_at(id)
    }

    /// What happened on a subnet so far; nothing on one that does not exist.
    pub fn records(&self, id: SubnetId) -> &[Record] {
        self.subnets().nth(id.index()).map_or(&[], Subnet::records)
    }

    /// Calls a query method of a canister, as a client would after the last round.
    pub fn query(
        &mut self,
        canister: CanisterId,
        method: &str,
        arg: Payload,
        sender: Principal,
    ) -> Response {
        match self.subnet_mut(canister.subnet()) {
            Some(subnet) => subnet.observe(canister, method, arg, sender),
            None => Response::Reject(Reject {
                code: ErrorCode::CanisterNotFound,
                message: "no such canister".into(),
            }),
        }
    }
}

//! A subnet as it can be looked at between two rounds, for [`crate::look`].

use super::{Subnet, SubnetStream};
use crate::canister::{Canister, Status};
use crate::id::CanisterId;
use crate::look::{CanisterLook, SubnetLook};
use crate::record::Record;
use crate::time::SimTime;

impl Subnet {
    pub(crate) fn name(&self) -> &str {
        &self.spec.name
    }

    pub(crate) fn next_round(&self) -> SimTime {
        self.next_round
    }

    /// The rounds so far, and when the last of them began.
    pub(crate) fn last_round(&self) -> (u64, SimTime) {
        (self.height, self.round_start)
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(crate) fn look(&self) -> SubnetLook {
        let totals = || self.canisters.iter().map(|canister| &canister.totals);
        SubnetLook {
            rounds: self.height,
            canisters: self.canisters.iter().filter(|canister| !canister.deleted).count() as u64,
            executions: totals().map(|totals| totals.executions).sum(),
            instructions: totals().map(|totals| totals.instructions).sum(),
            queued: self.queued_messages(),
            in_streams: self.streams.iter().map(SubnetStream::unacknowledged).sum(),
            ingress_waiting: self.ingress.len(),
            burned: *self.ledger.burned(),
        }
    }

    pub(crate) fn look_at(&self, id: CanisterId) -> Option<CanisterLook> {
        let canister = self.existing(id)?;
        Some(CanisterLook {
            summary: canister.summary(),
            queued: canister.input.len() as u64,
            frozen: is_frozen(canister),
            status: match canister.status {
                Status::Running => "running",
                Status::Stopping => "stopping",
                Status::Stopped => "stopped",
            },
        })
    }
}

fn is_frozen(canister: &Canister) -> bool {
    canister.frozen || canister.account.balance() < canister.freezing_threshold()
}

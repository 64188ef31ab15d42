//! Checking a subnet's books.

use super::{Subnet, SubnetStream, management};
use crate::canister::Canister;
use crate::message::ManagementCall;
use crate::units::Cycles;

impl Subnet {
    /// Compares the ledger with what is in fact held; the first fault is kept.
    pub(super) fn check_cycles(&mut self) {
        let held = |canister: &Canister| canister.account.total() + canister.cycles_in_calls();
        let in_canisters: Cycles = self.canisters.iter().map(held).sum();
        let in_streams: Cycles = self.streams.iter().map(SubnetStream::cycles).sum();
        let waiting = |call: &ManagementCall| call.cycles.amount();
        let delayed = self.delayed.iter().map(management::Delayed::cycles).sum::<Cycles>();
        let in_management = self.management.iter().map(waiting).sum::<Cycles>()
            + self.management_output.cycles()
            + delayed;
        let in_loopback = self.loopback.cycles();
        let found = in_canisters
            + in_streams
            + in_management
            + in_loopback
            + self.faults.cycles()
            + self.held.as_ref().map_or(Cycles::ZERO, |held| held.cycles());
        let checked = self.ledger.check(found, &self.spec.name);
        if self.fault.is_none() {
            self.fault = checked.err();
        }
    }
}

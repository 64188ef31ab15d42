//! What canisters pay for while they do nothing, and what happens when they cannot.

use super::Subnet;
use crate::call_context::CallContextId;
use crate::canister::Canister;
use crate::execution::Executor;
use crate::ledger::UseCase;
use crate::record::Event;
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use crate::time::SimDuration;
use crate::units::Bytes;

impl Subnet {
    /// Charges for memory since the last charge, for every canister whose last charge is old
    /// enough; one that cannot pay loses its code and memory.
    pub(super) fn charge_storage(&mut self) {
        let now = self.round_start;
        let interval = self.profile.fees.allocation_charge_interval;
        for index in 0..self.canisters.len() {
            let canister = &mut self.canisters[index];
            let elapsed = now.since(canister.last_charge);
            if elapsed < interval || canister.is_paused() {
                continue;
            }
            canister.last_charge = now;
            if !self.charge_idle(index, elapsed) {
                self.uninstall(index);
            }
        }
    }

    /// Charges what a canister owes for `elapsed`, item by item; whether it could pay them all.
    fn charge_idle(&mut self, index: usize, elapsed: SimDuration) -> bool {
        let canister = &mut self.canisters[index];
        let storage = self.fees.idle_storage(canister.memory(), elapsed);
        let compute = self.fees.idle_compute(canister.compute_allocation, elapsed);
        let items = [(storage, UseCase::Storage), (compute, UseCase::ComputeAllocation)];
        for (amount, use_case) in items {
            let canister = &mut self.canisters[index];
            if amount.is_zero() {
                continue;
            }
            let id = canister.id;
            if self.ledger.burn(&mut canister.account, amount, use_case).is_err() {
                return false;
            }
            self.record(self.round_start, Event::StorageCharged { canister: id, amount });
        }
        true
    }

    /// A canister out of cycles: code and memory go, id, controllers and counters stay, every open
    /// call is rejected.
    fn uninstall(&mut self, index: usize) {
        let canister = &mut self.canisters[index];
        let rest = canister.account.balance();
        // The amount is the balance itself.
        let _ = self.ledger.burn(&mut canister.account, rest, UseCase::Uninstall);
        canister.forget_history();
        canister.compute_allocation = 0;
        canister.memory_allocation = Bytes::ZERO;
        self.drop_code(index);
        let canister = &mut self.canisters[index];
        canister.measure(&self.fees);
        let id = canister.id;
        self.record(self.round_start, Event::Uninstalled { canister: id });
    }

    /// Takes code and memory away and rejects every call the code would have had to answer.
    pub(super) fn drop_code(&mut self, index: usize) {
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[index];
        if let Some(job) = canister.paused.take() {
            executor.lose(canister, *job);
        }
        canister.remove_code();
        for context in canister.calls.unanswered() {
            reject_uninstalled(&mut executor, canister, context);
        }
        canister.calls.delete_all();
    }
}

fn reject_uninstalled(executor: &mut Executor<'_>, canister: &mut Canister, id: CallContextId) {
    let message = "the canister has been uninstalled".to_owned();
    executor.reject(canister, id, Failure { code: ErrorCode::CanisterRejectedMessage, message });
    executor.close_if_done(canister, id);
}

//! What canisters pay for while they do nothing, and what happens when they cannot.

use super::Subnet;
use crate::call_context::CallContextId;
use crate::canister::Canister;
use crate::execution::Executor;
use crate::ledger::UseCase;
use crate::record::Event;
use crate::reject::ErrorCode;
use crate::runtime::Failure;

impl Subnet {
    /// Charges for memory since the last charge, for every canister whose last charge is old
    /// enough; one that cannot pay loses its code and memory.
    pub(super) fn charge_storage(&mut self) {
        let now = self.round_start;
        let interval = self.profile.fees.allocation_charge_interval;
        for index in 0..self.canisters.len() {
            let canister = &mut self.canisters[index];
            let elapsed = now.since(canister.last_charge);
            if elapsed < interval || canister.paused.is_some() {
                continue;
            }
            canister.last_charge = now;
            let amount = self.fees.idle_storage(canister.memory(), elapsed);
            if amount.is_zero() {
                continue;
            }
            let id = canister.id;
            match self.ledger.burn(&mut canister.account, amount, UseCase::Storage) {
                Ok(()) => self.record(now, Event::StorageCharged { canister: id, amount }),
                Err(_) => self.uninstall(index),
            }
        }
    }

    /// A canister out of cycles: code and memory go, id, controllers and counters stay, every open
    /// call is rejected.
    fn uninstall(&mut self, index: usize) {
        let now = self.round_start;
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[index];
        let id = canister.id;
        canister.remove_code();
        let rest = canister.account.balance();
        // The amount is the balance itself.
        let _ = executor.ledger.burn(&mut canister.account, rest, UseCase::Uninstall);
        for context in canister.calls.unanswered() {
            reject_uninstalled(&mut executor, canister, context);
        }
        canister.calls.delete_all();
        self.record(now, Event::Uninstalled { canister: id });
    }
}

fn reject_uninstalled(executor: &mut Executor<'_>, canister: &mut Canister, id: CallContextId) {
    let message = "the canister has been uninstalled".to_owned();
    executor.reject(canister, id, Failure { code: ErrorCode::CanisterRejectedMessage, message });
    executor.close_if_done(canister, id);
}

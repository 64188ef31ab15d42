//! What canisters pay for while they do nothing, and what happens when they cannot.

use super::Subnet;
use crate::call_context::CallContextId;
use crate::canister::Canister;
use crate::execution::Executor;
use crate::fees::Charge;
use crate::record::{AccountState, Event};
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use crate::time::SimTime;
use crate::units::Bytes;

impl Subnet {
    /// Charges for memory, messages and compute allocation since the last charge, for every canister
    /// whose last charge is old enough; one that cannot pay loses its code and memory. A paused
    /// execution must not see its balance change, so it puts the charge off.
    pub(super) fn charge_storage(&mut self) {
        let rounds = self.profile.fees.allocation_charge_rounds.max(1);
        if !self.height.is_multiple_of(rounds) {
            return;
        }
        let now = self.round_start;
        let interval = self.profile.fees.allocation_charge_interval;
        self.canisters.wake_unpaid(now, interval);
        for index in self.canisters.awake_places() {
            let canister = &mut self.canisters[index];
            let elapsed = now.since(canister.last_charge);
            if canister.deleted || elapsed < interval || canister.is_paused() {
                continue;
            }
            canister.last_charge = now;
            if !self.charge_idle(index, elapsed.as_secs()) {
                self.uninstall(index);
            }
        }
    }

    /// Charges what a canister owes for `seconds`, item by item; whether it could pay them all.
    fn charge_idle(&mut self, index: usize, seconds: u64) -> bool {
        let idle = self.canisters[index].idle_use();
        let items = [
            Charge::Storage { bytes: idle.memory, seconds },
            Charge::Messages { bytes: idle.messages, seconds },
            Charge::Compute { percent: idle.compute, seconds },
        ];
        for charge in items {
            let price = self.fees.price(&charge);
            let account = &mut self.canisters[index].account;
            if !price.is_zero() && self.ledger.burn(account, price, charge).is_err() {
                return false;
            }
        }
        true
    }

    /// A canister out of cycles: code, memory and what it recorded go; its id, controllers, status
    /// and counters stay, and every open call is rejected.
    fn uninstall(&mut self, index: usize) {
        let canister = &mut self.canisters[index];
        let rest = canister.account.total();
        // The amount is the balance itself.
        let charge = Charge::Uninstall { amount: rest };
        let _ = self.ledger.burn(&mut canister.account, rest, charge);
        canister.history.forget();
        canister.snapshots.clear();
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

    /// Writes what was charged since the last time into the records, payer by payer, and what each
    /// of them has left.
    pub(super) fn record_charges(&mut self, time: SimTime) {
        let mut payer = None;
        for ((canister, charge), entry) in self.ledger.take_journal() {
            if let Some(done) = payer.filter(|done| *done != canister) {
                self.record_account(time, done);
            }
            payer = Some(canister);
            self.record(time, Event::Charged { canister, charge, entry });
        }
        if let Some(last) = payer {
            self.record_account(time, last);
        }
    }

    fn record_account(&mut self, time: SimTime, id: crate::id::CanisterId) {
        let Some(canister) = self.canister_mut(id) else { return };
        let state = AccountState {
            balance: canister.account.balance(),
            reserved: canister.account.reserved(),
            idle: canister.idle_use(),
            freezing_seconds: canister.freezing_seconds,
            wasm64: canister.is_wasm64(),
        };
        self.record(time, Event::Account { canister: id, state: Box::new(state) });
    }
}

fn reject_uninstalled(executor: &mut Executor<'_>, canister: &mut Canister, id: CallContextId) {
    let message = "the canister has been uninstalled".to_owned();
    executor.reject(canister, id, Failure { code: ErrorCode::CanisterRejectedMessage, message });
    executor.close_if_done(canister, id);
}

//! Installs that take several rounds.
//!
//! What an install does is worked out when it begins. If it takes more than a slice, its effects and its
//! answer are held back until as many rounds have gone by as its slices need; until then the canister is
//! as it was, and what the install may cost at most is put aside. One install goes on at a time (`advance_long_running_install_code`,
//! `rs/execution_environment/src/scheduler.rs` of `dfinity/ic`).

use super::Subnet;
use super::round::Budget;
use crate::canister::LongInstall;
use crate::id::CanisterId;
use crate::message::ManagementCall;
use crate::runtime::{Failure, Payload};
use crate::units::Instructions;

impl Subnet {
    /// Answers a call that used `used` instructions, or holds the answer until its slices have run.
    /// Returns the instructions of the slice that ran now.
    pub(super) fn answer_when_done(
        &mut self,
        call: ManagementCall,
        about: Option<CanisterId>,
        used: Instructions,
        answer: Result<Payload, Failure>,
    ) -> Instructions {
        let slice = self.profile.limits.install_slice_instructions;
        let canister = about.filter(|_| used > slice).and_then(|id| self.canister_mut(id));
        let Some(canister) = canister else {
            self.answer(call, answer);
            return used;
        };
        let left = used.saturating_sub(slice);
        let install = LongInstall { left, whole: used, aborted: false, call, answer };
        canister.installing = Some(Box::new(install));
        slice
    }

    /// Runs the next slice of the install that is under way. Returns its instructions.
    pub(super) fn advance_install(&mut self, budget: &mut Budget) -> Instructions {
        let slice = self.profile.limits.install_slice_instructions;
        let mut all = Instructions::ZERO;
        let awake = self.canisters.awake();
        let under_way = awake.filter(|(_, canister)| canister.installing.is_some());
        let under_way: Vec<usize> = under_way.map(|(index, _)| index).collect();
        for index in under_way {
            let Some(install) = &mut self.canisters[index].installing else { continue };
            install.aborted = false;
            let run = install.left.min(slice);
            install.left = install.left.saturating_sub(run);
            budget.spend(run);
            all += run;
            if !install.left.is_zero() {
                break;
            }
            self.end_install(index);
            if budget.is_used_up() {
                break;
            }
        }
        budget.leave_one();
        all
    }

    fn end_install(&mut self, index: usize) {
        if let Some(ending) = self.canisters[index].ending.take() {
            // What it comes to is the answer that was held back.
            let _ = self.end_of_install(index, *ending);
        }
        let canister = &mut self.canisters[index];
        canister.pay_postponed(&self.fees, &mut self.ledger);
        if let Some(install) = canister.installing.take() {
            self.answer(install.call, install.answer);
        }
    }

    /// At a checkpoint: what an install has done is thrown away, and it starts over.
    pub(super) fn abort_install(&mut self, index: usize) {
        let canister = &mut self.canisters[index];
        if let Some(install) = &mut canister.installing {
            install.left = install.whole;
            install.aborted = true;
            canister.pay_postponed(&self.fees, &mut self.ledger);
        }
    }
}

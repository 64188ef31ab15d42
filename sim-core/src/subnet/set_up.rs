//! Canisters that are there from the beginning.

use super::Subnet;
use crate::canister::Canister;
use crate::canister::history::{ChangeDetails, ChangeOrigin, Deployment};
use crate::fees::Charge;
use crate::runtime::Failure;
use crate::units::Cycles;
use crate::world::CanisterSpec;
use ic_principal::Principal;

impl Subnet {
    /// Creates the next canister of the subnet.
    ///
    /// # Errors
    /// The cycles given do not pay for the creation: gives the fee.
    pub(crate) fn create(&mut self, spec: &CanisterSpec) -> Result<(), Cycles> {
        let fee = self.fees.canister_creation();
        if spec.cycles < fee {
            return Err(fee);
        }
        let (controllers, rules) = (spec.controllers.clone(), &self.profile.management);
        let mut canister = Canister::new(spec.id, spec.name.clone(), controllers.clone(), rules);
        canister.totals.given = spec.cycles;
        canister.freezing_seconds = self.profile.limits.freezing_threshold_seconds;
        canister.reserved_cycles_limit = self.profile.limits.reserved_cycles;
        canister.apply(spec.settings);
        let origin = creator(&controllers);
        let details = ChangeDetails::Creation { controllers };
        canister.note(self.start_time, origin, details, rules.recorded_changes);
        self.ledger.mint(&mut canister.account, spec.cycles);
        self.ledger.burn(&mut canister.account, fee, Charge::Creation).map_err(|_| fee)?;
        self.canisters.push(canister);
        Ok(())
    }

    /// Installs the code of a canister that was created.
    pub(crate) fn install(&mut self, spec: CanisterSpec) -> Result<(), Failure> {
        let (mut executor, canisters) = self.executor();
        match canisters.get_mut(spec.id.local()) {
            Some(canister) => {
                let (mode, hash) = (Deployment::Install, spec.program.hash());
                executor.set_up(canister, spec.program, spec.init_arg)?;
                let origin = creator(&canister.controllers);
                let details = ChangeDetails::Deployment { mode, hash };
                let keep = executor.profile.management.recorded_changes;
                canister.note(executor.batch_time, origin, details, keep);
                canister.measure(executor.fees);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Who is taken for the creator of a canister that is there from the beginning.
fn creator(controllers: &[Principal]) -> ChangeOrigin {
    let anonymous = Principal::anonymous();
    ChangeOrigin::User(controllers.first().copied().unwrap_or(anonymous))
}

//! Creating, starting, stopping, uninstalling, deleting, and giving cycles.

use super::{Answer, Subnet, Used, Verdict, failure};
use crate::call_context::Origin;
use crate::canister::history::{ChangeDetails, ChangeOrigin};
use crate::canister::{Canister, Status, StopCall};
use crate::fees::Charge;
use crate::id::CanisterId;
use crate::management::method::Method;
use crate::management::settings::SettingsChange;
use crate::management::{
    CreateArgs, ProvisionalCreateArgs, ProvisionalTopUpArgs, UninstallArgs, canister_id_reply,
    decode, empty_reply, named, saturated,
};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use crate::units::{Bytes, Cycles};
use ic_principal::Principal;
use std::sync::Arc;

impl Subnet {
    /// `create_canister`: attached cycles pay the fee and are the new canister's.
    pub(super) fn create_canister(&mut self, call: &mut ManagementCall) -> Answer {
        let args: CreateArgs = decode(&call.arg)?;
        let change =
            SettingsChange::read(args.settings.unwrap_or_default(), &self.profile.management)?;
        if let Origin::Canister { caller, .. } = call.origin
            && caller.subnet() != self.id
        {
            let message = "Cannot create canister. Sender should be on the same subnet or on the \
                           NNS subnet.";
            return Err(failure(ErrorCode::CanisterContractViolation, message));
        }
        let (fee, given) = (self.fees.canister_creation(), call.cycles.amount());
        if given < fee {
            let message = format!(
                "Creating a canister requires a fee of {fee} that is deducted from the canister's \
                 initial balance but only {given} cycles were received with the create_canister \
                 request."
            );
            return Err(failure(ErrorCode::InsufficientCyclesForCreateCanister, message));
        }
        self.validate_new(&change, given.saturating_sub(fee))?;
        let origin = Self::change_origin(call, args.sender_canister_version);
        let created = self.new_canister(call.origin.caller(), &change, origin, None)?;
        let canister = &mut self.canisters[created.local()];
        canister.totals.given = given;
        self.ledger.receive(call.cycles.take(), &mut canister.account);
        // It was just given more than that.
        let _ = self.ledger.burn(&mut canister.account, fee, Charge::Creation);
        Ok(canister_id_reply(created))
    }

    /// `provisional_create_canister_with_cycles`: cycles come from nowhere.
    pub(super) fn provisional_create(&mut self, call: &ManagementCall) -> Answer {
        let args: ProvisionalCreateArgs = decode(&call.arg)?;
        let settings = args.settings.unwrap_or_default();
        let change = SettingsChange::read(settings, &self.profile.management)?;
        let default = self.profile.limits.provisional_cycles;
        let cycles = args.amount.as_ref().map_or(default, saturated);
        self.validate_new(&change, cycles)?;
        let origin = Self::change_origin(call, args.sender_canister_version);
        let created =
            self.new_canister(call.origin.caller(), &change, origin, args.specified_id)?;
        self.give(created.local(), cycles);
        Ok(canister_id_reply(created))
    }

    /// `provisional_top_up_canister`.
    pub(super) fn provisional_top_up(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: ProvisionalTopUpArgs = decode(&call.arg)?;
        let place = self.place(args.canister_id, used)?;
        let default = self.profile.limits.provisional_cycles;
        self.give(place, args.amount.as_ref().map_or(default, saturated));
        Ok(empty_reply())
    }

    /// Gives a canister cycles that come from outside.
    pub(in crate::subnet) fn give(&mut self, place: usize, cycles: Cycles) {
        let canister = &mut self.canisters[place];
        canister.totals.given += cycles;
        self.ledger.mint(&mut canister.account, cycles);
    }

    fn new_canister(
        &mut self,
        creator: Principal,
        change: &SettingsChange,
        origin: ChangeOrigin,
        wanted: Option<Principal>,
    ) -> Result<CanisterId, Failure> {
        let rules = &self.profile.management;
        let existing = self.canisters.present();
        if rules.canisters > 0 && existing >= rules.canisters {
            let message = format!("the subnet has its {} canisters", rules.canisters);
            return Err(failure(ErrorCode::MaxNumberOfCanistersReached, message));
        }
        let id = match wanted {
            Some(wanted) => self.make_room_for(wanted)?,
            None => CanisterId::on(self.id, self.canisters.len() as u32),
        };
        let controllers = change.controllers.clone().unwrap_or_else(|| vec![creator]);
        let rules = &self.profile.management;
        let mut canister = Canister::new(id, id.to_string().into(), controllers.into(), rules);
        canister.last_charge = self.round_start;
        canister.freezing_seconds = self.profile.limits.freezing_threshold_seconds;
        canister.reserved_cycles_limit = self.profile.limits.reserved_cycles;
        let controllers = canister.controllers.clone();
        match self.canisters.get_mut(id.local()) {
            Some(place) => {
                *place = canister;
                self.scheduler.forget(id.local());
            }
            None => self.canisters.push(canister),
        }
        self.apply_settings(id.local(), change);
        self.note_change(id.local(), origin, ChangeDetails::Creation { controllers });
        Ok(id)
    }

    /// Checks an id that was asked for, and keeps the numbers before it free for later.
    fn make_room_for(&mut self, wanted: Principal) -> Result<CanisterId, Failure> {
        let hosted = named(wanted).ok().filter(|id| id.subnet() == self.id);
        let id = hosted.ok_or_else(|| {
            let message = format!("Specified CanisterId {wanted} is not hosted by the subnet.");
            failure(ErrorCode::CanisterNotHostedBySubnet, message)
        })?;
        if self.canisters.get(id.local()).is_some_and(|canister| !canister.deleted) {
            let message = format!("Canister {id} is already installed");
            return Err(failure(ErrorCode::CanisterAlreadyInstalled, message));
        }
        for local in self.canisters.len()..id.local() {
            let free = CanisterId::on(self.id, local as u32);
            let rules = &self.profile.management;
            let mut canister = Canister::new(free, "".into(), Arc::from([]), rules);
            canister.deleted = true;
            canister.status = Status::Stopped;
            self.canisters.push(canister);
        }
        Ok(id)
    }

    /// `start_canister`: calls that wait for it to stop are told that it will not.
    pub(super) fn start_canister(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let place = self.subject(Method::StartCanister, call, used)?;
        let canister = &mut self.canisters[place];
        let waiting = std::mem::take(&mut canister.stop_calls);
        canister.status = Status::Running;
        canister.version += 1;
        let message = format!("Canister {} was started again", canister.id);
        for StopCall { call, .. } in waiting {
            self.answer(call, Err(failure(ErrorCode::CanisterStoppingCancelled, message.clone())));
        }
        Ok(empty_reply())
    }

    /// `stop_canister`: answered at once only if it has stopped already.
    pub(super) fn stop_canister(
        &mut self,
        call: &mut ManagementCall,
        used: &mut Used,
    ) -> Result<Verdict, Failure> {
        let place = self.subject(Method::StopCanister, call, used)?;
        let canister = &mut self.canisters[place];
        canister.version += 1;
        if canister.status == Status::Stopped {
            return Ok(Verdict::Reply(empty_reply()));
        }
        canister.status = Status::Stopping;
        let waiting = ManagementCall {
            origin: call.origin,
            method: call.method.clone(),
            arg: Arc::from([]),
            cycles: call.cycles.take(),
            charged_later: Bytes::ZERO,
        };
        canister.stop_calls.push(StopCall { call: waiting, since: self.round_start });
        Ok(Verdict::Wait)
    }

    /// At the end of a round: stopping canisters without open calls are stopped; who has waited too
    /// long for that is told so.
    pub(in crate::subnet) fn finish_stopping(&mut self) {
        let (now, patience) = (self.round_start, self.profile.management.stop_timeout);
        for place in self.canisters.awake_places() {
            let canister = &mut self.canisters[place];
            if canister.status != Status::Stopping {
                continue;
            }
            if canister.ready_to_stop() {
                canister.status = Status::Stopped;
                canister.version += 1;
                for StopCall { call, .. } in std::mem::take(&mut canister.stop_calls) {
                    self.answer(call, Ok(empty_reply()));
                }
                continue;
            }
            let late = |stop: &mut StopCall| now.since(stop.since) >= patience;
            let expired: Vec<StopCall> = canister.stop_calls.extract_if(.., late).collect();
            for StopCall { call, .. } in expired {
                let message = "Stop canister request timed out";
                self.answer(call, Err(failure(ErrorCode::StopCanisterRequestTimeout, message)));
            }
        }
    }

    /// `uninstall_code`.
    pub(super) fn uninstall_code(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: UninstallArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::UninstallCode, call, used)?;
        self.drop_code(place);
        let origin = Self::change_origin(call, args.sender_canister_version);
        self.note_change(place, origin, ChangeDetails::Uninstall);
        Ok(empty_reply())
    }

    /// `delete_canister`: the rest of its cycles is gone.
    pub(super) fn delete_canister(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let place = self.subject(Method::DeleteCanister, call, used)?;
        let canister = &mut self.canisters[place];
        let id = canister.id;
        if call.origin.caller() == id.principal() {
            let message = format!("Canister {id} cannot delete itself.");
            return Err(failure(ErrorCode::CanisterInvalidController, message));
        }
        if canister.status != Status::Stopped {
            let message = format!("Canister {id} must be stopped before it is deleted.");
            return Err(failure(ErrorCode::CanisterNotStopped, message));
        }
        if !canister.input.is_empty() || !canister.output.is_empty() {
            let message = format!("Canister {id} has messages in its queues");
            return Err(failure(ErrorCode::CanisterQueueNotEmpty, message));
        }
        canister.remove_code();
        canister.snapshots.clear();
        canister.deleted = true;
        let rest = canister.account.total();
        // The amount is the balance itself.
        let charge = Charge::Deletion { amount: rest };
        let _ = self.ledger.burn(&mut canister.account, rest, charge);
        Ok(empty_reply())
    }

    /// `deposit_cycles`: anybody may.
    pub(super) fn deposit_cycles(&mut self, call: &mut ManagementCall, used: &mut Used) -> Answer {
        let args: crate::management::CanisterIdRecord = decode(&call.arg)?;
        let place = self.place(args.canister_id, used)?;
        self.ledger.receive(call.cycles.take(), &mut self.canisters[place].account);
        Ok(empty_reply())
    }
}

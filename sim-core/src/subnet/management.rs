//! The management canister of a subnet: creating canisters, their code, their settings.
//!
//! Calls wait in the subnet's own queue and are executed in an iteration before the canisters.
//! After `rs/execution_environment/src/{execution_environment,canister_manager}.rs` of `dfinity/ic`.

use super::Subnet;
use crate::call_context::Origin;
use crate::canister::{Canister, Status};
use crate::execution::Installation;
use crate::fees::Charge;
use crate::id::{CanisterId, MessageId};
use crate::management::{
    CanisterSettings, Command, InstallMode, canister_id_reply, cycles, empty_reply,
};
use crate::message::{ManagementCall, ResponseMessage, outcome};
use crate::record::Event;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload, Reject, Response};
use crate::units::{Bytes, Instructions};
use ic_principal::Principal;
use std::sync::Arc;

/// What executing a management call came to.
enum Verdict {
    Answer(Result<Payload, Failure>),
    /// The answer comes later: a canister is stopping.
    Wait,
}

/// What a management call used.
#[derive(Clone, Copy, Default)]
struct Used {
    canister: Option<CanisterId>,
    instructions: Instructions,
    /// Of these, what counts against the round.
    round_instructions: Instructions,
}

impl Subnet {
    /// Executes waiting management calls. Returns the instructions that count against the round.
    pub(super) fn run_management(&mut self, iteration: u32) -> Instructions {
        let mut round = Instructions::ZERO;
        while let Some(call) = self.management.pop_front() {
            round += self.manage(call, iteration);
        }
        round
    }

    fn manage(&mut self, mut call: ManagementCall, iteration: u32) -> Instructions {
        let mut used = Used::default();
        let verdict = match Command::decode(&call.method, &call.arg) {
            Ok(command) => self.command(&mut call, command, &mut used),
            Err(failure) => Verdict::Answer(Err(failure)),
        };
        let event = Event::Managed {
            message: call.origin.message(),
            method: call.method.clone(),
            canister: used.canister,
            iteration,
            instructions: used.instructions,
            round_instructions: used.round_instructions,
        };
        self.record(self.clock, event);
        self.charge_later(&call, used.canister);
        if let Verdict::Answer(answer) = verdict {
            self.answer(call, answer);
        }
        used.round_instructions
    }

    /// A small change of settings is paid for after it ran, if the canister can.
    fn charge_later(&mut self, call: &ManagementCall, about: Option<CanisterId>) {
        let Some(canister) = about.and_then(|id| self.canisters.get_mut(id.local())) else {
            return;
        };
        let charge = Charge::Ingress { bytes: call.charged_later };
        let fee = self.fees.price(&charge);
        if !call.charged_later.is_zero() && canister.can_spend(fee) {
            // It was just checked that it can.
            let _ = self.ledger.burn(&mut canister.account, fee, charge);
        }
    }

    fn command(&mut self, call: &mut ManagementCall, command: Command, used: &mut Used) -> Verdict {
        let sender = call.origin.caller();
        if let Some(id) = subject(&command) {
            used.canister = Some(id);
            if let Err(failure) = self.check_controller(id, &sender, &command) {
                return Verdict::Answer(Err(failure));
            }
        }
        Verdict::Answer(match command {
            Command::ProvisionalCreate { cycles, settings } => {
                let cycles = cycles.unwrap_or(self.profile.limits.provisional_cycles);
                let created = self.new_canister(sender, &settings);
                let canister = &mut self.canisters[created.local()];
                canister.totals.given = cycles;
                self.ledger.mint(&mut canister.account, cycles);
                Ok(canister_id_reply(created))
            }
            Command::Create { settings } => self.create_for(call, sender, &settings),
            Command::Install { canister, mode, module, arg } => {
                self.install_code(canister, mode, &module, arg, sender, used)
            }
            Command::UpdateSettings { canister, settings } => {
                self.update_settings(canister, &settings)
            }
            Command::Start(id) => self.start_canister(id),
            Command::Stop(id) => return self.stop_canister(id, call),
            Command::Uninstall(id) => self.uninstall_code(id),
            Command::Delete(id) => self.delete_canister(id),
            Command::Status(id) => self.canister_status(id),
            Command::Deposit(id) => {
                let canister = &mut self.canisters[id.local()];
                self.ledger.receive(call.cycles.take(), &mut canister.account);
                Ok(empty_reply())
            }
        })
    }

    /// Everything but deposits is for controllers; the canister itself may ask for its status.
    fn check_controller(
        &self,
        id: CanisterId,
        sender: &Principal,
        command: &Command,
    ) -> Result<(), Failure> {
        let here = (id.subnet() == self.id).then(|| self.canisters.get(id.local())).flatten();
        let Some(canister) = here.filter(|canister| !canister.deleted) else {
            let message = format!("canister {id} does not exist");
            return Err(Failure { code: ErrorCode::CanisterNotFound, message });
        };
        let open = matches!(command, Command::Deposit(_))
            || matches!(command, Command::Status(_)) && *sender == id.principal();
        if open || canister.controllers.contains(sender) {
            return Ok(());
        }
        let message = format!("{sender} is no controller of canister {id}");
        Err(Failure { code: ErrorCode::CanisterInvalidController, message })
    }

    fn new_canister(&mut self, creator: Principal, settings: &CanisterSettings) -> CanisterId {
        let id = CanisterId::on(self.id, self.canisters.len() as u32);
        let controllers = settings.controllers.clone().unwrap_or_else(|| vec![creator]);
        let mut canister = Canister::new(id, id.to_string().into(), controllers.into());
        canister.last_charge = self.round_start;
        canister.freezing_seconds = self.profile.limits.freezing_threshold_seconds;
        canister.reserved_cycles_limit = self.profile.limits.reserved_cycles;
        apply_settings(&mut canister, settings);
        canister.note_controllers();
        canister.measure(&self.fees);
        self.canisters.push(canister);
        id
    }

    fn create_for(
        &mut self,
        call: &mut ManagementCall,
        sender: Principal,
        settings: &CanisterSettings,
    ) -> Result<Payload, Failure> {
        let fee = self.fees.canister_creation();
        let given = call.cycles.amount();
        if given < fee {
            let message = format!(
                "Creating a canister requires a fee of {fee} that is deducted from the canister's initial balance but only {given} cycles were received with the create_canister request."
            );
            let code = ErrorCode::InsufficientCyclesForCreateCanister;
            return Err(Failure { code, message });
        }
        let created = self.new_canister(sender, settings);
        let canister = &mut self.canisters[created.local()];
        canister.totals.given = given;
        self.ledger.receive(call.cycles.take(), &mut canister.account);
        // It was just given more than that.
        let _ = self.ledger.burn(&mut canister.account, fee, Charge::Creation);
        Ok(canister_id_reply(created))
    }

    fn install_code(
        &mut self,
        id: CanisterId,
        mode: InstallMode,
        module: &Payload,
        arg: Payload,
        sender: Principal,
        used: &mut Used,
    ) -> Result<Payload, Failure> {
        let runtime = self.runtime.clone();
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[id.local()];
        if mode == InstallMode::install && canister.code.is_some() {
            let message = format!("canister {id} is not empty");
            return Err(Failure { code: ErrorCode::CanisterNonEmpty, message });
        }
        let installation = Installation { mode, module, arg, sender };
        let outcome = executor.install_code(canister, &*runtime, installation);
        used.instructions = outcome.instructions;
        used.round_instructions = outcome.instructions;
        outcome.result?;
        canister.note_code_change();
        canister.install_code_debit += outcome.instructions;
        canister.measure(executor.fees);
        let (hash, cost) = outcome.compiled;
        if !self.compiled.insert(hash) {
            let divisor = self.profile.metering.recompile_divisor.max(1);
            let cheap = Instructions::new(cost.get() / divisor);
            used.round_instructions = outcome.instructions.saturating_sub(cost) + cheap;
        }
        Ok(empty_reply())
    }

    fn update_settings(
        &mut self,
        id: CanisterId,
        settings: &CanisterSettings,
    ) -> Result<Payload, Failure> {
        let canister = &mut self.canisters[id.local()];
        apply_settings(canister, settings);
        if settings.controllers.is_some() {
            canister.note_controllers();
        }
        canister.version += 1;
        canister.measure(&self.fees);
        Ok(empty_reply())
    }

    fn start_canister(&mut self, id: CanisterId) -> Result<Payload, Failure> {
        let canister = &mut self.canisters[id.local()];
        let waiting = std::mem::take(&mut canister.stop_calls);
        canister.status = Status::Running;
        canister.version += 1;
        for call in waiting {
            let message = format!("canister {id} was started again");
            let code = ErrorCode::CanisterStoppingCancelled;
            self.answer(call, Err(Failure { code, message }));
        }
        Ok(empty_reply())
    }

    fn stop_canister(&mut self, id: CanisterId, call: &mut ManagementCall) -> Verdict {
        let canister = &mut self.canisters[id.local()];
        if canister.status == Status::Stopped {
            return Verdict::Answer(Ok(empty_reply()));
        }
        canister.status = Status::Stopping;
        canister.version += 1;
        canister.stop_calls.push(ManagementCall {
            origin: call.origin,
            method: call.method.clone(),
            arg: Arc::from([]),
            cycles: call.cycles.take(),
            charged_later: Bytes::ZERO,
        });
        Verdict::Wait
    }

    /// At the end of a round: stopping canisters without open calls are stopped.
    pub(super) fn finish_stopping(&mut self) {
        for index in 0..self.canisters.len() {
            let canister = &mut self.canisters[index];
            if canister.status != Status::Stopping || !canister.ready_to_stop() {
                continue;
            }
            canister.status = Status::Stopped;
            canister.version += 1;
            for call in std::mem::take(&mut canister.stop_calls) {
                self.answer(call, Ok(empty_reply()));
            }
        }
    }

    fn uninstall_code(&mut self, id: CanisterId) -> Result<Payload, Failure> {
        self.drop_code(id.local());
        let canister = &mut self.canisters[id.local()];
        canister.note_code_change();
        canister.measure(&self.fees);
        Ok(empty_reply())
    }

    fn delete_canister(&mut self, id: CanisterId) -> Result<Payload, Failure> {
        let canister = &mut self.canisters[id.local()];
        if canister.status != Status::Stopped {
            let message = format!("canister {id} must be stopped before it is deleted");
            return Err(Failure { code: ErrorCode::CanisterNotStopped, message });
        }
        canister.remove_code();
        canister.deleted = true;
        let rest = canister.account.total();
        // The amount is the balance itself.
        let charge = Charge::Deletion { amount: rest };
        let _ = self.ledger.burn(&mut canister.account, rest, charge);
        Ok(empty_reply())
    }

    fn canister_status(&self, id: CanisterId) -> Result<Payload, Failure> {
        Ok(super::status::encode(&self.canisters[id.local()], &self.fees))
    }

    /// Answers a management call: a client at once, a canister through the loopback stream.
    pub(super) fn answer(&mut self, mut call: ManagementCall, answer: Result<Payload, Failure>) {
        let response = match answer {
            Ok(reply) => Response::Reply(reply),
            Err(Failure { code, message }) => {
                Response::Reject(Reject { code, message: message.into() })
            }
        };
        let Some(message) = call.origin.message() else { return };
        let answered = Event::Responded { message, outcome: outcome(&response) };
        self.record(self.clock, answered);
        self.deliver_answer(message, &mut call, response);
    }

    fn deliver_answer(
        &mut self,
        message: MessageId,
        call: &mut ManagementCall,
        response: Response,
    ) {
        match call.origin {
            Origin::Canister { caller, callback, .. } => {
                let refund = call.cycles.take();
                let callee = CanisterId::MANAGEMENT;
                let answer =
                    ResponseMessage { id: message, callee, caller, callback, response, refund };
                self.loopback.push_back(crate::message::CanisterMessage::Response(answer));
            }
            // Clients cannot attach cycles.
            Origin::Ingress { .. } | Origin::Task => self.answered.push((message, response)),
        }
    }
}

fn subject(command: &Command) -> Option<CanisterId> {
    match command {
        Command::ProvisionalCreate { .. } | Command::Create { .. } => None,
        Command::Install { canister, .. } | Command::UpdateSettings { canister, .. } => {
            Some(*canister)
        }
        Command::Start(id)
        | Command::Stop(id)
        | Command::Uninstall(id)
        | Command::Delete(id)
        | Command::Status(id)
        | Command::Deposit(id) => Some(*id),
    }
}

fn apply_settings(canister: &mut Canister, settings: &CanisterSettings) {
    if let Some(controllers) = &settings.controllers {
        canister.controllers = controllers.as_slice().into();
    }
    let whole = |nat: &Option<candid::Nat>| nat.clone().map(|nat| cycles(nat).get() as u64);
    if let Some(seconds) = whole(&settings.freezing_threshold) {
        canister.freezing_seconds = seconds;
    }
    if let Some(percent) = whole(&settings.compute_allocation) {
        canister.compute_allocation = percent.min(100);
    }
    if let Some(bytes) = whole(&settings.memory_allocation) {
        canister.memory_allocation = Bytes::new(bytes);
    }
    if let Some(limit) = settings.reserved_cycles_limit.clone() {
        canister.reserved_cycles_limit = cycles(limit);
    }
}

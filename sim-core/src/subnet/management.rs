//! What the management canister of a subnet does, one file for each family of methods.
//!
//! Calls wait in the subnet's own queue and are executed in an iteration before the canisters.
//! After `rs/execution_environment/src/{execution_environment,canister_manager}.rs` of `dfinity/ic`.

mod bitcoin;
mod chunks;
mod delayed;
mod info;
mod install;
mod lifecycle;
mod logs;
mod outcalls;
mod settings;
mod signing;
mod snapshot_data;
mod snapshots;
mod status;

pub(super) use delayed::Delayed;

use super::Subnet;
use super::round::Budget;
use crate::call_context::Origin;
use crate::canister::Canister;
use crate::canister::history::{ChangeDetails, ChangeOrigin};
use crate::fees::Charge;
use crate::id::{CanisterId, MessageId};
use crate::management::method::{Audience, Method};
use crate::management::{CanisterIdRecord, decode, named};
use crate::message::{CanisterMessage, ManagementCall, ResponseMessage, outcome};
use crate::record::Event;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload, Reject, Response};
use crate::units::Instructions;
use ic_principal::Principal;

/// What executing a management call came to.
enum Verdict {
    Reply(Payload),
    /// The answer comes later.
    Wait,
}

type Answer = Result<Payload, Failure>;

/// What a management call used.
#[derive(Clone, Copy, Default)]
struct Used {
    canister: Option<CanisterId>,
    instructions: Instructions,
    /// Of these, what counts against the round.
    round_instructions: Instructions,
}

impl Used {
    /// Instructions that were used and count against the round.
    fn spend(&mut self, instructions: Instructions) {
        self.instructions += instructions;
        self.round_instructions += instructions;
    }
}

fn failure(code: ErrorCode, message: impl Into<String>) -> Failure {
    Failure { code, message: message.into() }
}

impl Subnet {
    /// Executes waiting management calls as long as there is a budget for them. A call about a canister
    /// that is in the middle of something waits, and so does an install while another goes on.
    /// Returns the instructions that count against the round.
    pub(super) fn run_management(&mut self, iteration: u32, budget: &mut Budget) -> Instructions {
        let mut round = Instructions::ZERO;
        while !budget.is_used_up() {
            let Some(call) = self.next_management_call() else { break };
            let used = self.manage(call, iteration);
            budget.spend(used);
            round += used;
        }
        round
    }

    fn next_management_call(&mut self) -> Option<ManagementCall> {
        let canisters = &self.canisters;
        let own = self.id;
        let is_busy = |id: CanisterId| {
            let here = (id.subnet() == own).then(|| canisters.get(id.local())).flatten();
            here.is_some_and(Canister::is_in_progress)
        };
        let installing = canisters.awake().any(|(_, canister)| canister.installing.is_some());
        self.management.pop(|waiting| {
            let blocked = waiting.about.is_some_and(is_busy) || installing && waiting.is_install();
            !blocked
        })
    }

    fn manage(&mut self, mut call: ManagementCall, iteration: u32) -> Instructions {
        let mut used = Used::default();
        let verdict = self.dispatch(&mut call, &mut used);
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
        match verdict {
            Ok(Verdict::Wait) => used.round_instructions,
            Ok(Verdict::Reply(reply)) => {
                self.answer_when_done(call, used.canister, used.round_instructions, Ok(reply))
            }
            Err(failure) => {
                self.answer_when_done(call, used.canister, used.round_instructions, Err(failure))
            }
        }
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

    fn dispatch(&mut self, call: &mut ManagementCall, used: &mut Used) -> Result<Verdict, Failure> {
        let method = Method::named(&call.method).ok_or_else(|| {
            let message = format!("Management canister has no method '{}'", call.method);
            failure(ErrorCode::CanisterMethodNotFound, message)
        })?;
        let is_canister = matches!(call.origin, Origin::Canister { .. });
        match method.audience() {
            Audience::Queries => return Err(not_callable(&call.method)),
            Audience::Canisters if !is_canister => return Err(not_callable(&call.method)),
            _ => {}
        }
        self.execute_method(method, call, used)
    }

    fn execute_method(
        &mut self,
        method: Method,
        call: &mut ManagementCall,
        used: &mut Used,
    ) -> Result<Verdict, Failure> {
        let reply = match method {
            Method::CreateCanister => self.create_canister(call),
            Method::ProvisionalCreate => self.provisional_create(call),
            Method::ProvisionalTopUp => self.provisional_top_up(call, used),
            Method::UpdateSettings => self.update_settings(call, used),
            Method::InstallCode => self.install_code(call, used),
            Method::InstallChunkedCode => self.install_chunked_code(call, used),
            Method::UploadChunk => self.upload_chunk(call, used),
            Method::StoredChunks => self.stored_chunks(call, used),
            Method::ClearChunkStore => self.clear_chunk_store(call, used),
            Method::UninstallCode => self.uninstall_code(call, used),
            Method::StartCanister => self.start_canister(call, used),
            Method::StopCanister => return self.stop_canister(call, used),
            Method::DeleteCanister => self.delete_canister(call, used),
            Method::DepositCycles => self.deposit_cycles(call, used),
            Method::CanisterStatus => self.canister_status(call, used),
            Method::CanisterMetrics => self.canister_metrics(call, used),
            Method::CanisterInfo => self.canister_info(call, used),
            Method::CanisterMetadata => self.canister_metadata(call, used),
            Method::NodeMetricsHistory => self.node_metrics_history(call),
            Method::SubnetInfo => self.subnet_info(call),
            Method::TakeSnapshot => self.take_snapshot(call, used),
            Method::LoadSnapshot => self.load_snapshot(call, used),
            Method::ListSnapshots => self.list_snapshots(call, used),
            Method::DeleteSnapshot => self.delete_snapshot(call, used),
            Method::ReadSnapshotMetadata => self.read_snapshot_metadata(call, used),
            Method::ReadSnapshotData => self.read_snapshot_data(call, used),
            Method::UploadSnapshotMetadata => self.upload_snapshot_metadata(call, used),
            Method::UploadSnapshotData => self.upload_snapshot_data(call, used),
            _ => return self.execute_outside(method, call),
        }?;
        Ok(Verdict::Reply(reply))
    }

    /// Methods that ask something outside the subnet's own state.
    fn execute_outside(
        &mut self,
        method: Method,
        call: &mut ManagementCall,
    ) -> Result<Verdict, Failure> {
        match method {
            Method::RawRand => self.raw_rand(call),
            Method::HttpRequest => self.http_request(call),
            Method::EcdsaPublicKey => self.ecdsa_public_key(call).map(Verdict::Reply),
            Method::SchnorrPublicKey => self.schnorr_public_key(call).map(Verdict::Reply),
            Method::VetkdPublicKey => self.vetkd_public_key(call).map(Verdict::Reply),
            Method::SignWithEcdsa => self.sign_with_ecdsa(call),
            Method::SignWithSchnorr => self.sign_with_schnorr(call),
            Method::VetkdDeriveKey => self.vetkd_derive_key(call),
            Method::BitcoinGetBalance
            | Method::BitcoinGetUtxos
            | Method::BitcoinGetCurrentFeePercentiles
            | Method::BitcoinGetBlockHeaders
            | Method::BitcoinSendTransaction => self.bitcoin(method, call),
            _ => Err(failure(
                ErrorCode::CanisterContractViolation,
                format!("{} can be called by the NNS only", call.method),
            )),
        }
    }

    /// The canister that the one argument of a call names, if its sender may make the call.
    fn subject(
        &self,
        method: Method,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Result<usize, Failure> {
        let args: CanisterIdRecord = decode(&call.arg)?;
        self.controlled(args.canister_id, method, call, used)
    }

    /// The place of a canister that the sender of a call controls, or is if the method allows that.
    fn controlled(
        &self,
        canister: Principal,
        method: Method,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Result<usize, Failure> {
        let place = self.place(canister, used)?;
        let (canister, sender) = (&self.canisters[place], call.origin.caller());
        let itself = method.open_to_itself() && sender == canister.id.principal();
        if itself || canister.controllers.contains(&sender) {
            return Ok(place);
        }
        let message = format!("{sender} is no controller of canister {}", canister.id);
        Err(failure(ErrorCode::CanisterInvalidController, message))
    }

    /// The place of a canister that exists.
    fn place(&self, canister: Principal, used: &mut Used) -> Result<usize, Failure> {
        let id = named(canister)?;
        let here = (id.subnet() == self.id).then(|| self.canisters.get(id.local())).flatten();
        if here.is_none_or(|canister| canister.deleted) {
            let message = format!("Canister {id} not found.");
            return Err(failure(ErrorCode::CanisterNotFound, message));
        }
        used.canister = Some(id);
        Ok(id.local())
    }

    /// Who a change on behalf of a call is recorded under.
    fn change_origin(call: &ManagementCall, version: Option<u64>) -> ChangeOrigin {
        let canister = call.origin.caller();
        match call.origin {
            Origin::Canister { .. } => ChangeOrigin::Canister { canister, version },
            Origin::Ingress { .. } | Origin::Task => ChangeOrigin::User(canister),
        }
    }

    /// Records a change of a canister and measures it.
    fn note_change(&mut self, place: usize, origin: ChangeOrigin, details: ChangeDetails) {
        let (at, keep) = (self.unix_time(), self.profile.management.recorded_changes);
        let canister = &mut self.canisters[place];
        canister.note(at, origin, details, keep);
        canister.measure(&self.fees);
    }

    /// Answers a management call: a client at once, a canister through a stream.
    pub(super) fn answer(&mut self, mut call: ManagementCall, answer: Answer) {
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
                let answer = ResponseMessage {
                    id: message,
                    callee,
                    caller,
                    callback,
                    response,
                    refund,
                    deadline: None,
                };
                self.management_output.push(CanisterMessage::Response(answer));
            }
            // Clients cannot attach cycles.
            Origin::Ingress { .. } | Origin::Task => self.answered.push((message, response)),
        }
    }
}

fn not_callable(method: &str) -> Failure {
    failure(
        ErrorCode::CanisterRejectedMessage,
        format!("Only canisters can call ic00 method {method}"),
    )
}

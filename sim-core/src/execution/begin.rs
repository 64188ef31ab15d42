//! Taking a canister's next work: checks, prepayment, and the task to run.

use super::{Executor, Job};
use crate::call_context::{CallContextId, Callback, Origin};
use crate::canister::low_memory::LowMemoryHook;
use crate::canister::{Canister, Status, SystemTask};
use crate::fees::Charge;
use crate::id::{CanisterId, MessageId};
use crate::ledger::{Attached, Prepaid};
use crate::message::{CanisterMessage, ResponseMessage};
use crate::queues::Input;
use crate::record::{EntryKind, Event};
use crate::reject::ErrorCode;
use crate::runtime::{
    CanisterStatus, Entry, Failure, InstructionLimits, Payload, Reject, Response, Surroundings,
    Task,
};
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles, Instructions};
use ic_principal::Principal;
use std::collections::BTreeMap;
use std::sync::Arc;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A call as it came in.
struct IncomingCall {
    method: Arc<str>,
    arg: Payload,
    /// Seconds since 1970.
    deadline: Option<u64>,
}

impl Executor<'_> {
    /// The next work of a canister, ready to run. Work that fails before it could run has been
    /// answered and gives `None`.
    pub(super) fn next_job(&mut self, canister: &mut Canister) -> Option<Job> {
        if canister.hook == LowMemoryHook::Ready && canister.status == Status::Running {
            canister.hook = LowMemoryHook::Executed;
            if let Some(job) = self.begin_task(canister, SystemTask::OnLowWasmMemory) {
                return Some(job);
            }
        }
        if let Some(task) = canister.tasks.pop_front() {
            return self.begin_task(canister, task);
        }
        match canister.input.pop()? {
            Input::Ingress(ingress) => {
                let origin = Origin::Ingress { message: ingress.id, sender: ingress.sender };
                let cycles = Attached::default();
                let call =
                    IncomingCall { method: ingress.method, arg: ingress.arg, deadline: None };
                self.begin_call(canister, origin, call, cycles)
            }
            Input::Canister(CanisterMessage::Request(request)) => {
                let origin = Origin::Canister {
                    message: request.id,
                    caller: request.caller,
                    callback: request.callback,
                };
                let (method, arg, deadline) = (request.method, request.arg, request.deadline);
                let call = IncomingCall { method, arg, deadline };
                self.begin_call(canister, origin, call, request.cycles)
            }
            Input::Canister(CanisterMessage::Response(response)) => {
                self.begin_callback(canister, response)
            }
        }
    }

    /// A task whose canister cannot pay for it is skipped without a trace.
    fn begin_task(&mut self, canister: &mut Canister, task: SystemTask) -> Option<Job> {
        if task == SystemTask::GlobalTimer {
            canister.timer = None;
        }
        let limit = self.profile.limits.message_instructions;
        let hold = self.prepay(canister, limit).ok()?;
        let context = canister.calls.open(Origin::Task, Attached::default(), None);
        let (kind, entry) = match task {
            SystemTask::Heartbeat => (EntryKind::Heartbeat, Entry::Heartbeat),
            SystemTask::GlobalTimer => (EntryKind::GlobalTimer, Entry::GlobalTimer),
            SystemTask::OnLowWasmMemory => (EntryKind::OnLowWasmMemory, Entry::OnLowWasmMemory),
        };
        Some(self.job(canister, kind, context, hold, limit, entry))
    }

    fn begin_call(
        &mut self,
        canister: &mut Canister,
        origin: Origin,
        call: IncomingCall,
        cycles: Attached,
    ) -> Option<Job> {
        let context = canister.calls.open(origin, cycles, call.deadline);
        match self.prepare_call(canister, context, call) {
            Ok(job) => Some(job),
            Err(failure) => {
                self.record_refusal(canister, origin.message(), EntryKind::Update, failure.code);
                self.reject(canister, context, failure);
                self.close_if_done(canister, context);
                None
            }
        }
    }

    /// What fails before it runs counts as an execution of no instructions.
    fn record_refusal(
        &mut self,
        canister: &mut Canister,
        message: Option<MessageId>,
        entry: EntryKind,
        code: ErrorCode,
    ) {
        canister.totals.executions += 1;
        canister.totals.failures += 1;
        let event = Event::Executed {
            message,
            canister: canister.id,
            entry,
            iteration: self.place.iteration,
            thread: self.place.thread,
            instructions: Instructions::ZERO,
            duration: SimDuration::ZERO,
            cost: Cycles::ZERO,
            balance: canister.account.balance(),
            heap_delta: Bytes::ZERO,
            resumed: false,
            failure: Some(code),
        };
        self.record(self.place.clock, event);
    }

    fn prepare_call(
        &mut self,
        canister: &mut Canister,
        context: CallContextId,
        call: IncomingCall,
    ) -> Result<Job, Failure> {
        let IncomingCall { method, arg, deadline } = call;
        if deadline.is_some_and(|deadline| deadline < self.batch_time / NANOS_PER_SECOND) {
            let message = "the call was not executed before its deadline".to_owned();
            return Err(failure(ErrorCode::DeadlineExpired, message));
        }
        // Paying comes first: a canister that cannot says so, whatever else is wrong.
        self.check_solvent(canister, self.profile.limits.message_instructions)?;
        let Some(code) = &canister.code else {
            return Err(failure(
                ErrorCode::CanisterWasmModuleNotFound,
                format!("canister {} has no code", canister.id),
            ));
        };
        let heap = code.instance.memory().heap;
        let exports = code.program.exports();
        let limits = &self.profile.limits;
        let (kind, limit, entry) = if exports.queries.contains(&*method) {
            let entry = Entry::ReplicatedQuery { method, arg };
            (EntryKind::ReplicatedQuery, limits.query_instructions, entry)
        } else if exports.updates.contains(&*method) {
            (EntryKind::Update, limits.message_instructions, Entry::Update { method, arg })
        } else if exports.composite_queries.contains(&*method) {
            let message = format!("`{method}` is a composite query, which only clients can call");
            return Err(failure(ErrorCode::CompositeQueryCalledInReplicatedMode, message));
        } else {
            return Err(self.method_not_found(canister, &method));
        };
        if kind == EntryKind::Update {
            check_wasm_memory(canister, heap)?;
        }
        self.check_attached(canister, context)?;
        let hold = self.prepay(canister, limit)?;
        Ok(self.job(canister, kind, context, hold, limit, entry))
    }

    /// Whether a call from another canister carries as many cycles as the settings ask for.
    fn check_attached(&self, canister: &Canister, context: CallContextId) -> Result<(), Failure> {
        let least = canister.options.minimum_incoming_cycles;
        let Some(context) = canister.calls.get(context) else { return Ok(()) };
        let (given, caller) = (context.available.amount(), context.origin.caller());
        let from_canister = matches!(context.origin, Origin::Canister { .. });
        if !from_canister || caller == canister.id.principal() || given >= least {
            return Ok(());
        }
        let message = format!(
            "canister {} takes calls that carry at least {least} cycles; this one carries {given}",
            canister.id
        );
        Err(failure(ErrorCode::InsufficientCyclesInCall, message))
    }

    /// A call to a method that does not exist costs the base fee.
    fn method_not_found(&mut self, canister: &mut Canister, method: &str) -> Failure {
        match self.prepay(canister, self.profile.limits.message_instructions) {
            Err(failure) => failure,
            Ok(hold) => {
                let limit = self.profile.limits.message_instructions;
                self.settle_execution(canister, hold, limit, Instructions::ZERO);
                let message = format!("canister {} has no method `{method}`", canister.id);
                failure(ErrorCode::CanisterMethodNotFound, message)
            }
        }
    }

    /// Takes a callback's turn: what came back is booked, and if there is still code to answer to,
    /// the callback that was paid for when the call was made runs.
    fn begin_callback(&mut self, canister: &mut Canister, message: ResponseMessage) -> Option<Job> {
        let refunded = message.refund.amount();
        let Some(callback) = canister.calls.unregister(message.callback) else {
            self.give_back_late(canister, message.refund);
            return None;
        };
        self.ledger.receive(message.refund, &mut canister.account);
        let bytes = message.response.payload_bytes();
        let transmission = self.fees.response_transmission(bytes);
        let (kind, entry) = callback_entry(&callback, message.response);
        self.ledger.settle(
            callback.response_hold,
            transmission,
            Charge::Response { bytes },
            &mut canister.account,
        );
        let context = canister.calls.get(callback.context);
        if canister.code.is_none() || context.is_none_or(|context| context.deleted) {
            self.drop_callback(canister, callback.context, callback.execution_hold);
            let code = ErrorCode::CanisterWasmModuleNotFound;
            self.record_refusal(canister, Some(message.id), kind, code);
            return None;
        }
        let limits = &self.profile.limits;
        let whole = limits.message_instructions;
        let reserved = whole.get() / 100 * limits.cleanup_reserve_percent;
        let mut hold = callback.execution_hold;
        // The code may have another width of memory than when it made the call.
        let price = canister.prices(self.fees).execution(whole);
        if self.ledger.adjust(&mut hold, price, &mut canister.account).is_err() {
            let failure = self.out_of_cycles(canister, price);
            self.record_refusal(canister, Some(message.id), kind, failure.code);
            self.settle_execution(canister, hold, whole, Instructions::ZERO);
            self.conclude(canister, callback.context, Some(failure));
            return None;
        }
        let mut job = self.job(canister, kind, callback.context, hold, whole, entry);
        job.message = Some(message.id);
        job.cleanup = callback.on_cleanup;
        job.task.limits.message = whole.saturating_sub(Instructions::new(reserved));
        job.task.surroundings.cycles_refunded = refunded;
        Some(job)
    }

    /// The caller of a best-effort call has been told already that its time is over: what comes
    /// back after that is lost, or sent after it as a refund, by era.
    fn give_back_late(&mut self, canister: &mut Canister, refund: Attached) {
        match self.profile.limits.dropped_cycles_refunded {
            true => self.ledger.receive(refund, &mut canister.account),
            false => self.ledger.drop_attached(refund, canister.id),
        }
    }

    fn drop_callback(&mut self, canister: &mut Canister, context: CallContextId, hold: Prepaid) {
        let limit = self.profile.limits.message_instructions;
        self.settle_execution(canister, hold, limit, Instructions::ZERO);
        self.close_if_done(canister, context);
    }

    /// Puts the price of `limit` instructions aside.
    pub(super) fn prepay(
        &mut self,
        canister: &mut Canister,
        limit: Instructions,
    ) -> Result<Prepaid, Failure> {
        let price = canister.prices(self.fees).execution(limit);
        self.prepay_price(canister, price)
    }

    /// Puts `price` aside, if that leaves the freezing threshold.
    pub(super) fn prepay_price(
        &mut self,
        canister: &mut Canister,
        price: Cycles,
    ) -> Result<Prepaid, Failure> {
        self.check_can_spend(canister, price)?;
        self.ledger
            .prepay(&mut canister.account, price)
            .map_err(|_| self.out_of_cycles(canister, price))
    }

    /// Whether the price of `limit` instructions is there above the freezing threshold.
    fn check_solvent(&self, canister: &Canister, limit: Instructions) -> Result<(), Failure> {
        self.check_can_spend(canister, canister.prices(self.fees).execution(limit))
    }

    fn check_can_spend(&self, canister: &Canister, price: Cycles) -> Result<(), Failure> {
        match canister.can_spend(price) {
            true => Ok(()),
            false => Err(self.out_of_cycles(canister, price)),
        }
    }

    fn out_of_cycles(&self, canister: &Canister, price: Cycles) -> Failure {
        let message = format!(
            "canister {} is out of cycles: {price} cycles on top of its freezing threshold are needed",
            canister.id
        );
        failure(ErrorCode::CanisterOutOfCycles, message)
    }

    /// A job that may use all that `hold` pays for.
    pub(super) fn job(
        &self,
        canister: &Canister,
        kind: EntryKind,
        context: CallContextId,
        hold: Prepaid,
        limit: Instructions,
        entry: Entry,
    ) -> Job {
        let slice = match kind {
            EntryKind::ReplicatedQuery | EntryKind::Cleanup => limit,
            _ => limit.min(self.profile.limits.slice_instructions),
        };
        let origin = canister.calls.get(context).map(|context| context.origin);
        let task = Task {
            entry,
            surroundings: self.surroundings(canister, context),
            limits: InstructionLimits { message: limit, slice },
        };
        Job {
            kind,
            message: origin.and_then(|origin| origin.message()),
            context,
            hold,
            limit,
            cleanup: None,
            failed_callback: None,
            task,
            aborted: false,
            resumed: false,
        }
    }

    /// What the canister sees of the world while it works under `context`.
    fn surroundings(&self, canister: &Canister, context: CallContextId) -> Surroundings {
        let mut view = self.plain_surroundings(canister);
        if let Some(context) = canister.calls.get(context) {
            view.caller = context.origin.caller();
            view.cycles_available = context.available.amount();
            view.responded = context.responded;
            view.deadline = context.deadline;
            view.call_context_instructions = context.instructions;
        }
        view
    }

    /// What a canister sees of the world outside any call.
    pub(crate) fn plain_surroundings(&self, canister: &Canister) -> Surroundings {
        Surroundings {
            canister: canister.id,
            subnet: self.subnet,
            controllers: canister.controllers.clone(),
            status: match canister.status {
                Status::Running => CanisterStatus::Running,
                Status::Stopping => CanisterStatus::Stopping,
                Status::Stopped => CanisterStatus::Stopped,
            },
            global_timer: canister.timer.unwrap_or(0),
            environment: canister.options.environment.clone(),
            composite: false,
            data_certificate: None,
            caller: Principal::management_canister(),
            time: self.batch_time,
            balance: canister.account.balance(),
            freezing_threshold: canister.freezing_threshold(),
            freezing_seconds: canister.freezing_seconds,
            wasm_memory_limit: Some(canister.options.wasm_memory_limit)
                .filter(|limit| !limit.is_zero()),
            idle: canister.idle_use(),
            spare_allocation: canister.spare_allocation(),
            memory_room: self.memory_room(canister),
            reserved: canister.account.reserved(),
            reserved_limit: canister.reserved_cycles_limit,
            storage: self.storage,
            cycles_available: Cycles::ZERO,
            cycles_refunded: Cycles::ZERO,
            responded: true,
            version: canister.version,
            call_context_instructions: Instructions::ZERO,
            deadline: 0,
            fees: canister.prices(self.fees).clone(),
            busy_queues: self.busy_queues(canister),
            log_room: canister.options.log_limit,
        }
    }

    /// Memory that a canister's allocation, where it is a cap, and its subnet leave it.
    fn memory_room(&self, canister: &Canister) -> Bytes {
        let spare = canister.spare_allocation();
        match self.profile.management.allocation_caps && !canister.memory_allocation.is_zero() {
            true => spare,
            false => spare + self.storage.room(),
        }
    }

    /// Slots are taken by unanswered calls, and by requests that timed out behind an older message.
    fn busy_queues(&self, canister: &Canister) -> Arc<[(CanisterId, u64)]> {
        let capacity = self.profile.limits.queue_capacity;
        let mut used: BTreeMap<_, _> = canister.calls.waiting().collect();
        for (receiver, slots) in canister.output.taken_slots().filter(|(_, slots)| *slots > 0) {
            let entry = used.entry(receiver).or_default();
            *entry = slots.max(*entry);
        }
        used.into_iter().map(|(callee, used)| (callee, capacity.saturating_sub(used))).collect()
    }
}

/// Updates are refused while the heap exceeds its limit.
fn check_wasm_memory(canister: &Canister, heap: Bytes) -> Result<(), Failure> {
    let limit = canister.options.wasm_memory_limit;
    if limit.is_zero() || heap <= limit {
        return Ok(());
    }
    let message = format!("the heap of {heap} bytes exceeds its limit of {limit} bytes");
    Err(failure(ErrorCode::CanisterWasmMemoryLimitExceeded, message))
}

pub(super) fn failure(code: ErrorCode, message: String) -> Failure {
    Failure { code, message }
}

fn callback_entry(callback: &Callback, response: Response) -> (EntryKind, Entry) {
    match response {
        Response::Reply(reply) => {
            (EntryKind::ReplyCallback, Entry::ReplyCallback { closure: callback.on_reply, reply })
        }
        Response::Reject(reject) => (
            EntryKind::RejectCallback,
            Entry::RejectCallback { closure: callback.on_reject, reject },
        ),
    }
}

/// A failure as its caller sees it.
pub(crate) fn reject_of(failure: Failure) -> Reject {
    Reject { code: failure.code, message: failure.message.into() }
}

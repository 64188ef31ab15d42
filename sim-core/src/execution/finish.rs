//! Ending an execution: its effects are applied or dropped, its price is settled, its call is
//! answered if nobody else can.

use super::begin::{failure, reject_of};
use super::{Executor, Job};
use crate::call_context::{CallContextId, Callback, Origin};
use crate::canister::Canister;
use crate::fees::Charge;
use crate::id::CanisterId;
use crate::ledger::Prepaid;
use crate::management::route_management;
use crate::message::{CanisterMessage, Request, ResponseMessage, outcome};
use crate::record::{EntryKind, Event};
use crate::reject::ErrorCode;
use crate::runtime::{Effects, Entry, Failure, Finished, OutgoingCall, Response};
use crate::time::SimTime;
use crate::units::{Bytes, Cycles, Instructions};

/// What an execution used.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    /// Of all its slices.
    instructions: Instructions,
    /// Of the callback before it, if it is a cleanup.
    earlier: Instructions,
    /// Of its last slice.
    slice: Instructions,
    heap_delta: Bytes,
}

/// Memory that a success changed, in bytes of whole pages.
fn heap_delta(job: &Job, finished: &Finished) -> Bytes {
    match &finished.outcome {
        Ok(effects) if job.kind != EntryKind::ReplicatedQuery => {
            Bytes::new(effects.dirty_pages.saturating_mul(4_096))
        }
        _ => Bytes::ZERO,
    }
}

impl Executor<'_> {
    /// Ends a job and returns the instructions of its last slice, or slices if a cleanup follows.
    pub(super) fn finish(
        &mut self,
        canister: &mut Canister,
        mut job: Job,
        finished: Finished,
    ) -> Instructions {
        canister.pay_postponed(self.fees, self.ledger);
        let slice = finished.slice_instructions;
        let heap_delta = heap_delta(&job, &finished);
        let end = self.place.clock + self.duration(slice);
        self.log(canister, finished.log, end);
        let applied = self.apply_or_drop(canister, &job, finished.outcome, end);
        let own = applied.as_ref().err().map(|failure| failure.code);
        let used =
            Used { instructions: finished.instructions, slice, heap_delta, ..Used::default() };
        match (job.failed_callback.take(), applied) {
            // A cleanup changes nothing about why its callback failed.
            (Some((failure, earlier)), _) => {
                self.settle(canister, job, Used { earlier, ..used }, own, Some(failure));
            }
            (None, Err(failure)) if job.cleanup.is_some() => {
                return slice + self.clean_up(canister, job, failure, used);
            }
            (None, applied) => self.settle(canister, job, used, own, applied.err()),
        }
        slice
    }

    /// Appends what was printed to the canister's log.
    pub(super) fn log(&mut self, canister: &mut Canister, lines: Vec<Box<[u8]>>, end: SimTime) {
        let room = canister.options.log_limit;
        for line in lines {
            canister.log.push(self.batch_time, &line, room);
            self.record(end, Event::Printed { canister: canister.id, line });
        }
    }

    /// A job whose code is gone: only what it costs to say so.
    pub(crate) fn lose(&mut self, canister: &mut Canister, job: Job) -> Instructions {
        canister.pay_postponed(self.fees, self.ledger);
        let message = format!("canister {} has no code any more", canister.id);
        let failure = failure(ErrorCode::CanisterWasmModuleNotFound, message);
        self.settle(canister, job, Used::default(), Some(failure.code), Some(failure));
        Instructions::ZERO
    }

    /// After a callback failed: its cleanup runs on what was kept back for it.
    fn clean_up(
        &mut self,
        canister: &mut Canister,
        mut job: Job,
        failure: Failure,
        used: Used,
    ) -> Instructions {
        self.record_execution(canister, &job, used, Cycles::ZERO, Some(failure.code));
        self.place.clock = self.place.clock + self.duration(used.slice);
        let used = used.instructions;
        if let Some(closure) = job.cleanup.take() {
            job.task.entry = Entry::Cleanup { closure };
        }
        let left = job.limit.saturating_sub(used);
        job.kind = EntryKind::Cleanup;
        job.task.limits.message = left;
        job.task.limits.slice = left;
        job.failed_callback = Some((failure, used));
        self.start(canister, job)
    }

    /// Settles the price, records the execution with its `own` failure, and concludes the call with
    /// the `failure` it may have come to.
    fn settle(
        &mut self,
        canister: &mut Canister,
        mut job: Job,
        used: Used,
        own: Option<ErrorCode>,
        failure: Option<Failure>,
    ) {
        let all = used.instructions + used.earlier;
        let hold = std::mem::take(&mut job.hold);
        let cost = self.settle_execution(canister, hold, job.limit, all);
        self.record_execution(canister, &job, used, cost, own);
        canister.heap_delta_debit += used.heap_delta;
        canister.totals.instructions += all;
        if let Some(context) = canister.calls.get_mut(job.context) {
            context.instructions += all;
        }
        self.conclude(canister, job.context, failure);
    }

    /// Pays for an execution that used `used` of the `limit` that was prepaid.
    pub(super) fn settle_execution(
        &mut self,
        canister: &mut Canister,
        hold: Prepaid,
        limit: Instructions,
        used: Instructions,
    ) -> Cycles {
        let charge = Charge::Execution { limit, used, wasm64: canister.is_wasm64() };
        let price = self.fees.price(&charge);
        self.ledger.settle(hold, price, charge, &mut canister.account)
    }

    fn record_execution(
        &mut self,
        canister: &mut Canister,
        job: &Job,
        used: Used,
        cost: Cycles,
        failure: Option<ErrorCode>,
    ) {
        canister.totals.executions += 1;
        canister.totals.failures += u64::from(failure.is_some());
        let event = Event::Executed {
            message: job.message,
            canister: canister.id,
            entry: job.kind,
            iteration: self.place.iteration,
            thread: self.place.thread,
            instructions: used.instructions,
            duration: self.duration(used.slice),
            cost,
            balance: canister.account.balance(),
            heap_delta: used.heap_delta,
            resumed: job.resumed,
            failure,
        };
        self.record(self.place.clock, event);
    }

    /// Applies a successful task's effects; whatever failed leaves nothing behind.
    fn apply_or_drop(
        &mut self,
        canister: &mut Canister,
        job: &Job,
        outcome: Result<Effects, Failure>,
        end: SimTime,
    ) -> Result<(), Failure> {
        let effects = outcome?;
        let affordable = self.check_affordable(canister, job, &effects);
        if let Some(code) = &mut canister.code {
            match (&affordable, job.kind) {
                (Ok(()), kind) if kind != EntryKind::ReplicatedQuery => code.instance.commit(),
                _ => code.instance.rollback(),
            }
        }
        affordable?;
        if job.kind != EntryKind::ReplicatedQuery {
            canister.version += 1;
            canister.measure(self.fees);
        }
        self.apply(canister, job, effects, end);
        Ok(())
    }

    /// The balance may have fallen since the task began (it may have paused for rounds), so what
    /// it spends is checked against what there is now.
    fn check_affordable(
        &self,
        canister: &Canister,
        job: &Job,
        effects: &Effects,
    ) -> Result<(), Failure> {
        let prices = canister.prices(self.fees);
        let spent = |call: &OutgoingCall| call.cycles + prices.call_hold(request_bytes(call));
        let removed: Cycles = effects.calls.iter().map(spent).sum::<Cycles>()
            + effects.cycles_burned
            + effects.cycles_reserved;
        let context = canister.calls.get(job.context);
        let available = context.map_or(Cycles::ZERO, |context| context.available.amount());
        let accepted = effects.cycles_accepted.min(available);
        let added = accepted + effects.cycles_minted;
        let after = (canister.account.balance() + added).checked_sub(removed);
        let is_callback = matches!(job.kind, EntryKind::ReplyCallback | EntryKind::RejectCallback);
        let floor = if is_callback { Cycles::ZERO } else { canister.freezing_threshold() };
        match after {
            Some(after) if removed.is_zero() || after >= floor => Ok(()),
            _ => {
                let message =
                    format!("canister {} is out of cycles at the end of an execution", canister.id);
                let code = match is_callback {
                    true => ErrorCode::CanisterContractViolation,
                    false => ErrorCode::CanisterOutOfCycles,
                };
                Err(failure(code, message))
            }
        }
    }

    fn apply(&mut self, canister: &mut Canister, job: &Job, effects: Effects, end: SimTime) {
        if let Some(context) = canister.calls.get_mut(job.context) {
            let accepted = context.available.split(effects.cycles_accepted);
            self.ledger.receive(accepted, &mut canister.account);
        }
        if !effects.cycles_minted.is_zero() {
            self.ledger.mint(&mut canister.account, effects.cycles_minted);
        }
        // All were checked to be affordable.
        let burned = effects.cycles_burned;
        if !burned.is_zero() {
            let charge = Charge::Burn { amount: burned };
            let _ = self.ledger.burn(&mut canister.account, burned, charge);
        }
        let _ = self.ledger.reserve(&mut canister.account, effects.cycles_reserved);
        for call in effects.calls {
            self.send(canister, job, call, end);
        }
        if let Some(time) = effects.global_timer {
            canister.timer = (time != 0).then_some(time);
        }
        if let Some(data) = effects.certified_data {
            canister.certified_data = data;
        }
        if let Some(response) = effects.response {
            self.respond(canister, job.context, response, end);
        }
    }

    /// Puts a call into the output queue. Request transmission is burned now; the largest response
    /// and the callback are put aside. A call that cannot be paid is not made: the check before
    /// [`Self::apply`] rules that out.
    fn send(&mut self, canister: &mut Canister, job: &Job, call: OutgoingCall, end: SimTime) {
        let bytes = request_bytes(&call);
        let prepayment = canister.prices(self.fees).execution_prepayment();
        let account = &mut canister.account;
        let charge = Charge::Request { bytes };
        let transmission = self.fees.price(&charge);
        // The caller of `apply` has checked that everything it sends can be paid.
        let Ok(()) = self.ledger.burn(account, transmission, charge) else { return };
        let response_hold = self.ledger.prepay(account, self.fees.largest_response());
        let execution_hold = self.ledger.prepay(account, prepayment);
        let cycles = self.ledger.attach(account, call.cycles);
        let message = self.messages.next();
        let event = Event::Called {
            message,
            parent: job.message,
            caller: canister.id,
            callee: call.callee,
            method: call.method.clone(),
            bytes,
            cycles: call.cycles,
        };
        self.record(end, event);
        self.content(&call.arg);
        canister.totals.calls += 1;
        let now = self.batch_time / 1_000_000_000;
        let deadline = call.timeout.map(|seconds| now.saturating_add(u64::from(seconds)));
        let callback = canister.calls.register(Callback {
            context: job.context,
            callee: call.callee,
            on_reply: call.on_reply,
            on_reject: call.on_reject,
            on_cleanup: call.on_cleanup,
            response_hold: response_hold.unwrap_or_default(),
            execution_hold: execution_hold.unwrap_or_default(),
            deadline: deadline.map(|deadline| (message, deadline)),
        });
        let request = Request {
            id: message,
            caller: canister.id,
            callee: CanisterId::called(&call.callee),
            method: call.method,
            arg: call.arg,
            cycles: cycles.unwrap_or_default(),
            callback,
            sent: self.batch_time,
            deadline,
        };
        let version = job.task.surroundings.version;
        match route_management(&request, self.subnet, version) {
            Ok(callee) => {
                canister.output.push(CanisterMessage::Request(Request { callee, ..request }));
            }
            Err(failure) => {
                let answer = request.answer(Response::Reject(reject_of(failure)));
                let answered = Event::Responded { message, outcome: outcome(&answer.response) };
                self.record(end, answered);
                canister.input.push(CanisterMessage::Response(answer), true);
            }
        }
    }

    /// Answers a call, once.
    fn respond(
        &mut self,
        canister: &mut Canister,
        id: CallContextId,
        response: Response,
        time: SimTime,
    ) {
        let Some((origin, deadline, refund)) = canister.calls.answer(id) else { return };
        if let Response::Reply(reply) = &response {
            self.content.extend_from_slice(reply);
        }
        let answer = outcome(&response);
        match origin {
            Origin::Ingress { message, .. } => {
                self.ledger.receive(refund, &mut canister.account);
                self.answered.push((message, response));
                self.record(time, Event::Responded { message, outcome: answer });
            }
            Origin::Canister { message, caller, callback } => {
                let callee = canister.id;
                let deadline = (deadline != 0).then_some(deadline);
                let answer_message = ResponseMessage {
                    id: message,
                    callee,
                    caller,
                    callback,
                    response,
                    refund,
                    deadline,
                };
                canister.output.push(CanisterMessage::Response(answer_message));
                self.record(time, Event::Responded { message, outcome: answer });
            }
            Origin::Task => self.ledger.receive(refund, &mut canister.account),
        }
    }

    /// Rejects a call on behalf of the system.
    pub(crate) fn reject(&mut self, canister: &mut Canister, id: CallContextId, failure: Failure) {
        let time = self.place.clock;
        self.respond(canister, id, Response::Reject(reject_of(failure)), time);
    }

    /// Decides what becomes of a call after one of its messages ended: if nothing is outstanding
    /// that could still answer it, the system does.
    pub(super) fn conclude(
        &mut self,
        canister: &mut Canister,
        id: CallContextId,
        error: Option<Failure>,
    ) {
        let Some(context) = canister.calls.get(id) else { return };
        if !context.responded && context.outstanding == 0 {
            let silent = || {
                let message = format!("canister {} did not reply to the call", canister.id);
                failure(ErrorCode::CanisterDidNotReply, message)
            };
            let failure = error.unwrap_or_else(silent);
            self.reject(canister, id, failure);
        }
        self.close_if_done(canister, id);
    }

    pub(crate) fn close_if_done(&mut self, canister: &mut Canister, id: CallContextId) {
        let rest = canister.calls.close_if_done(id);
        self.ledger.receive(rest, &mut canister.account);
    }
}

fn request_bytes(call: &OutgoingCall) -> Bytes {
    Bytes::of_len(call.method.len() + call.arg.len())
}

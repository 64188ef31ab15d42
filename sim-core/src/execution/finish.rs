//! Ending an execution: its effects are applied or dropped, its price is settled, its call is
//! answered if nobody else can.

use super::begin::{failure, reject_of};
use super::{Executor, Job};
use crate::call_context::{CallContextId, Callback, Origin};
use crate::canister::Canister;
use crate::id::CanisterId;
use crate::ledger::UseCase;
use crate::message::{CanisterMessage, Request, ResponseMessage, outcome};
use crate::record::{EntryKind, Event};
use crate::reject::ErrorCode;
use crate::runtime::{Effects, Entry, Failure, Finished, OutgoingCall, Response};
use crate::time::SimTime;
use crate::units::{Bytes, Cycles, Instructions};

impl Executor<'_> {
    /// Ends a job and returns the instructions of its last slice, or slices if a cleanup follows.
    pub(super) fn finish(
        &mut self,
        canister: &mut Canister,
        mut job: Job,
        finished: Finished,
    ) -> Instructions {
        let slice = finished.slice_instructions;
        let end = self.place.clock + self.duration(slice);
        for line in finished.log {
            self.record(end, Event::Printed { canister: canister.id, line });
        }
        let applied = self.apply_or_drop(canister, &job, finished.outcome, end);
        let (failure, earlier) = match (job.failed_callback.take(), applied) {
            // A cleanup changes nothing about why its callback failed.
            (Some((failure, used)), _) => (Some(failure), used),
            (None, Ok(())) => (None, Instructions::ZERO),
            (None, Err(failure)) => match job.cleanup {
                Some(_) => {
                    return slice
                        + self.clean_up(canister, job, failure, finished.instructions, slice);
                }
                None => (Some(failure), Instructions::ZERO),
            },
        };
        self.settle(canister, job, finished.instructions, earlier, slice, failure);
        slice
    }

    /// A job whose code is gone: only what it costs to say so.
    pub(super) fn lose(&mut self, canister: &mut Canister, job: Job) -> Instructions {
        let message = format!("canister {} has no code any more", canister.id);
        let failure = failure(ErrorCode::CanisterWasmModuleNotFound, message);
        let none = Instructions::ZERO;
        self.settle(canister, job, none, none, none, Some(failure));
        none
    }

    /// After a callback failed: its cleanup runs on what was kept back for it.
    fn clean_up(
        &mut self,
        canister: &mut Canister,
        mut job: Job,
        failure: Failure,
        used: Instructions,
        slice: Instructions,
    ) -> Instructions {
        self.record_execution(canister, &job, used, slice, Cycles::ZERO, Some(failure.code));
        self.place.clock = self.place.clock + self.duration(slice);
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

    fn settle(
        &mut self,
        canister: &mut Canister,
        job: Job,
        used: Instructions,
        earlier: Instructions,
        slice: Instructions,
        failure: Option<Failure>,
    ) {
        let all = used + earlier;
        let refund = self.fees.execution_refund(job.limit.saturating_sub(all));
        let cost = job.hold.amount().saturating_sub(refund);
        let code = failure.as_ref().map(|failure| failure.code);
        self.record_execution(canister, &job, used, slice, cost, code);
        self.ledger.settle(job.hold, cost, UseCase::Execution, &mut canister.account);
        canister.totals.instructions += all;
        if let Some(context) = canister.calls.get_mut(job.context) {
            context.instructions += all;
        }
        self.conclude(canister, job.context, failure);
    }

    fn record_execution(
        &mut self,
        canister: &mut Canister,
        job: &Job,
        instructions: Instructions,
        slice: Instructions,
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
            instructions,
            duration: self.duration(slice),
            cost,
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
            canister.measure(self.fees, &self.profile.limits);
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
        let spent = |call: &OutgoingCall| call.cycles + self.fees.call_hold(request_bytes(call));
        let removed: Cycles =
            effects.calls.iter().map(spent).sum::<Cycles>() + effects.cycles_burned;
        let after = canister.account.balance().checked_sub(removed);
        let is_callback = matches!(job.kind, EntryKind::ReplyCallback | EntryKind::RejectCallback);
        let floor = if is_callback { Cycles::ZERO } else { canister.freezing_threshold() };
        match after {
            Some(after) if removed.is_zero() || after >= floor => Ok(()),
            _ => {
                let message =
                    format!("canister {} is out of cycles at the end of an execution", canister.id);
                Err(failure(ErrorCode::CanisterOutOfCycles, message))
            }
        }
    }

    fn apply(&mut self, canister: &mut Canister, job: &Job, effects: Effects, end: SimTime) {
        if let Some(context) = canister.calls.get_mut(job.context) {
            let accepted = context.available.split(effects.cycles_accepted);
            self.ledger.receive(accepted, &mut canister.account);
        }
        // Both were checked to be affordable.
        let burned = effects.cycles_burned;
        let _ = self.ledger.burn(&mut canister.account, burned, UseCase::Burned);
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
        let account = &mut canister.account;
        let transmission = self.fees.request_transmission(bytes);
        let Ok(()) = self.ledger.burn(account, transmission, UseCase::Transmission) else { return };
        let response_hold = self.ledger.prepay(account, self.fees.largest_response());
        let execution_hold = self.ledger.prepay(account, self.fees.execution_prepayment());
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
        canister.totals.calls += 1;
        let callback = canister.calls.register(Callback {
            context: job.context,
            callee: call.callee,
            on_reply: call.on_reply,
            on_reject: call.on_reject,
            on_cleanup: call.on_cleanup,
            response_hold: response_hold.unwrap_or_default(),
            execution_hold: execution_hold.unwrap_or_default(),
        });
        canister.output.push(CanisterMessage::Request(Request {
            id: message,
            caller: canister.id,
            callee: CanisterId::from_principal(&call.callee).unwrap_or(CanisterId::NOBODY),
            method: call.method,
            arg: call.arg,
            cycles: cycles.unwrap_or_default(),
            callback,
            sent: end,
        }));
    }

    /// Answers a call, once.
    fn respond(
        &mut self,
        canister: &mut Canister,
        id: CallContextId,
        response: Response,
        time: SimTime,
    ) {
        let Some(context) = canister.calls.get_mut(id).filter(|context| !context.responded) else {
            return;
        };
        context.responded = true;
        let refund = context.available.take();
        let answer = outcome(&response);
        match context.origin {
            Origin::Ingress { message, .. } => {
                self.ledger.receive(refund, &mut canister.account);
                self.answered.push((message, answer));
                self.record(time, Event::Responded { message, outcome: answer });
            }
            Origin::Canister { message, caller, callback } => {
                let callee = canister.id;
                let answer_message =
                    ResponseMessage { id: message, callee, caller, callback, response, refund };
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
    fn conclude(&mut self, canister: &mut Canister, id: CallContextId, error: Option<Failure>) {
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

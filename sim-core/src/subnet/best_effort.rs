//! Time-outs of calls, and what happens to best-effort messages that nobody waits for any more or that
//! take up too much memory. After `rs/replicated_state/src/canister_state/queues/message_pool.rs` and
//! `rs/messaging/src/state_machine.rs` of `dfinity/ic`.
//!
//! A guaranteed call can time out only as long as its request has not left its output queue. A best-effort
//! call ends at its deadline whatever has become of it: its caller is told that nobody knows, and its
//! messages are dropped where they are found. The cycles of dropped messages travel back.

use super::Subnet;
use crate::canister::Canister;
use crate::ledger::Attached;
use crate::message::{CanisterMessage, Request, ResponseMessage};
use crate::reject::ErrorCode;
use crate::runtime::{Reject, Response};
use crate::units::Bytes;
use std::cmp::Reverse;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Where a dropped message was found.
enum Dropped {
    /// At its caller: it is answered there.
    AtCaller(Request),
    /// At its callee: its cycles travel back.
    AtCallee(Request),
    Response(ResponseMessage),
}

impl Subnet {
    /// Ends calls whose time is up, at the beginning of a round.
    pub(super) fn time_out(&mut self) {
        self.time_out_requests();
        self.drop_expired();
        self.expire_callbacks();
    }

    /// Guaranteed requests that waited too long for room in a stream.
    fn time_out_requests(&mut self) {
        let now = self.unix_time();
        let timeout = self.profile.limits.request_timeout.as_nanos();
        let is_old = |request: &Request| {
            request.deadline.is_none() && now.saturating_sub(request.sent) >= timeout
        };
        let mut expired = Vec::new();
        let awake = self.canisters.awake_mut();
        for (_, canister) in awake.filter(|(_, canister)| !canister.output.is_empty()) {
            expired.extend(canister.output.extract_requests(is_old));
        }
        for request in expired {
            let code = ErrorCode::IngressMessageTimeout;
            self.answer_at_caller(request, code, "Request timed out.");
        }
    }

    /// Best-effort messages that nobody waits for any more.
    fn drop_expired(&mut self) {
        let now = self.unix_time() / NANOS_PER_SECOND;
        let is_late =
            |message: &CanisterMessage| message.deadline().is_some_and(|deadline| deadline < now);
        let mut dropped = Vec::new();
        for (_, canister) in self.canisters.awake_mut() {
            let late = canister.input.expired_requests(now);
            dropped.extend(late.into_iter().map(Dropped::AtCallee));
            if !canister.output.is_empty() {
                dropped.extend(canister.output.extract(is_late).into_iter().map(found_in_output));
            }
        }
        for message in dropped {
            self.dispose(message, ErrorCode::DeadlineExpired);
        }
    }

    /// Callers are told when the deadline of their calls has passed.
    fn expire_callbacks(&mut self) {
        let now = self.unix_time() / NANOS_PER_SECOND;
        for (_, canister) in self.canisters.awake_mut() {
            for ((callback, id), callee) in canister.calls.expire(now) {
                let code = ErrorCode::DeadlineExpired;
                let reject = Reject { code, message: "the call was not answered in time".into() };
                let answer = ResponseMessage {
                    id,
                    callee,
                    caller: canister.id,
                    callback,
                    response: Response::Reject(reject),
                    refund: Attached::default(),
                    deadline: None,
                };
                canister.input.push(CanisterMessage::Response(answer), true);
            }
        }
    }

    /// Loses a best-effort message on its way.
    pub(super) fn lose(&mut self, message: CanisterMessage) {
        self.dispose(found_in_output(message), ErrorCode::DeadlineExpired);
    }

    fn dispose(&mut self, message: Dropped, code: ErrorCode) {
        match message {
            // Its caller is told by the callback that expires with it.
            Dropped::AtCaller(request) if code == ErrorCode::DeadlineExpired => {
                if let Some(canister) = self.canisters.get_mut(request.caller.local()) {
                    self.ledger.receive(request.cycles, &mut canister.account);
                }
            }
            Dropped::AtCaller(request) => {
                self.answer_at_caller(request, code, "the request was dropped");
            }
            Dropped::AtCallee(request) => {
                if !request.cycles.amount().is_zero() {
                    let answer = self.rejection(request, code, "the request was dropped");
                    self.return_answer(answer);
                }
            }
            Dropped::Response(mut response) => {
                if code == ErrorCode::ResponseDropped || !response.refund.amount().is_zero() {
                    let message = "the response was dropped".into();
                    response.response = Response::Reject(Reject { code, message });
                    response.deadline = None;
                    self.return_answer(response);
                }
            }
        }
    }

    /// Drops best-effort messages until the rest fits their memory: of the canister with the most
    /// bytes the largest first.
    pub(super) fn shed_best_effort(&mut self) {
        let limit = self.profile.limits.best_effort_memory;
        let held = |(place, canister)| (best_effort_bytes(canister), Reverse(place));
        let mut held: Vec<(Bytes, Reverse<usize>)> = self.canisters.awake().map(held).collect();
        let mut total: Bytes = held.iter().map(|(bytes, _)| *bytes).sum();
        while total > limit {
            let Some(most) = held.iter_mut().max() else { return };
            let (bytes, Reverse(place)) = *most;
            let Some(message) = take_largest(&mut self.canisters[place]) else { return };
            most.0 = best_effort_bytes(&self.canisters[place]);
            total = total.saturating_sub(bytes.saturating_sub(most.0));
            self.dispose(message, ErrorCode::ResponseDropped);
        }
    }
}

fn found_in_output(message: CanisterMessage) -> Dropped {
    match message {
        CanisterMessage::Request(request) => Dropped::AtCaller(request),
        CanisterMessage::Response(response) => Dropped::Response(response),
    }
}

/// Best-effort messages that may be dropped: all but responses that have reached their callers.
fn sheddable(canister: &Canister) -> impl Iterator<Item = &CanisterMessage> {
    let incoming = canister.input.messages().filter(|message| message.is_request());
    let messages = incoming.chain(canister.output.messages());
    messages.filter(|message| message.deadline().is_some())
}

fn best_effort_bytes(canister: &Canister) -> Bytes {
    sheddable(canister).map(CanisterMessage::payload_bytes).sum()
}

/// Takes the largest best-effort message of a canister; of several, the one made first.
fn take_largest(canister: &mut Canister) -> Option<Dropped> {
    let size = |message: &&CanisterMessage| (message.payload_bytes(), Reverse(message.id()));
    let largest = sheddable(canister).max_by_key(size)?.id();
    let is_it = |message: &CanisterMessage| message.id() == largest && message.deadline().is_some();
    if let Some(message) = canister.output.extract(is_it).into_iter().next() {
        return Some(found_in_output(message));
    }
    let requests = canister.input.extract_requests(|request| request.id == largest);
    requests.into_iter().next().map(Dropped::AtCallee)
}

//! Where messages go that canisters have sent: into the streams to other subnets, or back to the own
//! subnet by way of the loopback stream, after `rs/messaging/src/routing/stream_builder.rs` of
//! `dfinity/ic`.
//!
//! Messages leave one at a time, canister by canister in turn, and of each canister receiver by
//! receiver in turn; which canister is first changes with the batch time. A queue whose stream is full
//! waits for the next round.

use super::Subnet;
use crate::id::CanisterId;
use crate::message::{CanisterMessage, Request, ResponseMessage};
use crate::queues::OutputQueues;
use crate::random;
use crate::record::{Event, Outcome};
use crate::reject::ErrorCode;
use crate::runtime::{Reject, Response};
use crate::units::{Bytes, Cycles};
use std::collections::VecDeque;

/// Messages of a subnet to itself. Nothing is lost between two rounds, so no signals are needed.
#[derive(Debug, Default)]
pub(super) struct Loopback {
    messages: VecDeque<CanisterMessage>,
    bytes: Bytes,
}

impl Loopback {
    fn push(&mut self, message: CanisterMessage, overhead: Bytes) {
        self.bytes += message.payload_bytes() + overhead;
        self.messages.push_back(message);
    }

    pub(super) fn take(&mut self) -> VecDeque<CanisterMessage> {
        self.bytes = Bytes::ZERO;
        std::mem::take(&mut self.messages)
    }

    pub(super) fn cycles(&self) -> Cycles {
        self.messages.iter().map(|message| message.cycles().amount()).sum()
    }
}

/// Bytes that are kept of the text of a reject that is too large to be sent (`MAX_REJECT_MESSAGE_LEN_BYTES`,
/// `rs/types/types/src/messages/inter_canister.rs`).
const REJECT_TEXT: usize = 8 * 1_024;
const CUT_MARK: &str = "...";

/// A sender with messages to route: the management canister, or a canister by its place.
#[derive(Clone, Copy)]
enum Sender {
    Management,
    Canister(usize),
}

/// A sender and the receivers it has messages for, the next one in front.
struct Turn {
    sender: Sender,
    receivers: VecDeque<CanisterId>,
}

/// Where a message goes.
enum Way {
    Loopback,
    Stream(usize),
    /// Its stream is full.
    Full,
    /// There is no such canister.
    Nowhere,
}

impl Subnet {
    /// Moves what canisters sent into the streams. A message to nowhere is answered; one that finds
    /// its stream full waits.
    pub(super) fn route_output(&mut self) {
        let mut turns = self.turns();
        let mut returned = Vec::new();
        while let Some(mut turn) = turns.pop_front() {
            let Some(receiver) = turn.receivers.pop_front() else { continue };
            let way = self.way_to(receiver);
            if let Way::Full = way {
                // The next receiver of the same sender gets the turn.
                turns.push_front(turn);
                continue;
            }
            let queues = self.output_of(turn.sender);
            let Some(message) = queues.pop(receiver) else { continue };
            if queues.peek(receiver).is_some() {
                turn.receivers.push_back(receiver);
            }
            returned.extend(self.send_on(message, way));
            if !turn.receivers.is_empty() {
                turns.push_back(turn);
            }
        }
        for (request, code, text) in returned {
            self.answer_at_caller(request, code, &text);
        }
    }

    /// Senders in the order of their turns; the management canister is first, so that something of
    /// it always leaves.
    fn turns(&self) -> VecDeque<Turn> {
        let turn = |sender: Sender, queues: &OutputQueues| Turn {
            sender,
            receivers: queues.receivers().collect(),
        };
        let sending = self.canisters.awake().filter(|(_, canister)| !canister.output.is_empty());
        let mut turns: VecDeque<_> = sending
            .map(|(place, canister)| turn(Sender::Canister(place), &canister.output))
            .collect();
        if !turns.is_empty() {
            turns.rotate_left(random::network_rotation(self.unix_time(), turns.len()));
        }
        if !self.management_output.is_empty() {
            turns.push_front(turn(Sender::Management, &self.management_output));
        }
        turns
    }

    fn output_of(&mut self, sender: Sender) -> &mut OutputQueues {
        match sender {
            Sender::Management => &mut self.management_output,
            Sender::Canister(place) => &mut self.canisters[place].output,
        }
    }

    fn way_to(&self, receiver: CanisterId) -> Way {
        let limits = &self.profile.limits;
        if receiver == CanisterId::MANAGEMENT || receiver.subnet() == self.id {
            let is_full = limits.loopback_limited
                && (self.loopback.messages.len() as u64 >= limits.stream_messages
                    || self.loopback.bytes >= limits.stream_bytes);
            return if is_full { Way::Full } else { Way::Loopback };
        }
        let peer = receiver.subnet().index();
        match self.streams.get(peer).filter(|stream| stream.leads_somewhere()) {
            Some(stream) if stream.has_room(limits) => Way::Stream(peer),
            Some(_) => Way::Full,
            None => Way::Nowhere,
        }
    }

    /// Cuts the text of a reject that is larger than any message may be.
    fn cut_reject(&self, message: &mut CanisterMessage) {
        if let CanisterMessage::Response(response) = message
            && response.response.payload_bytes() > self.profile.limits.call_payload
            && let Response::Reject(reject) = &mut response.response
        {
            let end = reject.message.floor_char_boundary(REJECT_TEXT - CUT_MARK.len());
            reject.message = format!("{}{CUT_MARK}", &reject.message[..end]).into();
        }
    }

    /// Puts a message on its way; a request that cannot go there comes back with the reason.
    fn send_on(
        &mut self,
        mut message: CanisterMessage,
        way: Way,
    ) -> Option<(Request, ErrorCode, String)> {
        self.cut_reject(&mut message);
        let largest = self.profile.limits.call_payload;
        match (way, message) {
            (Way::Loopback, message) => {
                self.loopback.push(message, self.profile.limits.message_overhead);
                None
            }
            (Way::Stream(_), CanisterMessage::Request(request))
                if request.payload_bytes() > largest =>
            {
                let text = format!("a request to another subnet carries at most {largest} bytes");
                Some((request, ErrorCode::CanisterContractViolation, text))
            }
            (Way::Stream(peer), message) => {
                let subnet = message.receiver().subnet();
                if message.deadline().is_some()
                    && self.faults.loses(self.id, subnet, self.round_start)
                {
                    self.lose(message);
                } else {
                    self.streams[peer].push(message);
                }
                None
            }
            (Way::Nowhere | Way::Full, CanisterMessage::Request(request)) => {
                let text = format!("no route to canister {}", request.callee);
                Some((request, ErrorCode::CanisterNotFound, text))
            }
            // Its request came from there, so there is a way back.
            (Way::Nowhere | Way::Full, CanisterMessage::Response(_)) => None,
        }
    }

    /// Answers a request that never left its subnet.
    pub(super) fn answer_at_caller(&mut self, request: Request, code: ErrorCode, text: &str) {
        let exists = self.existing(request.callee).is_some();
        let local = exists || request.callee == CanisterId::MANAGEMENT;
        let answer = self.rejection(request, code, text);
        let caller = answer.caller;
        if let Some(canister) = self.canister_mut(caller) {
            canister.input.push(CanisterMessage::Response(answer), local);
        }
    }

    /// The answer to a request that no canister executes.
    pub(super) fn rejection(
        &mut self,
        request: Request,
        code: ErrorCode,
        text: &str,
    ) -> ResponseMessage {
        let response = Response::Reject(Reject { code, message: text.into() });
        let outcome = Outcome::Reject(code);
        let message = request.id;
        self.record(self.clock, Event::Responded { message, outcome });
        self.contents.answer(message, &response);
        request.answer(response)
    }

    /// Sends an answer that the subnet itself gives on its way to the caller.
    pub(super) fn return_answer(&mut self, answer: ResponseMessage) {
        let peer = answer.caller.subnet();
        let message = CanisterMessage::Response(answer);
        if peer == self.id {
            self.loopback.push(message, self.profile.limits.message_overhead);
        } else if let Some(stream) = self.streams.get_mut(peer.index()) {
            stream.push(message);
        }
    }
}

//! Streams between two subnets: messages in order, and signals that acknowledge them.
//!
//! A subnet has one [`SubnetStream`] for each peer. What it sends after a round travels as a
//! [`Slice`] with the link's latency; the peer's next slice back says how much it has taken, and
//! only then does room for more appear.

use super::Subnet;
use crate::id::{CanisterId, SubnetId};
use crate::ledger::{Attached, Ledger};
use crate::message::{CanisterMessage, ResponseMessage};
use crate::network::Route;
use crate::profile::{Limits, Timing};
use crate::random::Stream;
use crate::reject::ErrorCode;
use crate::runtime::{Reject, Response};
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles};
use std::collections::VecDeque;

/// Part of a stream on its way to the peer.
pub(crate) struct Slice {
    from: SubnetId,
    /// Index of the first message.
    begin: u64,
    messages: Vec<CanisterMessage>,
    /// How many messages of the peer's own stream were taken so far.
    signals_end: u64,
}

impl Slice {
    /// Cycles attached to its messages.
    pub(crate) fn cycles(&self) -> Cycles {
        self.messages.iter().map(|message| message.cycles().amount()).sum()
    }
}

/// The two directions between this subnet and a peer.
pub(crate) struct SubnetStream {
    latency: Option<Route>,
    least_latency: SimDuration,
    /// What a message takes beside its payload.
    overhead: Bytes,
    random: Stream,
    /// Routed, not yet certified.
    outbound: Vec<CanisterMessage>,
    outbound_bytes: Bytes,
    /// Sizes of messages sent and not acknowledged.
    sent: VecDeque<Bytes>,
    sent_bytes: Bytes,
    /// Index after the last message sent.
    end: u64,
    last_arrival: SimTime,
    /// Arrived, in no block yet.
    inbound: VecDeque<CanisterMessage>,
    /// Index after the last message that arrived.
    arrived: u64,
    /// Messages of the peer taken into blocks, and how many it was told of.
    taken: u64,
    signalled: u64,
}

impl SubnetStream {
    /// A stream over a route, or to nowhere if there is none.
    pub(crate) fn new(
        latency: Option<Route>,
        timing: &Timing,
        limits: &Limits,
        random: Stream,
    ) -> Self {
        SubnetStream {
            latency,
            least_latency: timing.latency_floor,
            overhead: limits.message_overhead,
            random,
            outbound: Vec::new(),
            outbound_bytes: Bytes::ZERO,
            sent: VecDeque::new(),
            sent_bytes: Bytes::ZERO,
            end: 0,
            last_arrival: SimTime::ZERO,
            inbound: VecDeque::new(),
            arrived: 0,
            taken: 0,
            signalled: 0,
        }
    }

    /// Appends a message for the peer, whatever the limits say.
    pub(super) fn push(&mut self, message: CanisterMessage) {
        self.outbound_bytes += message.payload_bytes() + self.overhead;
        self.outbound.push(message);
    }

    fn has_room(&self, limits: &Limits) -> bool {
        self.unacknowledged() < limits.stream_messages
            && self.sent_bytes + self.outbound_bytes < limits.stream_bytes
    }

    /// Messages for the peer that it has not acknowledged.
    pub(super) fn unacknowledged(&self) -> u64 {
        (self.sent.len() + self.outbound.len()) as u64
    }

    /// Takes what was routed, if there is anything to tell the peer, and when it arrives: latencies
    /// differ, but slices never overtake one another.
    pub(super) fn cut_slice(
        &mut self,
        own: SubnetId,
        certified: SimTime,
        ledger: &mut Ledger,
    ) -> Option<(SimTime, Slice)> {
        let latency = self.latency.as_ref()?;
        if self.outbound.is_empty() && self.signalled == self.taken {
            return None;
        }
        let travel = latency.sample(&mut self.random).max(self.least_latency);
        let arrival = (certified + travel).max(self.last_arrival + SimDuration::from_nanos(1));
        self.last_arrival = arrival;
        let messages = std::mem::take(&mut self.outbound);
        self.sent_bytes += std::mem::take(&mut self.outbound_bytes);
        let begin = self.end;
        self.end += messages.len() as u64;
        for message in &messages {
            ledger.depart(message.cycles());
            self.sent.push_back(message.payload_bytes() + self.overhead);
        }
        self.signalled = self.taken;
        Some((arrival, Slice { from: own, begin, messages, signals_end: self.taken }))
    }

    fn receive(&mut self, slice: Slice, ledger: &mut Ledger) {
        debug_assert_eq!(slice.begin, self.arrived, "a slice is missing or repeated");
        self.arrived += slice.messages.len() as u64;
        let acknowledged = self.end - self.sent.len() as u64;
        for _ in acknowledged..slice.signals_end {
            let bytes = self.sent.pop_front().unwrap_or_default();
            self.sent_bytes = self.sent_bytes.saturating_sub(bytes);
        }
        for message in slice.messages {
            ledger.arrive(message.cycles());
            self.inbound.push_back(message);
        }
    }

    /// Takes messages for a block as long as there is room; the first fits any block, so that none
    /// can be in the way for ever.
    pub(super) fn take_inbound(&mut self, room: &mut Bytes) -> Vec<CanisterMessage> {
        let mut taken = Vec::new();
        while let Some(next) = self.inbound.front() {
            let bytes = next.payload_bytes() + self.overhead;
            if room.is_zero() || (bytes > *room && !taken.is_empty()) {
                break;
            }
            *room = room.saturating_sub(bytes);
            taken.extend(self.inbound.pop_front());
        }
        self.taken += taken.len() as u64;
        taken
    }

    /// Cycles with messages on either side that are on this subnet.
    pub(super) fn cycles(&self) -> Cycles {
        let messages = self.outbound.iter().chain(&self.inbound);
        messages.map(|message| message.cycles().amount()).sum()
    }
}

impl Subnet {
    /// A slice has arrived: its messages are candidates for the next block, its signals free room.
    pub(crate) fn receive_slice(&mut self, slice: Slice) {
        if let Some(stream) = self.streams.get_mut(slice.from.index()) {
            stream.receive(slice, &mut self.ledger);
        }
    }

    /// Moves what canisters sent to other subnets into the streams, starting with another canister
    /// every round. A message to nowhere is answered; one that finds its stream full waits.
    pub(super) fn route_output(&mut self) {
        let own = self.id;
        let count = self.canisters.len();
        let loopback = &mut self.loopback;
        for canister in &mut self.canisters {
            canister.output.drain(
                |receiver| receiver == CanisterId::MANAGEMENT,
                |message| {
                    loopback.push_back(message);
                    Ok(())
                },
            );
        }
        let largest = self.profile.limits.call_payload;
        let (mut undeliverable, mut oversized) = (Vec::new(), Vec::new());
        for turn in 0..count {
            let canister = &mut self.canisters[(turn + self.height as usize) % count];
            let (streams, limits) = (&mut self.streams, &self.profile.limits);
            canister.output.drain(
                |receiver| receiver.subnet() != own,
                |message| {
                    let stream = streams.get_mut(message.receiver().subnet().index());
                    match (stream.filter(|stream| stream.latency.is_some()), message) {
                        (Some(_), CanisterMessage::Request(request))
                            if request.payload_bytes() > largest =>
                        {
                            oversized.push(request);
                        }
                        (Some(stream), message) if stream.has_room(limits) => stream.push(message),
                        (Some(_), message) => return Err(message),
                        (None, CanisterMessage::Request(request)) => undeliverable.push(request),
                        // Its request came from there, so there is a way back.
                        (None, CanisterMessage::Response(_)) => {}
                    }
                    Ok(())
                },
            );
        }
        for request in undeliverable {
            let text = format!("no route to canister {}", request.callee);
            self.refuse(request, ErrorCode::CanisterNotFound, &text);
        }
        for request in oversized {
            let text = format!("a request to another subnet carries at most {largest} bytes");
            self.refuse(request, ErrorCode::CanisterContractViolation, &text);
        }
    }

    /// Answers requests that waited too long for room in a stream, and best-effort calls whose
    /// deadline has passed: whether those are executed all the same, nobody knows.
    pub(super) fn expire_requests(&mut self) {
        let now_seconds = self.unix_time() / 1_000_000_000;
        for canister in &mut self.canisters {
            for (callback, callee) in canister.calls.expire(now_seconds) {
                let code = ErrorCode::DeadlineExpired;
                let reject = Reject { code, message: "the call was not answered in time".into() };
                let answer = ResponseMessage {
                    id: callback.1,
                    callee,
                    caller: canister.id,
                    callback: callback.0,
                    response: Response::Reject(reject),
                    refund: Attached::default(),
                };
                canister.input.push(CanisterMessage::Response(answer), true);
            }
        }
        let timeout = self.profile.limits.request_timeout;
        let now = self.round_start;
        let mut expired = Vec::new();
        for canister in &mut self.canisters {
            canister.output.drain(
                |_| true,
                |message| match message {
                    CanisterMessage::Request(request) if now.since(request.sent) > timeout => {
                        expired.push(request);
                        Ok(())
                    }
                    message => Err(message),
                },
            );
        }
        for request in expired {
            self.refuse(request, ErrorCode::IngressMessageTimeout, "request timed out");
        }
    }
}

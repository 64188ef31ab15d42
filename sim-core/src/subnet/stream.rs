//! Streams between two subnets: messages in order, and signals that acknowledge them.
//!
//! A subnet has one [`SubnetStream`] for each peer. What it sends after a round travels as a
//! [`Slice`] with the link's latency; the peer's next slice back says how much it has taken, and
//! only then does room for more appear.

use super::Subnet;
use crate::id::SubnetId;
use crate::ledger::Ledger;
use crate::message::{CanisterMessage, ResponseMessage};
use crate::network::{Route, SubnetKind};
use crate::profile::{Limits, Timing};
use crate::random::Stream;
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
    /// Requests among them that nobody could take, as their callers will see it.
    rejects: Vec<ResponseMessage>,
}

impl Slice {
    /// Cycles attached to its messages.
    pub(crate) fn cycles(&self) -> Cycles {
        let messages = self.messages.iter().map(|message| message.cycles().amount());
        messages.chain(self.rejects.iter().map(|reject| reject.refund.amount())).sum()
    }
}

/// The two directions between this subnet and a peer.
pub(crate) struct SubnetStream {
    /// What the peer is for.
    peer: SubnetKind,
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
    /// How long the way takes, in percent of what it usually does, and from when on it is open.
    slowness_percent: u64,
    open_from: SimTime,
    /// Arrived, in no block yet.
    inbound: VecDeque<CanisterMessage>,
    /// Index after the last message that arrived.
    arrived: u64,
    /// Messages of the peer taken into blocks, and how many it was told of.
    taken: u64,
    signalled: u64,
    /// Requests of the peer that nobody could take, not yet signalled.
    refused: Vec<ResponseMessage>,
    /// Requests to the peer that nobody there could take, not yet inducted.
    rejected: Vec<ResponseMessage>,
}

impl SubnetStream {
    /// A stream over a route, or to nowhere if there is none.
    pub(crate) fn new(
        latency: Option<Route>,
        peer: SubnetKind,
        timing: &Timing,
        limits: &Limits,
        random: Stream,
    ) -> Self {
        SubnetStream {
            peer,
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
            slowness_percent: 100,
            open_from: SimTime::ZERO,
            inbound: VecDeque::new(),
            arrived: 0,
            taken: 0,
            signalled: 0,
            refused: Vec::new(),
            rejected: Vec::new(),
        }
    }

    /// From now on the way takes `percent` of the time it usually takes, and begins no earlier than
    /// `open_from`.
    pub(super) fn set_condition(&mut self, percent: u64, open_from: SimTime) {
        self.slowness_percent = percent;
        self.open_from = open_from;
    }

    /// Whether there is a link to the peer.
    pub(super) fn leads_somewhere(&self) -> bool {
        self.latency.is_some()
    }

    /// The peer will learn that one of its requests could not be taken in.
    pub(super) fn signal_reject(&mut self, answer: ResponseMessage) {
        self.refused.push(answer);
    }

    /// Answers to requests that the peer could not take in.
    pub(super) fn take_rejected(&mut self) -> Vec<ResponseMessage> {
        std::mem::take(&mut self.rejected)
    }

    /// Appends a message for the peer, whatever the limits say.
    pub(super) fn push(&mut self, message: CanisterMessage) {
        self.outbound_bytes += message.payload_bytes() + self.overhead;
        self.outbound.push(message);
    }

    pub(super) fn has_room(&self, limits: &Limits) -> bool {
        let most = match self.peer {
            SubnetKind::System => limits.stream_messages.min(limits.system_stream_messages),
            SubnetKind::Application | SubnetKind::Verified => limits.stream_messages,
        };
        self.unacknowledged() < most && self.sent_bytes + self.outbound_bytes < limits.stream_bytes
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
        let is_told_all = self.signalled == self.taken && self.refused.is_empty();
        if self.outbound.is_empty() && is_told_all {
            return None;
        }
        let travel = latency.sample(&mut self.random).max(self.least_latency);
        let nanos = u128::from(travel.as_nanos()) * u128::from(self.slowness_percent) / 100;
        let travel = SimDuration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let arrival = (certified.max(self.open_from) + travel)
            .max(self.last_arrival + SimDuration::from_nanos(1));
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
        let rejects = std::mem::take(&mut self.refused);
        for reject in &rejects {
            ledger.depart(&reject.refund);
        }
        Some((arrival, Slice { from: own, begin, messages, signals_end: self.taken, rejects }))
    }

    fn receive(&mut self, slice: Slice, ledger: &mut Ledger) {
        debug_assert_eq!(slice.begin, self.arrived, "a slice is missing or repeated");
        self.arrived += slice.messages.len() as u64;
        let acknowledged = self.end - self.sent.len() as u64;
        for _ in acknowledged..slice.signals_end {
            let bytes = self.sent.pop_front().unwrap_or_default();
            self.sent_bytes = self.sent_bytes.saturating_sub(bytes);
        }
        for reject in slice.rejects {
            ledger.arrive(&reject.refund);
            self.rejected.push(reject);
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
        let answers = self.refused.iter().chain(&self.rejected);
        messages.map(|message| message.cycles().amount()).sum::<Cycles>()
            + answers.map(|answer| answer.refund.amount()).sum()
    }
}

impl Subnet {
    /// A slice has arrived: its messages are candidates for the next block, its signals free room.
    pub(crate) fn receive_slice(&mut self, slice: Slice) {
        if let Some(stream) = self.streams.get_mut(slice.from.index()) {
            stream.receive(slice, &mut self.ledger);
        }
    }
}

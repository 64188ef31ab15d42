//! The block of a round: which messages go in, and their induction into canister queues.

use super::Subnet;
use crate::canister::Status;
use crate::fees::Charge;
use crate::id::MessageId;
use crate::message::{CanisterMessage, Ingress, Target};
use crate::random;
use crate::record::{Event, Outcome};
use crate::reject::ErrorCode;
use crate::runtime::{Reject, Response};
use crate::units::{Bytes, Cycles};

/// What a round takes in.
pub(super) struct Block {
    pub(super) ingress: Vec<Ingress>,
    /// From each subnet, in order of id.
    streams: Vec<Vec<CanisterMessage>>,
}

impl Block {
    pub(super) fn stream_messages(&self) -> usize {
        self.streams.iter().map(Vec::len).sum()
    }
}

impl Subnet {
    /// Fills a block: stream slices from a peer that changes from round to round, then ingress in
    /// the order of arrival, or in the order of the tie seed if there is one.
    pub(super) fn make_block(&mut self) -> Block {
        let mut room = self.profile.limits.block_bytes;
        let peers = self.streams.len();
        let mut streams: Vec<Vec<CanisterMessage>> = (0..peers).map(|_| Vec::new()).collect();
        for turn in 0..peers {
            let peer = (turn + self.height as usize) % peers;
            streams[peer] = self.streams[peer].take_inbound(&mut room);
        }
        Block { ingress: self.take_ingress(room), streams }
    }

    /// Takes ingress in the order of arrival; a tie seed shows what was taken in another order. The
    /// first message fits any block, so that none can be in the way for ever.
    fn take_ingress(&mut self, mut room: Bytes) -> Vec<Ingress> {
        self.purge_expired();
        let mut taken: Vec<Ingress> = Vec::new();
        while (taken.len() as u64) < self.profile.limits.ingress_messages_per_block
            && let Some(next) = self.ingress.front()
            && (next.charged_bytes() <= room || taken.is_empty())
        {
            room = room.saturating_sub(next.charged_bytes());
            taken.extend(self.ingress.pop_front());
        }
        if let Some(seed) = self.tie_seed {
            let subnet = self.id.index() as u64;
            let tie = |ingress: &Ingress| random::tie(seed, subnet, ingress.id.as_u64());
            taken.sort_by_key(|ingress| (tie(ingress), ingress.id));
        }
        taken
    }

    /// Answers messages that can no longer be inducted. They wait in the order of their expiry.
    fn purge_expired(&mut self) {
        while self.ingress.front().is_some_and(|next| next.expiry < self.round_start)
            && let Some(expired) = self.ingress.pop_front()
        {
            self.refuse_ingress(expired.id, ErrorCode::IngressMessageTimeout);
        }
    }

    fn refuse_ingress(&mut self, message: MessageId, code: ErrorCode) {
        let outcome = Outcome::Reject(code);
        self.record(self.clock, Event::Responded { message, outcome });
        let text = "the message could not be inducted";
        let response = Response::Reject(Reject { code, message: text.into() });
        self.answered.push((message, response));
    }

    /// Puts the block's messages into the queues of their canisters, those of the loopback stream
    /// first.
    pub(super) fn induct(&mut self, block: Block) {
        for message in std::mem::take(&mut self.loopback) {
            self.induct_canister_message(message, true);
        }
        for message in block.streams.into_iter().flatten() {
            self.induct_canister_message(message, false);
        }
        for ingress in block.ingress {
            let message = ingress.id;
            match self.induct_ingress(ingress) {
                Ok(fee) => self.record(self.clock, Event::Inducted { message, fee }),
                Err(code) => self.refuse_ingress(message, code),
            }
        }
    }

    /// Charges the receiver and queues the message (`valid_set_rule.rs`).
    fn induct_ingress(&mut self, ingress: Ingress) -> Result<Cycles, ErrorCode> {
        let Some(id) = ingress.target.payer() else {
            self.management.push_back(ingress.into_management_call());
            return Ok(Cycles::ZERO);
        };
        let charge = Charge::Ingress { bytes: ingress.charged_bytes() };
        let fee = self.fees.price(&charge);
        let canister = match id.subnet() == self.id {
            true => self.canisters.get_mut(id.local()),
            false => None,
        };
        let exists = canister.filter(|canister| !canister.deleted);
        let canister = exists.ok_or(ErrorCode::CanisterNotFound)?;
        // Settings can be changed while frozen, to thaw: the call is small and paid afterwards.
        let thaw = ingress.is_small_settings_call();
        if !thaw && !canister.can_spend(fee) {
            return Err(ErrorCode::CanisterOutOfCycles);
        }
        let to_canister = matches!(ingress.target, Target::Canister(_));
        match canister.status {
            Status::Stopping if to_canister => return Err(ErrorCode::CanisterStopping),
            Status::Stopped if to_canister => return Err(ErrorCode::CanisterStopped),
            _ => {}
        }
        if !thaw {
            match canister.is_paused() {
                true => canister.postpone(charge, fee),
                false => self
                    .ledger
                    .burn(&mut canister.account, fee, charge)
                    .map_err(|_| ErrorCode::CanisterOutOfCycles)?,
            }
        }
        match ingress.target {
            Target::Canister(_) => canister.input.push_ingress(ingress),
            Target::Management { .. } => {
                self.management.push_back(ingress.into_management_call());
            }
        }
        Ok(fee)
    }

    /// Queues a message from a canister; a request nobody can take is answered at once.
    pub(super) fn induct_canister_message(&mut self, message: CanisterMessage, local: bool) {
        let request = match &message {
            CanisterMessage::Request(request) => Some(request.id),
            CanisterMessage::Response(_) => None,
        };
        let receiver = message.receiver();
        match (self.canister_mut(receiver), message) {
            (None, CanisterMessage::Request(request)) if receiver.is_management() => {
                self.management.push_back(request.into_management_call());
            }
            (Some(canister), CanisterMessage::Request(request)) if !canister.takes_requests() => {
                let code = match canister.status {
                    Status::Stopping => ErrorCode::CanisterStopping,
                    _ => ErrorCode::CanisterStopped,
                };
                self.refuse(request, code, "the canister is stopping or stopped");
            }
            (Some(canister), message) => {
                canister.input.push(message, local);
                if let Some(message) = request {
                    let event = Event::Inducted { message, fee: Cycles::ZERO };
                    self.record(self.clock, event);
                }
            }
            (None, CanisterMessage::Request(request)) => {
                let text = format!("no canister {receiver}");
                self.refuse(request, ErrorCode::CanisterNotFound, &text);
            }
            // Canisters are never removed, so the caller of a call exists.
            (None, CanisterMessage::Response(response)) => {
                debug_assert!(response.refund.amount().is_zero(), "a response lost its caller");
            }
        }
    }

    /// Answers a request that cannot reach a canister.
    pub(super) fn refuse(
        &mut self,
        request: crate::message::Request,
        code: ErrorCode,
        message: &str,
    ) {
        let id = request.id;
        let response = Response::Reject(Reject { code, message: message.into() });
        let answer = request.answer(response);
        self.record(self.clock, Event::Responded { message: id, outcome: Outcome::Reject(code) });
        let caller = answer.caller;
        let answer = CanisterMessage::Response(answer);
        match self.canister_mut(caller) {
            Some(canister) => canister.input.push(answer, true),
            None => self.streams[caller.subnet().index()].push(answer),
        }
    }
}

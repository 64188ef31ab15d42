//! The block of a round: which messages go in, and their induction into canister queues.

use super::Subnet;
use crate::ledger::UseCase;
use crate::message::{CanisterMessage, Ingress};
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

    fn take_ingress(&mut self, mut room: Bytes) -> Vec<Ingress> {
        if let Some(seed) = self.tie_seed {
            let subnet = self.id.index() as u64;
            let tie = |ingress: &Ingress| random::tie(seed, subnet, ingress.id.as_u64());
            self.ingress.make_contiguous().sort_by_key(|ingress| (tie(ingress), ingress.id));
        }
        let mut taken = Vec::new();
        while (taken.len() as u64) < self.profile.limits.ingress_messages_per_block
            && let Some(next) = self.ingress.front()
            && let Some(left) = room.checked_sub(next.charged_bytes())
        {
            room = left;
            taken.extend(self.ingress.pop_front());
        }
        taken
    }

    /// Puts the block's messages into the queues of their canisters.
    pub(super) fn induct(&mut self, block: Block) {
        for message in block.streams.into_iter().flatten() {
            self.induct_canister_message(message, false);
        }
        for ingress in block.ingress {
            let message = ingress.id;
            match self.induct_ingress(ingress) {
                Ok(fee) => self.record(self.round_start, Event::Inducted { message, fee }),
                Err(code) => {
                    let outcome = Outcome::Reject(code);
                    self.record(self.round_start, Event::Responded { message, outcome });
                    self.answered.push((message, outcome));
                }
            }
        }
    }

    /// Charges the receiver and queues the message (`valid_set_rule.rs`).
    fn induct_ingress(&mut self, ingress: Ingress) -> Result<Cycles, ErrorCode> {
        if ingress.expiry < self.round_start {
            return Err(ErrorCode::IngressMessageTimeout);
        }
        let fee = self.fees.ingress(ingress.charged_bytes());
        let id = ingress.canister;
        let canister = match id.subnet() == self.id {
            true => self.canisters.get_mut(id.local()),
            false => None,
        };
        let canister = canister.ok_or(ErrorCode::CanisterNotFound)?;
        if !canister.can_spend(fee) {
            return Err(ErrorCode::CanisterOutOfCycles);
        }
        let charged = self.ledger.burn(&mut canister.account, fee, UseCase::Ingress);
        charged.map_err(|_| ErrorCode::CanisterOutOfCycles)?;
        canister.input.push_ingress(ingress);
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
            (Some(canister), message) => {
                canister.input.push(message, local);
                if let Some(message) = request {
                    let event = Event::Inducted { message, fee: Cycles::ZERO };
                    self.record(self.round_start, event);
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
        self.record(
            self.round_start,
            Event::Responded { message: id, outcome: Outcome::Reject(code) },
        );
        let caller = answer.caller;
        let answer = CanisterMessage::Response(answer);
        match self.canister_mut(caller) {
            Some(canister) => canister.input.push(answer, true),
            None => self.streams[caller.subnet().index()].push(answer),
        }
    }
}

//! The block of a round: which messages go in, and their induction into canister queues.

use super::Subnet;
use super::ingress_pool::BlockRoom;
use crate::canister::Status;
use crate::fees::Charge;
use crate::id::{CanisterId, MessageId};
use crate::message::{CanisterMessage, Ingress, Request, ResponseMessage, Target};
use crate::random;
use crate::record::{Event, Outcome};
use crate::reject::ErrorCode;
use crate::runtime::{Reject, Response};
use crate::units::{Bytes, Cycles};

/// What a round takes in.
pub(super) struct Block {
    pub(super) ingress: Vec<Ingress>,
    /// From each subnet, in order of id.
    pub(super) streams: Vec<Vec<CanisterMessage>>,
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

    /// Takes ingress from the pool; a tie seed shows what was taken in another order.
    fn take_ingress(&mut self, bytes: Bytes) -> Vec<Ingress> {
        for expired in self.ingress.take_expired(self.round_start) {
            self.refuse_ingress(expired.id, ErrorCode::IngressMessageTimeout);
        }
        let room = BlockRoom { messages: self.profile.limits.ingress_messages_per_block, bytes };
        let mut taken = self.ingress.select(room, self.height, self.start_time);
        if let Some(seed) = self.tie_seed {
            let subnet = self.id.index() as u64;
            let tie = |ingress: &Ingress| random::tie(seed, subnet, ingress.id.as_u64());
            taken.sort_by_key(|ingress| (tie(ingress), ingress.id));
        }
        taken
    }

    /// Fails a message on behalf of the system.
    pub(super) fn refuse_ingress(&mut self, message: MessageId, code: ErrorCode) {
        let outcome = Outcome::Reject(code);
        self.record(self.clock, Event::Responded { message, outcome });
        let text = "the message could not be inducted";
        let response = Response::Reject(Reject { code, message: text.into() });
        self.contents.answer(message, &response);
        self.answered.push((message, response));
    }

    /// Puts the block's messages into the queues of their canisters, those of the loopback stream
    /// first, then those of other subnets in order of subnet.
    pub(super) fn induct(&mut self, block: Block) {
        if let Some(held) = self.held.take() {
            return self.induct_chosen(held, block);
        }
        for message in self.loopback.take() {
            self.induct_canister_message(message, None);
        }
        for (peer, messages) in block.streams.into_iter().enumerate() {
            for rejected in self.streams[peer].take_rejected() {
                // What its own subnet sent always finds its caller.
                let _ = self.take_in(CanisterMessage::Response(rejected), false);
            }
            for message in messages {
                self.induct_canister_message(message, Some(peer));
            }
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
    pub(super) fn induct_ingress(&mut self, ingress: Ingress) -> Result<Cycles, ErrorCode> {
        let Some(id) = ingress.target.payer() else {
            self.management.push_ingress(ingress.into_management_call(), None);
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
                self.management.push_ingress(ingress.into_management_call(), Some(id));
            }
        }
        Ok(fee)
    }

    /// Queues a message of the loopback stream or of a `peer`; a request nobody can take is answered.
    pub(super) fn induct_canister_message(
        &mut self,
        message: CanisterMessage,
        peer: Option<usize>,
    ) {
        let Err((code, CanisterMessage::Request(request))) = self.take_in(message, peer.is_none())
        else {
            return;
        };
        let text = refusal(code, request.callee);
        let answer = self.rejection(request, code, &text);
        match peer.filter(|_| self.profile.limits.reject_signals) {
            Some(peer) => self.streams[peer].signal_reject(answer),
            None => self.return_answer(answer),
        }
    }

    /// Queues a message from a canister, of the own subnet (`local`) or another.
    ///
    /// # Errors
    /// Its receiver does not exist, takes no calls, or has no room: gives the message back.
    #[expect(clippy::result_large_err, reason = "a message that is not taken goes on")]
    pub(super) fn take_in(
        &mut self,
        message: CanisterMessage,
        local: bool,
    ) -> Result<(), (ErrorCode, CanisterMessage)> {
        match message {
            CanisterMessage::Request(request) => self
                .take_in_request(request, local)
                .map_err(|(code, request)| (code, CanisterMessage::Request(request))),
            CanisterMessage::Response(response) => {
                self.take_in_response(response, local);
                Ok(())
            }
        }
    }

    #[expect(clippy::result_large_err, reason = "a message that is not taken goes on")]
    fn take_in_request(
        &mut self,
        request: Request,
        local: bool,
    ) -> Result<(), (ErrorCode, Request)> {
        if let Some(code) = self.faults.rejects(&request, self.round_start) {
            let answer = self.rejection(request, code, "rejected by a fault");
            self.return_answer(answer);
            return Ok(());
        }
        let capacity = self.profile.limits.queue_capacity;
        let message = request.id;
        if request.callee.is_management() {
            if self.management.waiting_for(request.caller) >= capacity {
                return Err((ErrorCode::CanisterQueueFull, request));
            }
            self.management.push(request.into_management_call(), local);
        } else {
            let Some(canister) = self.canister_mut(request.callee) else {
                return Err((ErrorCode::CanisterNotFound, request));
            };
            if let Some(code) = canister.refuses(request.caller, capacity) {
                return Err((code, request));
            }
            canister.input.push(CanisterMessage::Request(request), local);
        }
        self.record(self.clock, Event::Inducted { message, fee: Cycles::ZERO });
        Ok(())
    }

    fn take_in_response(&mut self, response: ResponseMessage, local: bool) {
        if let Some(response) = self.faults.hold(response, self.round_start) {
            self.deliver_response(response, local);
        }
    }

    /// A response always finds room. One that comes after its caller was told that the time is up
    /// only brings back its cycles.
    pub(super) fn deliver_response(&mut self, response: ResponseMessage, local: bool) {
        // A canister is deleted only when it waits for no response.
        let own = self.id;
        let caller = response.caller;
        let canister = (caller.subnet() == own).then(|| self.canisters.get_mut(caller.local()));
        let Some(canister) = canister.flatten() else { return };
        if canister.calls.is_waiting(response.callback) {
            canister.input.push(CanisterMessage::Response(response), local);
        } else {
            self.ledger.receive(response.refund, &mut canister.account);
        }
    }
}

fn refusal(code: ErrorCode, callee: CanisterId) -> String {
    match code {
        ErrorCode::CanisterStopped => format!("Canister {callee} is stopped"),
        ErrorCode::CanisterStopping => format!("Canister {callee} is stopping"),
        ErrorCode::CanisterQueueFull => {
            format!("Canister {callee} takes no more calls of the caller")
        }
        _ => format!("Canister {callee} not found"),
    }
}

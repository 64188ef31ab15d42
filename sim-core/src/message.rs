//! What travels: ingress messages, requests and responses.

use crate::id::{CanisterId, MessageId};
use crate::ledger::Attached;
use crate::record::Outcome;
use crate::runtime::{Payload, Response};
use crate::time::SimTime;
use crate::units::Bytes;
use ic_principal::Principal;
use std::sync::Arc;

/// Bytes of a message beside its payload, for block and stream budgets: ids, cycles, deadline.
const HEADER: Bytes = Bytes::new(64);

/// Bytes of the nonce a client puts into an ingress message.
pub const NONCE: Bytes = Bytes::new(8);

/// A message from a client.
#[derive(Debug)]
pub struct Ingress {
    /// Its id.
    pub id: MessageId,
    /// The receiver.
    pub canister: CanisterId,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Who sent it.
    pub sender: Principal,
    /// When it can no longer be inducted.
    pub expiry: SimTime,
}

impl Ingress {
    /// Bytes that are charged for: method name, payload and nonce.
    pub fn charged_bytes(&self) -> Bytes {
        Bytes::of_len(self.method.len() + self.arg.len()) + NONCE
    }
}

/// A call from a canister to another.
#[derive(Debug)]
pub struct Request {
    /// Its id; the response carries the same.
    pub id: MessageId,
    /// Who calls.
    pub caller: CanisterId,
    /// Who is called.
    pub callee: CanisterId,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Cycles given along.
    pub cycles: Attached,
    /// The caller's callback.
    pub callback: CallbackId,
    /// When it was sent.
    pub sent: SimTime,
}

/// The answer to a request.
#[derive(Debug)]
pub struct ResponseMessage {
    /// The id of the request.
    pub id: MessageId,
    /// Who answers, or was to.
    pub callee: CanisterId,
    /// Who called.
    pub caller: CanisterId,
    /// The caller's callback.
    pub callback: CallbackId,
    /// The answer.
    pub response: Response,
    /// Cycles of the request that were not accepted.
    pub refund: Attached,
}

/// Names a callback among those of its canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallbackId(pub u64);

/// A message between canisters.
#[derive(Debug)]
pub enum CanisterMessage {
    /// A call.
    Request(Request),
    /// Its answer.
    Response(ResponseMessage),
}

impl CanisterMessage {
    /// Who it goes to.
    pub fn receiver(&self) -> CanisterId {
        match self {
            CanisterMessage::Request(request) => request.callee,
            CanisterMessage::Response(response) => response.caller,
        }
    }

    /// Who it comes from.
    pub fn sender(&self) -> CanisterId {
        match self {
            CanisterMessage::Request(request) => request.caller,
            CanisterMessage::Response(response) => response.callee,
        }
    }

    /// The cycles that travel with it.
    pub fn cycles(&self) -> &Attached {
        match self {
            CanisterMessage::Request(request) => &request.cycles,
            CanisterMessage::Response(response) => &response.refund,
        }
    }

    /// Bytes it takes in blocks and streams.
    pub fn bytes(&self) -> Bytes {
        let payload = match self {
            CanisterMessage::Request(request) => request.payload_bytes(),
            CanisterMessage::Response(response) => response.response.payload_bytes(),
        };
        payload + HEADER
    }
}

impl Request {
    /// Method name and payload: what is charged for, and limited.
    pub fn payload_bytes(&self) -> Bytes {
        Bytes::of_len(self.method.len() + self.arg.len())
    }

    /// The answer to this request; cycles still attached to it go back.
    pub fn answer(self, response: Response) -> ResponseMessage {
        ResponseMessage {
            id: self.id,
            callee: self.callee,
            caller: self.caller,
            callback: self.callback,
            response,
            refund: self.cycles,
        }
    }
}

/// The outcome of an answer, for the trace.
pub fn outcome(response: &Response) -> Outcome {
    match response {
        Response::Reply(payload) => Outcome::Reply(Bytes::of_len(payload.len())),
        Response::Reject(reject) => Outcome::Reject(reject.code),
    }
}

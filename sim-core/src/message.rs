//! What travels: ingress messages, requests and responses.

mod content_hash;

use crate::call_context::Origin;
use crate::id::{CanisterId, MessageId};
use crate::ledger::Attached;
use crate::record::Outcome;
use crate::runtime::{Payload, Response};
use crate::time::SimTime;
use crate::units::Bytes;
use ic_principal::Principal;
use std::sync::Arc;

/// Whom an ingress message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A canister.
    Canister(CanisterId),
    /// The management canister.
    Management {
        /// The canister the call is about, which pays for it; none when one is created.
        effective: Option<CanisterId>,
    },
}

impl Target {
    /// Who pays for the message.
    pub fn payer(self) -> Option<CanisterId> {
        match self {
            Target::Canister(canister) => Some(canister),
            Target::Management { effective } => effective,
        }
    }
}

/// A call to the management canister that waits for its turn.
#[derive(Debug)]
pub struct ManagementCall {
    /// Who waits for the answer.
    pub origin: Origin,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Cycles given along.
    pub cycles: Attached,
    /// Bytes that are charged for after it ran.
    pub charged_later: Bytes,
}

/// A message from a client.
#[derive(Debug)]
pub struct Ingress {
    /// Its id.
    pub id: MessageId,
    /// How many ingress messages were made on its subnet before, and one: its nonce.
    pub number: u64,
    /// The receiver.
    pub target: Target,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Who sent it.
    pub sender: Principal,
    /// Bytes of its nonce.
    pub nonce: Bytes,
    /// When the subnet's block makers learned of it.
    pub arrived: SimTime,
    /// When it can no longer be inducted.
    pub expiry: SimTime,
}

/// The largest `update_settings` payload that is inducted whatever the balance (`rs/cycles_account_manager`).
const SMALL_SETTINGS: usize = 324;

impl Ingress {
    /// Whether this is a change of settings that a frozen canister can be thawed with.
    pub fn is_small_settings_call(&self) -> bool {
        matches!(self.target, Target::Management { .. })
            && &*self.method == "update_settings"
            && self.arg.len() <= SMALL_SETTINGS
    }

    /// The message as the management canister takes it.
    pub fn into_management_call(self) -> ManagementCall {
        let later = self.is_small_settings_call();
        ManagementCall {
            charged_later: if later { self.charged_bytes() } else { Bytes::ZERO },
            origin: Origin::Ingress { message: self.id, sender: self.sender },
            method: self.method,
            arg: self.arg,
            cycles: Attached::default(),
        }
    }

    /// Bytes that are charged for: method name, payload and nonce.
    pub fn charged_bytes(&self) -> Bytes {
        Bytes::of_len(self.method.len() + self.arg.len()) + self.nonce
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
    /// Batch time of the round it was sent in, nanoseconds since 1970.
    pub sent: u64,
    /// Seconds since 1970 until which a best-effort caller waits.
    pub deadline: Option<u64>,
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
    /// Seconds since 1970 until which a best-effort caller waits.
    pub deadline: Option<u64>,
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

    /// The id of the request, which its response carries too.
    pub fn id(&self) -> MessageId {
        match self {
            CanisterMessage::Request(request) => request.id,
            CanisterMessage::Response(response) => response.id,
        }
    }

    /// Whether it is a call.
    pub fn is_request(&self) -> bool {
        matches!(self, CanisterMessage::Request(_))
    }

    /// The request, if it is one.
    pub fn into_request(self) -> Option<Request> {
        match self {
            CanisterMessage::Request(request) => Some(request),
            CanisterMessage::Response(_) => None,
        }
    }

    /// Seconds since 1970 until which a best-effort caller waits.
    pub fn deadline(&self) -> Option<u64> {
        match self {
            CanisterMessage::Request(request) => request.deadline,
            CanisterMessage::Response(response) => response.deadline,
        }
    }

    /// The cycles that travel with it.
    pub fn cycles(&self) -> &Attached {
        match self {
            CanisterMessage::Request(request) => &request.cycles,
            CanisterMessage::Response(response) => &response.refund,
        }
    }

    /// Method name and argument, or reply, or reject.
    pub fn payload_bytes(&self) -> Bytes {
        match self {
            CanisterMessage::Request(request) => request.payload_bytes(),
            CanisterMessage::Response(response) => response.response.payload_bytes(),
        }
    }
}

impl Request {
    /// The request as the management canister takes it.
    pub fn into_management_call(self) -> ManagementCall {
        let Request { id: message, caller, callback, method, arg, cycles, .. } = self;
        ManagementCall {
            origin: Origin::Canister { message, caller, callback },
            method,
            arg,
            cycles,
            charged_later: Bytes::ZERO,
        }
    }

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
            deadline: self.deadline,
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

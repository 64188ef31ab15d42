//! A canister from the inside, between two rounds: what waits for it, what it has open, what is in its
//! memory. Looking never changes a run.

use crate::delivery::Kind;
use crate::id::{CanisterId, MessageId};
use crate::units::Cycles;
use crate::world::World;
use ic_principal::Principal;
use std::sync::Arc;

/// A message that lies somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageInside {
    /// Its id; a response has that of its request.
    pub message: MessageId,
    /// What it is.
    pub kind: Kind,
    /// Who sent it; none for a client.
    pub from: Option<CanisterId>,
    /// Who it is for.
    pub to: CanisterId,
    /// The method called; empty for a response.
    pub method: Arc<str>,
}

/// A call that the canister has not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextInside {
    /// The message it began with; none for a task.
    pub message: Option<MessageId>,
    /// Who called, as the canister sees it.
    pub caller: Principal,
    /// It has been answered.
    pub responded: bool,
    /// Calls made for it that are not answered.
    pub outstanding: u32,
    /// Cycles of it that were not accepted.
    pub available: Cycles,
}

/// Everything about a canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterInside {
    /// Its balance.
    pub balance: Cycles,
    /// Messages in its input queues.
    pub input: Vec<MessageInside>,
    /// Messages in its output queues.
    pub output: Vec<MessageInside>,
    /// Messages for it that somebody makes wait (see [`crate::delivery`]).
    pub held: Vec<MessageInside>,
    /// Calls it has not finished.
    pub contexts: Vec<ContextInside>,
    /// Whom it waits for, once for each call.
    pub waiting_for: Vec<Principal>,
    /// When its timer goes off, nanoseconds since 1970.
    pub timer: Option<u64>,
    /// Its mutable and exported globals, as text.
    pub globals: Vec<String>,
}

impl World {
    /// A canister from the inside, if it exists.
    pub fn inside(&self, id: CanisterId) -> Option<CanisterInside> {
        self.subnets().nth(id.subnet().index())?.inside(id)
    }

    /// Part of a canister's heap; `None` without code or out of bounds.
    pub fn heap(&self, id: CanisterId, offset: u64, len: u64) -> Option<Vec<u8>> {
        self.subnets().nth(id.subnet().index())?.instance(id)?.read_heap(offset, len)
    }

    /// The size of a canister's heap in bytes; `None` without code.
    pub fn heap_size(&self, id: CanisterId) -> Option<u64> {
        Some(self.subnets().nth(id.subnet().index())?.instance(id)?.memory().heap.get())
    }
}

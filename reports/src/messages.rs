//! The life of every message, joined from the records of all subnets.
//!
//! A call between subnets leaves its records on two of them: the caller's subnet writes that the
//! call was made and when its callback ran, the callee's that it was inducted, executed and
//! answered. One [`Message`] brings them together.

mod joiner;

pub(crate) use joiner::LONGEST_KEPT;
pub use joiner::{Joiner, Part, join, whole};

use crate::names::Names;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::runtime::Payload;
use sim_core::sink::Said;
use sim_core::time::SimTime;
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A client, from outside.
    Client,
    /// A canister, while it executed `parent` (none: a task).
    Canister {
        /// The caller.
        id: CanisterId,
        /// The message whose execution made the call.
        parent: Option<MessageId>,
    },
}

/// Whether a call stayed on its subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Caller and callee share a subnet.
    SameSubnet,
    /// They do not.
    CrossSubnet,
}

/// An ingress message or call from sending to answer.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who sent it.
    pub sender: Sender,
    /// The workload an ingress message belongs to; none for a call.
    pub workload: Option<Arc<str>>,
    /// The receiver's name, or its principal.
    pub callee: String,
    /// The receiver, if the principal called is a canister's.
    pub callee_id: Option<CanisterId>,
    /// Place in the history of the receiver's subnet, if there is one.
    pub callee_subnet: Option<usize>,
    /// Place in the history of the caller's subnet; none for ingress.
    pub caller_subnet: Option<usize>,
    /// The method called.
    pub method: Arc<str>,
    /// Bytes sent.
    pub bytes: Bytes,
    /// Cycles attached.
    pub cycles: Cycles,
    /// When it was sent.
    pub sent: SimTime,
    /// When it entered the receiver's input queue.
    pub inducted: Option<SimTime>,
    /// When the receiver began to execute it.
    pub executed: Option<SimTime>,
    /// When it was answered.
    pub responded: Option<SimTime>,
    /// Ingress: when its answer was certified. Call: when its callback began to execute.
    pub finished: Option<SimTime>,
    /// Instructions of the receiver's execution, if it came to an end.
    pub instructions: Option<Instructions>,
    /// The answer, if there was one, whether or not the sender has seen it.
    pub outcome: Option<Outcome>,
    /// The argument, where it was kept.
    pub argument: Option<Payload>,
    /// The answer, where it was kept.
    pub response: Option<Said>,
}

impl Message {
    /// True for an ingress message.
    pub fn is_ingress(&self) -> bool {
        self.sender == Sender::Client
    }

    /// Where a call went; none for ingress and for calls to what is no canister of any subnet.
    pub fn scope(&self) -> Option<Scope> {
        let (caller, callee) = (self.caller_subnet?, self.callee_subnet?);
        Some(if caller == callee { Scope::SameSubnet } else { Scope::CrossSubnet })
    }

    /// From sending to the end, in nanoseconds, if the end was seen.
    pub fn latency_ns(&self) -> Option<u64> {
        Some(self.finished?.since(self.sent).as_nanos())
    }

    /// The answer, if the sender has seen it.
    pub fn answer(&self) -> Option<Outcome> {
        self.finished.and(self.outcome)
    }

    /// Whether a slice on `canister` belongs to the caller's callback, not to the callee.
    fn is_callback_slice(&self, canister: CanisterId) -> bool {
        let called_itself = self.callee_id == Some(canister);
        let is_caller = matches!(self.sender, Sender::Canister { id, .. } if id == canister);
        is_caller && (!called_itself || self.responded.is_some())
    }

    fn paused(&mut self, time: SimTime, canister: CanisterId) {
        let start = match self.is_callback_slice(canister) {
            true => &mut self.finished,
            false => &mut self.executed,
        };
        earliest(start, time);
    }

    fn executed(&mut self, time: SimTime, entry: EntryKind, instructions: Instructions) {
        match entry {
            EntryKind::Update | EntryKind::ReplicatedQuery | EntryKind::Install => {
                earliest(&mut self.executed, time);
                self.instructions = Some(instructions);
            }
            EntryKind::ReplyCallback | EntryKind::RejectCallback => {
                earliest(&mut self.finished, time);
            }
            EntryKind::Cleanup
            | EntryKind::Heartbeat
            | EntryKind::GlobalTimer
            | EntryKind::OnLowWasmMemory => {}
        }
    }

    fn answered(&mut self, time: SimTime, outcome: Outcome) {
        if earliest(&mut self.responded, time) {
            self.outcome = Some(outcome);
        }
    }

    fn completed(&mut self, time: SimTime, outcome: Outcome) {
        earliest(&mut self.finished, time);
        self.outcome.get_or_insert(outcome);
    }
}

/// Keeps the earlier of two times; true if that is the new one.
fn earliest(known: &mut Option<SimTime>, time: SimTime) -> bool {
    let is_earlier = known.is_none_or(|known| time < known);
    if is_earlier {
        *known = Some(time);
    }
    is_earlier
}

/// The message a record sends, if it sends one.
fn sent(record: &Record, names: &Names) -> Option<Message> {
    let mut from = None;
    let (id, sender, callee_id, callee, method, bytes, cycles) = match &record.event {
        Event::Submitted { message, workload, canister, method, bytes } => {
            let callee = names.canister(*canister);
            from = Some(workload.clone());
            (*message, Sender::Client, Some(*canister), callee, method, *bytes, Cycles::ZERO)
        }
        Event::Called { message, parent, caller, callee, method, bytes, cycles } => {
            let id = CanisterId::from_principal(callee);
            let name = id.map_or_else(|| callee.to_text(), |id| names.canister(id));
            let sender = Sender::Canister { id: *caller, parent: *parent };
            (*message, sender, id, name, method, *bytes, *cycles)
        }
        _ => return None,
    };
    let caller_subnet = match sender {
        Sender::Client => None,
        Sender::Canister { id, .. } => names.home(id),
    };
    Some(Message {
        id,
        sender,
        workload: from,
        callee,
        callee_id,
        callee_subnet: callee_id.and_then(|id| names.home(id)),
        caller_subnet,
        method: method.clone(),
        bytes,
        cycles,
        sent: record.time,
        inducted: None,
        executed: None,
        responded: None,
        finished: None,
        instructions: None,
        outcome: None,
        argument: None,
        response: None,
    })
}

/// The message a record tells more about.
fn subject(event: &Event) -> Option<MessageId> {
    match event {
        Event::Inducted { message, .. }
        | Event::Responded { message, .. }
        | Event::Completed { message, .. } => Some(*message),
        Event::Paused { message, .. } | Event::Executed { message, .. } => *message,
        _ => None,
    }
}

fn follow(message: &mut Message, record: &Record) {
    let time = record.time;
    match &record.event {
        Event::Inducted { .. } => {
            earliest(&mut message.inducted, time);
        }
        Event::Paused { canister, .. } => message.paused(time, *canister),
        Event::Executed { entry, instructions, .. } => {
            message.executed(time, *entry, *instructions);
        }
        Event::Responded { outcome, .. } => message.answered(time, *outcome),
        Event::Completed { outcome, .. } => message.completed(time, *outcome),
        _ => {}
    }
}

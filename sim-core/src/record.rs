//! Trace records: one typed value for every event of a run that matters to a person.
//!
//! Each subnet writes its records in the order of its own events. The canonical order of a run is
//! subnet by subnet, so it does not depend on the number of threads; the trace digest is taken
//! over the records' [encoding](Record::encode) in that order.

mod slice;

pub use slice::Slice;

use crate::fees::{Charge, IdleUse};
use crate::id::{CanisterId, MessageId};
use crate::ledger::{Burned, Entry};
use crate::reject::ErrorCode;
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles, Instructions};
use ic_principal::Principal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that happened on a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When it became true.
    pub time: SimTime,
    /// What happened.
    pub event: Event,
}

/// What a [`Record`] tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A client sent an ingress message.
    Submitted {
        /// The new message.
        message: MessageId,
        /// The name of the workload it belongs to.
        workload: Arc<str>,
        /// Its receiver.
        canister: CanisterId,
        /// The method called.
        method: Arc<str>,
        /// Bytes that are charged for.
        bytes: Bytes,
    },
    /// A canister made a call.
    Called {
        /// The new request.
        message: MessageId,
        /// The message whose execution made the call; none for a task.
        parent: Option<MessageId>,
        /// Who called.
        caller: CanisterId,
        /// Whom; need not exist.
        callee: Principal,
        /// The method called.
        method: Arc<str>,
        /// Method name and payload.
        bytes: Bytes,
        /// Cycles attached.
        cycles: Cycles,
    },
    /// An ingress message or request entered its receiver's input queue.
    Inducted {
        /// The message.
        message: MessageId,
        /// What the receiver paid for it (ingress only).
        fee: Cycles,
    },
    /// A slice of an execution ran without finishing it.
    Paused {
        /// The message executed; none for a task.
        message: Option<MessageId>,
        /// The canister.
        canister: CanisterId,
        /// What was entered.
        entry: EntryKind,
        /// Inner iteration of the round, from 0.
        iteration: u32,
        /// Virtual execution thread, from 0.
        thread: u32,
        /// Instructions of the slice.
        instructions: Instructions,
        /// The canister's balance, without what is held for this execution and open calls.
        balance: Cycles,
        /// Earlier slices came before this one.
        resumed: bool,
    },
    /// A message or task was executed to its end. The record's time is when its last slice began.
    Executed {
        /// The message executed (for a callback: the call answered); none for a task.
        message: Option<MessageId>,
        /// The canister.
        canister: CanisterId,
        /// What was entered.
        entry: EntryKind,
        /// Inner iteration of the round, from 0.
        iteration: u32,
        /// Virtual execution thread, from 0.
        thread: u32,
        /// Instructions of all slices.
        instructions: Instructions,
        /// Time the last slice took.
        duration: SimDuration,
        /// What its execution cost.
        cost: Cycles,
        /// The canister's balance afterwards, without what is held for open calls.
        balance: Cycles,
        /// Memory the execution changed, in whole 4 KiB pages.
        heap_delta: Bytes,
        /// Earlier slices came before this one.
        resumed: bool,
        /// Why it failed, if it did.
        failure: Option<ErrorCode>,
    },
    /// The management canister executed a call.
    Managed {
        /// The message executed.
        message: Option<MessageId>,
        /// The method called.
        method: Arc<str>,
        /// The canister it was about.
        canister: Option<CanisterId>,
        /// Inner iteration of the round, from 0.
        iteration: u32,
        /// Instructions charged.
        instructions: Instructions,
        /// Instructions that count against the round: less if the module was compiled before.
        round_instructions: Instructions,
    },
    /// A call was answered, by the callee or by the system.
    Responded {
        /// The ingress message or request answered.
        message: MessageId,
        /// The answer.
        outcome: Outcome,
    },
    /// The status of an ingress message was certified: its client can read the answer.
    Completed {
        /// The message.
        message: MessageId,
        /// The answer.
        outcome: Outcome,
    },
    /// A canister paid for something. Charges of one round of the same kind and size are told
    /// together at its end, those of the set-up before the first round.
    Charged {
        /// Who paid.
        canister: CanisterId,
        /// For what.
        charge: Charge,
        /// How often, and how much in all.
        entry: Entry,
    },
    /// What a canister that paid for something had left at the end of the round.
    Account {
        /// The canister.
        canister: CanisterId,
        /// Its account.
        state: Box<AccountState>,
    },
    /// A canister printed a line.
    Printed {
        /// The canister.
        canister: CanisterId,
        /// The line as printed.
        line: Box<[u8]>,
    },
    /// A canister ran out of cycles and lost its code and memory.
    Uninstalled {
        /// The canister.
        canister: CanisterId,
    },
    /// A round came to its end. The record's time is the round's start.
    Round(Box<RoundSummary>),
}

/// A canister's account, and what its freezing threshold follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// Its main balance, without what is held for open calls.
    pub balance: Cycles,
    /// Cycles reserved for memory.
    pub reserved: Cycles,
    /// What it takes up.
    pub idle: IdleUse,
    /// Its freezing threshold in seconds of idle cost.
    pub freezing_seconds: u64,
    /// Its code has 64-bit memory.
    pub wasm64: bool,
}

/// A call's answer, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A reply of so many bytes.
    Reply(Bytes),
    /// A reject.
    Reject(ErrorCode),
}

/// The kind of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// `(start)` and `canister_init`.
    Install,
    /// An update method.
    Update,
    /// A query method called in replicated mode.
    ReplicatedQuery,
    /// A reply callback.
    ReplyCallback,
    /// A reject callback.
    RejectCallback,
    /// A cleanup callback.
    Cleanup,
    /// The heartbeat.
    Heartbeat,
    /// The global timer.
    GlobalTimer,
    /// The hook for low Wasm memory.
    OnLowWasmMemory,
}

/// What one round of a subnet did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundSummary {
    /// Number of the round, from 1.
    pub height: u64,
    /// How long it took: the block interval, or the execution if that was longer.
    pub duration: SimDuration,
    /// Ingress messages in the block.
    pub ingress: u64,
    /// Stream messages in the block.
    pub stream_messages: u64,
    /// Executions, slices counted singly.
    pub executions: u64,
    /// Inner iterations that executed something.
    pub iterations: u64,
    /// Instructions executed on all threads together.
    pub instructions: Instructions,
    /// Instructions of the busiest thread of each iteration, overheads and management included: what
    /// the round limit bounds, but for the overhead of finalisation.
    pub busiest_thread: Instructions,
    /// Messages waiting in input queues when execution began, the block's among them.
    pub queued: u64,
    /// Messages still waiting in input queues when the round ended.
    pub left_over: u64,
    /// Messages of outgoing streams not yet acknowledged at the end of the round.
    pub in_streams: u64,
    /// Ingress messages known to the subnet that no block has included yet.
    pub ingress_waiting: u64,
    /// Cycles burned since the end of the previous round, by use case; for the first round, since the
    /// run began, without what setting up the canisters cost.
    pub burned: Burned,
}

impl Record {
    /// Appends the record's canonical bytes: a tag, then every field in order of declaration,
    /// numbers little-endian, texts and byte strings preceded by their length.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut sink = Sink(out);
        sink.u64(self.time.as_nanos());
        match &self.event {
            Event::Submitted { message, workload, canister, method, bytes } => {
                sink.tag(0).message(*message).text(workload).canister(*canister);
                sink.text(method).u64(bytes.get());
            }
            Event::Called { message, parent, caller, callee, method, bytes, cycles } => {
                sink.tag(1).message(*message).optional_message(*parent).canister(*caller);
                sink.bytes(callee.as_slice()).text(method).u64(bytes.get()).cycles(*cycles);
            }
            Event::Inducted { message, fee } => {
                sink.tag(2).message(*message).cycles(*fee);
            }
            Event::Paused {
                message,
                canister,
                entry,
                iteration,
                thread,
                instructions,
                balance,
                resumed,
            } => {
                sink.tag(3).optional_message(*message).canister(*canister).tag(*entry as u8);
                sink.u32(*iteration).u32(*thread).u64(instructions.get()).cycles(*balance);
                sink.tag(u8::from(*resumed));
            }
            Event::Executed {
                message,
                canister,
                entry,
                iteration,
                thread,
                instructions,
                duration,
                cost,
                balance,
                heap_delta,
                resumed,
                failure,
            } => {
                sink.tag(4).optional_message(*message).canister(*canister).tag(*entry as u8);
                sink.u32(*iteration).u32(*thread).u64(instructions.get()).u64(duration.as_nanos());
                sink.cycles(*cost).cycles(*balance).u64(heap_delta.get());
                sink.tag(u8::from(*resumed)).u16(failure.map_or(0, ErrorCode::number));
            }
            Event::Responded { message, outcome } => {
                sink.tag(5).message(*message).outcome(*outcome);
            }
            Event::Completed { message, outcome } => {
                sink.tag(6).message(*message).outcome(*outcome);
            }
            Event::Charged { canister, charge, entry } => {
                sink.tag(7).canister(*canister).text(charge.name());
                for quantity in charge.quantities() {
                    sink.cycles(Cycles::new(quantity));
                }
                sink.u64(entry.count).cycles(entry.cycles);
            }
            Event::Account { canister, state } => {
                sink.tag(12).canister(*canister).account(state);
            }
            Event::Printed { canister, line } => {
                sink.tag(8).canister(*canister).bytes(line);
            }
            Event::Uninstalled { canister } => {
                sink.tag(9).canister(*canister);
            }
            Event::Round(round) => sink.tag(10).round(round),
            Event::Managed {
                message,
                method,
                canister,
                iteration,
                instructions,
                round_instructions,
            } => {
                sink.tag(11).optional_message(*message).text(method);
                sink.u64(canister.map_or(u64::MAX, CanisterId::as_u64)).u32(*iteration);
                sink.u64(instructions.get()).u64(round_instructions.get());
            }
        }
    }
}

struct Sink<'a>(&'a mut Vec<u8>);

impl Sink<'_> {
    fn tag(&mut self, tag: u8) -> &mut Self {
        self.0.push(tag);
        self
    }

    fn u16(&mut self, number: u16) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn u32(&mut self, number: u32) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn u64(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn cycles(&mut self, cycles: Cycles) -> &mut Self {
        self.0.extend_from_slice(&cycles.get().to_le_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.u64(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    fn message(&mut self, message: MessageId) -> &mut Self {
        self.u64(message.as_u64())
    }

    fn optional_message(&mut self, message: Option<MessageId>) -> &mut Self {
        self.u64(message.map_or(u64::MAX, MessageId::as_u64))
    }

    fn canister(&mut self, canister: CanisterId) -> &mut Self {
        self.u64(canister.as_u64())
    }

    fn outcome(&mut self, outcome: Outcome) -> &mut Self {
        match outcome {
            Outcome::Reply(bytes) => self.u16(0).u64(bytes.get()),
            Outcome::Reject(code) => self.u16(code.number()),
        }
    }

    fn account(&mut self, state: &AccountState) {
        let AccountState { balance, reserved, idle, freezing_seconds, wasm64 } = state;
        self.cycles(*balance).cycles(*reserved).u64(idle.memory.get()).u64(idle.messages.get());
        self.u64(idle.compute).u64(*freezing_seconds).tag(u8::from(*wasm64));
    }

    fn round(&mut self, round: &RoundSummary) {
        self.u64(round.height).u64(round.duration.as_nanos());
        self.u64(round.ingress).u64(round.stream_messages);
        self.u64(round.executions).u64(round.iterations);
        self.u64(round.instructions.get()).u64(round.busiest_thread.get());
        self.u64(round.queued)
            .u64(round.left_over)
            .u64(round.in_streams)
            .u64(round.ingress_waiting);
        for amount in round.burned {
            self.cycles(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubnetId;

    fn encoded(event: Event) -> Vec<u8> {
        let mut out = Vec::new();
        Record { time: SimTime::from_nanos(5), event }.encode(&mut out);
        out
    }

    #[test]
    fn records_that_differ_have_different_bytes() {
        let message = MessageId::new(SubnetId::new(0), 1);
        let reply = Outcome::Reply(Bytes::ZERO);
        let reject = Outcome::Reject(ErrorCode::CanisterTrapped);
        assert_ne!(
            encoded(Event::Responded { message, outcome: reply }),
            encoded(Event::Completed { message, outcome: reply })
        );
        assert_ne!(
            encoded(Event::Responded { message, outcome: reply }),
            encoded(Event::Responded { message, outcome: reject })
        );
    }

    #[test]
    fn a_record_stays_small() {
        assert!(size_of::<Record>() <= 144, "{}", size_of::<Record>());
    }
}

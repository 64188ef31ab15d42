//! What happened in the rounds of a step, in the words of the recordings.

use super::state::digits;
use super::values::Names;
use serde_json::{Value, json};
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{EntryKind, Event, Record, Slice};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Methods of messages seen so far, and whether they came from clients.
#[derive(Default)]
pub(super) struct Messages {
    methods: BTreeMap<MessageId, (Arc<str>, bool)>,
    /// Instructions of the slices so far of executions that are paused.
    slices: BTreeMap<CanisterId, u64>,
    /// Iterations of rounds in which each canister executed something, and the last of them.
    active: BTreeMap<CanisterId, (u64, u32)>,
}

impl Messages {
    pub(super) fn submitted(&mut self, message: MessageId, method: &str) {
        self.methods.insert(message, (method.into(), true));
    }

    /// Iterations of rounds in which a canister executed something.
    pub(super) fn active_iterations(&self, canister: CanisterId) -> u64 {
        self.active.get(&canister).map_or(0, |(count, _)| *count)
    }

    /// Iterations have numbers of their own over all rounds.
    fn executed(&mut self, canister: CanisterId, iteration: u32) {
        let (count, last) = self.active.entry(canister).or_insert((0, iteration));
        *count += u64::from(*count == 0 || *last != iteration);
        *last = iteration;
    }

    /// The trace entry of a record, if it has one; `round` is counted from the start of the script.
    pub(super) fn entry(&mut self, record: &Record, names: &Names, round: u64) -> Option<Value> {
        match &record.event {
            Event::Called { message, method, .. } => {
                self.methods.insert(*message, (method.clone(), false));
                None
            }
            Event::Managed {
                message,
                method,
                canister,
                iteration,
                instructions,
                round_instructions,
            } => {
                let from_client = message.and_then(|id| self.methods.get(&id)).is_none_or(|m| m.1);
                let source = if from_client { "ingress" } else { "request" };
                Some(json!({
                    "place": "subnet",
                    "canister": canister.map_or(String::new(), |id| name(id, names)),
                    "round": 0,
                    "iter": iteration,
                    "thread": 0,
                    "what": format!("{source} {method}"),
                    "instructions": instructions.get(),
                    "round_instructions": round_instructions.get(),
                    "heap_delta": 0,
                    "balance_after": null,
                }))
            }
            event => event.slice().map(|slice| self.slice(slice, event, round, names)),
        }
    }

    /// A slice of an execution; what it counts of earlier slices is known from them.
    fn slice(&mut self, slice: Slice, event: &Event, round: u64, names: &Names) -> Value {
        let Slice { canister, iteration, .. } = slice;
        self.executed(canister, iteration);
        let instructions = slice.instructions.get();
        let (whole, in_round, heap_delta) = match event {
            Event::Executed { heap_delta, .. } => {
                let earlier = self.slices.remove(&canister).filter(|_| slice.resumed).unwrap_or(0);
                (Some(instructions), instructions.saturating_sub(earlier), heap_delta.get())
            }
            _ => {
                *self.slices.entry(canister).or_insert(0) += instructions;
                (None, instructions, 0)
            }
        };
        json!({
            "place": "canister",
            "canister": name(canister, names),
            "round": round,
            "iter": iteration,
            "thread": slice.thread,
            "what": self.what(slice.entry, slice.message, slice.resumed),
            "instructions": whole,
            "round_instructions": in_round,
            "heap_delta": heap_delta,
            "balance_after": digits(slice.balance),
        })
    }

    fn what(&self, entry: EntryKind, message: Option<MessageId>, resumed: bool) -> String {
        if resumed {
            return "paused execution".to_owned();
        }
        let known = message.and_then(|message| self.methods.get(&message));
        match entry {
            EntryKind::ReplyCallback | EntryKind::RejectCallback | EntryKind::Cleanup => {
                "Response".to_owned()
            }
            EntryKind::Heartbeat => "Heartbeat task".to_owned(),
            EntryKind::GlobalTimer => "Global timer task".to_owned(),
            EntryKind::OnLowWasmMemory => "On low Wasm memory task".to_owned(),
            EntryKind::Install => "install".to_owned(),
            EntryKind::Update | EntryKind::ReplicatedQuery => match known {
                Some((method, true)) => format!("Ingress, method name {method},"),
                Some((method, false)) => format!("Request, method name {method},"),
                None => "Request".to_owned(),
            },
        }
    }
}

/// The name a script gave a canister, or its id.
fn name(id: CanisterId, names: &Names) -> String {
    let known = names.iter().find(|(_, known)| **known == id);
    known.map_or_else(|| id.to_string(), |(name, _)| name.clone())
}

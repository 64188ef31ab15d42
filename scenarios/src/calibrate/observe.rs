//! Every message that some canisters handled in a run, from its records.
//!
//! The calls of an execution are recorded before the execution itself, and a call's callbacks name the
//! call; so calls and callbacks find back to the message that they were made for.

use ic_principal::Principal;
use sim_core::history::{CanisterSummary, History};
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::units::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What canisters did.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Messages they handled and answered, in order of id.
    pub handled: Vec<Handled>,
    /// Messages without an answer by the end of the run, which tell nothing.
    open: usize,
    /// Executions of heartbeats, timers and hooks.
    tasks: usize,
    /// What each took up when it was set up.
    heaps: BTreeMap<CanisterId, Bytes>,
}

/// A message, and everything that was done for it.
#[derive(Clone, Debug)]
pub struct Handled {
    /// The method called.
    pub method: Arc<str>,
    /// It was executed as a query.
    pub query: bool,
    /// Instructions of the first execution.
    pub instructions: u64,
    /// Bytes that all its executions wrote.
    pub writes: u64,
    /// Bytes by which memory grew.
    pub growth: u64,
    /// Size of the reply; none for a reject.
    pub reply: Option<Bytes>,
    /// Calls made for it, in order.
    pub calls: Vec<Made>,
    /// Instructions of each callback.
    pub callbacks: Vec<u64>,
    /// One of its calls was rejected.
    pub call_failed: bool,
}

/// A call that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Whom.
    pub callee: Principal,
    /// Which method.
    pub method: Arc<str>,
    /// Bytes of the argument.
    pub payload: u64,
    /// Cycles attached.
    pub cycles: u128,
    /// How many callbacks of the same message had run before.
    pub callbacks_before: usize,
}

impl Observed {
    /// What `canisters` did in a run.
    pub fn of(history: &History, canisters: &BTreeSet<CanisterId>) -> Observed {
        let records = || history.records();
        let mut watch = Watch::new(canisters, Asked::of(records()));
        records().for_each(|record| watch.take(record));
        watch.end(history)
    }

    /// Memory that a canister has when it is set up: the mean of all that were watched.
    pub fn heap(&self) -> Bytes {
        let sum: u64 = self.heaps.values().map(|heap| heap.get()).sum();
        Bytes::new(sum.checked_div(self.heaps.len() as u64).unwrap_or(0))
    }

    /// What was seen and is no part of a model, in words.
    pub fn left_out(&self) -> Vec<String> {
        let tasks = (self.tasks > 0).then(|| {
            format!("{} executions of heartbeats, timers or hooks: models have none", self.tasks)
        });
        let open = (self.open > 0).then(|| {
            format!("{} messages that were not answered by the end of the run", self.open)
        });
        tasks.into_iter().chain(open).collect()
    }
}

/// What was asked of anybody, and what was answered.
struct Asked {
    methods: BTreeMap<MessageId, Arc<str>>,
    outcomes: BTreeMap<MessageId, Outcome>,
}

impl Asked {
    fn of<'a>(records: impl Iterator<Item = &'a Record>) -> Asked {
        let mut asked = Asked { methods: BTreeMap::new(), outcomes: BTreeMap::new() };
        for record in records {
            match &record.event {
                Event::Submitted { message, method, .. }
                | Event::Called { message, method, .. } => {
                    asked.methods.insert(*message, method.clone());
                }
                Event::Responded { message, outcome } => {
                    asked.outcomes.insert(*message, *outcome);
                }
                _ => {}
            }
        }
        asked
    }
}

/// Goes through the records.
struct Watch<'a> {
    canisters: &'a BTreeSet<CanisterId>,
    asked: Asked,
    handled: BTreeMap<MessageId, Handled>,
    /// The message for which a call was made.
    roots: BTreeMap<MessageId, MessageId>,
    /// Calls of the execution whose record comes next.
    pending: BTreeMap<CanisterId, Vec<(MessageId, Made)>>,
    /// What each canister took up last, and what has been executed since.
    memory: BTreeMap<CanisterId, u64>,
    since: BTreeMap<CanisterId, Vec<(u64, MessageId)>>,
    tasks: usize,
}

impl<'a> Watch<'a> {
    fn new(canisters: &'a BTreeSet<CanisterId>, asked: Asked) -> Self {
        Watch {
            canisters,
            asked,
            handled: BTreeMap::new(),
            roots: BTreeMap::new(),
            pending: BTreeMap::new(),
            memory: BTreeMap::new(),
            since: BTreeMap::new(),
            tasks: 0,
        }
    }

    fn take(&mut self, record: &Record) {
        match &record.event {
            Event::Called { message, caller, callee, method, bytes, cycles, .. }
                if self.canisters.contains(caller) =>
            {
                let made = Made {
                    callee: *callee,
                    method: method.clone(),
                    payload: bytes.get().saturating_sub(method.len() as u64),
                    cycles: cycles.get(),
                    callbacks_before: 0,
                };
                self.pending.entry(*caller).or_default().push((*message, made));
            }
            Event::Executed { message, canister, entry, instructions, heap_delta, .. }
                if self.canisters.contains(canister) =>
            {
                let (instructions, written) = (instructions.get(), heap_delta.get());
                self.executed(*canister, *message, *entry, instructions, written);
            }
            Event::Account { canister, state } if self.canisters.contains(canister) => {
                self.grown(*canister, state.idle.memory.get());
            }
            _ => {}
        }
    }

    fn executed(
        &mut self,
        canister: CanisterId,
        message: Option<MessageId>,
        entry: EntryKind,
        instructions: u64,
        written: u64,
    ) {
        let calls = self.pending.remove(&canister).unwrap_or_default();
        let root = match (entry, message) {
            (EntryKind::Install, _) => return,
            (EntryKind::Update | EntryKind::ReplicatedQuery, Some(message)) => {
                let query = entry == EntryKind::ReplicatedQuery;
                self.begin(message, query, instructions).then_some(message)
            }
            (
                EntryKind::ReplyCallback | EntryKind::RejectCallback | EntryKind::Cleanup,
                Some(call),
            ) => self.roots.get(&call).copied(),
            _ => None,
        };
        let Some((root, handled)) =
            root.and_then(|root| Some((root, self.handled.get_mut(&root)?)))
        else {
            self.tasks += 1;
            return;
        };
        handled.writes += written;
        let before = match entry {
            EntryKind::Update | EntryKind::ReplicatedQuery => 0,
            EntryKind::Cleanup => handled.callbacks.len(),
            _ => {
                handled.callbacks.push(instructions);
                handled.call_failed |= entry == EntryKind::RejectCallback;
                handled.callbacks.len()
            }
        };
        for (call, made) in calls {
            self.roots.insert(call, root);
            handled.calls.push(Made { callbacks_before: before, ..made });
        }
        self.since.entry(canister).or_default().push((written, root));
    }

    /// A message is executed for the first time; false if nothing is known of it.
    fn begin(&mut self, id: MessageId, query: bool, instructions: u64) -> bool {
        let Some(method) = self.asked.methods.get(&id).cloned() else { return false };
        let reply = match self.asked.outcomes.get(&id) {
            Some(Outcome::Reply(bytes)) => Some(*bytes),
            _ => None,
        };
        let handled = Handled {
            method,
            query,
            instructions,
            writes: 0,
            growth: 0,
            reply,
            calls: Vec::new(),
            callbacks: Vec::new(),
            call_failed: false,
        };
        self.handled.insert(id, handled);
        true
    }

    /// Growth since the last look is put down to the execution that wrote most.
    fn grown(&mut self, canister: CanisterId, memory: u64) {
        let executions = self.since.remove(&canister).unwrap_or_default();
        let before = self.memory.insert(canister, memory);
        let growth = before.map_or(0, |before| memory.saturating_sub(before));
        let most = executions.into_iter().max_by_key(|(written, _)| *written);
        if let Some(handled) = most.and_then(|(_, root)| self.handled.get_mut(&root)) {
            handled.growth += growth;
        }
    }

    fn end(self, history: &History) -> Observed {
        let answered = |id: &MessageId| self.asked.outcomes.contains_key(id);
        let all = self.handled.len();
        let handled: Vec<Handled> =
            self.handled.iter().filter(|(id, _)| answered(id)).map(|(_, h)| h.clone()).collect();
        let grown: u64 = self.handled.values().map(|handled| handled.growth).sum();
        let at_end: Vec<&CanisterSummary> = history
            .subnets
            .iter()
            .flat_map(|subnet| &subnet.canisters)
            .filter(|canister| self.canisters.contains(&canister.id))
            .collect();
        let share = grown.checked_div(at_end.len() as u64).unwrap_or(0);
        let heap = |canister: &&CanisterSummary| {
            (canister.id, Bytes::new(canister.memory.get().saturating_sub(share)))
        };
        Observed {
            open: all - handled.len(),
            heaps: at_end.iter().map(heap).collect(),
            tasks: self.tasks,
            handled,
        }
    }
}

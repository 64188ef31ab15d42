//! The part of the host's state that lives for one task: its input, what is left of its budget,
//! and the effects it has had so far.

use crate::budget::Budget;
use crate::entry::Entries;
use ic_principal::Principal;
use sim_core::runtime::{Closure, Effects, Entry, Payload, Reject, Response, Surroundings, Task};
use sim_core::units::Cycles;
use std::collections::{BTreeMap, VecDeque};

/// Bytes a record of the canister log takes besides its text
/// (`rs/types/management_canister_types`, `CanisterLogRecord`).
const LOG_RECORD_HEADER: u64 = 40;
/// Bytes of log lines that are kept of one task; the oldest go first.
const KEPT_LOG_BYTES: u64 = 1 << 20;

/// A call between `ic0.call_new` and `ic0.call_perform`.
#[derive(Debug)]
pub(crate) struct CallInProgress {
    pub(crate) callee: Principal,
    pub(crate) method: String,
    pub(crate) arg: Vec<u8>,
    pub(crate) cycles: Cycles,
    pub(crate) on_reply: Closure,
    pub(crate) on_reject: Closure,
    pub(crate) on_cleanup: Option<Closure>,
    pub(crate) timeout: Option<u32>,
}

/// A task under way.
#[derive(Debug)]
pub(crate) struct Message {
    /// The kind of its entry point.
    pub(crate) kind: Entries,
    /// The argument or the reply.
    pub(crate) arg: Option<Payload>,
    /// The reject, in a reject callback.
    pub(crate) reject: Option<Reject>,
    /// What it may see of the world.
    pub(crate) surroundings: Surroundings,
    /// Its instructions.
    pub(crate) budget: Budget,
    /// Cycles it can dispose of.
    pub(crate) balance: Cycles,
    /// Cycles of the call it has not accepted yet.
    pub(crate) available: Cycles,
    /// The reply under construction.
    pub(crate) reply: Vec<u8>,
    /// The call under construction.
    pub(crate) call: Option<CallInProgress>,
    /// Calls made, by the queue they go to.
    pub(crate) sent: BTreeMap<Principal, u64>,
    /// Effects so far.
    pub(crate) effects: Effects,
    log: VecDeque<Box<[u8]>>,
    log_bytes: u64,
    log_room: u64,
}

/// The payload and the reject an entry point can read.
fn input(entry: Entry) -> (Option<Payload>, Option<Reject>) {
    match entry {
        Entry::Init { arg }
        | Entry::PostUpgrade { arg }
        | Entry::Update { arg, .. }
        | Entry::ReplicatedQuery { arg, .. } => (Some(arg), None),
        Entry::ReplyCallback { reply, .. } => (Some(reply), None),
        Entry::RejectCallback { reject, .. } => (None, Some(reject)),
        Entry::Start
        | Entry::PreUpgrade
        | Entry::Cleanup { .. }
        | Entry::Heartbeat
        | Entry::GlobalTimer => (None, None),
    }
}

impl Message {
    /// The beginning of `task`.
    pub(crate) fn new(task: Task) -> Self {
        let kind = Entries::of(&task.entry);
        let (arg, reject) = input(task.entry);
        Message {
            kind,
            arg,
            reject,
            budget: Budget::new(task.limits),
            balance: task.surroundings.balance,
            available: task.surroundings.cycles_available,
            reply: Vec::new(),
            call: None,
            sent: BTreeMap::new(),
            effects: Effects::default(),
            log: VecDeque::new(),
            log_bytes: 0,
            log_room: task.surroundings.log_room.get(),
            surroundings: task.surroundings,
        }
    }

    /// The argument or reply; empty if there is none.
    pub(crate) fn arg(&self) -> &[u8] {
        self.arg.as_deref().unwrap_or_default()
    }

    /// True if the call was answered, by this task or an earlier one.
    pub(crate) fn has_responded(&self) -> bool {
        self.surroundings.responded || self.effects.response.is_some()
    }

    /// Answers the call.
    pub(crate) fn respond(&mut self, response: Response) {
        self.effects.response = Some(response);
    }

    /// Bytes the canister's log has room for.
    pub(crate) fn log_room(&self) -> u64 {
        self.log_room
    }

    /// Appends a line to the log.
    pub(crate) fn print(&mut self, line: &[u8]) {
        let size = line.len() as u64 + LOG_RECORD_HEADER;
        self.log_room = self.log_room.saturating_sub(size);
        self.log_bytes += size;
        self.log.push_back(line.into());
        while self.log_bytes > KEPT_LOG_BYTES {
            let Some(oldest) = self.log.pop_front() else { break };
            self.log_bytes -= oldest.len() as u64 + LOG_RECORD_HEADER;
        }
    }

    /// The lines printed.
    pub(crate) fn take_log(&mut self) -> Vec<Box<[u8]>> {
        std::mem::take(&mut self.log).into()
    }
}

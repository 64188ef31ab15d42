//! The part of the host's state that lives for one task: its input, what is left of its budget,
//! and the effects it has had so far.

use crate::budget::Budget;
use crate::entry::Entries;
use ic_principal::Principal;
use sim_core::fees::IdleUse;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{
    Closure, Effects, Entry, Failure, Payload, Reject, Response, Surroundings, Task,
};
use sim_core::units::{Bytes, Cycles};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

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
    /// The method that message inspection is about.
    pub(crate) method: Option<Arc<str>>,
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
    /// Why the heap could not grow, where that ends the task.
    pub(crate) refused_growth: Option<Failure>,
    /// Bytes that heap and stable memory have grown by.
    grown: u64,
    log: VecDeque<Box<[u8]>>,
    log_bytes: u64,
    /// Bytes the canister's log had room for at first, and the records in it since, by their sizes.
    log_granted: u64,
    log_records: VecDeque<u64>,
    log_used: u64,
}

/// The payload and the reject an entry point can read.
fn input(entry: Entry) -> (Option<Payload>, Option<Reject>) {
    match entry {
        Entry::Init { arg }
        | Entry::PostUpgrade { arg }
        | Entry::Update { arg, .. }
        | Entry::ReplicatedQuery { arg, .. }
        | Entry::Query { arg, .. }
        | Entry::Transform { arg, .. }
        | Entry::CompositeQuery { arg, .. }
        | Entry::InspectMessage { arg, .. } => (Some(arg), None),
        Entry::ReplyCallback { reply, .. } => (Some(reply), None),
        Entry::RejectCallback { reject, .. } => (None, Some(reject)),
        Entry::Start
        | Entry::PreUpgrade
        | Entry::Cleanup { .. }
        | Entry::Heartbeat
        | Entry::GlobalTimer
        | Entry::OnLowWasmMemory => (None, None),
    }
}

fn out_of_cycles(bytes: u64, balance: Cycles, threshold: Cycles) -> Failure {
    Failure {
        code: ErrorCode::InsufficientCyclesInMemoryGrow,
        message: format!(
            "Canister cannot grow memory by {bytes} bytes due to insufficient cycles: it has \
             {balance} cycles, and its freezing threshold would be {threshold} cycles"
        ),
    }
}

fn out_of_memory(bytes: u64, room: Bytes) -> Failure {
    Failure {
        code: ErrorCode::CanisterOutOfMemory,
        message: format!(
            "Canister exceeded its allowed memory: it cannot grow by {bytes} bytes where {room} are left"
        ),
    }
}

fn over_the_reserve(more: Bytes, total: Cycles, limit: Cycles) -> Failure {
    Failure {
        code: ErrorCode::ReservedCyclesLimitExceededInMemoryGrow,
        message: format!(
            "Canister cannot grow memory by {more} bytes due to its reserved cycles limit: the \
             subnet is filling up, so {total} cycles would be reserved, and the limit is {limit}"
        ),
    }
}

impl Message {
    /// The beginning of `task`.
    pub(crate) fn new(task: Task) -> Self {
        let kind = Entries::of(&task);
        let method = match &task.entry {
            Entry::InspectMessage { method, .. } => Some(method.clone()),
            _ => None,
        };
        let (arg, reject) = input(task.entry);
        Message {
            kind,
            method,
            arg,
            reject,
            budget: Budget::new(task.limits),
            balance: task.surroundings.balance,
            available: task.surroundings.cycles_available,
            reply: Vec::new(),
            call: None,
            sent: BTreeMap::new(),
            effects: Effects::default(),
            refused_growth: None,
            grown: 0,
            log: VecDeque::new(),
            log_bytes: 0,
            log_granted: task.surroundings.log_room.get(),
            log_records: VecDeque::new(),
            log_used: 0,
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

    /// Whether the canister and its subnet have room for `bytes` more.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        self.grown.saturating_add(bytes) <= self.surroundings.memory_room.get()
    }

    /// Notes that heap or stable memory grows by `bytes`, which raises the freezing threshold.
    ///
    /// # Errors
    /// There is no room for it; or the balance is below the new threshold, and the task is one of those that have to heed it:
    /// callbacks and queries do not, and an install is checked as a whole
    /// (`should_check_freezing_threshold_for_memory_grow`, `sandbox_safe_system_state.rs`).
    pub(crate) fn allocate(&mut self, bytes: u64) -> Result<(), Failure> {
        if !self.has_room(bytes) {
            return Err(out_of_memory(bytes, self.surroundings.memory_room));
        }
        let grown = self.grown.saturating_add(bytes);
        let reserve = self.reserve_for(grown)?;
        let reserved = self.effects.cycles_reserved + reserve;
        let Some(left) = self.balance.checked_sub(reserve) else {
            return Err(out_of_cycles(bytes, self.balance, reserve));
        };
        let threshold = self.threshold_with(grown, reserved, 0);
        if bytes > 0 && self.heeds_threshold() && left < threshold {
            return Err(out_of_cycles(bytes, left, threshold));
        }
        self.surroundings.freezing_threshold = threshold;
        self.balance = left;
        self.effects.cycles_reserved = reserved;
        self.grown = grown;
        Ok(())
    }

    /// Whether the heap may have `bytes` bytes: updates and installs heed the limit of the settings.
    ///
    /// # Errors
    /// It may not.
    pub(crate) fn check_wasm_memory(&self, bytes: u64) -> Result<(), Failure> {
        let heeds = Entries::UPDATE.or(Entries::INIT).or(Entries::START).contains(self.kind);
        let limit = self.surroundings.wasm_memory_limit.filter(|_| heeds);
        match limit.filter(|limit| bytes > limit.get()) {
            None => Ok(()),
            Some(limit) => Err(Failure {
                code: ErrorCode::CanisterWasmMemoryLimitExceeded,
                message: format!(
                    "Canister exceeded its current Wasm memory limit of {limit} bytes"
                ),
            }),
        }
    }

    /// Memory beyond what is allocated, after growing by `grown`.
    fn beyond_allocation(&self, grown: u64) -> Bytes {
        Bytes::new(grown).saturating_sub(self.surroundings.spare_allocation)
    }

    /// What has to be reserved for growing from `self.grown` to `grown` on a subnet that is filling
    /// up. Installs reserve as a whole, and queries keep nothing.
    fn reserve_for(&self, grown: u64) -> Result<Cycles, Failure> {
        let view = &self.surroundings;
        let callback = Entries::REPLY.or(Entries::REJECT).or(Entries::CLEANUP);
        if !self.heeds_threshold() && !callback.contains(self.kind) {
            return Ok(Cycles::ZERO);
        }
        let before = self.beyond_allocation(self.grown);
        let more = self.beyond_allocation(grown).saturating_sub(before);
        let reserve = view.fees.reservation(more, view.storage.plus(before));
        let total = view.reserved + self.effects.cycles_reserved + reserve;
        match reserve.is_zero() || total <= view.reserved_limit {
            true => Ok(reserve),
            false => Err(over_the_reserve(more, total, view.reserved_limit)),
        }
    }

    /// Whether this is a task that may not go below the freezing threshold.
    fn heeds_threshold(&self) -> bool {
        Entries::UPDATE.or(Entries::TASK).contains(self.kind)
    }

    /// The freezing threshold with memory grown by `grown`, `reserved` more cycles reserved, and room
    /// kept for the responses to the calls made and `more` of them.
    fn threshold_with(&self, grown: u64, reserved: Cycles, more: u64) -> Cycles {
        let view = &self.surroundings;
        let awaited = self.effects.calls.iter().filter(|call| call.timeout.is_none()).count();
        let room = view.fees.reserved_response().saturating_mul(awaited as u64 + more);
        let idle = IdleUse {
            memory: view.idle.memory + self.beyond_allocation(grown),
            messages: view.idle.messages + room,
            ..view.idle
        };
        view.fees.freezing_threshold(idle, view.freezing_seconds, view.reserved + reserved)
    }

    /// The balance that has to be left by a call, with or without room for its response; callbacks
    /// may spend all.
    pub(crate) fn floor_of_call(&self, guaranteed: bool) -> Cycles {
        match self.heeds_threshold() {
            true => {
                let reserved = self.effects.cycles_reserved;
                self.threshold_with(self.grown, reserved, u64::from(guaranteed))
            }
            false => Cycles::ZERO,
        }
    }

    /// Bytes the canister's log has room for.
    pub(crate) fn log_room(&self) -> u64 {
        self.log_granted - self.log_used
    }

    /// A record that does not fit is cut, and takes the place of the oldest ones.
    fn fill_log(&mut self, size: u64) {
        let size = size.min(self.log_granted);
        self.log_records.push_back(size);
        self.log_used += size;
        while self.log_used > self.log_granted {
            let Some(oldest) = self.log_records.pop_front() else { break };
            self.log_used -= oldest;
        }
    }

    /// Appends a line to the log.
    pub(crate) fn print(&mut self, line: &[u8]) {
        let size = line.len() as u64 + LOG_RECORD_HEADER;
        self.fill_log(size);
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

//! A canister as its subnet keeps it: code and memories, cycles, queues, open calls.

use crate::call_context::CallContexts;
use crate::execution::Job;
use crate::fees::{Charge, FeeSchedule, IdleUse};
use crate::history::CanisterSummary;
use crate::id::CanisterId;
use crate::ledger::{Account, Burned, UseCase};
use crate::message::ManagementCall;
use crate::queues::{InputQueues, OutputQueues};
use crate::runtime::{Instance, MemoryUse, Program};
use crate::scheduler::Priority;
use crate::time::SimTime;
use crate::units::{Bytes, Cycles, Instructions};
use ic_principal::Principal;
use std::collections::VecDeque;
use std::sync::Arc;

/// A program and its memories.
pub(crate) struct Code {
    pub(crate) program: Arc<dyn Program>,
    pub(crate) instance: Box<dyn Instance>,
}

impl Code {
    /// Heap, stable memory and module.
    fn memory(&self) -> Bytes {
        let used = self.instance.memory();
        used.heap + used.stable + self.program.stored_size()
    }
}

/// Work the system gives a canister by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SystemTask {
    Heartbeat,
    GlobalTimer,
}

/// Whether a canister takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Running,
    Stopping,
    Stopped,
}

/// Bytes one recorded change takes, and one controller listed in it (measured on a replica of
/// June 2024).
const CHANGE: u64 = 104;
const LISTED_CONTROLLER: u64 = 30;
/// How many changes are kept.
const CHANGES_KEPT: usize = 20;

/// Counts over a canister's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) executions: u64,
    pub(crate) failures: u64,
    pub(crate) instructions: Instructions,
    pub(crate) calls: u64,
    pub(crate) given: Cycles,
}

pub(crate) struct Canister {
    pub(crate) id: CanisterId,
    pub(crate) name: Arc<str>,
    pub(crate) controllers: Arc<[Principal]>,
    pub(crate) account: Account,
    pub(crate) code: Option<Code>,
    pub(crate) version: u64,
    pub(crate) input: InputQueues,
    pub(crate) output: OutputQueues,
    pub(crate) calls: CallContexts,
    pub(crate) tasks: VecDeque<SystemTask>,
    /// The execution that goes on in the next round.
    pub(crate) paused: Option<Box<Job>>,
    /// Nanoseconds since 1970.
    pub(crate) timer: Option<u64>,
    pub(crate) certified_data: Box<[u8]>,
    pub(crate) last_charge: SimTime,
    pub(crate) totals: Totals,
    pub(crate) status: Status,
    /// Calls of `stop_canister` that wait until it has stopped.
    pub(crate) stop_calls: Vec<ManagementCall>,
    pub(crate) deleted: bool,
    pub(crate) freezing_seconds: u64,
    pub(crate) compute_allocation: u64,
    pub(crate) memory_allocation: Bytes,
    pub(crate) reserved_cycles_limit: Cycles,
    pub(crate) priority: Priority,
    pub(crate) heap_delta_debit: Bytes,
    pub(crate) install_code_debit: Instructions,
    /// Sizes of the recorded changes.
    history: VecDeque<u64>,
    /// All memory that is paid for; follows from `code`, kept by [`Canister::measure`].
    memory: Bytes,
    /// The prices it pays, once it was measured.
    fees: Option<Arc<FeeSchedule>>,
    /// Ingress fees that came due while an execution is paused, whose balance must not change.
    pub(crate) ingress_debit: Cycles,
    /// Charges of those.
    pub(crate) postponed: Vec<Charge>,
}

impl Canister {
    pub(crate) fn new(id: CanisterId, name: Arc<str>, controllers: Arc<[Principal]>) -> Self {
        Canister {
            id,
            name,
            controllers,
            account: Account::of(id),
            code: None,
            version: 0,
            input: InputQueues::default(),
            output: OutputQueues::default(),
            calls: CallContexts::default(),
            tasks: VecDeque::new(),
            paused: None,
            timer: None,
            certified_data: Box::default(),
            last_charge: SimTime::ZERO,
            totals: Totals::default(),
            status: Status::Running,
            stop_calls: Vec::new(),
            deleted: false,
            freezing_seconds: 0,
            compute_allocation: 0,
            memory_allocation: Bytes::ZERO,
            reserved_cycles_limit: Cycles::ZERO,
            priority: Priority::default(),
            heap_delta_debit: Bytes::ZERO,
            install_code_debit: Instructions::ZERO,
            history: VecDeque::new(),
            memory: Bytes::ZERO,
            fees: None,
            ingress_debit: Cycles::ZERO,
            postponed: Vec::new(),
        }
    }

    /// All memory the canister pays for.
    pub(crate) fn memory(&self) -> Bytes {
        self.memory
    }

    /// Memory of its messages: room kept for guaranteed responses.
    pub(crate) fn message_memory(&self) -> Bytes {
        let each = self.fees.as_ref().map_or(Bytes::ZERO, |fees| fees.reserved_response());
        each.saturating_mul(self.calls.reserved_responses())
    }

    /// What it takes up by existing.
    pub(crate) fn idle_use(&self) -> IdleUse {
        IdleUse {
            memory: self.memory,
            messages: self.message_memory(),
            compute: self.compute_allocation,
        }
    }

    /// The balance below which the canister may not spend.
    pub(crate) fn freezing_threshold(&self) -> Cycles {
        self.threshold_for(self.idle_use())
    }

    fn threshold_for(&self, idle: IdleUse) -> Cycles {
        let reserved = self.account.reserved();
        let threshold =
            |fees: &FeeSchedule| fees.freezing_threshold(idle, self.freezing_seconds, reserved);
        self.fees.as_deref().map_or(Cycles::ZERO, threshold)
    }

    /// Whether its code has 64-bit memory: instructions of that cost more.
    pub(crate) fn is_wasm64(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.program.is_wasm64())
    }

    /// The prices it pays: those of its code's width.
    pub(crate) fn prices(&self, fees: &Arc<FeeSchedule>) -> Arc<FeeSchedule> {
        if self.is_wasm64() { fees.wasm64() } else { fees.clone() }
    }

    /// Brings the memory it pays for, and what follows from it, up to date.
    pub(crate) fn measure(&mut self, fees: &Arc<FeeSchedule>) {
        let memory = self.execution_memory() + self.history_memory();
        self.memory = memory.max(self.memory_allocation);
        self.fees = Some(fees.clone());
    }

    /// Memory it has allocated and does not use.
    pub(crate) fn spare_allocation(&self) -> Bytes {
        self.memory_allocation.saturating_sub(self.execution_memory() + self.history_memory())
    }

    /// Heap, stable memory and module.
    pub(crate) fn execution_memory(&self) -> Bytes {
        self.code.as_ref().map_or(Bytes::ZERO, Code::memory)
    }

    /// The memory it would pay for with other code.
    pub(crate) fn memory_with(&self, code: &Code) -> Bytes {
        (code.memory() + self.history_memory()).max(self.memory_allocation)
    }

    /// The freezing threshold it would have with other code and so many cycles reserved.
    pub(crate) fn freezing_threshold_with(
        &self,
        code: &Code,
        fees: &FeeSchedule,
        reserved: Cycles,
    ) -> Cycles {
        let idle = IdleUse { memory: self.memory_with(code), ..self.idle_use() };
        fees.freezing_threshold(idle, self.freezing_seconds, reserved)
    }

    /// The recorded changes of code and controllers.
    pub(crate) fn history_memory(&self) -> Bytes {
        Bytes::new(self.history.iter().sum())
    }

    /// Records that controllers were set.
    pub(crate) fn note_controllers(&mut self) {
        self.note(CHANGE + LISTED_CONTROLLER * self.controllers.len() as u64);
    }

    /// Records that the code changed.
    pub(crate) fn note_code_change(&mut self) {
        self.note(CHANGE);
    }

    /// Forgets the recorded changes.
    pub(crate) fn forget_history(&mut self) {
        self.history.clear();
    }

    fn note(&mut self, bytes: u64) {
        self.history.push_back(bytes);
        if self.history.len() > CHANGES_KEPT {
            self.history.pop_front();
        }
    }

    /// Whether no call is open that it would have to answer or waits for.
    pub(crate) fn ready_to_stop(&self) -> bool {
        self.calls.none_open() && self.paused.is_none()
    }

    /// Whether calls to it are queued.
    pub(crate) fn takes_requests(&self) -> bool {
        self.status == Status::Running
    }

    /// Whether an execution could start or go on.
    pub(crate) fn has_work(&self) -> bool {
        self.paused.is_some() || !self.tasks.is_empty() || !self.input.is_empty()
    }

    /// Whether `amount` can be spent without going below the freezing threshold.
    pub(crate) fn can_spend(&self, amount: Cycles) -> bool {
        let after = self.account.balance().checked_sub(amount + self.ingress_debit);
        after.is_some_and(|after| after >= self.freezing_threshold())
    }

    /// Whether an execution is under way, whose balance must not change.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused.as_ref().is_some_and(|job| job.in_progress())
    }

    /// Notes an ingress fee that is paid when the execution under way has ended.
    pub(crate) fn postpone(&mut self, charge: Charge, fee: Cycles) {
        self.ingress_debit += fee;
        self.postponed.push(charge);
    }

    /// Drops code and memory; open work on them with it.
    pub(crate) fn remove_code(&mut self) {
        self.code = None;
        self.timer = None;
        self.tasks.clear();
        self.certified_data = Box::default();
        self.version += 1;
    }

    /// Prepaid for executions, responses and callbacks, attached to waiting messages, or waiting in
    /// call contexts to be accepted.
    pub(crate) fn cycles_in_calls(&self) -> Cycles {
        let running = self.paused.as_ref().map_or(Cycles::ZERO, |job| job.hold());
        running
            + self.calls.prepaid()
            + self.calls.available()
            + self.input.cycles()
            + self.output.cycles()
            + self.stop_calls.iter().map(|call| call.cycles.amount()).sum()
    }

    /// What it burned, with what is prepaid for work under way as if it were used.
    pub(crate) fn consumed(&self) -> Burned {
        let mut consumed = *self.account.burned();
        let (responses, callbacks) = self.calls.prepaid_parts();
        let running = self.paused.as_ref().map_or(Cycles::ZERO, |job| job.hold());
        consumed[UseCase::Transmission as usize] += responses;
        consumed[UseCase::Execution as usize] += callbacks + running;
        consumed
    }

    pub(crate) fn summary(&self) -> CanisterSummary {
        let memory = self.code.as_ref().map_or(MemoryUse::default(), |code| code.instance.memory());
        CanisterSummary {
            id: self.id,
            name: self.name.clone(),
            module_hash: self.code.as_ref().map(|code| code.program.hash()),
            cycles_given: self.totals.given,
            balance: self.account.balance(),
            freezing_threshold: self.freezing_threshold(),
            held: self.cycles_in_calls(),
            burned: *self.account.burned(),
            executions: self.totals.executions,
            failures: self.totals.failures,
            instructions: self.totals.instructions,
            calls: self.totals.calls,
            heap: memory.heap,
            stable: memory.stable,
            memory: self.memory,
        }
    }
}

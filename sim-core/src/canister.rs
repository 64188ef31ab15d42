//! A canister as its subnet keeps it: code and memories, cycles, queues, open calls.

pub(crate) mod chunks;
pub(crate) mod history;
pub(crate) mod log;
pub(crate) mod low_memory;
mod memory;
pub(crate) mod options;
pub(crate) mod queries;
pub(crate) mod snapshots;

use crate::call_context::CallContexts;
use crate::execution::{InstallOutcome, Job};
use crate::fees::{Charge, FeeSchedule, IdleUse};
use crate::history::CanisterSummary;
use crate::id::CanisterId;
use crate::ledger::{Account, Burned, Ledger, UseCase};
use crate::management::settings::SettingsChange;
use crate::message::ManagementCall;
use crate::profile::ManagementRules;
use crate::queues::{InputQueues, OutputQueues};
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Instance, MemoryUse, Payload, Program};
use crate::scheduler::Priority;
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles, Instructions};
use crate::world::InitialSettings;
use chunks::ChunkStore;
use history::{Change, ChangeDetails, ChangeOrigin, Deployment, History};
use ic_principal::Principal;
use log::Log;
use low_memory::LowMemoryHook;
use options::Options;
use queries::QueryStatistics;
use snapshots::Snapshots;
use std::cell::Cell;
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
    OnLowWasmMemory,
}

/// What a canister gives its next turn to, in the order of rotation (`NextScheduledMethod`,
/// `rs/replicated_state/src/canister_state/execution_state.rs`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ScheduledMethod {
    #[default]
    GlobalTimer,
    Heartbeat,
    Message,
}

impl ScheduledMethod {
    pub(crate) const COUNT: usize = 3;

    pub(crate) fn next(self) -> ScheduledMethod {
        match self {
            ScheduledMethod::GlobalTimer => ScheduledMethod::Heartbeat,
            ScheduledMethod::Heartbeat => ScheduledMethod::Message,
            ScheduledMethod::Message => ScheduledMethod::GlobalTimer,
        }
    }
}

/// What a canister could do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextExecution {
    /// Nothing.
    None,
    /// Begin with a message or task.
    StartNew,
    /// Go on with a message or task that was paused or aborted.
    ContinueLong,
    /// Go on being installed; nothing else until then.
    ContinueInstall,
}

/// Whether a canister takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Running,
    Stopping,
    Stopped,
}

/// A call of `stop_canister` that waits.
#[derive(Debug)]
pub(crate) struct StopCall {
    pub(crate) call: ManagementCall,
    pub(crate) since: SimTime,
}

/// Counts over a canister's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) executions: u64,
    pub(crate) failures: u64,
    pub(crate) instructions: Instructions,
    pub(crate) calls: u64,
    pub(crate) given: Cycles,
}

/// How an install ends: worked out when it began, it takes effect when its last slice has run.
pub(crate) struct InstallEnding {
    pub(crate) outcome: InstallOutcome,
    /// Allocations that come with it.
    pub(crate) settings: SettingsChange,
    pub(crate) mode: Deployment,
    /// Who installs.
    pub(crate) origin: ChangeOrigin,
}

/// An install that takes several rounds. Until its last slice has run, the canister is as it was.
#[derive(Debug)]
pub(crate) struct LongInstall {
    /// Instructions of slices that have not run yet.
    pub(crate) left: Instructions,
    /// Instructions of all slices, to start over with after an abort.
    pub(crate) whole: Instructions,
    pub(crate) aborted: bool,
    pub(crate) call: ManagementCall,
    pub(crate) answer: Result<Payload, Failure>,
}

/// A freezing threshold and what it follows from besides the prices: what the canister takes up, the
/// seconds of its settings, and the cycles reserved.
#[derive(Clone, Copy, Debug)]
struct KnownThreshold {
    cause: (IdleUse, u64, Cycles),
    threshold: Cycles,
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
    /// What its next turn belongs to.
    pub(crate) next_method: ScheduledMethod,
    /// The execution that goes on in the next round.
    pub(crate) paused: Option<Box<Job>>,
    /// The install that goes on in the next round.
    pub(crate) installing: Option<Box<LongInstall>>,
    /// What that will have done when it ends.
    pub(crate) ending: Option<Box<InstallEnding>>,
    /// Queries it answered.
    pub(crate) queries: QueryStatistics,
    /// Nanoseconds since 1970.
    pub(crate) timer: Option<u64>,
    pub(crate) certified_data: Box<[u8]>,
    pub(crate) last_charge: SimTime,
    pub(crate) totals: Totals,
    pub(crate) status: Status,
    /// Calls of `stop_canister` that wait until it has stopped.
    pub(crate) stop_calls: Vec<StopCall>,
    pub(crate) deleted: bool,
    /// A fault keeps it from spending.
    pub(crate) frozen: bool,
    pub(crate) freezing_seconds: u64,
    pub(crate) compute_allocation: u64,
    pub(crate) memory_allocation: Bytes,
    pub(crate) reserved_cycles_limit: Cycles,
    pub(crate) priority: Priority,
    pub(crate) heap_delta_debit: Bytes,
    pub(crate) install_code_debit: Instructions,
    /// Settings beside controllers, allocations and freezing threshold.
    pub(crate) options: Options,
    pub(crate) history: History,
    pub(crate) log: Log,
    pub(crate) chunks: ChunkStore,
    pub(crate) snapshots: Snapshots,
    /// Whether the hook for low memory is due.
    pub(crate) hook: LowMemoryHook,
    /// All memory that is paid for; follows from `code`, kept by [`Canister::measure`].
    memory: Bytes,
    /// The prices it pays, once it was measured.
    fees: Option<Arc<FeeSchedule>>,
    /// The freezing threshold that was worked out last.
    threshold: Cell<Option<KnownThreshold>>,
    /// Ingress fees that came due while an execution is paused, whose balance must not change.
    pub(crate) ingress_debit: Cycles,
    /// Charges of those.
    pub(crate) postponed: Vec<Charge>,
}

impl Canister {
    /// Applies what a scenario says of its settings.
    pub(crate) fn apply(&mut self, settings: InitialSettings) {
        let InitialSettings { compute_allocation, memory_allocation, freezing_threshold } =
            settings;
        self.compute_allocation = compute_allocation.unwrap_or(self.compute_allocation);
        self.memory_allocation = memory_allocation.unwrap_or(self.memory_allocation);
        let seconds = freezing_threshold.map(SimDuration::as_secs);
        self.freezing_seconds = seconds.unwrap_or(self.freezing_seconds);
    }

    pub(crate) fn new(
        id: CanisterId,
        name: Arc<str>,
        controllers: Arc<[Principal]>,
        rules: &ManagementRules,
    ) -> Self {
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
            next_method: ScheduledMethod::default(),
            paused: None,
            installing: None,
            ending: None,
            queries: QueryStatistics::default(),
            timer: None,
            certified_data: Box::default(),
            last_charge: SimTime::ZERO,
            totals: Totals::default(),
            status: Status::Running,
            stop_calls: Vec::new(),
            deleted: false,
            frozen: false,
            freezing_seconds: 0,
            compute_allocation: 0,
            memory_allocation: Bytes::ZERO,
            reserved_cycles_limit: Cycles::ZERO,
            priority: Priority::default(),
            heap_delta_debit: Bytes::ZERO,
            install_code_debit: Instructions::ZERO,
            options: Options::new(rules),
            history: History::default(),
            log: Log::default(),
            chunks: ChunkStore::default(),
            snapshots: Snapshots::default(),
            hook: LowMemoryHook::default(),
            memory: Bytes::ZERO,
            fees: None,
            threshold: Cell::new(None),
            ingress_debit: Cycles::ZERO,
            postponed: Vec::new(),
        }
    }

    /// Records a change made at `at`, of which `keep` are kept.
    pub(crate) fn note(
        &mut self,
        at: u64,
        origin: ChangeOrigin,
        details: ChangeDetails,
        keep: u64,
    ) {
        self.history.record(Change { at, version: self.version, origin, details }, keep);
    }

    /// Whether no call is open that it would have to answer or waits for.
    pub(crate) fn ready_to_stop(&self) -> bool {
        self.calls.none_open() && self.paused.is_none()
    }

    /// Why a call of `caller` is not queued, if it is not. Each pair of canisters has room for so many
    /// calls, and for as many responses that are waited for.
    pub(crate) fn refuses(&self, caller: CanisterId, capacity: u64) -> Option<ErrorCode> {
        match self.status {
            Status::Running => {}
            Status::Stopping => return Some(ErrorCode::CanisterStopping),
            Status::Stopped => return Some(ErrorCode::CanisterStopped),
        }
        let waiting = self.input.requests_from(caller);
        let promised = waiting + self.calls.owed_to(caller) + self.output.responses_to(caller);
        (waiting >= capacity || promised >= capacity).then_some(ErrorCode::CanisterQueueFull)
    }

    /// What it could do next.
    pub(crate) fn next_execution(&self) -> NextExecution {
        if self.installing.is_some() {
            NextExecution::ContinueInstall
        } else if self.paused.is_some() {
            NextExecution::ContinueLong
        } else if !self.tasks.is_empty() || !self.input.is_empty() || self.hook_is_due() {
            NextExecution::StartNew
        } else {
            NextExecution::None
        }
    }

    /// Whether memory has become short and it has a hook for that.
    fn hook_is_due(&self) -> bool {
        self.hook == LowMemoryHook::Ready
            && self.status == Status::Running
            && self.code.as_ref().is_some_and(|code| code.program.exports().on_low_wasm_memory)
    }

    /// Whether it could start or go on with a message or task.
    pub(crate) fn can_execute(&self) -> bool {
        matches!(self.next_execution(), NextExecution::StartNew | NextExecution::ContinueLong)
    }

    /// Whether it has a message or task that was paused or aborted.
    pub(crate) fn has_long_execution(&self) -> bool {
        self.paused.is_some()
    }

    /// Whether a slice of a message or task is kept to go on with.
    pub(crate) fn has_paused_execution(&self) -> bool {
        self.paused.as_ref().is_some_and(|job| job.in_progress())
    }

    /// Whether its balance must not change: a slice of something is kept to go on with.
    pub(crate) fn is_paused(&self) -> bool {
        self.has_paused_execution()
            || self.installing.as_ref().is_some_and(|install| !install.aborted)
    }

    /// Whether it is in the middle of a message, a task or an install: nothing else may touch it.
    pub(crate) fn is_in_progress(&self) -> bool {
        self.paused.is_some() || self.installing.is_some()
    }

    /// Whether nothing happens to it until somebody touches it: no round has anything to do with it but
    /// for its timer and the charge for what it takes up.
    pub(crate) fn can_sleep(&self) -> bool {
        let exports = self.code.as_ref().map(|code| code.program.exports());
        let has_heartbeat = exports.is_some_and(|exports| exports.heartbeat);
        let is_stopping = self.status == Status::Stopping || !self.stop_calls.is_empty();
        let has_debits = !self.heap_delta_debit.is_zero() || !self.install_code_debit.is_zero();
        self.next_execution() == NextExecution::None
            && self.output.is_empty()
            && !self.calls.watches_deadlines()
            && self.queries.is_settled()
            && !(has_heartbeat || is_stopping || has_debits)
    }

    /// When its timer goes off, if its code has one: nanoseconds since 1970.
    pub(crate) fn due_timer(&self) -> Option<u64> {
        let code = self.code.as_ref()?;
        self.timer.filter(|_| code.program.exports().global_timer)
    }

    /// Whether `amount` can be spent without going below the freezing threshold.
    pub(crate) fn can_spend(&self, amount: Cycles) -> bool {
        let after = self.account.balance().checked_sub(amount + self.ingress_debit);
        !self.frozen && after.is_some_and(|after| after >= self.freezing_threshold())
    }

    /// Notes an ingress fee that is paid when the execution under way has ended.
    pub(crate) fn postpone(&mut self, charge: Charge, fee: Cycles) {
        self.ingress_debit += fee;
        self.postponed.push(charge);
    }

    /// Pays the ingress fees that were postponed.
    pub(crate) fn pay_postponed(&mut self, fees: &FeeSchedule, ledger: &mut Ledger) {
        self.ingress_debit = Cycles::ZERO;
        for charge in std::mem::take(&mut self.postponed) {
            let price = fees.price(&charge);
            // It was checked when the message came in that this is left.
            let _ = ledger.burn(&mut self.account, price, charge);
        }
    }

    /// Drops code and memory; open work on them with it.
    pub(crate) fn remove_code(&mut self) {
        self.code = None;
        self.timer = None;
        self.tasks.clear();
        self.certified_data = Box::default();
        self.chunks = ChunkStore::default();
        self.log.clear();
        self.hook = LowMemoryHook::default();
        self.version += 1;
    }

    /// Prepaid for executions, responses and callbacks, attached to waiting messages, or waiting in
    /// call contexts to be accepted.
    pub(crate) fn cycles_in_calls(&self) -> Cycles {
        let running = self.paused.as_ref().map_or(Cycles::ZERO, |job| job.hold());
        running
            + self.held_for_install()
            + self.calls.prepaid()
            + self.calls.available()
            + self.input.cycles()
            + self.output.cycles()
            + self.installing.as_ref().map_or(Cycles::ZERO, |install| install.call.cycles.amount())
            + self.stop_calls.iter().map(|stop| stop.call.cycles.amount()).sum()
    }

    /// Prepaid for an install under way.
    fn held_for_install(&self) -> Cycles {
        self.ending.as_ref().map_or(Cycles::ZERO, |ending| ending.outcome.hold())
    }

    /// What it burned, with what is prepaid for work under way as if it were used.
    pub(crate) fn consumed(&self) -> Burned {
        let mut consumed = *self.account.burned();
        let (responses, callbacks) = self.calls.prepaid_parts();
        let running = self.paused.as_ref().map_or(Cycles::ZERO, |job| job.hold());
        let running = running + self.held_for_install();
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

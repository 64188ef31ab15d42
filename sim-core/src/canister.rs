//! A canister as its subnet keeps it: code and memories, cycles, queues, open calls.

use crate::call_context::CallContexts;
use crate::execution::Job;
use crate::fees::FeeSchedule;
use crate::history::CanisterSummary;
use crate::id::CanisterId;
use crate::ledger::Account;
use crate::profile::Limits;
use crate::queues::{InputQueues, OutputQueues};
use crate::runtime::{Instance, MemoryUse, Program};
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

/// Work the system gives a canister by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SystemTask {
    Heartbeat,
    GlobalTimer,
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
    /// All memory that is paid for; follows from `code`, kept by [`Canister::measure`].
    memory: Bytes,
    freezing_threshold: Cycles,
}

impl Canister {
    pub(crate) fn new(id: CanisterId, name: Arc<str>, controllers: Arc<[Principal]>) -> Self {
        Canister {
            id,
            name,
            controllers,
            account: Account::default(),
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
            memory: Bytes::ZERO,
            freezing_threshold: Cycles::ZERO,
        }
    }

    /// All memory the canister pays for.
    pub(crate) fn memory(&self) -> Bytes {
        self.memory
    }

    /// The balance below which the canister may not spend.
    pub(crate) fn freezing_threshold(&self) -> Cycles {
        self.freezing_threshold
    }

    /// Brings the memory it pays for, and what follows from it, up to date.
    pub(crate) fn measure(&mut self, fees: &FeeSchedule, limits: &Limits) {
        let memory = match &self.code {
            Some(code) => {
                let used = code.instance.memory();
                used.heap + used.stable + code.program.stored_size()
            }
            None => Bytes::ZERO,
        };
        if memory != self.memory {
            self.memory = memory;
            self.freezing_threshold =
                fees.freezing_threshold(memory, limits.freezing_threshold_seconds);
        }
    }

    /// Whether an execution could start or go on.
    pub(crate) fn has_work(&self) -> bool {
        self.paused.is_some() || !self.tasks.is_empty() || !self.input.is_empty()
    }

    /// Whether `amount` can be spent without going below the freezing threshold.
    pub(crate) fn can_spend(&self, amount: Cycles) -> bool {
        let after = self.account.balance().checked_sub(amount);
        after.is_some_and(|after| after >= self.freezing_threshold)
    }

    /// Drops code and memory; open work on them with it.
    pub(crate) fn remove_code(&mut self) {
        self.code = None;
        self.timer = None;
        self.tasks.clear();
        self.certified_data = Box::default();
        self.memory = Bytes::ZERO;
        self.freezing_threshold = Cycles::ZERO;
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
    }

    pub(crate) fn summary(&self) -> CanisterSummary {
        let memory = self.code.as_ref().map_or(MemoryUse::default(), |code| code.instance.memory());
        CanisterSummary {
            id: self.id,
            name: self.name.clone(),
            module_hash: self.code.as_ref().map(|code| code.program.hash()),
            cycles_given: self.totals.given,
            balance: self.account.balance(),
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

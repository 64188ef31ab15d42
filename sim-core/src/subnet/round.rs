//! Executing a round: inner iterations over virtual threads, after
//! `rs/execution_environment/src/scheduler.rs` of `dfinity/ic`.
//!
//! In each iteration the canisters with work are dealt to the threads in turn. A thread works
//! through its canisters until its budget is used up; threads do not influence one another, because
//! what a canister sends is delivered only between iterations. A same-subnet call and its reply
//! therefore usually fit into one round.

use super::Subnet;
use crate::canister::{Canister, Status, SystemTask};
use crate::execution::{Executor, Place};
use crate::profile::Limits;
use crate::record::RoundSummary;
use crate::units::Instructions;

/// What one thread did in one iteration.
#[derive(Clone, Copy, Debug, Default)]
struct ThreadWork {
    /// Instructions and overheads: what the budget counts.
    consumed: Instructions,
    executed: Instructions,
    executions: u64,
}

impl Subnet {
    /// Executes management calls and canisters until there is no work or no budget left. Iterations
    /// are counted on from `iteration`; returns the last number.
    pub(super) fn execute(&mut self, summary: &mut RoundSummary, mut iteration: u32) -> u32 {
        self.answer_delayed();
        let limits = self.profile.limits.clone();
        let threads = limits.execution_threads.max(1) as usize;
        self.scheduler.begin_round(self.height, threads, &mut self.canisters);
        self.measure_storage();
        let mut budget = thread_budget(&limits);
        let mut sliced = vec![false; self.canisters.len()];
        let mut first = true;
        loop {
            let managed = self.run_management(iteration);
            iteration += 1;
            summary.instructions += managed;
            summary.busiest_thread += managed;
            budget = budget.saturating_sub(managed);
            sliced.resize(self.canisters.len(), false);
            if first {
                self.plan_tasks();
            }
            let (busiest, executions) =
                self.run_threads(summary, iteration, budget, first, &mut sliced);
            first = false;
            self.clock =
                self.round_start + self.profile.timing.execution_time(summary.busiest_thread);
            let delivered = self.deliver_locally();
            summary.iterations += u64::from(executions != 0);
            let finalization =
                limits.round_finalization_per_canister.saturating_mul(self.canisters.len() as u64);
            budget = budget.saturating_sub(busiest + finalization);
            let only_slices = !delivered && sliced.contains(&true) && !self.is_ready(&sliced);
            if (executions == 0 && !delivered) || budget.is_zero() || only_slices {
                break;
            }
        }
        self.scheduler.end_round(&mut self.canisters);
        iteration
    }

    /// Sums up the memory of all canisters.
    fn measure_storage(&mut self) {
        let taken = self.canisters.iter().map(Canister::memory).sum();
        self.storage = self.fees.storage_use(taken);
    }

    /// Whether a canister could execute something more in this round.
    fn is_ready(&self, sliced: &[bool]) -> bool {
        let mut canisters = self.canisters.iter().zip(sliced);
        canisters.any(|(canister, sliced)| !sliced && canister.has_work())
    }

    /// One iteration over all threads. Returns what the busiest consumed, and how much was executed.
    fn run_threads(
        &mut self,
        summary: &mut RoundSummary,
        iteration: u32,
        budget: Instructions,
        first: bool,
        sliced: &mut [bool],
    ) -> (Instructions, u64) {
        let threads = {
            let canisters = &self.canisters;
            let ready = |index: usize| !sliced[index] && canisters[index].has_work();
            self.scheduler.deal(canisters, &ready)
        };
        let begin = self.round_start + self.profile.timing.execution_time(summary.busiest_thread);
        let (mut executor, canisters) = self.executor();
        let mut busiest = Instructions::ZERO;
        let mut executions = 0;
        for (thread, schedule) in threads.iter().enumerate() {
            if let (true, Some(&leader)) = (first, schedule.first()) {
                canisters[leader].priority.scheduled_as_first += 1;
            }
            executor.place = Place { clock: begin, iteration, thread: thread as u32 };
            let work = run_thread(&mut executor, canisters, schedule, budget, sliced);
            summary.instructions += work.executed;
            executions += work.executions;
            busiest = busiest.max(work.consumed);
        }
        summary.executions += executions;
        summary.busiest_thread += busiest;
        (busiest, executions)
    }

    /// Gives every canister its heartbeat, and its timer if that is due.
    fn plan_tasks(&mut self) {
        let now = self.unix_time();
        for canister in &mut self.canisters {
            canister.tasks.clear();
            let Some(code) = &canister.code else { continue };
            if canister.status != Status::Running || canister.paused.is_some() {
                continue;
            }
            let due = canister.timer.is_some_and(|time| time <= now);
            if due && code.program.exports().global_timer {
                canister.tasks.push_back(SystemTask::GlobalTimer);
            }
            if code.program.exports().heartbeat {
                canister.tasks.push_back(SystemTask::Heartbeat);
            }
        }
    }

    /// Moves messages between canisters of this subnet into their receivers' queues.
    fn deliver_locally(&mut self) -> bool {
        let own = self.id;
        let mut moved = Vec::new();
        for canister in self.canisters.iter_mut().filter(|canister| !canister.output.is_empty()) {
            canister.output.drain(
                |receiver| receiver.subnet() == own,
                |message| {
                    moved.push(message);
                    Ok(())
                },
            );
        }
        let delivered = !moved.is_empty();
        for message in moved {
            self.induct_canister_message(message, true);
        }
        delivered
    }

    /// Keeps only so many executions paused, the oldest; the work of the others is thrown away and starts over.
    pub(super) fn abort_surplus_executions(&mut self) {
        let keep = self.profile.limits.paused_executions as usize;
        let in_progress = |canister: &Canister| {
            let job = canister.paused.as_ref().filter(|job| job.in_progress());
            job.map(|job| (job.since(), canister.id.local()))
        };
        let mut paused: Vec<_> = self.canisters.iter().filter_map(in_progress).collect();
        paused.sort_unstable();
        for (_, local) in paused.into_iter().skip(keep) {
            Executor::abort(&mut self.canisters[local]);
        }
    }
}

/// What a thread may start with: a slice may begin as long as anything is left, and must still fit.
fn thread_budget(limits: &Limits) -> Instructions {
    let largest_slice = limits.slice_instructions.max(limits.install_slice_instructions);
    limits.round_instructions.saturating_sub(largest_slice) + Instructions::new(1)
}

fn run_thread(
    executor: &mut Executor<'_>,
    canisters: &mut [Canister],
    schedule: &[usize],
    budget: Instructions,
    sliced: &mut [bool],
) -> ThreadWork {
    let mut work = ThreadWork::default();
    let begin = executor.place.clock;
    let (per_message, per_canister) = {
        let limits = &executor.profile.limits;
        (limits.round_overhead_per_message, limits.round_overhead_per_canister)
    };
    for &index in schedule {
        let Some(canister) = canisters.get_mut(index) else { continue };
        let before = work.executed;
        while work.consumed < budget && !sliced[index] && canister.has_work() {
            executor.place.clock = begin + executor.profile.timing.execution_time(work.consumed);
            let used = executor.run_next(canister);
            sliced[index] = canister.paused.is_some();
            work.executions += 1;
            work.executed += used;
            work.consumed += used + per_message;
        }
        if work.executed > before {
            work.consumed += per_canister;
        }
    }
    work
}

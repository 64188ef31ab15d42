//! Executing a round: inner iterations over virtual threads, after
//! `rs/execution_environment/src/scheduler.rs` of `dfinity/ic`.
//!
//! In each iteration the canisters with work are dealt to the threads in turn. A thread works
//! through its canisters until its budget is used up; threads do not influence one another, because
//! what a canister sends is delivered only between iterations. A same-subnet call and its reply
//! therefore usually fit into one round.

use super::Subnet;
use crate::canister::{Canister, SystemTask};
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
    /// Executes canisters until there is no work or no budget left.
    pub(super) fn execute(&mut self, summary: &mut RoundSummary) {
        self.plan_tasks();
        let limits = self.profile.limits.clone();
        let mut budget = thread_budget(&limits);
        let mut sliced = vec![false; self.canisters.len()];
        loop {
            let threads = self.schedule(&sliced);
            let place = Place {
                clock: self.round_start
                    + self.profile.timing.execution_time(summary.busiest_thread),
                iteration: summary.iterations as u32,
                thread: 0,
            };
            let (mut executor, canisters) = self.executor();
            let mut busiest = Instructions::ZERO;
            let mut executions = 0;
            for (thread, schedule) in threads.iter().enumerate() {
                executor.place = Place { thread: thread as u32, ..place };
                let work = run_thread(&mut executor, canisters, schedule, budget, &mut sliced);
                summary.instructions += work.executed;
                executions += work.executions;
                busiest = busiest.max(work.consumed);
            }
            summary.executions += executions;
            summary.busiest_thread += busiest;
            let delivered = self.deliver_locally();
            if executions == 0 && !delivered {
                return;
            }
            summary.iterations += u64::from(executions != 0);
            let finalization =
                limits.round_finalization_per_canister.saturating_mul(self.canisters.len() as u64);
            budget = budget.saturating_sub(busiest + finalization);
            if budget.is_zero() {
                return;
            }
        }
    }

    /// Gives every canister its heartbeat, and its timer if that is due.
    fn plan_tasks(&mut self) {
        let now = self.start_time.saturating_add(self.round_start.as_nanos());
        for canister in &mut self.canisters {
            let Some(code) = &canister.code else { continue };
            canister.tasks.clear();
            if canister.timer.is_some_and(|time| time <= now) {
                canister.timer = None;
                if code.program.exports().global_timer {
                    canister.tasks.push_back(SystemTask::GlobalTimer);
                }
            }
            if code.program.exports().heartbeat {
                canister.tasks.push_back(SystemTask::Heartbeat);
            }
        }
    }

    /// Deals the canisters that have work to the threads; who comes first changes from round to
    /// round. A canister that used up its slice waits for the next round.
    fn schedule(&self, sliced: &[bool]) -> Vec<Vec<usize>> {
        let count = self.canisters.len();
        let threads = self.profile.limits.execution_threads.max(1) as usize;
        let mut schedule = vec![Vec::new(); threads];
        let order = (0..count).map(|i| (i + self.height as usize) % count);
        let ready = order.filter(|&i| !sliced[i] && self.canisters[i].has_work());
        for (turn, canister) in ready.enumerate() {
            schedule[turn % threads].push(canister);
        }
        schedule
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

    /// Keeps only so many executions paused; the work of the others is thrown away and starts over.
    pub(super) fn abort_surplus_executions(&mut self) {
        let keep = self.profile.limits.paused_executions as usize;
        let paused = self.canisters.iter_mut().filter(|canister| canister.paused.is_some());
        paused.skip(keep).for_each(Executor::abort);
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

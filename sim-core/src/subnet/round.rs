//! Executing a round: inner iterations over virtual threads, after
//! `rs/execution_environment/src/scheduler.rs` of `dfinity/ic`.
//!
//! In each iteration the management canister takes its turn, then the policy deals the canisters with
//! work to the threads. A thread works through its canisters until its budget is used up; threads do
//! not influence one another, because what a canister sends is delivered only between iterations. A
//! same-subnet call and its reply therefore usually fit into one round.

mod budget;
mod tasks;

use super::{MESSAGE_EFFORT, Subnet};
use crate::canister::Canister;
use crate::execution::{Executor, Place};
use crate::profile::Limits;
use crate::record::RoundSummary;
use crate::reject::ErrorCode;
use crate::roster::Roster;
use crate::scheduler::{self, Executed};
use crate::units::{Bytes, Instructions};
pub(super) use budget::Budget;

/// What one thread did in one iteration.
#[derive(Debug, Default)]
struct ThreadWork {
    executed: Instructions,
    /// Estimated nanoseconds of the host.
    effort: u64,
    executions: u64,
    heap_delta: Bytes,
    canisters: Vec<Executed>,
}

/// What all threads did in one iteration.
#[derive(Debug, Default)]
struct IterationWork {
    /// Of the busiest thread, overheads included.
    consumed: Instructions,
    executions: u64,
    effort: u64,
    heap_delta: Bytes,
    canisters: Vec<Executed>,
}

impl Subnet {
    /// Executes management calls and canisters until there is no work or no budget left. Iterations
    /// are counted on from `iteration`; returns the last number.
    pub(super) fn execute(&mut self, summary: &mut RoundSummary, mut iteration: u32) -> u32 {
        self.purge_expired_inputs();
        self.answer_delayed();
        let profile = self.profile.clone();
        let limits = &profile.limits;
        self.measure_storage();
        if self.heap_delta >= limits.heap_delta_allowed(self.height) {
            return iteration;
        }
        let mut budget = Budget::of_thread(limits);
        let mut management = Budget::of_management(limits);
        let mut heap_delta = Bytes::ZERO;
        let installed = self.advance_install(&mut management);
        summary.instructions += installed;
        summary.busiest_thread += installed;
        let round = self.scheduler_round();
        self.scheduler.begin_round(&round, &mut self.canisters);
        let mut first = true;
        loop {
            let managed = self.run_management(iteration, &mut management);
            iteration += 1;
            summary.instructions += managed;
            summary.busiest_thread += managed;
            if first {
                self.plan_tasks();
            }
            let work = self.run_threads(summary, iteration, budget, first);
            self.scheduler.end_iteration(&work.canisters, &mut self.canisters);
            self.heap_delta += work.heap_delta;
            heap_delta += work.heap_delta;
            self.clock =
                self.round_start + self.profile.timing.execution_time(summary.busiest_thread);
            budget.spend(work.consumed);
            budget.spend(
                limits.round_finalization_per_canister.saturating_mul(self.canisters.present()),
            );
            summary.iterations += u64::from(work.executions != 0);
            if work.consumed.is_zero()
                || budget.is_used_up()
                || heap_delta >= limits.heap_delta_per_iteration
            {
                break;
            }
            self.deliver_locally();
            first = false;
        }
        self.discard_tasks();
        self.scheduler.end_round(&mut self.canisters);
        iteration
    }

    /// Sums up the memory of all canisters.
    fn measure_storage(&mut self) {
        self.storage = self.fees.storage_use(self.canisters.memory());
    }

    fn scheduler_round(&self) -> scheduler::Round {
        let limits = &self.profile.limits;
        scheduler::Round {
            number: self.height,
            threads: limits.execution_threads.max(1) as usize,
            reset_interval: limits.priority_reset_interval.max(1),
            heap_delta_limit: limits.heap_delta_rate,
            install_limit: limits.install_code_rate,
        }
    }

    /// One iteration over all threads.
    fn run_threads(
        &mut self,
        summary: &mut RoundSummary,
        iteration: u32,
        budget: Budget,
        first: bool,
    ) -> IterationWork {
        let threads = self.scheduler.deal(first, &mut self.canisters);
        let begin = self.round_start + self.profile.timing.execution_time(summary.busiest_thread);
        let (mut executor, canisters) = self.executor();
        let mut all = IterationWork::default();
        for (thread, schedule) in threads.iter().enumerate() {
            executor.place = Place { clock: begin, iteration, thread: thread as u32 };
            let mut left = budget;
            let work = run_thread(&mut executor, canisters, schedule, &mut left);
            summary.instructions += work.executed;
            all.executions += work.executions;
            all.effort += work.effort;
            all.heap_delta += work.heap_delta;
            all.consumed = all.consumed.max(budget.spent_until(left));
            all.canisters.extend(work.canisters);
        }
        self.effort += all.effort;
        summary.executions += all.executions;
        summary.busiest_thread += all.consumed;
        all
    }

    /// Fails ingress messages that waited too long in their canisters' queues.
    fn purge_expired_inputs(&mut self) {
        let now = self.round_start;
        let mut expired = Vec::new();
        for (_, canister) in self.canisters.awake_mut() {
            expired.extend(canister.input.expired_ingress(now));
        }
        for message in expired {
            self.refuse_ingress(message.id, ErrorCode::IngressMessageTimeout);
        }
    }

    /// Moves messages between canisters of this subnet into their receivers' queues, by order of
    /// sender. One that is not taken stays where it is, with those behind it.
    fn deliver_locally(&mut self) {
        if let Some(held) = self.held.take() {
            return self.deliver_chosen(held);
        }
        let own = self.id;
        for index in self.canisters.awake_places() {
            if self.canisters[index].output.is_empty() {
                continue;
            }
            let receivers = self.canisters[index].output.receivers();
            let receivers: Vec<_> = receivers.filter(|receiver| receiver.subnet() == own).collect();
            for receiver in receivers {
                while let Some(message) = self.canisters[index].output.pop(receiver) {
                    if let Err((_, refused)) = self.take_in(message, true) {
                        self.canisters[index].output.put_back(refused);
                        break;
                    }
                }
            }
        }
    }

    /// Keeps only so many executions paused, those the policy favours; the work of the others is
    /// thrown away and starts over. At a checkpoint none is kept.
    pub(super) fn abort_surplus_executions(&mut self) {
        let at_checkpoint = self.profile.limits.is_checkpoint(self.height);
        if at_checkpoint {
            self.heap_delta = Bytes::ZERO;
            self.compiled.clear();
            self.canisters.awake_places().into_iter().for_each(|index| self.abort_install(index));
        }
        let keep = if at_checkpoint { 0 } else { self.profile.limits.paused_executions as usize };
        let all = self.canisters.awake();
        let mut paused: Vec<usize> = all
            .filter(|(_, canister)| canister.has_paused_execution())
            .map(|(index, _)| index)
            .collect();
        if paused.len() <= keep {
            return;
        }
        self.scheduler.order_paused(&mut paused, &self.canisters);
        for index in paused.into_iter().skip(keep) {
            Executor::abort(&mut self.canisters[index], &self.fees, &mut self.ledger);
            self.scheduler.aborted(index, &mut self.canisters[index]);
        }
    }
}

fn run_thread(
    executor: &mut Executor<'_>,
    canisters: &mut Roster,
    schedule: &[usize],
    budget: &mut Budget,
) -> ThreadWork {
    let mut work = ThreadWork::default();
    let begin = executor.place.clock;
    let whole = *budget;
    let limits = &executor.profile.limits;
    for &index in schedule {
        if budget.is_used_up() || work.heap_delta >= limits.heap_delta_per_iteration {
            break;
        }
        let canister = &mut canisters[index];
        let mut completed = false;
        while canister.can_execute() {
            if budget.is_used_up() {
                canister.priority.interrupted += 1;
                break;
            }
            let spent = executor.profile.timing.execution_time(whole.spent_until(*budget));
            executor.place.clock = begin + spent;
            let ended_long = execute_one(executor, canister, budget, limits, &mut work);
            completed |= !canister.has_long_execution();
            if ended_long || work.heap_delta >= limits.heap_delta_per_iteration {
                break;
            }
        }
        work.canisters.push(Executed { canister: index, completed });
        budget.spend(limits.round_overhead_per_canister);
    }
    work
}

/// Executes one slice; whether it ended an execution that earlier slices belong to.
fn execute_one(
    executor: &mut Executor<'_>,
    canister: &mut Canister,
    budget: &mut Budget,
    limits: &Limits,
    work: &mut ThreadWork,
) -> bool {
    let was_paused = canister.has_paused_execution();
    let debit = canister.heap_delta_debit;
    let used = executor.run_next(canister);
    work.executions += 1;
    work.executed += used;
    let code = canister.code.as_ref();
    work.effort += MESSAGE_EFFORT + code.map_or(0, |code| code.instance.host_nanos(used));
    work.heap_delta += canister.heap_delta_debit.saturating_sub(debit);
    budget.spend(used + limits.round_overhead_per_message);
    was_paused && !canister.has_paused_execution()
}

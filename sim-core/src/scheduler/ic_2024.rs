//! The network's scheduler until early 2026: accumulated priority with credits.
//!
//! After `rs/execution_environment/src/scheduler.rs` (`apply_scheduling_strategy`) and
//! `scheduler/round_schedule.rs` of `dfinity/ic` (June 2024). All numbers are scaled by
//! `multiplier = threads * canisters`, so that free capacity divides evenly. Each round every canister's
//! priority grows by its allocation and its share of what nobody allocated; the canisters first on a
//! thread pay for the round with a credit, which is settled when their execution has ended.

use super::{Round, Scheduler, Threads, existing, is_active, note_first};
use crate::canister::{Canister, NextExecution};
use crate::units::Bytes;
use std::cmp::Reverse;

#[derive(Default)]
pub(super) struct AccumulatedPriority {
    threads: usize,
    heap_delta_limit: Bytes,
    /// Threads kept for long executions.
    long_threads: usize,
    /// Canisters with a long execution at the start of the round, then the others, each by priority.
    long: Vec<usize>,
    new: Vec<usize>,
    /// Canisters that had a credit when the round began.
    in_credit: Vec<usize>,
}

impl Scheduler for AccumulatedPriority {
    fn begin_round(&mut self, round: &Round, canisters: &mut [Canister]) {
        self.threads = round.threads;
        self.heap_delta_limit = round.heap_delta_limit;
        let reset = round.number.is_multiple_of(round.reset_interval);
        for canister in canisters.iter_mut() {
            if reset {
                canister.priority.accumulated = 0;
                canister.priority.credit = 0;
            }
            if !canister.has_long_execution() {
                canister.priority.prioritized = false;
            }
        }
        self.grow(canisters);
        self.order(canisters);
        self.charge(canisters);
        let indebted = existing(canisters).filter(|(_, canister)| canister.priority.credit != 0);
        self.in_credit = indebted.map(|(index, _)| index).collect();
    }

    fn deal(&mut self, first: bool, canisters: &mut [Canister]) -> Threads {
        let under_limit = |canister: &Canister| canister.heap_delta_debit < self.heap_delta_limit;
        let is_ready =
            |&index: &usize| under_limit(&canisters[index]) && is_active(&canisters[index]);
        // Who has finished its long execution waits for the next round.
        let goes_on = |&index: &usize| {
            let canister = &canisters[index];
            under_limit(canister) && canister.next_execution() == NextExecution::ContinueLong
        };
        let new: Vec<_> = self.new.iter().copied().filter(is_ready).collect();
        let long: Vec<_> = self.long.iter().copied().filter(goes_on).collect();
        let threads = self.partition(&new, &long);
        if first {
            note_first(&threads, canisters);
        }
        threads
    }

    fn end_round(&mut self, canisters: &mut [Canister]) {
        for &index in &self.in_credit {
            let canister = &mut canisters[index];
            if canister.next_execution() != NextExecution::ContinueLong {
                settle(canister);
            }
        }
    }

    fn order_paused(&self, paused: &mut [usize], canisters: &[Canister]) {
        paused.sort_by_key(|&index| {
            let priority = &canisters[index].priority;
            (Reverse(priority.prioritized), Reverse(priority.accumulated), index)
        });
    }

    fn aborted(&self, canister: &mut Canister) {
        settle(canister);
        canister.priority.prioritized = false;
    }
}

/// Takes the credit off the priority.
fn settle(canister: &mut Canister) {
    canister.priority.accumulated -= std::mem::take(&mut canister.priority.credit);
}

impl AccumulatedPriority {
    fn multiplier(&self, canisters: &[Canister]) -> i64 {
        (self.threads * existing(canisters).count()).max(1) as i64
    }

    /// One thread is set aside so that long executions get on.
    fn capacity_percent(&self) -> i64 {
        (self.threads.saturating_sub(1).max(1) * 100) as i64
    }

    /// Adds to every priority the canister's allocation and its share of the free capacity, and counts
    /// the threads that long executions are entitled to.
    fn grow(&mut self, canisters: &mut [Canister]) {
        let multiplier = self.multiplier(canisters);
        let allocated: i64 =
            existing(canisters).map(|(_, canister)| canister.compute_allocation as i64).sum();
        let free = (self.capacity_percent() - allocated).max(0) * self.threads as i64;
        let mut promised = 0;
        for canister in canisters.iter_mut().filter(|canister| !canister.deleted) {
            let share = canister.compute_allocation as i64 * multiplier + free;
            canister.priority.accumulated += share;
            if canister.has_long_execution() {
                promised += share;
            }
        }
        let needed = (promised + 100 * multiplier - 1) / (100 * multiplier);
        self.long_threads = (needed.max(0) as usize).min(self.threads);
    }

    fn order(&mut self, canisters: &[Canister]) {
        let mut order: Vec<usize> = existing(canisters).map(|(index, _)| index).collect();
        order.sort_by_key(|&index| {
            let canister = &canisters[index];
            let priority = &canister.priority;
            let is_long = canister.has_long_execution();
            (Reverse(priority.prioritized), Reverse(is_long), Reverse(priority.accumulated), index)
        });
        (self.long, self.new) =
            order.into_iter().partition(|&index| canisters[index].has_long_execution());
    }

    /// The canisters that come first pay for the round, whether they have something to do or not.
    fn charge(&self, canisters: &mut [Canister]) {
        let count = self.long.len() + self.new.len();
        let first = self.threads.min(count);
        let capacity = self.capacity_percent() * self.multiplier(canisters);
        let (kept, rest) = self.long.split_at(self.long_threads.min(self.long.len()));
        let order = kept.iter().chain(&self.new).chain(rest);
        for (place, &index) in order.take(first).enumerate() {
            let priority = &mut canisters[index].priority;
            priority.credit += capacity / first as i64;
            priority.prioritized |= place < kept.len();
        }
    }

    /// The first long executions get a thread each, new executions share the others, and the
    /// remaining long ones follow on all threads.
    fn partition(&self, new: &[usize], long: &[usize]) -> Threads {
        let mut threads = vec![Vec::new(); self.threads];
        let kept = self.long_threads.min(long.len());
        for (thread, &canister) in long[..kept].iter().enumerate() {
            threads[thread].push(canister);
        }
        let others = self.threads.saturating_sub(kept).max(1);
        for (turn, &canister) in new.iter().enumerate() {
            threads[(kept + turn % others) % self.threads].push(canister);
        }
        let next = kept + new.len() % others;
        for (turn, &canister) in long[kept..].iter().enumerate() {
            threads[(next + turn) % self.threads].push(canister);
        }
        threads
    }
}

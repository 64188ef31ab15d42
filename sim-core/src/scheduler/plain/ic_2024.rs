//! `ic-2024` going through all canisters: orders them all at the beginning of a round.

use super::existing;
use crate::canister::{Canister, NextExecution};
use crate::roster::Roster;
use crate::scheduler::{Round, Scheduler, Threads, note_first};
use crate::units::Bytes;
use std::cmp::Reverse;

#[derive(Default)]
pub(crate) struct AccumulatedPriority {
    threads: usize,
    heap_delta_limit: Bytes,
    accumulated: Vec<i64>,
    credit: Vec<i64>,
    /// Threads kept for long executions.
    long_threads: usize,
    /// Canisters with a long execution at the start of the round, then the others, each by priority.
    long: Vec<usize>,
    new: Vec<usize>,
    /// Canisters that had a credit when the round began.
    in_credit: Vec<usize>,
}

impl Scheduler for AccumulatedPriority {
    fn begin_round(&mut self, round: &Round, canisters: &mut Roster) {
        self.threads = round.threads;
        self.heap_delta_limit = round.heap_delta_limit;
        let reset = round.number.is_multiple_of(round.reset_interval);
        self.accumulated.resize(canisters.len(), 0);
        self.credit.resize(canisters.len(), 0);
        for index in 0..canisters.len() {
            if reset {
                self.accumulated[index] = 0;
                self.credit[index] = 0;
            }
            if !canisters[index].has_long_execution() {
                canisters[index].priority.prioritized = false;
            }
        }
        self.grow(canisters);
        self.order(canisters);
        self.charge(canisters);
        let indebted = existing(canisters).filter(|(index, _)| self.credit[*index] != 0);
        self.in_credit = indebted.map(|(index, _)| index).collect();
    }

    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads {
        let under_limit = |canister: &Canister| canister.heap_delta_debit < self.heap_delta_limit;
        let is_ready =
            |&index: &usize| under_limit(&canisters[index]) && canisters[index].can_execute();
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

    fn end_round(&mut self, canisters: &mut Roster) {
        for index in self.in_credit.clone() {
            if canisters[index].next_execution() != NextExecution::ContinueLong {
                self.settle(index);
            }
        }
    }

    fn order_paused(&self, paused: &mut [usize], canisters: &[Canister]) {
        paused.sort_by_key(|&index| {
            let priority = &canisters[index].priority;
            (Reverse(priority.prioritized), Reverse(self.accumulated[index]), index)
        });
    }

    fn aborted(&mut self, index: usize, canister: &mut Canister) {
        self.settle(index);
        canister.priority.prioritized = false;
    }

    fn accumulated(&self, index: usize) -> i64 {
        self.accumulated.get(index).copied().unwrap_or(0)
    }
}

impl AccumulatedPriority {
    /// Takes the credit off the priority.
    fn settle(&mut self, index: usize) {
        self.accumulated[index] -= std::mem::take(&mut self.credit[index]);
    }

    fn multiplier(&self, canisters: &[Canister]) -> i64 {
        (self.threads * existing(canisters).count()).max(1) as i64
    }

    /// One thread is set aside so that long executions get on.
    fn capacity_percent(&self) -> i64 {
        (self.threads.saturating_sub(1).max(1) * 100) as i64
    }

    /// Adds to every priority the canister's allocation and its share of the free capacity, and counts
    /// the threads that long executions are entitled to.
    fn grow(&mut self, canisters: &mut Roster) {
        let multiplier = self.multiplier(canisters);
        let allocated: i64 =
            existing(canisters).map(|(_, canister)| canister.compute_allocation as i64).sum();
        let free = (self.capacity_percent() - allocated).max(0) * self.threads as i64;
        let mut promised = 0;
        for (index, canister) in existing(canisters) {
            let share = canister.compute_allocation as i64 * multiplier + free;
            self.accumulated[index] += share;
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
            let accumulated = self.accumulated[index];
            (Reverse(priority.prioritized), Reverse(is_long), Reverse(accumulated), index)
        });
        (self.long, self.new) =
            order.into_iter().partition(|&index| canisters[index].has_long_execution());
    }

    /// The canisters that come first pay for the round, whether they have something to do or not.
    fn charge(&mut self, canisters: &mut Roster) {
        let count = self.long.len() + self.new.len();
        let first = self.threads.min(count);
        let capacity = self.capacity_percent() * self.multiplier(canisters);
        let (kept, rest) = self.long.split_at(self.long_threads.min(self.long.len()));
        let order = kept.iter().chain(&self.new).chain(rest);
        for (place, &index) in order.take(first).enumerate() {
            self.credit[index] += capacity / first as i64;
            canisters[index].priority.prioritized |= place < kept.len();
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

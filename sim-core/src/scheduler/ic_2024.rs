//! The network's scheduler until early 2026: accumulated priority with credits.
//!
//! After `rs/execution_environment/src/scheduler/round_schedule.rs` of `dfinity/ic` (June 2024). All
//! numbers are scaled by `multiplier = threads * canisters`, so that free capacity divides evenly.
//! Each round every canister's priority grows by its allocation and its share of what nobody
//! allocated; the canisters first on a thread pay for the round with a credit.

use super::Scheduler;
use crate::canister::Canister;
use std::cmp::Reverse;

/// Rounds after which priorities start anew.
const RESET_INTERVAL: u64 = 86_400;

#[derive(Default)]
pub(super) struct AccumulatedPriority {
    threads: usize,
    /// Threads kept for long executions.
    long_threads: usize,
    /// Canisters with a long execution, then the others, each by priority.
    long: Vec<usize>,
    new: Vec<usize>,
}

impl Scheduler for AccumulatedPriority {
    fn begin_round(&mut self, round: u64, threads: usize, canisters: &mut [Canister]) {
        self.threads = threads;
        if round.is_multiple_of(RESET_INTERVAL) {
            for canister in canisters.iter_mut() {
                canister.priority.accumulated = 0;
                canister.priority.credit = 0;
            }
        }
        let multiplier = (threads * canisters.len()).max(1) as i64;
        let capacity = (threads.saturating_sub(1).max(1) * 100) as i64;
        let allocated: i64 =
            canisters.iter().map(|canister| canister.compute_allocation as i64).sum();
        let free = (capacity - allocated).max(0) * threads as i64;
        let share = |canister: &Canister| canister.compute_allocation as i64 * multiplier + free;
        let mut promised = 0;
        for canister in canisters.iter_mut() {
            canister.priority.accumulated += share(canister);
            if canister.paused.is_some() {
                promised += share(canister);
            }
        }
        self.order(canisters);
        let needed = (promised + 100 * multiplier - 1) / (100 * multiplier);
        self.long_threads = (needed.max(0) as usize).min(threads);
        self.charge(capacity * multiplier, canisters);
    }

    fn deal(&self, _: &[Canister], ready: &dyn Fn(usize) -> bool) -> Vec<Vec<usize>> {
        let mut threads = vec![Vec::new(); self.threads];
        let mut long = self.long.iter().copied().filter(|canister| ready(*canister));
        let mut prioritized = 0;
        for canister in long.by_ref().take(self.long_threads) {
            threads[prioritized].push(canister);
            prioritized += 1;
        }
        let others = self.threads.saturating_sub(prioritized).max(1);
        let new = self.new.iter().copied().filter(|canister| ready(*canister));
        for (turn, canister) in new.chain(long).enumerate() {
            threads[(prioritized + turn % others) % self.threads].push(canister);
        }
        threads
    }

    fn end_round(&mut self, canisters: &mut [Canister]) {
        for canister in canisters.iter_mut().filter(|canister| canister.paused.is_none()) {
            canister.priority.accumulated -= std::mem::take(&mut canister.priority.credit);
            canister.priority.prioritized = false;
        }
    }
}

impl AccumulatedPriority {
    fn order(&mut self, canisters: &[Canister]) {
        let mut order: Vec<usize> = (0..canisters.len()).collect();
        order.sort_by_key(|&index| {
            let priority = &canisters[index].priority;
            (Reverse(priority.prioritized), Reverse(priority.accumulated - priority.credit), index)
        });
        (self.long, self.new) =
            order.into_iter().partition(|&index| canisters[index].paused.is_some());
    }

    /// The canisters first on a thread pay with a credit.
    fn charge(&self, capacity: i64, canisters: &mut [Canister]) {
        let first = self.threads.min(canisters.len()).max(1);
        let (kept, rest) = self.long.split_at(self.long_threads.min(self.long.len()));
        let order = kept.iter().chain(&self.new).chain(rest);
        for (place, &index) in order.take(first).enumerate() {
            let priority = &mut canisters[index].priority;
            priority.credit += capacity / first as i64;
            priority.prioritized |= place < kept.len();
        }
    }
}

//! The network's scheduler until early 2026: accumulated priority with credits.
//!
//! After `rs/execution_environment/src/scheduler.rs` (`apply_scheduling_strategy`) and
//! `scheduler/round_schedule.rs` of `dfinity/ic` (June 2024). All numbers are scaled by
//! `multiplier = threads * canisters`, so that free capacity divides evenly. Each round every canister's
//! priority grows by its allocation and its share of what nobody allocated; the canisters first on a
//! thread pay for the round with a credit, which is settled when their execution has ended.
//!
//! Of canisters that are asleep only the priority counts, so all else looks at those that are awake.

use super::standings::Standings;
use super::{Round, Scheduler, Threads, note_first};
use crate::canister::{Canister, NextExecution};
use crate::roster::Roster;
use crate::units::Bytes;
use std::cmp::Reverse;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct AccumulatedPriority {
    threads: usize,
    heap_delta_limit: Bytes,
    standings: Standings,
    /// Taken off the priority when the execution it stands for has ended; none is zero.
    credits: BTreeMap<usize, i64>,
    /// Threads kept for long executions.
    long_threads: usize,
    /// Canisters with a long execution at the start of the round, by priority.
    long: Vec<usize>,
    /// Canisters that had a credit when the round began.
    in_credit: Vec<usize>,
}

impl Scheduler for AccumulatedPriority {
    fn begin_round(&mut self, round: &Round, canisters: &mut Roster) {
        self.threads = round.threads;
        self.heap_delta_limit = round.heap_delta_limit;
        self.standings.sync(canisters);
        if round.number.is_multiple_of(round.reset_interval) {
            self.standings.accumulated.fill(0);
            self.credits.clear();
        }
        self.grow(canisters);
        self.order(canisters);
        self.charge(canisters);
        let indebted = self.credits.keys().filter(|place| self.standings.is_present(**place));
        self.in_credit = indebted.copied().collect();
    }

    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads {
        let under_limit = |canister: &Canister| canister.heap_delta_debit < self.heap_delta_limit;
        // Who has finished its long execution waits for the next round.
        let goes_on = |&index: &usize| {
            let canister = &canisters[index];
            under_limit(canister) && canister.next_execution() == NextExecution::ContinueLong
        };
        let long: Vec<_> = self.long.iter().copied().filter(goes_on).collect();
        let is_ready = |(index, canister): &(usize, &Canister)| {
            under_limit(canister) && canister.can_execute() && self.is_new(*index)
        };
        let mut new: Vec<_> = canisters.awake().filter(is_ready).map(|(index, _)| index).collect();
        new.sort_by_key(|&index| (Reverse(self.standings.accumulated[index]), index));
        let threads = self.partition(&new, &long);
        if first {
            note_first(&threads, canisters);
        }
        threads
    }

    fn end_round(&mut self, canisters: &mut Roster) {
        for index in std::mem::take(&mut self.in_credit) {
            if canisters[index].next_execution() != NextExecution::ContinueLong {
                self.settle(index);
            }
        }
    }

    fn order_paused(&self, paused: &mut [usize], canisters: &[Canister]) {
        paused.sort_by_key(|&index| {
            let prioritized = canisters[index].priority.prioritized;
            (Reverse(prioritized), Reverse(self.accumulated(index)), index)
        });
    }

    fn aborted(&mut self, index: usize, canister: &mut Canister) {
        self.settle(index);
        canister.priority.prioritized = false;
    }

    fn note(&mut self, canisters: &mut Roster) {
        self.standings.sync(canisters);
        for (_, canister) in canisters.awake_mut() {
            canister.priority.prioritized &= canister.has_long_execution();
        }
    }

    fn forget(&mut self, index: usize) {
        self.standings.forget(index);
        self.credits.remove(&index);
    }

    fn accumulated(&self, index: usize) -> i64 {
        self.standings.accumulated.get(index).copied().unwrap_or(0)
    }
}

impl AccumulatedPriority {
    /// Takes the credit off the priority.
    fn settle(&mut self, index: usize) {
        if let Some(credit) = self.credits.remove(&index) {
            self.standings.accumulated[index] -= credit;
        }
    }

    fn multiplier(&self) -> i64 {
        (self.threads * self.standings.count()).max(1) as i64
    }

    /// One thread is set aside so that long executions get on.
    fn capacity_percent(&self) -> i64 {
        (self.threads.saturating_sub(1).max(1) * 100) as i64
    }

    /// Whether it was there when the round began, without a long execution.
    fn is_new(&self, index: usize) -> bool {
        self.standings.is_present(index) && !self.long.contains(&index)
    }

    /// Adds to every priority the canister's allocation and its share of the free capacity, and counts
    /// the threads that long executions are entitled to.
    fn grow(&mut self, canisters: &Roster) {
        let multiplier = self.multiplier();
        let unallocated = self.capacity_percent() - self.standings.allocated();
        let free = unallocated.max(0) * self.threads as i64;
        self.standings.grow(multiplier, free);
        let mut promised = 0;
        for (index, canister) in canisters.awake() {
            if self.standings.is_present(index) && canister.has_long_execution() {
                promised += self.standings.allocation(index) * multiplier + free;
            }
        }
        let needed = (promised + 100 * multiplier - 1) / (100 * multiplier);
        self.long_threads = (needed.max(0) as usize).min(self.threads);
    }

    fn order(&mut self, canisters: &Roster) {
        let is_long = |(index, canister): &(usize, &Canister)| {
            self.standings.is_present(*index) && canister.has_long_execution()
        };
        let mut long: Vec<_> = canisters.awake().filter(is_long).map(|(index, _)| index).collect();
        self.order_paused(&mut long, canisters);
        self.long = long;
    }

    /// The canisters that come first pay for the round, whether they have something to do or not.
    fn charge(&mut self, canisters: &mut Roster) {
        let first = self.threads.min(self.standings.count());
        let capacity = self.capacity_percent() * self.multiplier();
        let kept = self.long_threads.min(self.long.len());
        let new = self.standings.first(first, |index| self.long.contains(&index));
        let (promised, rest) = self.long.split_at(kept);
        let order = promised.iter().chain(&new).chain(rest).take(first);
        for &index in order {
            *self.credits.entry(index).or_default() += capacity / first as i64;
        }
        for &index in promised.iter().take(first) {
            canisters[index].priority.prioritized = true;
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

//! `ic-2026` going through all canisters: orders them all at the beginning of a round, and charges and
//! grants one by one at its end.

use super::existing;
use crate::canister::{Canister, NextExecution};
use crate::roster::Roster;
use crate::scheduler::{Executed, Round, Scheduler, Threads};
use std::cmp::Reverse;
use std::collections::BTreeSet;

const PERCENT: i64 = 1_000_000;
const WHOLE: i64 = 100 * PERCENT;
/// Beyond these, what exceeds them decays to so many percent each round.
const MOST: i64 = 5 * WHOLE;
const LEAST: i64 = -20 * WHOLE;
const DECAY_PERCENT: i64 = 80;

/// Where in a round's schedule a canister stands.
type Standing = (Reverse<i64>, Reverse<i64>, u64, usize);

#[derive(Default)]
pub(crate) struct ChargedRounds {
    round: Option<Round>,
    accumulated: Vec<i64>,
    /// Threads kept for long executions.
    long_threads: usize,
    /// Canisters with a long execution at the start of the round, then the others, each in order.
    long: Vec<usize>,
    new: Vec<usize>,
    /// Canisters that had a long execution to go on with in the first iteration.
    were_long: BTreeSet<usize>,
    fully_executed: BTreeSet<usize>,
    completed: BTreeSet<usize>,
}

impl Scheduler for ChargedRounds {
    fn begin_round(&mut self, round: &Round, canisters: &mut Roster) {
        let mut accumulated = std::mem::take(&mut self.accumulated);
        accumulated.resize(canisters.len(), 0);
        if round.number.is_multiple_of(round.reset_interval) {
            accumulated.fill(0);
        }
        *self = ChargedRounds { round: Some(*round), accumulated, ..ChargedRounds::default() };
        self.order(canisters);
        self.long_threads = self.count_long_threads(round.threads, canisters);
        self.charge_idle(canisters);
    }

    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads {
        let Some(round) = self.round else { return Threads::new() };
        let ready = self.ready(first, &round, canisters);
        let goes_on = |&index: &usize| {
            ready[index] && canisters[index].next_execution() == NextExecution::ContinueLong
        };
        let long: Vec<_> = self.long.iter().copied().filter(goes_on).collect();
        let new: Vec<_> = self.new.iter().copied().filter(|&index| ready[index]).collect();
        let kept = self.long_threads.min(long.len());
        if first {
            let others = new.iter().take(round.threads - kept);
            for &index in long.iter().take(kept).chain(others) {
                self.fully_executed.insert(index);
                canisters[index].priority.scheduled_as_first += 1;
            }
        }
        partition(round.threads, kept, &long, &new)
    }

    fn end_iteration(&mut self, executed: &[Executed], canisters: &mut Roster) {
        let number = self.round.map_or(0, |round| round.number);
        for &Executed { canister: index, completed } in executed {
            let canister = &mut canisters[index];
            if completed {
                self.completed.insert(index);
                canister.priority.long_since = None;
            }
            match canister.next_execution() {
                NextExecution::None => {
                    self.fully_executed.insert(index);
                }
                NextExecution::ContinueLong => {
                    self.fully_executed.insert(index);
                    canister.priority.long_since.get_or_insert(number);
                }
                NextExecution::StartNew if self.were_long.contains(&index) => {
                    self.fully_executed.insert(index);
                }
                NextExecution::StartNew | NextExecution::ContinueInstall => {}
            }
        }
    }

    fn end_round(&mut self, canisters: &mut Roster) {
        self.accumulated.resize(canisters.len(), 0);
        let number = self.round.map_or(0, |round| round.number);
        for &index in &self.fully_executed {
            canisters[index].priority.executed_rounds += 1;
        }
        for index in 0..canisters.len() {
            self.charge(index, &mut canisters[index], number);
        }
        self.grant(canisters);
    }

    fn order_paused(&self, paused: &mut [usize], canisters: &[Canister]) {
        paused.sort_by_key(|&index| self.standing(index, &canisters[index]));
    }

    fn aborted(&mut self, _: usize, canister: &mut Canister) {
        canister.priority.executed_rounds = 0;
    }

    fn accumulated(&self, index: usize) -> i64 {
        self.accumulated.get(index).copied().unwrap_or(0)
    }
}

fn allocation(canister: &Canister) -> i64 {
    canister.compute_allocation as i64 * PERCENT
}

/// Long and new executions are kept apart, so that none overtakes another of its kind.
fn partition(threads: usize, kept: usize, long: &[usize], new: &[usize]) -> Threads {
    let mut dealt = vec![Vec::new(); threads];
    for (turn, &canister) in long.iter().enumerate() {
        dealt[turn % kept.max(1)].push(canister);
    }
    let others = threads.saturating_sub(kept).max(1);
    for (turn, &canister) in new.iter().enumerate() {
        dealt[(kept + turn % others) % threads].push(canister);
    }
    dealt
}

impl ChargedRounds {
    /// Long executions by rounds executed, then priority, then age. An aborted one, which has no
    /// rounds, stands with those that have just begun.
    fn standing(&self, index: usize, canister: &Canister) -> Standing {
        let rounds = canister.priority.executed_rounds.max(1);
        let since = canister.priority.long_since.unwrap_or(0);
        (Reverse(rounds), Reverse(self.round_priority(index, canister)), since, index)
    }

    /// Within a round the allocation counts as if it had been granted.
    fn round_priority(&self, index: usize, canister: &Canister) -> i64 {
        self.accumulated[index] + allocation(canister)
    }

    fn order(&mut self, canisters: &[Canister]) {
        let all = existing(canisters).map(|(index, _)| index);
        (self.long, self.new) = all.partition(|&index| canisters[index].has_long_execution());
        let mut long = std::mem::take(&mut self.long);
        long.sort_by_key(|&index| self.standing(index, &canisters[index]));
        let mut new = std::mem::take(&mut self.new);
        new.sort_by_key(|&index| (Reverse(self.round_priority(index, &canisters[index])), index));
        (self.long, self.new) = (long, new);
    }

    /// As many as the long executions' allocations and their share of the free capacity fill.
    fn count_long_threads(&self, threads: usize, canisters: &[Canister]) -> usize {
        let (long, all) = (self.long.len(), self.long.len() + self.new.len());
        if self.new.is_empty() {
            return long.min(threads);
        }
        let sum = |places: &[usize]| -> i64 {
            places.iter().map(|&index| allocation(&canisters[index])).sum()
        };
        let allocated = sum(&self.long);
        let capacity = WHOLE * (threads as i64 - 1);
        let free = capacity - allocated - sum(&self.new);
        let compute = allocated + free * long as i64 / all as i64;
        let needed = (compute + WHOLE - 1) / WHOLE;
        long.min(needed.max(0) as usize).min(threads)
    }

    /// Idle canisters in front of all others pay as if they had run.
    fn charge_idle(&mut self, canisters: &[Canister]) {
        for &index in &self.new {
            match canisters[index].next_execution() {
                NextExecution::None => {
                    self.fully_executed.insert(index);
                }
                NextExecution::ContinueInstall => {}
                NextExecution::StartNew | NextExecution::ContinueLong => break,
            }
        }
    }

    /// Canisters that may run in this iteration. Who is over a rate limit sits out, and pays for it.
    fn ready(&mut self, first: bool, round: &Round, canisters: &Roster) -> Vec<bool> {
        self.accumulated.resize(canisters.len(), 0);
        let mut ready = vec![false; canisters.len()];
        for (index, canister) in canisters.iter().enumerate() {
            if canister.deleted {
                continue;
            }
            if canister.heap_delta_debit >= round.heap_delta_limit
                || canister.install_code_debit >= round.install_limit
            {
                self.accumulated[index] -= if first { WHOLE } else { 0 };
                continue;
            }
            match canister.next_execution() {
                NextExecution::None | NextExecution::ContinueInstall => {}
                // Who has finished its long execution in this round waits for the next one.
                NextExecution::StartNew if self.were_long.contains(&index) => {}
                NextExecution::StartNew => ready[index] = true,
                NextExecution::ContinueLong => {
                    if first {
                        self.were_long.insert(index);
                    }
                    ready[index] = true;
                }
            }
        }
        ready
    }

    /// A short execution pays for its round; a long one for its first at once, for the others at
    /// its end.
    fn charge(&mut self, index: usize, canister: &mut Canister, number: u64) {
        let is_long = canister.has_long_execution();
        let priority = &mut canister.priority;
        if priority.executed_rounds == 1 && priority.long_since == Some(number) {
            self.accumulated[index] -= WHOLE;
        }
        if priority.executed_rounds > 0 && (!is_long || self.completed.contains(&index)) {
            self.accumulated[index] -= WHOLE * (priority.executed_rounds - 1).max(1);
            priority.executed_rounds = 0;
        }
    }

    /// Grants allocations, lets large priorities decay, and shares out what is free.
    fn grant(&mut self, canisters: &Roster) {
        let mut places: Vec<usize> = existing(canisters).map(|(index, _)| index).collect();
        let (mut total, mut allocated) = (0, 0);
        for &index in &places {
            let share = allocation(&canisters[index]);
            let accumulated = &mut self.accumulated[index];
            *accumulated = decayed(*accumulated + share);
            total += *accumulated;
            allocated += share;
        }
        let mut free = -total;
        if free <= 0 {
            return;
        }
        let count = places.len() as i64;
        let cap = if free + allocated > WHOLE * count {
            (free + allocated - 1) / count + 1
        } else {
            WHOLE
        };
        places.sort_by_key(|&index| (Reverse(canisters[index].compute_allocation), index));
        for (done, index) in (0..).zip(places) {
            let share = (free / (count - done)).min(cap - allocation(&canisters[index]));
            self.accumulated[index] += share;
            free -= share;
        }
    }
}

fn decayed(priority: i64) -> i64 {
    let bound = priority.clamp(LEAST, MOST);
    bound + (priority - bound) * DECAY_PERCENT / 100
}

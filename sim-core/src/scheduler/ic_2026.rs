//! The network's scheduler since spring 2026: accumulated priority charged by rounds.
//!
//! After `rs/execution_environment/src/scheduler/round_schedule.rs` of `dfinity/ic` (mid-2026). Priorities
//! are millionths of a percent point. A canister that was *fully executed* in a round (it was first on
//! a thread, or ended everything it had to do) pays a whole round; a long execution pays its first
//! round at once and the others when it ends. Then every canister is granted its allocation, and
//! what was paid and not granted is shared out.
//!
//! Idle canisters that stand in front of all others pay too. Of those that are asleep nothing counts but
//! their priority, so a round remembers behind whom they stand, and its end goes once over the
//! priorities of all.

use super::standings::Standings;
use super::{Executed, Round, Scheduler, Threads};
use crate::canister::{Canister, NextExecution};
use crate::roster::Roster;
use std::cmp::Reverse;
use std::collections::BTreeSet;

const PERCENT: i64 = 1_000_000;
const WHOLE: i64 = 100 * PERCENT;
/// Beyond these, what exceeds them decays to so many percent each round.
const MOST: i64 = 5 * WHOLE;
const LEAST: i64 = -20 * WHOLE;
const DECAY_PERCENT: i64 = 80;

/// Where in a round's schedule a long execution stands.
type LongRank = (Reverse<i64>, Reverse<i64>, u64, usize);
/// Where in a round's schedule another canister stands: by priority, then by place.
type Rank = (Reverse<i64>, usize);

#[derive(Default)]
pub(super) struct ChargedRounds {
    pub(super) standings: Standings,
    plan: Plan,
    /// The last round changed nobody's priority, and all were asleep.
    is_steady: bool,
}

/// What is known of a round while it goes on.
#[derive(Default)]
struct Plan {
    round: Option<Round>,
    /// Threads kept for long executions.
    long_threads: usize,
    /// Canisters with a long execution at the start of the round, in order.
    long: Vec<usize>,
    /// The first canister that had something to do and is in no long execution.
    first_busy: Option<Rank>,
    /// Those awake when the round began.
    were_awake: BTreeSet<usize>,
    /// Canisters that had a long execution to go on with in the first iteration.
    were_long: BTreeSet<usize>,
    /// Canisters over a rate limit, which pay for it.
    over_limit: Vec<usize>,
    /// Of those that were awake, and of those that ran.
    fully_executed: BTreeSet<usize>,
    completed: BTreeSet<usize>,
}

impl Scheduler for ChargedRounds {
    fn begin_round(&mut self, round: &Round, canisters: &mut Roster) {
        self.standings.sync(canisters);
        if round.number.is_multiple_of(round.reset_interval) {
            self.standings.accumulated.fill(0);
            self.is_steady = false;
        }
        let were_awake = canisters.awake().map(|(index, _)| index).collect();
        self.plan = Plan { round: Some(*round), were_awake, ..Plan::default() };
        self.order(canisters);
        self.plan.long_threads = self.count_long_threads(round.threads);
        self.charge_idle(canisters);
    }

    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads {
        let Some(round) = self.plan.round else { return Threads::new() };
        let ready = self.ready(first, &round, canisters);
        let goes_on = |&index: &usize| {
            ready.contains(&index)
                && canisters[index].next_execution() == NextExecution::ContinueLong
        };
        let long: Vec<_> = self.plan.long.iter().copied().filter(goes_on).collect();
        let mut new: Vec<_> = ready.iter().copied().filter(|&index| self.is_new(index)).collect();
        new.sort_by_key(|&index| self.rank(index));
        let kept = self.plan.long_threads.min(long.len());
        if first {
            let others = new.iter().take(round.threads - kept);
            for &index in long.iter().take(kept).chain(others) {
                self.plan.fully_executed.insert(index);
                canisters[index].priority.scheduled_as_first += 1;
            }
        }
        partition(round.threads, kept, &long, &new)
    }

    fn end_iteration(&mut self, executed: &[Executed], canisters: &mut Roster) {
        let plan = &mut self.plan;
        let number = plan.round.map_or(0, |round| round.number);
        for &Executed { canister: index, completed } in executed {
            let canister = &mut canisters[index];
            if completed {
                plan.completed.insert(index);
                canister.priority.long_since = None;
            }
            match canister.next_execution() {
                NextExecution::None => {
                    plan.fully_executed.insert(index);
                }
                NextExecution::ContinueLong => {
                    plan.fully_executed.insert(index);
                    canister.priority.long_since.get_or_insert(number);
                }
                NextExecution::StartNew if plan.were_long.contains(&index) => {
                    plan.fully_executed.insert(index);
                }
                NextExecution::StartNew | NextExecution::ContinueInstall => {}
            }
        }
    }

    fn end_round(&mut self, canisters: &mut Roster) {
        self.note_sleepers_in_front(canisters);
        self.standings.sync(canisters);
        let all_slept = self.plan.were_awake.is_empty() && canisters.awake().next().is_none();
        if all_slept && self.is_steady {
            return;
        }
        for index in std::mem::take(&mut self.plan.over_limit) {
            self.standings.accumulated[index] -= WHOLE;
        }
        let (total, decays) = self.charge(canisters);
        let is_even = self.share_out(-total);
        self.is_steady = all_slept && is_even && !decays;
    }

    fn order_paused(&self, paused: &mut [usize], canisters: &[Canister]) {
        paused.sort_by_key(|&index| self.long_rank(index, &canisters[index]));
    }

    fn aborted(&mut self, _: usize, canister: &mut Canister) {
        canister.priority.executed_rounds = 0;
    }

    fn note(&mut self, canisters: &mut Roster) {
        self.standings.sync(canisters);
    }

    fn forget(&mut self, index: usize) {
        self.standings.forget(index);
    }

    fn accumulated(&self, index: usize) -> i64 {
        self.standings.accumulated.get(index).copied().unwrap_or(0)
    }
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
    /// Within a round the allocation counts as if it had been granted.
    fn round_priority(&self, index: usize) -> i64 {
        self.accumulated(index) + self.standings.allocation(index) * PERCENT
    }

    fn rank(&self, index: usize) -> Rank {
        (Reverse(self.round_priority(index)), index)
    }

    /// Long executions by rounds executed, then priority, then age. An aborted one, which has no
    /// rounds, stands with those that have just begun.
    fn long_rank(&self, index: usize, canister: &Canister) -> LongRank {
        let (priority, index) = self.rank(index);
        let rounds = canister.priority.executed_rounds.max(1);
        (Reverse(rounds), priority, canister.priority.long_since.unwrap_or(0), index)
    }

    /// Whether it was there when the round began, without a long execution.
    fn is_new(&self, index: usize) -> bool {
        self.standings.is_present(index) && !self.plan.long.contains(&index)
    }

    fn order(&mut self, canisters: &Roster) {
        let is_long = |(index, canister): &(usize, &Canister)| {
            self.standings.is_present(*index) && canister.has_long_execution()
        };
        let mut long: Vec<_> = canisters.awake().filter(is_long).map(|(index, _)| index).collect();
        self.order_paused(&mut long, canisters);
        self.plan.long = long;
    }

    /// As many as the long executions' allocations and their share of the free capacity fill.
    fn count_long_threads(&self, threads: usize) -> usize {
        let (long, all) = (self.plan.long.len(), self.standings.count());
        if long == all {
            return long.min(threads);
        }
        let allocations = self.plan.long.iter().map(|&index| self.standings.allocation(index));
        let allocated: i64 = allocations.sum::<i64>() * PERCENT;
        let capacity = WHOLE * (threads as i64 - 1);
        let free = capacity - self.standings.allocated() * PERCENT;
        let compute = allocated + free * long as i64 / all as i64;
        let needed = (compute + WHOLE - 1) / WHOLE;
        long.min(needed.max(0) as usize).min(threads)
    }

    /// Idle canisters in front of all others pay as if they had run.
    fn charge_idle(&mut self, canisters: &Roster) {
        let (mut idle, mut first_busy) = (Vec::new(), None);
        for (index, canister) in canisters.awake().filter(|(index, _)| self.is_new(*index)) {
            let rank = self.rank(index);
            match canister.next_execution() {
                NextExecution::None => idle.push(rank),
                NextExecution::ContinueInstall => {}
                NextExecution::StartNew | NextExecution::ContinueLong => {
                    first_busy = Some(first_busy.map_or(rank, |first: Rank| first.min(rank)));
                }
            }
        }
        let pay = idle.into_iter().filter(|rank| first_busy.is_none_or(|first| *rank < first));
        self.plan.fully_executed.extend(pay.map(|(_, index)| index));
        self.plan.first_busy = first_busy;
    }

    /// The same for those that have woken up since.
    fn note_sleepers_in_front(&mut self, canisters: &Roster) {
        for (index, _) in canisters.awake() {
            if !self.plan.were_awake.contains(&index)
                && self.standings.is_present(index)
                && self.plan.first_busy.is_none_or(|first| self.rank(index) < first)
            {
                self.plan.fully_executed.insert(index);
            }
        }
    }

    /// Canisters that may run in this iteration. Who is over a rate limit sits out, and pays for it.
    fn ready(&mut self, first: bool, round: &Round, canisters: &Roster) -> BTreeSet<usize> {
        let mut ready = BTreeSet::new();
        for (index, canister) in canisters.awake().filter(|(_, canister)| !canister.deleted) {
            if canister.heap_delta_debit >= round.heap_delta_limit
                || canister.install_code_debit >= round.install_limit
            {
                self.plan.over_limit.extend(first.then_some(index));
                continue;
            }
            match canister.next_execution() {
                NextExecution::None | NextExecution::ContinueInstall => {}
                // Who has finished its long execution in this round waits for the next one.
                NextExecution::StartNew if self.plan.were_long.contains(&index) => {}
                NextExecution::StartNew => {
                    ready.insert(index);
                }
                NextExecution::ContinueLong => {
                    if first {
                        self.plan.were_long.insert(index);
                    }
                    ready.insert(index);
                }
            }
        }
        ready
    }

    /// Takes what the round costs, grants allocations and lets large priorities decay. Returns the
    /// sum of all priorities, and whether one of a sleeper decayed.
    fn charge(&mut self, canisters: &mut Roster) -> (i64, bool) {
        // Those awake pay for what they did; their numbers replace what the pass makes of them.
        let awake: Vec<(usize, i64)> = canisters
            .awake()
            .map(|(index, _)| (index, self.standings.accumulated[index]))
            .collect();
        let first_busy = self.plan.first_busy.map(|(Reverse(priority), index)| (priority, index));
        let prices = (PERCENT, WHOLE);
        let (mut total, decays) = self.standings.charge(prices, first_busy, LEAST..=MOST, decayed);
        for (index, before) in awake {
            let paid = before - self.due(index, &mut canisters[index]);
            let now = match self.standings.is_present(index) {
                true => decayed(paid + self.standings.allocation(index) * PERCENT),
                false => paid,
            };
            if self.standings.is_present(index) {
                total += now - self.standings.accumulated[index];
            }
            self.standings.accumulated[index] = now;
        }
        (total, decays)
    }

    /// What a canister that is awake has to pay. A short execution pays for its round; a long one for
    /// its first at once, for the others at its end.
    fn due(&self, index: usize, canister: &mut Canister) -> i64 {
        let number = self.plan.round.map_or(0, |round| round.number);
        let is_long = canister.has_long_execution();
        let priority = &mut canister.priority;
        priority.executed_rounds += i64::from(self.plan.fully_executed.contains(&index));
        let mut due = 0;
        if priority.executed_rounds == 1 && priority.long_since == Some(number) {
            due += WHOLE;
        }
        if priority.executed_rounds > 0 && (!is_long || self.plan.completed.contains(&index)) {
            due += WHOLE * (priority.executed_rounds - 1).max(1);
            priority.executed_rounds = 0;
        }
        due
    }

    /// Shares out what is free: first to those with the largest allocations, then by place, each the
    /// same of what is left, but nobody more than a whole round with what was allocated. Whether all
    /// got back exactly what they paid for the round.
    fn share_out(&mut self, free: i64) -> bool {
        if free <= 0 {
            return false;
        }
        let (mut free, mut left) = (free, self.standings.count() as i64);
        let allocated = self.standings.allocated() * PERCENT;
        let cap =
            if free + allocated > WHOLE * left { (free + allocated - 1) / left + 1 } else { WHOLE };
        for index in self.by_allocation() {
            let share = (free / left).min(cap - self.standings.allocation(index) * PERCENT);
            self.standings.accumulated[index] += share;
            (free, left) = (free - share, left - 1);
        }
        if left == 0 {
            return false;
        }
        // Each gets `free / left` of what is left: the last ones what the division leaves over.
        let (share, over) = (free / left, free % left);
        let (share, over) = if share >= cap { (cap, 0) } else { (share, over) };
        self.standings.share_out(share, over as usize);
        share == WHOLE && over == 0 && allocated == 0
    }

    /// Canisters with an allocation, the largest first.
    fn by_allocation(&self) -> Vec<usize> {
        if self.standings.allocated() == 0 {
            return Vec::new();
        }
        let all = self.standings.allocations().iter().enumerate();
        let mut found: Vec<(usize, i64)> = all
            .filter(|(_, allocation)| **allocation > 0)
            .map(|(index, allocation)| (index, *allocation))
            .collect();
        found.sort_by_key(|&(index, allocation)| (Reverse(allocation), index));
        found.into_iter().map(|(index, _)| index).collect()
    }
}

fn decayed(priority: i64) -> i64 {
    let bound = priority.clamp(LEAST, MOST);
    bound + (priority - bound) * DECAY_PERCENT / 100
}

//! The same failure with less: held messages by delta debugging, then workloads, time and canisters,
//! then the turns of each message that is left.

use super::ddmin::ddmin;
use super::reduction::Reduction;
use super::search::Found;
use super::trial::Trials;
use super::violation::Violation;
use sim_core::delivery::Held;
use sim_core::history::History;
use sim_core::record::Event;
use sim_core::time::SimDuration;
use std::collections::BTreeMap;

/// More replays than this are not worth the wait.
const MOST_REPLAYS: u64 = 1_500;
/// With so few held messages, each is tried alone for every number of turns up to the most.
const FEW_HELD: usize = 3;
const MOST_TURNS: u32 = 48;
/// A run is not made shorter than this.
const SHORTEST: SimDuration = SimDuration::from_millis(500);

/// A failure made small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// What has to wait; without any one of these it does not happen.
    pub held: Vec<Held>,
    /// What the scenario does not need.
    pub reduction: Reduction,
    /// Held messages at first.
    pub held_before: usize,
    /// Runs it took.
    pub replays: u64,
    /// The held messages reproduced the failure. If not, they are the exact record of all choices,
    /// with nothing taken away.
    pub reproduced: bool,
}

/// Makes a failure small. `trials` is left with the reduction that was found.
pub fn shrink(trials: &mut Trials<'_>, found: &Found) -> Shrunk {
    let mut shrinker = Shrinker {
        trials,
        seed: found.seed,
        violation: &found.violation,
        replays: 0,
        held: found.held.clone(),
    };
    let reproduced = shrinker.fails(&found.held);
    if reproduced {
        shrinker.fewer_held();
        shrinker.fewer_messages();
        shrinker.less_time();
        shrinker.fewer_canisters();
        shrinker.fewer_held();
        shrinker.one_for_many();
        shrinker.fewer_turns();
    }
    Shrunk {
        held: shrinker.held,
        replays: shrinker.replays,
        reduction: trials.reduction.clone(),
        held_before: found.held.len(),
        reproduced,
    }
}

struct Shrinker<'a, 'b> {
    trials: &'a mut Trials<'b>,
    seed: u64,
    violation: &'a Violation,
    replays: u64,
    held: Vec<Held>,
}

impl Shrinker<'_, '_> {
    fn fails(&mut self, held: &[Held]) -> bool {
        if self.replays >= MOST_REPLAYS {
            return false;
        }
        self.replays += 1;
        self.trials.replay(self.seed, held).shows(self.violation)
    }

    /// Tries a reduction, and keeps it if the failure is still there, and still for the sake of what
    /// is held: a scenario that goes wrong by itself tells nothing.
    fn keep_if_fails(&mut self, reduction: Reduction) -> bool {
        let before = std::mem::replace(&mut self.trials.reduction, reduction);
        let held = self.held.clone();
        let fails = self.fails(&held) && (held.is_empty() || !self.fails(&[]));
        if !fails {
            self.trials.reduction = before;
        }
        fails
    }

    fn fewer_held(&mut self) {
        let held = self.held.clone();
        self.held = ddmin(held, &mut |held| self.fails(held));
    }

    /// One message that waits longer, or less long, may do what several do.
    fn one_for_many(&mut self) {
        let whole = self.held.iter().map(|held| held.turns).sum::<u32>();
        let few = (2..=FEW_HELD).contains(&self.held.len());
        let turns: Vec<u32> = if few { (1..=whole.min(MOST_TURNS)).collect() } else { Vec::new() };
        if self.held.len() < 2 {
            return;
        }
        for held in self.held.clone() {
            for turns in turns.iter().copied().chain([whole]) {
                let one = Held { turns, ..held.clone() };
                if self.fails(std::slice::from_ref(&one)) {
                    self.held = vec![one];
                    return;
                }
            }
        }
    }

    /// Leaves out whole workloads, then all but the first messages of each.
    fn fewer_messages(&mut self) {
        let counts = self.sent();
        for (workload, &count) in &counts {
            if self.keep_if_fails(self.with_messages(workload, 0)) {
                continue;
            }
            // The least number that fails, if more messages never repair it.
            let (mut passes, mut fails) = (0, count);
            while fails - passes > 1 {
                let middle = passes + (fails - passes) / 2;
                match self.keep_if_fails(self.with_messages(workload, middle)) {
                    true => fails = middle,
                    false => passes = middle,
                }
            }
        }
    }

    fn with_messages(&self, workload: &str, most: u64) -> Reduction {
        let mut reduction = self.trials.reduction.clone();
        reduction.messages.insert(workload.to_owned(), most);
        reduction
    }

    /// Messages of each workload in the failing run.
    fn sent(&self) -> BTreeMap<String, u64> {
        let trial = self.trials.replay(self.seed, &self.held);
        let mut counts = BTreeMap::new();
        for record in trial.history.iter().flat_map(History::records) {
            if let Event::Submitted { workload, .. } = &record.event {
                *counts.entry(workload.to_string()).or_default() += 1;
            }
        }
        counts
    }

    fn less_time(&mut self) {
        for (numerator, denominator) in [(1, 2), (1, 2), (1, 2), (3, 4), (7, 8)] {
            let now = self.trials.reduction.duration.unwrap_or(self.trials.scenario.duration);
            let less = SimDuration::from_nanos(now.as_nanos() / denominator * numerator);
            if less >= SHORTEST {
                let duration = Some(less);
                let reduction = Reduction { duration, ..self.trials.reduction.clone() };
                self.keep_if_fails(reduction);
            }
        }
    }

    fn fewer_canisters(&mut self) {
        loop {
            let mut spec = self.trials.scenario.world(self.seed, None);
            self.trials.reduction.apply(&mut spec);
            let without = |name: String| {
                let mut reduction = self.trials.reduction.clone();
                reduction.without.push(name);
                reduction
            };
            let candidates: Vec<_> =
                Reduction::spare_canisters(&spec).into_iter().map(without).collect();
            if !candidates.into_iter().any(|reduction| self.keep_if_fails(reduction)) {
                return;
            }
        }
    }

    /// Halves how long each message waits, then takes single turns off.
    fn fewer_turns(&mut self) {
        for place in 0..self.held.len() {
            let mut passes = 0;
            while self.held[place].turns - passes > 1 {
                let mut held = self.held.clone();
                held[place].turns = passes + (held[place].turns - passes) / 2;
                let tried = held[place].turns;
                match self.fails(&held) {
                    true => self.held = held,
                    false => passes = tried,
                }
            }
        }
    }
}

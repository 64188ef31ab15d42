//! Many trials, until one goes wrong.
//!
//! Run 0 makes nothing wait. Every further run takes its turn in the portfolio of strategies and has
//! a seed of its own, made of the search's seed and the run's number; so what is found does not
//! depend on how many runs go on at a time.

use super::coverage::{self, Coverage};
use super::strategy::Strategy;
use super::trial::{Trial, Trials};
use super::violation::Violation;
use rayon::prelude::*;
use reports::divergence;
use reports::names::Names;
use sim_core::delivery::{Choices, Fork, Held, Replay};
use sim_core::history::{Digest, History};
use sim_core::id::SubnetId;
use sim_core::random::Stream;
use sim_core::record::Event;
use sim_core::time::SimTime;
use std::collections::BTreeMap;

/// Runs between two looks at the clock, for each worker.
const BATCH: u64 = 16;
/// One in so many runs is made twice if determinism is to be checked.
const CHECKED_ONE_IN: u64 = 20;

/// What to look for and how.
pub struct Search<'a> {
    /// Where histories come from.
    pub trials: &'a Trials<'a>,
    /// Fixes all runs.
    pub seed: u64,
    /// Who takes turns.
    pub strategies: &'a [Strategy],
    /// Runs at a time.
    pub workers: usize,
    /// At most so many runs.
    pub runs: u64,
    /// Explore only from this instant on, what came before is replayed.
    pub fork: Option<(SimTime, Vec<Held>)>,
    /// What is not worth stopping for, only to be counted.
    pub known: Option<Violation>,
    /// Make a share of the runs twice and compare.
    pub check_determinism: bool,
}

/// A history that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Number of the run.
    pub run: u64,
    /// Who chose; nobody in run 0.
    pub strategy: Option<Strategy>,
    /// The seed of its world.
    pub seed: u64,
    /// What was held.
    pub held: Vec<Held>,
    /// The worst that was wrong.
    pub violation: Violation,
}

/// What a search came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Runs made, up to the one that went wrong.
    pub runs: u64,
    /// Different orders seen in them.
    pub coverage: Coverage,
    /// Runs of each strategy.
    pub by_strategy: BTreeMap<Strategy, u64>,
    /// Runs that went wrong in the known way.
    pub known: u64,
    /// The first run that went wrong.
    pub found: Option<Found>,
    /// Where two runs of one seed parted, in words: a fault of icsim.
    pub diverged: Option<String>,
}

/// One run, boiled down.
struct Run {
    strategy: Option<Strategy>,
    order: u64,
    known: bool,
    found: Option<Found>,
    diverged: Option<String>,
}

impl Search<'_> {
    /// Searches; `go_on` is asked now and then with the runs made.
    pub fn run(&self, go_on: &mut dyn FnMut(u64) -> bool) -> Outcome {
        let mut outcome = Outcome::default();
        let (first, steps) = self.first();
        outcome.add(first);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.workers).build().ok();
        while outcome.found.is_none() && outcome.runs < self.runs && go_on(outcome.runs) {
            let batch = BATCH * self.workers as u64;
            let numbers = outcome.runs..self.runs.min(outcome.runs + batch);
            let one = |number| self.one(number, steps);
            let runs: Vec<Run> = match &pool {
                Some(pool) if self.workers > 1 => {
                    pool.install(|| numbers.into_par_iter().map(one).collect())
                }
                _ => numbers.map(one).collect(),
            };
            for run in runs {
                outcome.add(run);
                if outcome.found.is_some() {
                    break;
                }
            }
        }
        outcome
    }

    /// The run in which nothing waits, and how many messages are taken in in it.
    fn first(&self) -> (Run, u64) {
        let held = self.fork.as_ref().map_or(&[][..], |(_, held)| held);
        let trial = self.trials.replay(self.seed, held);
        let steps = trial.history.as_ref().map_or(0, messages);
        (self.boil_down(trial, 0, None, self.seed), steps)
    }

    fn one(&self, number: u64, steps: u64) -> Run {
        let strategy = self.strategies[(number as usize - 1) % self.strategies.len()];
        let run_seed = Stream::new(self.seed, &format!("run {number}"), "explore").next_u64();
        let seed = match strategy.changes_seed() && self.fork.is_none() {
            true => run_seed,
            false => self.seed,
        };
        let choices = strategy.choices(run_seed, steps);
        let trial = self.trials.try_with(seed, |subnet| self.forked(choices(subnet)));
        let mut run = self.boil_down(trial, number, Some(strategy), seed);
        if self.check_determinism && number.is_multiple_of(CHECKED_ONE_IN) {
            let choices = strategy.choices(run_seed, steps);
            run.diverged =
                self.diverged(seed, run.order, number, &|subnet| self.forked(choices(subnet)));
        }
        run
    }

    fn forked(&self, choices: Box<dyn Choices>) -> Box<dyn Choices> {
        let choices = self.trials.settling(choices);
        match &self.fork {
            None => choices,
            Some((from, held)) => {
                Box::new(Fork { before: Replay::of(held), from: *from, after: choices })
            }
        }
    }

    fn boil_down(&self, trial: Trial, run: u64, strategy: Option<Strategy>, seed: u64) -> Run {
        let order = trial.history.as_ref().map_or(0, coverage::order);
        let held = trial.held;
        let is_known = |violation: &Violation| {
            self.known.as_ref().is_some_and(|known| known.same_as(violation))
        };
        let known = trial.violations.iter().any(is_known);
        let worst = trial.violations.into_iter().find(|violation| !is_known(violation));
        let found = worst.map(|violation| Found { run, strategy, seed, held, violation });
        Run { strategy, order, known, found, diverged: None }
    }

    /// Runs twice more and says where the two part, if they do.
    fn diverged(
        &self,
        seed: u64,
        order: u64,
        number: u64,
        choices: &dyn Fn(SubnetId) -> Box<dyn Choices>,
    ) -> Option<String> {
        let trial = self.trials.try_with(seed, choices);
        let again = self.trials.replay(seed, &trial.held);
        let (a, b) = (trial.history?, again.history?);
        if a.digest == b.digest && coverage::order(&a) == order {
            return None;
        }
        Some(format!("run {number}: {}", parting(&a, &b)))
    }
}

/// The first record that differs between two histories.
fn parting(a: &History, b: &History) -> String {
    let Some(first) = divergence::first(a, b) else {
        return "the contents of messages differ".to_owned();
    };
    let line = |history: &History| {
        let record = history.subnets[first.subnet].records.get(first.record);
        record.map_or("no more records".to_owned(), |r| divergence::line(r, &Names::new(history)))
    };
    let subnet = &a.subnets[first.subnet].name;
    format!("record {} of {subnet} is\n  {}\nand\n  {}", first.record, line(a), line(b))
}

/// How many messages were taken in.
fn messages(history: &History) -> u64 {
    let records = history.records();
    records
        .filter(|record| matches!(record.event, Event::Executed { message: Some(_), .. }))
        .count() as u64
}

impl Outcome {
    fn add(&mut self, run: Run) {
        self.runs += 1;
        self.coverage.add(run.order);
        if let Some(strategy) = run.strategy {
            *self.by_strategy.entry(strategy).or_default() += 1;
        }
        self.known += u64::from(run.known);
        self.found = run.found;
        self.diverged = self.diverged.take().or(run.diverged);
    }
}

/// The digest of a trial, for the failure file.
pub fn digest(trial: &Trial) -> Option<Digest> {
    trial.history.as_ref().map(|history| history.digest)
}

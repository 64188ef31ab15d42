//! One history: a scenario, what it is reduced by, a seed, and who chooses which messages wait.

use super::judge;
use super::reduction::Reduction;
use super::violation::Violation;
use crate::diagnostics::Mistake;
use crate::expect::run::{Watched, run as watch};
use crate::scenario::Scenario;
use crate::setup;
use sim_core::delivery::{Choices, Held, Offered, Recording, Replay, Turn};
use sim_core::history::History;
use sim_core::id::SubnetId;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::{Continue, RunError, RunOptions, World};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where histories come from.
pub struct Trials<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What it is reduced by.
    pub reduction: Reduction,
    /// How long before the end nothing is made to wait any more.
    pub settle: SimDuration,
}

/// What came of a trial.
pub struct Trial {
    /// The history; none if the model contradicted itself.
    pub history: Option<History>,
    /// What was made to wait.
    pub held: Vec<Held>,
    /// Everything wrong with it, the worst first.
    pub violations: Vec<Violation>,
}

impl Trial {
    /// Whether it is wrong in the same way.
    pub fn shows(&self, violation: &Violation) -> bool {
        self.violations.iter().any(|found| found.same_as(violation))
    }
}

/// How much of a run is kept free of waiting at its end, if the scenario does not say.
const SETTLE_SHARE: u64 = 4;

impl<'a> Trials<'a> {
    /// Trials of a whole scenario.
    pub fn of(scenario: &'a Scenario) -> Self {
        let quarter = SimDuration::from_nanos(scenario.duration.as_nanos() / SETTLE_SHARE);
        let settle = scenario.explore.settle.unwrap_or(quarter);
        Trials { scenario, reduction: Reduction::default(), settle }
    }

    /// The instant from which on nothing waits any more.
    pub fn settled(&self) -> SimTime {
        let duration = self.reduction.duration.unwrap_or(self.scenario.duration);
        SimTime::from_nanos(duration.as_nanos().saturating_sub(self.settle.as_nanos()))
    }

    /// The world before anything happened.
    ///
    /// # Errors
    /// It cannot be set up.
    pub fn world(&self, seed: u64) -> Result<World, Mistake> {
        let mut spec = self.scenario.world(seed, None);
        self.reduction.apply(&mut spec);
        World::new(spec).map_err(|error| setup::mistake(&error, self.scenario))
    }

    /// The choices until the run has to settle; none afterwards.
    pub fn settling(&self, choices: Box<dyn Choices>) -> Box<dyn Choices> {
        Box::new(Settling { choices, until: self.settled() })
    }

    /// Runs once and writes down what was held.
    pub fn try_with(&self, seed: u64, choices: impl Fn(SubnetId) -> Box<dyn Choices>) -> Trial {
        let recording = Recording::default();
        let recorded = |subnet| recording.record(choices(subnet));
        let (history, violations) = self.judged(seed, &recorded);
        Trial { history, held: recording.held(), violations }
    }

    /// Runs once with these messages held.
    pub fn replay(&self, seed: u64, held: &[Held]) -> Trial {
        let replay = Replay::of(held);
        let (history, violations) = self.judged(seed, &|_| Box::new(replay.clone()));
        Trial { history, held: held.to_vec(), violations }
    }

    fn judged(
        &self,
        seed: u64,
        choices: &dyn Fn(SubnetId) -> Box<dyn Choices>,
    ) -> (Option<History>, Vec<Violation>) {
        // A panic of the model is a finding like any other.
        let run = catch_unwind(AssertUnwindSafe(|| self.run(seed, choices)));
        match run {
            Ok(Ok(watched)) => {
                let (history, violations) =
                    judge::violations(self.scenario, watched, self.settled());
                (Some(history), violations)
            }
            Ok(Err(message)) => (None, vec![Violation::Model { message }]),
            Err(_) => (None, vec![Violation::Model { message: "it panicked".to_owned() }]),
        }
    }

    fn run(
        &self,
        seed: u64,
        choices: &dyn Fn(SubnetId) -> Box<dyn Choices>,
    ) -> Result<Watched, String> {
        let mut world = self.world(seed).map_err(|mistake| mistake.message)?;
        world.choose(choices);
        let mut progress = |_| Continue::Yes;
        let options = RunOptions { threads: 1, progress: &mut progress };
        watch(world, &self.scenario.invariants, options)
            .map_err(|error: RunError| error.to_string())
    }
}

/// Lets nothing wait from an instant on.
struct Settling {
    choices: Box<dyn Choices>,
    until: SimTime,
}

impl Choices for Settling {
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        match turn.time < self.until {
            true => self.choices.wait(turn, offered),
            false => Vec::new(),
        }
    }
}

//! The expectations of a scenario over one run: which are due, which do not hold.
//!
//! They are read once and watched in any number of runs:
//!
//! ```text
//! let invariants = &scenario.invariants;                  // once
//! let mut watch = invariants.watch();                     // for each run
//! while let Some(time) = watch.next(&world) {             // when something is due
//!     world.run_until(time, options)?;
//!     if let Some(violation) = watch.check(&mut world).first() { … }
//! }
//! let conclusion = watch.conclude(&mut world);            // at the end of the run
//! ```
//!
//! [`run`](super::run::run) is that loop.

use super::answers::Answers;
use super::evaluate::Found;
use super::violation::Violation;
use super::{Expectation, When};
use reports::metrics::Metric;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::World;
use std::sync::Arc;

/// The expectations of a scenario, read and ready.
#[derive(Clone, Debug, Default)]
pub struct Invariants(Arc<[Expectation]>);

/// The expectations during one run.
#[derive(Clone, Debug)]
pub struct Watch {
    list: Arc<[Expectation]>,
    states: Vec<State>,
    answers: Answers,
    /// When the last round began that was checked.
    checked: Option<SimTime>,
}

/// How an expectation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// It is to be checked: at this time, if it has times of its own.
    Pending { at: SimTime, found: String },
    /// It is settled, or only the end counts.
    Settled,
}

/// What is left to say when a run is over.
#[derive(Clone, Debug)]
pub struct Conclusion {
    list: Arc<[Expectation]>,
    violations: Vec<Violation>,
    /// What was found for the operands of the expectations at the end.
    ending: Vec<(usize, Vec<Found>)>,
    end: SimTime,
}

/// The shortest time there is: an instant is over when this much has passed.
const INSTANT: SimDuration = SimDuration::from_nanos(1);

impl Invariants {
    /// Expectations in the order of the file.
    pub fn new(list: Vec<Expectation>) -> Invariants {
        Invariants(list.into())
    }

    /// The expectations.
    pub fn list(&self) -> &[Expectation] {
        &self.0
    }

    /// Begins to watch a run.
    pub fn watch(&self) -> Watch {
        let state = |expectation: &Expectation| match expectation.when {
            When::AtTheEnd => State::Settled,
            _ => State::Pending { at: expectation.from, found: String::new() },
        };
        Watch {
            list: self.0.clone(),
            states: self.0.iter().map(state).collect(),
            answers: Answers::default(),
            checked: None,
        }
    }
}

impl Watch {
    /// Until when to run before the next check; none if nothing is to be checked before the end.
    pub fn next(&self, world: &World) -> Option<SimTime> {
        let times = self.pending().flat_map(|(expectation, at)| {
            let regular = match expectation.every {
                Some(_) => Some(at),
                None => world.next_round().map(|round| round.max(at)),
            };
            // What has to have held by then is looked at then, too.
            regular.into_iter().chain(expectation.deadline())
        });
        times.min().map(|time| time + INSTANT).filter(|time| *time <= world.end())
    }

    /// Whether anything has to be checked after every round.
    pub fn checks_every_round(&self) -> bool {
        self.pending().any(|(expectation, _)| expectation.every.is_none())
    }

    fn pending(&self) -> impl Iterator<Item = (&Expectation, SimTime)> {
        self.list.iter().zip(&self.states).filter_map(|(expectation, state)| match state {
            State::Pending { at, .. } => Some((expectation, *at)),
            State::Settled => None,
        })
    }

    /// Checks what is due, and tells what does not hold; each is told once.
    pub fn check(&mut self, world: &mut World) -> Vec<Violation> {
        let now = moment(world);
        let round = world.last_round().map(|round| round.began);
        let new_round = round > self.checked;
        self.checked = round;
        self.catch_up(world);
        let list = self.list.clone();
        let mut violations = Vec::new();
        for (index, expectation) in list.iter().enumerate() {
            let State::Pending { at, found } = &mut self.states[index] else { continue };
            let due = match expectation.every {
                Some(_) => *at <= now,
                None => new_round && round >= Some(expectation.from),
            };
            if due || expectation.deadline().is_some_and(|deadline| deadline <= now) {
                let earlier = std::mem::take(found);
                let state = self.step(index, expectation, earlier, world, &mut violations);
                self.states[index] = state;
            }
        }
        violations
    }

    /// Checks one expectation.
    fn step(
        &self,
        index: usize,
        expectation: &Expectation,
        earlier: String,
        world: &mut World,
        violations: &mut Vec<Violation>,
    ) -> State {
        let now = moment(world);
        let again = |found| State::Pending { at: expectation.after(now), found };
        if expectation.deadline().is_some_and(|deadline| now > deadline) {
            violations.push(Violation::at(index, expectation, now, world, earlier));
            return State::Settled;
        }
        let operands = expectation.find(world, &self.answers);
        let broken = expectation.verdict(&operands, &[]);
        match (expectation.when, broken) {
            (When::Always, Err(broken)) if broken.undecided => again(String::new()),
            (When::Always, Err(broken)) => {
                violations.push(Violation::at(index, expectation, now, world, broken.found));
                State::Settled
            }
            (When::Eventually(_), Ok(())) => State::Settled,
            (_, Err(broken)) if expectation.deadline() == Some(now) => {
                violations.push(Violation::at(index, expectation, now, world, broken.found));
                State::Settled
            }
            (_, Err(broken)) => again(broken.found),
            (_, Ok(())) => again(String::new()),
        }
    }

    fn catch_up(&mut self, world: &World) {
        if self.list.iter().any(Expectation::counts_answers) {
            self.answers.catch_up(world);
        }
    }

    /// Checks what has to hold at the end or should have held by now, as far as the world tells.
    pub fn conclude(mut self, world: &mut World) -> Conclusion {
        self.catch_up(world);
        let end = world.reached();
        let mut conclusion =
            Conclusion { list: self.list.clone(), violations: Vec::new(), ending: Vec::new(), end };
        for (index, expectation) in self.list.iter().enumerate() {
            match (&expectation.when, &self.states[index]) {
                (When::AtTheEnd, _) => {
                    let operands = expectation.find(world, &self.answers);
                    conclusion.ending.push((index, operands));
                }
                (When::Eventually(_), State::Pending { .. }) => {
                    let operands = expectation.find(world, &self.answers);
                    if let Err(broken) = expectation.verdict(&operands, &[]) {
                        let violation = Violation::at(index, expectation, end, world, broken.found);
                        conclusion.violations.push(violation);
                    }
                }
                _ => {}
            }
        }
        conclusion
    }
}

/// The last instant that a world has behind it.
fn moment(world: &World) -> SimTime {
    SimTime::from_nanos(world.reached().as_nanos().saturating_sub(1))
}

impl Conclusion {
    /// What does not hold at the end, now that the run is measured too.
    pub fn with(self, metrics: &[Metric]) -> Vec<Violation> {
        let mut violations = self.violations;
        for (index, mut operands) in self.ending {
            let expectation = &self.list[index];
            expectation.measure(metrics, &mut operands);
            if let Err(broken) = expectation.verdict(&operands, metrics) {
                violations.push(Violation::at_the_end(index, expectation, self.end, broken.found));
            }
        }
        violations.sort_by_key(|violation| violation.index);
        violations
    }
}

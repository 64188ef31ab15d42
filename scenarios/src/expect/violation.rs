//! An expectation that did not hold.

use super::{Expectation, When};
use sim_core::look::RoundLook;
use sim_core::time::SimTime;
use sim_core::world::World;
use std::fmt;

/// An expectation that did not hold, and what was found instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which, in the order of the scenario.
    pub index: usize,
    /// The expectation as written.
    pub expectation: String,
    /// When it should have held.
    pub when: When,
    /// When that was found.
    pub time: SimTime,
    /// The round after which it was found, if not at the end.
    pub round: Option<RoundLook>,
    /// The values of what it speaks of.
    pub found: String,
}

impl Violation {
    pub(super) fn at(
        index: usize,
        expectation: &Expectation,
        time: SimTime,
        world: &World,
        found: String,
    ) -> Violation {
        let round = world.last_round();
        Violation { round, ..Violation::at_the_end(index, expectation, time, found) }
    }

    pub(super) fn at_the_end(
        index: usize,
        expectation: &Expectation,
        time: SimTime,
        found: String,
    ) -> Violation {
        let (text, when) = (expectation.text().to_owned(), expectation.when);
        Violation { index, expectation: text, when, time, round: None, found }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expectation)?;
        if self.when != When::AtTheEnd {
            write!(f, " {}", self.when)?;
        }
        if !self.found.is_empty() {
            write!(f, ", found {}", self.found)?;
        }
        match &self.round {
            Some(RoundLook { subnet, height, .. }) => {
                write!(f, " at {}, after round {height} of `{subnet}`", self.time)
            }
            None => Ok(()),
        }
    }
}

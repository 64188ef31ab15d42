//! Expectations: what has to hold in a run, such as `latency.p99 < 2s` or `query.bank.total() == 1000`.
//!
//! | module | what it is |
//! |---|---|
//! | [`parse`] | text to a tree; `token` finds the words |
//! | [`value`], [`evaluate`] | what the tree comes to, given values for what it speaks of |
//! | [`live`], `answers` | those values, found in a world between two rounds |
//! | [`when`] | when it has to hold |
//! | [`invariants`] | all expectations of a scenario over one run |
//! | [`run`] | a run that is watched |
//! | [`violation`] | what is said of one that does not hold |

pub(crate) mod answers;
pub mod evaluate;
pub mod invariants;
pub mod live;
pub mod parse;
pub mod run;
mod token;
pub mod value;
pub mod violation;
pub mod when;

pub use invariants::{Conclusion, Invariants, Watch};
pub use parse::ParseError;
pub use violation::Violation;
pub use when::When;

use answers::Answers;
use evaluate::{Found, Unknown, conjuncts, needs, truth};
use live::Source;
use parse::Node;
use reports::metrics::Metric;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::World;
use std::sync::Arc;
use value::Value;

/// An expectation whose every name is settled.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// As it was written.
    pub text: Arc<str>,
    /// When it has to hold.
    pub when: When,
    /// How often it is checked; after every round of any subnet if not given.
    pub every: Option<SimDuration>,
    /// From when on.
    pub from: SimTime,
    /// What has to be true.
    pub root: Node,
    /// What it speaks of: as written, and what that is.
    pub operands: Vec<(String, Source)>,
}

/// Why an expectation does not hold.
struct Broken {
    /// The values of what it speaks of.
    found: String,
    /// It is not known whether it holds: a canister does not answer at present.
    undecided: bool,
}

impl Expectation {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn counts_answers(&self) -> bool {
        self.operands.iter().any(|(_, source)| source.counts_answers())
    }

    /// The first time after `now` at which it is checked, if it has times of its own.
    fn after(&self, now: SimTime) -> SimTime {
        let Some(every) = self.every.filter(|every| *every > SimDuration::ZERO) else { return now };
        let since = now.since(self.from).as_nanos();
        let times = since / every.as_nanos() + 1;
        self.from + SimDuration::from_nanos(every.as_nanos().saturating_mul(times))
    }

    /// By when it has to have held.
    fn deadline(&self) -> Option<SimTime> {
        match self.when {
            When::Eventually(Some(within)) => Some(self.from + within),
            _ => None,
        }
    }

    /// What is found for its operands in a world.
    fn find(&self, world: &mut World, answers: &Answers) -> Vec<Found> {
        self.operands.iter().map(|(_, source)| source.find(world, answers)).collect()
    }

    /// Fills in the operands that are metrics.
    fn measure(&self, metrics: &[Metric], found: &mut [Found]) {
        for ((_, source), found) in self.operands.iter().zip(found) {
            if let Source::Metric(name) = source {
                let metric = metrics.iter().find(|metric| metric.name == *name);
                let value = metric.and_then(|metric| metric.value).map(Value::int);
                *found = value.ok_or_else(|| Unknown::Nothing("none".to_owned()));
            }
        }
    }

    /// Whether it holds; of several comparisons joined by `and` the first that does not is told.
    fn verdict(&self, operands: &[Found], metrics: &[Metric]) -> Result<(), Broken> {
        let broken = |part: &&Node| truth(part, operands) != Ok(true);
        let parts = conjuncts(&self.root);
        let fails =
            |part: &&&Node| !matches!(truth(part, operands), Ok(true) | Err(Unknown::Silent(_)));
        // What is known to be wrong counts for more than what is not known.
        let first = parts.iter().find(fails).or_else(|| parts.iter().find(|part| broken(part)));
        let Some(first) = first else { return Ok(()) };
        let result = truth(first, operands);
        let undecided = matches!(result, Err(Unknown::Silent(_)));
        Err(Broken { found: self.shown(first, operands, metrics), undecided })
    }

    /// What was found for the operands of a part.
    fn shown(&self, part: &Node, operands: &[Found], metrics: &[Metric]) -> String {
        let mut shown: Vec<String> = Vec::new();
        for index in needs(part) {
            let (text, source) = &self.operands[index];
            let value = match &operands[index] {
                Ok(value) => format!("{value} {}", source.unit(metrics)),
                Err(Unknown::Nothing(why) | Unknown::Silent(why)) => why.clone(),
            };
            let text = format!("{text} = {}", value.trim_end());
            if !shown.contains(&text) {
                shown.push(text);
            }
        }
        shown.join(", ")
    }
}

#[cfg(test)]
mod tests;

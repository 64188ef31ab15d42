//! Searching, shrinking and writing down, in order.

use super::failure::{Failure, scenario_hash};
use super::names::HeldEntry;
use super::search::{Outcome, Search, digest};
use super::shrink::{Shrunk, shrink};
use super::trial::Trials;
use crate::scenario::Scenario;
use crate::source::Source;

/// A failure that was found and made small.
pub struct Caught {
    /// As it is written down.
    pub failure: Failure,
    /// How it was made small.
    pub shrunk: Shrunk,
}

/// Makes what a search found small.
pub fn catch(
    source: &Source,
    scenario: &Scenario,
    set: &[String],
    search: &Search<'_>,
    outcome: &Outcome,
) -> Option<Caught> {
    let found = outcome.found.as_ref()?;
    let mut trials = Trials {
        scenario,
        reduction: search.trials.reduction.clone(),
        settle: search.trials.settle,
    };
    let shrunk = shrink(&mut trials, found);
    let trial = trials.replay(found.seed, &shrunk.held);
    let violation = trial
        .violations
        .iter()
        .find(|violation| violation.same_as(&found.violation))
        .unwrap_or(&found.violation)
        .clone();
    let failure = Failure {
        what: violation.to_string(),
        scenario: source.path.display().to_string(),
        scenario_hash: scenario_hash(source, scenario),
        set: set.to_vec(),
        seed: found.seed,
        strategy: found.strategy.map(|strategy| strategy.to_string()),
        violation,
        settle: trials.settle,
        reduced: shrunk.reduction.clone(),
        held: shrunk.held.iter().map(|held| HeldEntry::of(held, scenario)).collect(),
        digest: digest(&trial).map(|digest| digest.to_string()).unwrap_or_default(),
    };
    Some(Caught { failure, shrunk })
}

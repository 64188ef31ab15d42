//! Where the history of a failure parts from the nearest one that goes well.

use super::failure::Failure;
use super::trial::{Trial, Trials};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{EntryKind, Event, Record};
use sim_core::time::SimTime;

/// The nearest history that goes well: one of the held messages is not held, and of these histories it
/// parts last.
pub struct Nearest {
    /// What happened.
    pub history: History,
    /// Which of the held messages is not held.
    pub left_out: usize,
    /// Where it parts.
    pub parting: Parting,
}

impl Nearest {
    /// Looks for it; there is none if nothing is held, or if what is held does not matter.
    pub fn of(
        failure: &Failure,
        trials: &Trials<'_>,
        trial: &Trial,
        history: &History,
    ) -> Option<Nearest> {
        let without = |left_out: usize| {
            let mut held = trial.held.clone();
            held.remove(left_out);
            let other = trials.replay(failure.seed, &held);
            let passing = if other.shows(&failure.violation) { None } else { other.history }?;
            let parting = Parting::of(history, &passing)?;
            Some(Nearest { history: passing, left_out, parting })
        };
        (0..trial.held.len()).filter_map(without).max_by_key(|nearest| nearest.parting.time)
    }
}

/// The first canister that executes something else in one history than in another.
pub struct Parting {
    /// The canister.
    pub canister: CanisterId,
    /// Executions that are alike.
    pub before: usize,
    /// When the next one is, in the first history.
    pub time: SimTime,
}

impl Parting {
    /// Where two histories part, if they do; the earliest place by the first.
    pub fn of(wrong: &History, well: &History) -> Option<Parting> {
        let canisters = wrong.canisters();
        let partings = canisters.filter_map(|canister| {
            let canister = canister.id;
            let (a, b) = (executions(wrong, canister), executions(well, canister));
            let alike = |(a, b): &(&Record, &Record)| what(a) == what(b);
            let before = a.iter().copied().zip(b.iter().copied()).take_while(alike).count();
            let differs = before < a.len() || before < b.len();
            let time = a.get(before).map_or(SimTime::MAX, |record| record.time);
            differs.then_some(Parting { canister, before, time })
        });
        partings.min_by_key(|parting| parting.time)
    }

    /// What the canister executes then in one of the two, if anything.
    pub fn at<'a>(&self, history: &'a History) -> Option<&'a Record> {
        executions(history, self.canister).get(self.before).copied()
    }
}

impl Parting {
    /// The message that is executed then in a history, if it is one.
    pub fn message(&self, history: &History) -> Option<MessageId> {
        what(self.at(history)?)?.0
    }
}

fn executions(history: &History, of: CanisterId) -> Vec<&Record> {
    let records = history.records();
    let here = |record: &&Record| matches!(record.event, Event::Executed { canister, .. } if canister == of);
    records.filter(here).collect()
}

/// What was executed and how it ended, whenever that was.
fn what(record: &Record) -> Option<(Option<MessageId>, EntryKind, bool)> {
    match &record.event {
        Event::Executed { message, entry, failure, .. } => {
            Some((*message, *entry, failure.is_some()))
        }
        _ => None,
    }
}

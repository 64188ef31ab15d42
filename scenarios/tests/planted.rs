//! Fifteen bugs of asynchronous canisters are planted, and have to be found; their remedies have to
//! survive. `docs/exploring.md` has the table that goes with it; `icsim explore` with ten thousand runs
//! is how it is made.

use scenarios::explore::hunt::{self, Caught};
use scenarios::explore::search::{Outcome, Search};
use scenarios::explore::strategy::Strategy;
use scenarios::explore::trial::Trials;
use scenarios::resolve::load_changed;
use scenarios::run::engine;
use scenarios::scenario::Scenario;
use scenarios::source::Source;
use std::path::PathBuf;

/// Held messages that a person still understands.
const MOST_HELD: usize = 4;

struct Planted {
    /// The scenario, and the stem of the modules' names.
    name: &'static str,
    /// The canisters that have the bug.
    canisters: &'static [&'static str],
    /// The portfolio finds it within so many runs.
    within: u64,
    /// So many runs do not break the remedy.
    survives: u64,
}

const fn planted(name: &'static str, within: u64) -> Planted {
    Planted { name, canisters: &["shop"], within, survives: 100 }
}

const PLANTED: [Planted; 15] = [
    planted("toctou", 20),
    planted("reentrancy", 40),
    planted("callback-trap", 20),
    planted("leaked-lock", 80),
    planted("non-atomic", 80),
    Planted { canisters: &["shop", "till"], ..planted("reject-retry", 20) },
    planted("lost-refund", 20),
    planted("response-order", 400),
    // Ninety calls for each of eight messages: its runs are long.
    Planted { survives: 20, ..planted("full-queue", 20) },
    Planted { canisters: &["till"], ..planted("stopping", 20) },
    planted("cycle-drain", 20),
    planted("late-answer", 60),
    planted("timer", 20),
    planted("instruction-limit", 20),
    planted("cross-subnet", 20),
];

impl Planted {
    fn source(&self) -> Source {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("canisters/bugs");
        Source::read(&folder.join(format!("{}.toml", self.name))).expect("the scenario is there")
    }

    fn scenario(&self, source: &mut Source, fixed: bool) -> Scenario {
        let change = |canister: &&str| {
            let text = format!("canister.{canister}.wasm={}-fixed.wasm", self.name);
            scenarios::document::change::Change::read(&text, source).expect("a change")
        };
        let changes: Vec<_> = match fixed {
            true => self.canisters.iter().map(change).collect(),
            false => Vec::new(),
        };
        load_changed(source, &changes, None, &engine::runtime).expect("the scenario is valid")
    }
}

fn search<'a>(trials: &'a Trials<'a>, runs: u64) -> Search<'a> {
    Search {
        trials,
        seed: 0,
        strategies: &Strategy::ALL,
        workers: 1,
        runs,
        fork: None,
        known: None,
        check_determinism: false,
    }
}

fn found(planted: &Planted) -> (Outcome, Option<Caught>) {
    let mut source = planted.source();
    let scenario = planted.scenario(&mut source, false);
    let trials = Trials::of(&scenario);
    let search = search(&trials, planted.within);
    let outcome = search.run(&mut |_| true);
    let caught = hunt::catch(&source, &scenario, &[], &search, &outcome);
    (outcome, caught)
}

fn is_found_and_made_small(planted: &Planted) {
    let name = planted.name;
    let (outcome, caught) = found(planted);
    let caught = caught.unwrap_or_else(|| panic!("{name}: not found in {} runs", outcome.runs));
    assert_ne!(outcome.found.map(|found| found.run), Some(0), "{name}: no matter of order");
    let held = caught.shrunk.held.len();
    assert!(caught.shrunk.reproduced && (1..=MOST_HELD).contains(&held), "{name}: {held} held");
    // What was written down says all that is needed.
    let scenario = planted.scenario(&mut planted.source(), false);
    let trials = caught.failure.trials(&scenario);
    let held = caught.failure.held(&scenario).expect("the canisters are there");
    let again = trials.replay(caught.failure.seed, &held);
    assert!(again.shows(&caught.failure.violation), "{name}");
    let digest = again.history.map(|history| history.digest.to_string());
    assert_eq!(digest, Some(caught.failure.digest), "{name}: bit for bit");
}

fn remedy_survives(planted: &Planted) {
    let scenario = planted.scenario(&mut planted.source(), true);
    let trials = Trials::of(&scenario);
    let outcome = search(&trials, planted.survives).run(&mut |_| true);
    assert_eq!(outcome.found, None, "{}", planted.name);
}

#[test]
fn every_planted_bug_is_found_and_made_small() {
    PLANTED.iter().for_each(is_found_and_made_small);
}

#[test]
fn every_remedy_survives() {
    PLANTED.iter().for_each(remedy_survives);
}

#[test]
fn what_is_found_does_not_depend_on_how_many_search() {
    let planted = &PLANTED[0];
    let scenario = planted.scenario(&mut planted.source(), false);
    let trials = Trials::of(&scenario);
    let with = |workers| Search { workers, ..search(&trials, 100) }.run(&mut |_| true).found;
    assert!(with(1).is_some());
    assert_eq!(with(1), with(2));
}

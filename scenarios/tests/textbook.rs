//! The model answers a textbook: one canister with Poisson arrivals and a known service time waits as long,
//! and is as busy, as the formulas for M/D/1 and M/M/1 say.

use reports::messages;
use reports::names::Names;
use reports::statistics::{Estimate, batch};
use scenarios::document::change::Change;
use scenarios::resolve;
use scenarios::run::engine;
use scenarios::source::Source;
use sim_core::history::History;
use sim_core::world::{Continue, RunOptions, World};
use std::path::Path;

/// The queue of the library with changes.
fn run(changes: &[&str]) -> History {
    let mut source = Source::read(Path::new("library/queue.toml")).expect("is there");
    let changes: Vec<Change> = changes
        .iter()
        .map(|change| Change::read(change, &mut source).expect("is a change"))
        .collect();
    let scenario = resolve::load_changed(&source, &changes, None, &engine::runtime);
    let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
    let world = World::new(scenario.world(7, None)).expect("is set up");
    let mut go_on = |_| Continue::Yes;
    world.run(RunOptions { threads: 1, progress: &mut go_on }).expect("runs to its end")
}

/// Seconds each message waited for its execution, in their order, by batch means.
fn waits(history: &History) -> Estimate {
    let names = Names::new(history);
    let waits: Vec<f64> = messages::join(history, &names)
        .iter()
        .filter_map(|message| Some(message.executed?.since(message.sent).as_secs_f64()))
        .collect();
    batch::means(&waits, batch::BATCHES).expect("enough messages")
}

/// The share of the time in which the server worked.
fn utilisation(history: &History) -> f64 {
    let instructions: u64 = history.subnets[0].canisters.iter().map(|c| c.instructions.get()).sum();
    let seconds = instructions as f64 / 2e9;
    seconds / history.duration.as_secs_f64()
}

fn assert_waits(history: &History, expected: f64) {
    let estimate = waits(history);
    let interval = estimate.interval.expect("twenty batches");
    assert!(interval.contains(expected), "{expected} s expected, {estimate:?} found");
    let width = (interval.high - interval.low) / 2.0;
    assert!(width < expected / 2.0, "an interval of {width} s says little about {expected} s");
}

/// M/D/1 at half load: W = rho * s / (2 * (1 - rho)) = 0.25 s (Pollaczek and Khinchine).
#[test]
fn fixed_service_waits_as_m_d_1() {
    let history = run(&["duration=8000s"]);
    assert!((utilisation(&history) - 0.5).abs() < 0.05, "{}", utilisation(&history));
    assert_waits(&history, 0.25);
}

/// M/M/1 at half load: W = rho * s / (1 - rho) = 0.5 s, twice as long.
#[test]
fn exponential_service_waits_as_m_m_1() {
    let service =
        "canister.server.model.method.serve.instructions={ kind = \"exponential\", mean = \"1B\" }";
    let history = run(&["duration=8000s", service]);
    assert!((utilisation(&history) - 0.5).abs() < 0.05, "{}", utilisation(&history));
    assert_waits(&history, 0.5);
}

/// Message by message: each waits as long as Lindley's recursion says (Proceedings of the Cambridge
/// Philosophical Society 48, 1952), and beyond it for a block at most.
#[test]
fn every_message_waits_as_lindley_says() {
    let history = run(&["duration=500s"]);
    let names = Names::new(&history);
    let block = 10_000_000;
    let (mut before, mut wait) = (None, 0u64);
    let mut compared = 0;
    for message in messages::join(&history, &names) {
        let Some(executed) = message.executed else { continue };
        let sent = message.sent.as_nanos();
        let gap = before.map_or(u64::MAX, |before| sent - before);
        wait = (wait + 500_000_000).saturating_sub(gap);
        let found = executed.since(message.sent).as_nanos();
        assert!((wait..=wait + block).contains(&found), "{found} ns instead of {wait} ns");
        before = Some(sent);
        compared += 1;
    }
    assert!(compared > 400, "{compared}");
}

/// It is checked of every run; here it is seen to speak of something.
#[test]
fn littles_law_holds_to_the_nanosecond() {
    let history = run(&["duration=300s"]);
    let names = Names::new(&history);
    let messages = messages::join(&history, &names);
    assert!(messages.len() > 200);
    assert_eq!(reports::littles_law::check(&history, &messages), Ok(()));
    let others = &messages[1..];
    assert!(reports::littles_law::check(&history, others).is_err(), "a message is missing");
}

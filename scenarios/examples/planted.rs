//! Measures how well the planted bugs are found: the table of `docs/exploring.md`.
//!
//! ```text
//! cargo run --release -p scenarios --example planted             the table
//! cargo run --release -p scenarios --example planted -- survive  ten thousand runs of each remedy
//! ```

#[allow(dead_code, reason = "the test has bounds that are of no interest here")]
#[path = "../tests/planted/classes.rs"]
mod classes;

use classes::{PLANTED, Planted};
use rayon::prelude::*;
use scenarios::explore::hunt;
use scenarios::explore::search::Search;
use scenarios::explore::strategy::Strategy;
use scenarios::explore::trial::Trials;
use scenarios::scenario::Scenario;

/// Searches for each class and strategy, each from a seed of its own.
const SEARCHES: u64 = 20;
/// A search gives up after so many runs.
const MOST_RUNS: u64 = 1_000;
const SURVIVED: u64 = 10_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("survive") => PLANTED.par_iter().for_each(survive),
        _ => {
            let names: Vec<_> = Strategy::ALL.iter().map(|s| format!("{s:>8}")).collect();
            println!(
                "{:<18} {}  {:>8} {:>5} {:>8}",
                "class",
                names.join(" "),
                "mix",
                "held",
                "replays"
            );
            let rows: Vec<String> = PLANTED.par_iter().map(row).collect();
            rows.iter().for_each(|row| println!("{row}"));
        }
    }
}

fn search<'a>(
    trials: &'a Trials<'a>,
    seed: u64,
    strategies: &'a [Strategy],
    runs: u64,
) -> Search<'a> {
    let (workers, check_determinism) = (1, false);
    Search { trials, seed, strategies, workers, runs, fork: None, known: None, check_determinism }
}

fn row(planted: &Planted) -> String {
    let scenario = planted.scenario(&mut planted.source(), false);
    let trials = Trials::of(&scenario);
    let each = Strategy::ALL.iter().map(|strategy| mean(&trials, &[*strategy]));
    let each: Vec<_> = each.map(|mean| format!("{mean:>8}")).collect();
    let mix = mean(&trials, &Strategy::ALL);
    let (held, replays) = size(planted, &scenario, &trials);
    format!("{:<18} {}  {mix:>8} {held:>5.1} {replays:>8.0}", planted.name, each.join(" "))
}

/// The mean number of runs until the bug is found; `>` if some searches gave up, `-` if all did.
fn mean(trials: &Trials<'_>, strategies: &[Strategy]) -> String {
    let runs = |seed| {
        let outcome = search(trials, seed, strategies, MOST_RUNS + 1).run(&mut |_| true);
        (outcome.runs - 1, outcome.found.is_some_and(|found| found.run > 0))
    };
    let all: Vec<(u64, bool)> = (0..SEARCHES).map(runs).collect();
    let found = all.iter().filter(|(_, found)| *found).count() as u64;
    let total: u64 = all.iter().map(|(runs, _)| runs).sum();
    match found {
        0 => "-".to_owned(),
        SEARCHES => format!("{:.1}", total as f64 / SEARCHES as f64),
        // As for trials with a constant chance: all runs by all hits.
        some => format!(">{:.0}", total as f64 / some as f64),
    }
}

/// Held messages after shrinking, and the runs that took, on average.
fn size(planted: &Planted, scenario: &Scenario, trials: &Trials<'_>) -> (f64, f64) {
    let source = planted.source();
    let caught: Vec<_> = (0..SEARCHES)
        .filter_map(|seed| {
            let search = search(trials, seed, &Strategy::ALL, MOST_RUNS);
            let outcome = search.run(&mut |_| true);
            hunt::catch(&source, scenario, &[], &search, &outcome)
        })
        .collect();
    let count = caught.len().max(1) as f64;
    let held: usize = caught.iter().map(|caught| caught.shrunk.held.len()).sum();
    let replays: u64 = caught.iter().map(|caught| caught.shrunk.replays).sum();
    (held as f64 / count, replays as f64 / count)
}

fn survive(planted: &Planted) {
    let scenario = planted.scenario(&mut planted.source(), true);
    let trials = Trials::of(&scenario);
    let outcome = search(&trials, 0, &Strategy::ALL, SURVIVED).run(&mut |_| true);
    let (runs, orders) = (outcome.runs, outcome.coverage.distinct());
    match outcome.found {
        None => println!("{}: survives {runs} runs, {orders} different orders", planted.name),
        Some(found) => println!("{}: run {} {}", planted.name, found.run, found.violation),
    }
}

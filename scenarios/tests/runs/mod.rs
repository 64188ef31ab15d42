//! Scenarios that are run within a test, and what came of them.

#![allow(dead_code, reason = "each test binary uses its own part")]

use reports::metrics::Metric;
use scenarios::expect::Violation;
use scenarios::expect::run::run;
use scenarios::resolve::{self, LoadError};
use scenarios::run::engine;
use scenarios::scenario::Scenario;
use scenarios::source::Source;
use sim_core::history::History;
use sim_core::world::{Continue, RunOptions, World};

/// What a text resolves to; its paths are relative to the library.
pub fn load(text: &str) -> Result<Scenario, String> {
    let path = "library/test.toml".into();
    let source = Source { path, text: text.to_owned(), ..Source::default() };
    resolve::load(&source, None, &engine::runtime).map_err(|error| match error {
        LoadError::Refused(refusal) => refusal.to_string(),
        LoadError::Runtime(broken) => broken.to_string(),
    })
}

/// Checks that a text is refused, and that this is said of it, on however many lines.
pub fn assert_refused(text: &str, said: &str) {
    let refusal = load(text).err().unwrap_or_else(|| panic!("this is valid: {text}"));
    let unfolded = refusal.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unfolded.contains(said), "expected `{said}` in: {refusal}");
}

/// A finished run.
pub struct Outcome {
    pub history: History,
    pub digest: String,
    pub metrics: Vec<Metric>,
    pub violations: Vec<Violation>,
}

impl Outcome {
    /// A metric.
    pub fn number(&self, name: &str) -> u128 {
        let metric = self.metrics.iter().find(|metric| metric.name == name).expect(name);
        metric.value.expect(name)
    }

    /// A metric that is a time.
    pub fn millis(&self, name: &str) -> u128 {
        self.number(name) / 1_000_000
    }
}

/// Runs a text from a seed.
pub fn outcome(text: &str, seed: u64, threads: usize) -> Outcome {
    let scenario = load(text).unwrap_or_else(|refusal| panic!("{refusal}"));
    let world = World::new(scenario.world(seed, None)).expect("sets up");
    let options = RunOptions { threads, progress: &mut |_| Continue::Yes };
    let watched = run(world, &scenario.invariants, options).expect("runs");
    let metrics = reports::metrics::of(&watched.history, scenario.warm_up).expect("measures");
    let history = watched.history.clone();
    let digest = history.digest.to_string();
    Outcome { history, digest, violations: watched.violations(&metrics), metrics }
}

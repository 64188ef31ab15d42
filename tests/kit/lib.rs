//! The small test kit that cross-crate tests share: where things are, and how to run a scenario.

use scenarios::resolve;
use scenarios::run::engine;
use scenarios::source::Source;
use sim_core::history::History;
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunOptions, World};
use std::path::{Path, PathBuf};

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One way to run a library scenario.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// File name in `scenarios/library/`, without extension.
    pub scenario: &'static str,
    /// The seed.
    pub seed: u64,
    /// The second seed.
    pub tie_seed: Option<u64>,
    /// Threads of the host.
    pub threads: usize,
    /// Instead of the scenario's own duration.
    pub duration: Option<SimDuration>,
}

impl Run {
    /// `scenario` from `seed` on one thread, at its own length.
    pub fn of(scenario: &'static str, seed: u64) -> Run {
        Run { scenario, seed, tie_seed: None, threads: 1, duration: None }
    }

    /// The same on `threads` threads.
    pub fn on(self, threads: usize) -> Run {
        Run { threads, ..self }
    }

    /// The same for another simulated time.
    pub fn lasting(self, duration: SimDuration) -> Run {
        Run { duration: Some(duration), ..self }
    }

    /// Where the scenario file is.
    pub fn path(&self) -> PathBuf {
        root().join("scenarios/library").join(self.scenario).with_extension("toml")
    }

    /// Runs it.
    ///
    /// # Panics
    /// If the scenario cannot be run: a library scenario always can.
    pub fn history(self) -> History {
        let source = Source::read(&self.path()).expect("the scenario exists");
        let scenario = resolve::load(&source, self.duration, &engine::runtime)
            .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let world = World::new(scenario.world(self.seed, self.tie_seed)).expect("is set up");
        let mut go_on = |_| Continue::Yes;
        let options = RunOptions { threads: self.threads, progress: &mut go_on };
        world.run(options).expect("runs to its end")
    }
}

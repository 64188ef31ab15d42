//! The small test kit that cross-crate tests share: where things are, and how to run a scenario.

use reports::metrics;
use scenarios::document::change::Change;
use scenarios::expect::{self, Violation};
use scenarios::resolve;
use scenarios::run::engine;
use scenarios::scenario::Scenario;
use scenarios::source::Source;
use sim_core::history::History;
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunOptions, World};
use std::path::{Path, PathBuf};

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The names of all library scenarios.
pub fn library() -> Vec<String> {
    let folder = root().join("scenarios/library");
    let entries = std::fs::read_dir(folder).expect("the library is there");
    let path = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").path();
    let mut names: Vec<String> = entries
        .map(path)
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

/// One way to run a library scenario.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// File name in `scenarios/library/`, without extension.
    pub scenario: &'a str,
    /// The seed.
    pub seed: u64,
    /// The second seed.
    pub tie_seed: Option<u64>,
    /// Threads of the host.
    pub threads: usize,
    /// Instead of the scenario's own duration.
    pub duration: Option<SimDuration>,
    /// What is different from the scenario, as `--set` takes it.
    pub changes: &'a [String],
}

impl<'a> Run<'a> {
    /// `scenario` from `seed` on one thread, at its own length.
    pub fn of(scenario: &'a str, seed: u64) -> Self {
        Run { scenario, seed, tie_seed: None, threads: 1, duration: None, changes: &[] }
    }

    /// The same on `threads` threads.
    pub fn on(self, threads: usize) -> Self {
        Run { threads, ..self }
    }

    /// The same for another simulated time.
    pub fn lasting(self, duration: SimDuration) -> Self {
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
        let (_, world) = self.set_up();
        let options = RunOptions { threads: self.threads, progress: &mut |_| Continue::Yes };
        world.run(options).expect("runs to its end")
    }

    /// Runs it, and tells which of its expectations do not hold.
    ///
    /// # Panics
    /// Likewise.
    pub fn watched(self) -> (History, Vec<Violation>) {
        let (scenario, world) = self.set_up();
        let options = RunOptions { threads: self.threads, progress: &mut |_| Continue::Yes };
        let watched = expect::run::run(world, &scenario.invariants, options).expect("runs");
        let metrics = metrics::of(&watched.history, scenario.warm_up).expect("is measured");
        watched.into_parts(&metrics)
    }

    fn set_up(&self) -> (Scenario, World) {
        let mut source = Source::read(&self.path()).expect("the scenario exists");
        let mut change = |text: &String| Change::read(text, &mut source).expect("is a change");
        let changes: Vec<Change> = self.changes.iter().map(&mut change).collect();
        let scenario = resolve::load_changed(&source, &changes, self.duration, &engine::runtime)
            .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let world = World::new(scenario.world(self.seed, self.tie_seed)).expect("is set up");
        // However little there is to do, to see that threads change nothing.
        let world = world.spreading_from(0);
        (scenario, world)
    }
}

//! Runs a scenario and leaves its results.

pub mod engine;
pub mod exit;
pub mod interrupt;
pub mod output;
pub mod progress;
pub mod results;
pub mod stored;

use crate::diagnostics::Refusal;
use crate::expect::Violation;
use crate::expect::run::{Watched, run as watch};
use crate::resolve::{BrokenRuntime, LoadError};
use crate::scenario::{Provenance, Scenario};
use crate::setup;
use crate::source::Source;
use interrupt::Interrupt;
use output::{Destination, OutputError};
use progress::Progress;
use reports::littles_law::LittlesLawBroken;
use reports::metrics;
use reports::store::Level;
use sim_core::engine::Spreading;
use sim_core::world::{Continue, ModelFault, RunError, RunOptions, World};

/// What to run and how.
pub struct Job<'a> {
    /// The scenario file, for diagnostics.
    pub source: &'a Source,
    /// What it resolved to.
    pub scenario: &'a Scenario,
    /// Seeds and the command that repeats the run.
    pub provenance: Provenance,
    /// Threads of the host.
    pub threads: usize,
    /// Where results go; `None` for nowhere.
    pub destination: Option<Destination>,
    /// Which records to store; `None` for none.
    pub trace: Option<Level>,
}

/// What a finished run tells its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The summary table.
    pub table: String,
    /// The trace digest in hexadecimal.
    pub digest: String,
    /// What the scenario expected in vain.
    pub violations: Vec<Violation>,
}

/// A run without a result.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The scenario cannot be set up.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The results cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The user asked for it.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// A fault of icsim: the model contradicted itself.
    #[error(transparent)]
    Fault(#[from] ModelFault),
    /// A fault of icsim: the records contradict themselves.
    #[error(transparent)]
    Contradiction(#[from] LittlesLawBroken),
    /// A fault of icsim: no runtime.
    #[error(transparent)]
    Runtime(#[from] BrokenRuntime),
}

impl From<LoadError> for Failed {
    fn from(error: LoadError) -> Failed {
        match error {
            LoadError::Refused(refusal) => Failed::Refused(refusal),
            LoadError::Runtime(broken) => Failed::Runtime(broken),
        }
    }
}

impl Job<'_> {
    /// Runs to the end and writes the results, all of them or none.
    ///
    /// # Errors
    /// The scenario cannot be set up, the run was interrupted or contradicted itself, or its
    /// results cannot be written.
    pub fn run(self, interrupt: &Interrupt, progress: &mut Progress) -> Result<Outcome, Failed> {
        let watched = self.simulate(interrupt, progress)?;
        interrupt.check()?;
        progress.note("writing results");
        let digest = watched.history.digest.to_string();
        let table = results::write(&self, &watched.history, interrupt)?;
        let violations = self.violations(watched)?;
        Ok(Outcome { table, digest, violations })
    }

    fn violations(&self, watched: Watched) -> Result<Vec<Violation>, Failed> {
        if self.scenario.invariants.list().is_empty() {
            return Ok(Vec::new());
        }
        let metrics = metrics::of(&watched.history, self.scenario.warm_up)?;
        Ok(watched.violations(&metrics))
    }

    fn simulate(&self, interrupt: &Interrupt, progress: &mut Progress) -> Result<Watched, Failed> {
        progress.note("setting up");
        let spec = self.scenario.world(self.provenance.seed, self.provenance.tie_seed);
        let world = interrupt.at_once(|| World::new(spec)).map_err(|error| {
            let mistake = setup::mistake(&error, self.scenario);
            Refusal::new(self.source.clone(), vec![mistake])
        })?;
        interrupt.check()?;
        let mut tell = |time| {
            progress.at(time);
            if interrupt.requested() { Continue::Stop } else { Continue::Yes }
        };
        let options = RunOptions { threads: self.threads, progress: &mut tell };
        let watched = watch(world, &self.scenario.invariants, options);
        progress.finish();
        let watched = watched.inspect(|watched| progress.say(&described(watched.spreading)));
        watched.map_err(|error| match error {
            RunError::Interrupted(_) => Failed::Interrupted,
            RunError::Fault(fault) => Failed::Fault(fault),
        })
    }
}

/// Which threads did the work, in words.
fn described(spreading: Spreading) -> String {
    let Spreading { threads, windows, spread, .. } = spreading;
    match spread {
        0 if threads == 1 => format!("ran on one thread, {windows} windows"),
        0 => format!("ran on one thread: {windows} windows have too little work to share out"),
        _ => format!("ran on {threads} threads in {spread} of {windows} windows"),
    }
}

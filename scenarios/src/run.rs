//! Runs a scenario and leaves its results.

pub mod engine;
pub mod exit;
pub mod interrupt;
pub mod output;
pub mod progress;
mod recorder;
pub mod results;
pub mod stored;

use crate::diagnostics::Refusal;
use crate::expect::Violation;
use crate::expect::run::{Watched, run_and_record};
use crate::probe::Recording;
use crate::resolve::{BrokenRuntime, LoadError};
use crate::scenario::{Provenance, Scenario};
use crate::setup;
use crate::source::Source;
use interrupt::Interrupt;
use output::{Destination, OutputError};
use progress::Progress;
use recorder::Recorder;
use reports::littles_law::LittlesLawBroken;
use reports::messages::whole;
use reports::metrics;
use reports::store::Level;
use sim_core::engine::Spreading;
use sim_core::history::History;
use sim_core::world::{Continue, ModelFault, RunError, RunOptions, World};
use tempfile::TempDir;

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

/// What happened in a run.
struct Ran {
    history: History,
    violations: Vec<Violation>,
    recording: Recording,
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
        let world = self.set_up(interrupt, progress)?;
        interrupt.check()?;
        let folder = self.destination.as_ref().map(Destination::begin).transpose()?;
        let path = folder.as_ref().map(TempDir::path);
        let mut recorder = Recorder::begin(&self, &world.outline(), path)?;
        let ran = self.simulate(world, &mut recorder, interrupt, progress);
        let Ran { mut history, violations, recording } = match recorder.failure() {
            Some(error) => return Err(error.into()),
            None => ran?,
        };
        interrupt.check()?;
        progress.note("writing results");
        let made = recorder.finish(&mut history)?;
        let digest = history.digest.to_string();
        let sentences: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let interfaces = self.scenario.interfaces();
        let report = engine::report(&self, &history, &interfaces, &sentences);
        let table = results::write(&self, &report, made, &recording, folder, interrupt)?;
        Ok(Outcome { table, digest, violations })
    }

    fn set_up(&self, interrupt: &Interrupt, progress: &mut Progress) -> Result<World, Failed> {
        progress.note("setting up");
        let spec = self.scenario.world(self.provenance.seed, self.provenance.tie_seed);
        interrupt.at_once(|| World::new(spec)).map_err(|error| {
            let mistake = setup::mistake(&error, self.scenario);
            Refusal::new(self.source.clone(), vec![mistake]).into()
        })
    }

    /// Runs, and hands the records to `recorder`. Answers what did not hold.
    fn simulate(
        &self,
        world: World,
        recorder: &mut Recorder,
        interrupt: &Interrupt,
        progress: &mut Progress,
    ) -> Result<Ran, Failed> {
        let mut tell = |time| {
            progress.at(time);
            if interrupt.requested() { Continue::Stop } else { Continue::Yes }
        };
        let options = RunOptions { threads: self.threads, progress: &mut tell };
        let Scenario { invariants, probes, .. } = self.scenario;
        let ran = match invariants.list().is_empty() && probes.is_empty() {
            true => world
                .run_into(options, recorder)
                .map(|(history, spreading)| (history, spreading, None)),
            false => self.watch(world, options),
        };
        progress.finish();
        let (history, spreading, watched) = ran.map_err(|error| match error {
            RunError::Interrupted(_) => Failed::Interrupted,
            RunError::Fault(fault) => Failed::Fault(fault),
        })?;
        progress.say(&described(spreading));
        let Some(mut watched) = watched else {
            return Ok(Ran { history, violations: Vec::new(), recording: Recording::default() });
        };
        recorder.record(&whole(&watched.history))?;
        let metrics = metrics::of(&watched.history, self.scenario.warm_up)?;
        let recording = std::mem::take(&mut watched.recording);
        let (history, violations) = watched.into_parts(&metrics);
        Ok(Ran { history, violations, recording })
    }

    /// Runs, checks expectations and records probes. Expectations look at records, which are therefore
    /// kept until the end.
    fn watch(
        &self,
        mut world: World,
        options: RunOptions<'_>,
    ) -> Result<(History, Spreading, Option<Watched>), RunError> {
        let outline = world.outline();
        world.keep_contents();
        let Scenario { invariants, probes, .. } = self.scenario;
        let watched = run_and_record(world, invariants, probes, options)?;
        Ok((outline, watched.spreading, Some(watched)))
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

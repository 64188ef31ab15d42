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
use crate::expect::Disappointment;
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
use reports::metrics::{self, Metric};
use reports::reporter::Made;
use reports::store::Level;
use sim_core::history::History;
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
    pub disappointments: Vec<Disappointment>,
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
        let folder = results::begin(self.destination.as_ref())?;
        let mut recorder = Recorder::begin(&self, &world.outline(), folder.path())?;
        let recorded = self.simulate(world, &mut recorder, interrupt, progress);
        let (mut history, metrics) = match recorder.failure() {
            Some(error) => return Err(error.into()),
            None => recorded?,
        };
        interrupt.check()?;
        progress.note("writing results");
        let made = recorder.finish(&mut history)?;
        let digest = history.digest.to_string();
        let disappointments = self.disappointments(&history, &made, metrics);
        let sentences: Vec<String> = disappointments.iter().map(ToString::to_string).collect();
        let interfaces = self.scenario.interfaces();
        let report = engine::report(&self, &history, &interfaces, &sentences);
        let table = results::write(&self, &report, made, folder, interrupt)?;
        Ok(Outcome { table, digest, disappointments })
    }

    /// What was expected in vain. Metrics are those that need the whole run at once, if any do.
    fn disappointments(
        &self,
        history: &History,
        made: &Made,
        metrics: Option<Vec<Metric>>,
    ) -> Vec<Disappointment> {
        if self.scenario.expectations.is_empty() {
            return Vec::new();
        }
        let metrics = metrics.unwrap_or_else(|| {
            let from = self.scenario.warm_up.fixed().unwrap_or_default();
            metrics::of_samples(history, from, &made.analysis.steady)
        });
        self.scenario.disappointments(&metrics)
    }

    fn set_up(&self, interrupt: &Interrupt, progress: &mut Progress) -> Result<World, Failed> {
        progress.note("setting up");
        let spec = self.scenario.world(self.provenance.seed, self.provenance.tie_seed);
        interrupt.at_once(|| World::new(spec)).map_err(|error| {
            let mistake = setup::mistake(&error, self.scenario);
            Refusal::new(self.source.clone(), vec![mistake]).into()
        })
    }

    /// Runs, and hands the records to `recorder`. Where expectations ask for a warm-up that only the
    /// whole run tells, the records are kept until its end, and the metrics come with the history.
    fn simulate(
        &self,
        world: World,
        recorder: &mut Recorder,
        interrupt: &Interrupt,
        progress: &mut Progress,
    ) -> Result<(History, Option<Vec<Metric>>), Failed> {
        let scenario = self.scenario;
        let is_needed_whole =
            !scenario.expectations.is_empty() && scenario.warm_up.fixed().is_none();
        let mut tell = |time| {
            progress.at(time);
            if interrupt.requested() { Continue::Stop } else { Continue::Yes }
        };
        let options = RunOptions { threads: self.threads, progress: &mut tell };
        let history = match is_needed_whole {
            true => world.run(options),
            false => world.run_into(options, recorder),
        };
        progress.finish();
        let history = history.map_err(|error| match error {
            RunError::Interrupted(_) => Failed::Interrupted,
            RunError::Fault(fault) => Failed::Fault(fault),
        })?;
        if !is_needed_whole {
            return Ok((history, None));
        }
        let metrics = metrics::of(&history, scenario.warm_up)?;
        recorder.record(&whole(&history))?;
        Ok((history, Some(metrics)))
    }
}

//! `icsim calibrate`.

use super::arguments::CalibrateArguments;
use super::sweep::changes;
use super::{printed, terminal};
use crate::calibrate::subjects::{NoSubject, subjects};
use crate::calibrate::{calibrate, comparison, replacement};
use crate::diagnostics::Refusal;
use crate::resolve::{self, LoadError};
use crate::run::exit::Exit;
use crate::run::interrupt::Interrupt;
use crate::run::progress::Progress;
use crate::run::{Failed, engine};
use crate::scenario::{Provenance, Scenario};
use crate::setup;
use crate::source::Source;
use reports::littles_law::LittlesLawBroken;
use reports::metrics;
use sim_core::history::History;
use sim_core::world::{Continue, RunError, RunOptions, World};
use std::io::Write;
use std::path::PathBuf;

/// A throughput or a median that changes by more than this share is pointed out.
const ALLOWED: f64 = 0.05;

/// Why nothing was calibrated.
#[derive(Debug, thiserror::Error)]
enum CalibrateError {
    #[error(transparent)]
    Failed(#[from] Failed),
    #[error(transparent)]
    NoSubject(#[from] NoSubject),
    #[error("`{}` exists; choose another file, or replace it with --force", .0.display())]
    Exists(PathBuf),
    #[error("the models cannot be written: {0}")]
    Write(String),
}

impl From<LoadError> for CalibrateError {
    fn from(error: LoadError) -> Self {
        CalibrateError::Failed(error.into())
    }
}

impl From<LittlesLawBroken> for CalibrateError {
    fn from(error: LittlesLawBroken) -> Self {
        CalibrateError::Failed(error.into())
    }
}

/// Fits models to canisters with code, and says how well they stand in for it.
pub(super) fn run(arguments: &CalibrateArguments) -> Exit {
    match finish(arguments) {
        Ok(()) => Exit::Good,
        Err(CalibrateError::Failed(Failed::Refused(refusal))) => {
            eprint!("{}", refusal.render(terminal::look()));
            Exit::WrongInput
        }
        Err(CalibrateError::Failed(Failed::Interrupted)) => {
            eprintln!("icsim: {}", Failed::Interrupted);
            Exit::Interrupted
        }
        Err(CalibrateError::Failed(
            fault @ (Failed::Fault(_) | Failed::Contradiction(_) | Failed::Runtime(_)),
        )) => {
            eprintln!("icsim: a fault of icsim itself: {fault}; again: {}", arguments.repeat());
            Exit::Fault
        }
        Err(error) => {
            eprintln!("icsim: {error}");
            Exit::WrongInput
        }
    }
}

fn finish(arguments: &CalibrateArguments) -> Result<(), CalibrateError> {
    if let Some(path) = arguments.out.as_ref().filter(|path| path.exists() && !arguments.force) {
        return Err(CalibrateError::Exists(path.clone()));
    }
    let mut source = Source::read(&arguments.scenario).map_err(Failed::from)?;
    let set = changes(&arguments.set, &mut source).map_err(Failed::from)?;
    let scenario = resolve::load_changed(&source, &set, arguments.duration, &engine::runtime)?;
    let subjects = subjects(&scenario, &arguments.canisters)?;
    let runner = Runner { arguments, source: &source, interrupt: Interrupt::on_ctrl_c() };
    let history = runner.simulate(&scenario)?;
    let calibrated = calibrate(&scenario, &history, &subjects);
    let replaced = replacement::replaced(&scenario, &calibrated);
    let text = replacement::entries(&replaced, &calibrated, &runner.provenance())
        .map_err(|error| CalibrateError::Write(error.to_string()))?;
    write(arguments, &text)?;
    let before = metrics::of(&history, scenario.warm_up)?;
    drop(history);
    let after = metrics::of(&runner.simulate(&replaced)?, scenario.warm_up)?;
    tell(&comparison::rows(&before, &after, scenario.duration));
    Ok(())
}

/// Runs scenarios from the same seed.
struct Runner<'a> {
    arguments: &'a CalibrateArguments,
    source: &'a Source,
    interrupt: Interrupt,
}

impl Runner<'_> {
    fn simulate(&self, scenario: &Scenario) -> Result<History, Failed> {
        let style = terminal::progress(self.arguments.quiet);
        let mut progress = Progress::new(style, scenario.duration);
        let world = World::new(scenario.world(self.arguments.seed, None)).map_err(|error| {
            Refusal::new(self.source.clone(), vec![setup::mistake(&error, scenario)])
        })?;
        let mut tell = |time| {
            progress.at(time);
            if self.interrupt.requested() { Continue::Stop } else { Continue::Yes }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let history = world.run(RunOptions { threads, progress: &mut tell });
        progress.finish();
        history.map_err(|error| match error {
            RunError::Interrupted(_) => Failed::Interrupted,
            RunError::Fault(fault) => Failed::Fault(fault),
        })
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario_file: self.arguments.scenario.display().to_string(),
            seed: self.arguments.seed,
            tie_seed: None,
            command: self.arguments.repeat(),
        }
    }
}

fn write(arguments: &CalibrateArguments, text: &str) -> Result<(), CalibrateError> {
    let written = match &arguments.out {
        Some(path) => std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display())),
        None => printed(std::io::stdout().write_all(text.as_bytes())),
    };
    written.map_err(CalibrateError::Write)
}

fn tell(rows: &[comparison::Row]) {
    let (table, moved) = comparison::table(rows, ALLOWED);
    eprint!("{table}");
    if moved {
        eprintln!(
            "icsim: a throughput or a median changes by more than {} %. A model knows how often a method \
             behaves in which way, not for whom: workloads that call one method with different \
             arguments are better calibrated one by one, and a short run on more time (--duration)",
            100.0 * ALLOWED
        );
    }
}

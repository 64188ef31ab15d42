//! The one place where the execution engine and the report writers are chosen.

use super::Job;
use super::output::OutputError;
use crate::resolve::BrokenRuntime;
use crate::scenario::Provenance;
use reports::RunReport;
use reports::store;
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::runtime::Runtime;
use sim_wasm::WasmiRuntime;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

/// The runtime that executes canisters under `profile`.
///
/// # Errors
/// The interpreter does not work as it should on this machine.
pub fn runtime(profile: &Profile) -> Result<Box<dyn Runtime>, BrokenRuntime> {
    match WasmiRuntime::new(profile) {
        Ok(runtime) => Ok(Box::new(runtime)),
        Err(broken) => Err(BrokenRuntime(broken.to_string())),
    }
}

/// Writes traces, charts and report into `folder` and answers the summary table.
pub(super) fn write_report(
    folder: &Path,
    job: &Job<'_>,
    history: &History,
) -> Result<String, OutputError> {
    let summary = reports::write_report(folder, &report(job, history))
        .map_err(|error| OutputError::Writer(error.to_string()))?;
    Ok(summary.table())
}

/// The summary table alone.
pub(super) fn summarise(job: &Job<'_>, history: &History) -> Result<String, OutputError> {
    let summary = reports::summarise(&report(job, history))
        .map_err(|error| OutputError::Writer(error.to_string()))?;
    Ok(summary.table())
}

/// Stores the run's trace in `folder`, at the level that the job asks for.
pub(super) fn write_trace(
    folder: &Path,
    job: &Job<'_>,
    history: &History,
) -> Result<(), OutputError> {
    let Some(level) = job.trace else { return Ok(()) };
    let path = folder.join(store::FILE);
    let written = File::create(&path)
        .and_then(|file| store::write(BufWriter::new(file), &report(job, history), level));
    written.map_err(|error| OutputError::Io { path, error })
}

fn report<'a>(job: &'a Job<'_>, history: &'a History) -> RunReport<'a> {
    let Provenance { scenario_file, command, version, .. } = &job.provenance;
    RunReport {
        history,
        profile: &job.scenario.profile,
        title: &job.scenario.title,
        description: job.scenario.description.as_deref(),
        scenario_file,
        command,
        version,
        figures: &job.scenario.figures,
    }
}

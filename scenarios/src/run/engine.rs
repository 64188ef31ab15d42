//! The one place where the execution engine and the report writers are chosen.

use super::output::OutputError;
use super::{Failed, Job};
use crate::resolve::BrokenRuntime;
use crate::scenario::Provenance;
use reports::candid::Interfaces;
use reports::reporter::Made;
use reports::{ReportError, RunReport};
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::runtime::Runtime;
use sim_wasm::WasmiRuntime;
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

/// Writes tables, charts and report into `folder` and answers the summary table.
pub(super) fn write_report(
    folder: &Path,
    report: &RunReport<'_>,
    made: Made,
) -> Result<String, OutputError> {
    let summary = reports::write::write_made(folder, report, &made.analysis, made.tables)
        .map_err(|error| OutputError::Writer(error.to_string()))?;
    Ok(summary.table())
}

/// What a report that cannot be finished is: a fault of icsim, or of the disk.
pub(super) fn contradiction(error: ReportError) -> Failed {
    match error {
        ReportError::Contradiction(broken) => Failed::Contradiction(broken),
        error => OutputError::Writer(error.to_string()).into(),
    }
}

/// What a run's report is about.
pub(super) fn report<'a>(
    job: &'a Job<'_>,
    history: &'a History,
    interfaces: &'a Interfaces,
    disappointments: &'a [String],
) -> RunReport<'a> {
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
        interfaces,
        disappointments,
    }
}

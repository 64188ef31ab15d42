//! What a run leaves: the files of its folder, and the table on the screen.

use super::interrupt::Interrupt;
use super::output::{OutputError, PROFILE, SCENARIO};
use super::{Failed, Job, engine};
use crate::scenario::effective;
use reports::reporter::Made;
use reports::{RunReport, Summary};
use std::path::Path;
use tempfile::TempDir;

/// Writes all files and gives the folder its name, if it is to have one; answers the summary table.
pub(super) fn write(
    job: &Job<'_>,
    report: &RunReport<'_>,
    made: Made,
    folder: Option<TempDir>,
    interrupt: &Interrupt,
) -> Result<String, Failed> {
    let Some((destination, folder)) = job.destination.as_ref().zip(folder) else {
        return Ok(Summary::of(report, &made.analysis).table());
    };
    write_inputs(folder.path(), job)?;
    interrupt.check()?;
    let table = engine::write_report(folder.path(), report, made)?;
    interrupt.check()?;
    destination.finish(folder)?;
    Ok(table)
}

/// The effective profile and the effective scenario.
fn write_inputs(folder: &Path, job: &Job<'_>) -> Result<(), OutputError> {
    let writer = |error: toml::ser::Error| OutputError::Writer(error.to_string());
    let profile = toml::to_string(&job.scenario.profile).map_err(writer)?;
    let scenario = effective(job.scenario, &job.provenance).map_err(writer)?;
    for (name, text) in [(PROFILE, profile), (SCENARIO, scenario)] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| OutputError::Io { path, error })?;
    }
    Ok(())
}

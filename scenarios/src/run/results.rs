//! What a run leaves: the files of its folder, and the table on the screen.

use super::interrupt::Interrupt;
use super::output::{OutputError, PROBES, PROFILE, SCENARIO};
use super::{Failed, Job, engine};
use crate::probe::Recording;
use crate::scenario::effective;
use reports::reporter::Made;
use reports::{RunReport, Summary};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use tempfile::TempDir;

/// Writes all files and gives the folder its name, if it is to have one; answers the summary table.
pub(super) fn write(
    job: &Job<'_>,
    report: &RunReport<'_>,
    made: Made,
    recording: &Recording,
    folder: Option<TempDir>,
    interrupt: &Interrupt,
) -> Result<String, Failed> {
    let Some((destination, folder)) = job.destination.as_ref().zip(folder) else {
        return Ok(Summary::of(report, &made.analysis).table());
    };
    write_inputs(folder.path(), job)?;
    write_probes(folder.path(), job, recording)?;
    interrupt.check()?;
    let table = engine::write_report(folder.path(), report, made)?;
    interrupt.check()?;
    destination.finish(folder)?;
    Ok(table)
}

/// What was recorded, if the scenario has probes.
fn write_probes(folder: &Path, job: &Job<'_>, recording: &Recording) -> Result<(), OutputError> {
    if job.scenario.probes.is_empty() {
        return Ok(());
    }
    let path = folder.join(PROBES);
    let file = File::create(&path).map_err(|error| OutputError::Io { path, error })?;
    let written = recording.write(BufWriter::new(file));
    written.map_err(|error| OutputError::Writer(error.to_string()))
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

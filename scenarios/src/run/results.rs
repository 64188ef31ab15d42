//! What a run leaves: the files of its folder, and the table on the screen.

use super::engine;
use super::interrupt::Interrupt;
use super::output::{OutputError, PROFILE, SCENARIO};
use super::{Failed, Job};
use crate::scenario::effective;
use sim_core::history::History;
use std::path::Path;

/// Writes all files to the job's destination, if it has one, and answers the summary table.
pub(super) fn write(
    job: &Job<'_>,
    history: &History,
    interrupt: &Interrupt,
) -> Result<String, Failed> {
    let Some(destination) = &job.destination else {
        return engine::summarise(job, history).map_err(Failed::from);
    };
    let folder = destination.begin()?;
    write_inputs(folder.path(), job)?;
    interrupt.check()?;
    engine::write_trace(folder.path(), job, history)?;
    interrupt.check()?;
    let table = engine::write_report(folder.path(), job, history)?;
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

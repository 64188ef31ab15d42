//! The one place where the execution engine and the report writers are chosen.

use super::Job;
use super::output::OutputError;
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::runtime::{InvalidModule, Program, Runtime};
use std::path::Path;
use std::sync::Arc;

/// The runtime that executes canisters under `profile`.
pub fn runtime(_profile: &Profile) -> Box<dyn Runtime> {
    Box::new(NoRuntime)
}

/// Writes traces, charts and report into `folder` and answers the summary table.
pub(super) fn write_report(
    _folder: &Path,
    job: &Job<'_>,
    history: &History,
) -> Result<String, OutputError> {
    Ok(format!("{}: {} events", job.scenario.title, history.events))
}

/// Stands in for the execution engine.
struct NoRuntime;

impl Runtime for NoRuntime {
    fn compile(&self, _module: &[u8]) -> Result<Arc<dyn Program>, InvalidModule> {
        Err(InvalidModule { reasons: vec!["this build has no execution engine".to_owned()] })
    }
}

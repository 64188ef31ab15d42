//! Scripts: a world driven step by step from a JSON file, with results in the same form that a real
//! replica's recordings have.
//!
//! A case has a `config` and `steps`; [`run`] answers one result for each step. `docs/scripts.md`
//! describes every step and field.

mod arguments;
mod config;
mod management;
mod state;
mod steps;
mod text_module;
mod trace;

pub use config::BadConfig;

use serde_json::Value;
use sim_core::sandbox::Sandbox;
use std::path::Path;

/// A step cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The configuration of the case.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// A step.
    #[error("step {number} ({op}): {problem}")]
    Step {
        /// Counted from 1.
        number: usize,
        /// What kind of step it is.
        op: String,
        /// What is wrong with it, and what was expected.
        problem: String,
    },
    /// The model contradicted itself.
    #[error(transparent)]
    Fault(#[from] sim_core::world::ModelFault),
}

/// Runs a case; modules named by `wasm_file` are looked up in `folder`.
///
/// # Errors
/// The first step that cannot be understood.
pub fn run(case: &Value, folder: &Path) -> Result<Vec<Value>, ScriptError> {
    let spec = config::sandbox(&case["config"])?;
    let mut runner = steps::Runner::new(Sandbox::new(spec), folder);
    let steps = case["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut results = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let result = runner.step(step).map_err(|problem| ScriptError::Step {
            number: index + 1,
            op: step["op"].as_str().unwrap_or("no op").to_owned(),
            problem,
        })?;
        results.push(result);
    }
    runner.check_cycles()?;
    Ok(results)
}

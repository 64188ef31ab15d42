//! Scripts: a world driven step by step from a JSON file, with results in the same form that a real
//! replica's recordings have.
//!
//! A case has a `config` and `steps`; [`run`] answers one result for each step. `docs/scripts.md`
//! describes every step and field.

mod answer;
mod config;
mod management;
mod runtimes;
mod state;
mod step;
mod steps;
pub(crate) mod text_module;
mod trace;
pub(crate) mod values;

pub(crate) use answer::describe;
pub(crate) use config::meter_as_system;
pub use runtimes::Runtimes;

use serde_json::Value;
use sim_core::sandbox::Sandbox;
use std::path::Path;

/// What a script came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// One result for each step.
    pub results: Vec<Value>,
    /// Rounds in all.
    pub rounds: u64,
}

/// A case cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The configuration of the case.
    #[error("config: {0}")]
    Config(String),
    /// The list of steps.
    #[error("`steps`: {0}")]
    Steps(String),
    /// A step.
    #[error("step {number}{op}: {problem}")]
    Step {
        /// Counted from 1.
        number: usize,
        /// What kind of step it is, in parentheses, if it says.
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
pub fn run(case: &Value, folder: &Path, runtimes: &Runtimes) -> Result<Played, ScriptError> {
    let spec = config::sandbox(&case["config"], runtimes).map_err(ScriptError::Config)?;
    let steps = case["steps"].as_array();
    let steps = steps.ok_or_else(|| {
        ScriptError::Steps(format!("expected a list of steps, found {}", case["steps"]))
    })?;
    let mut runner = steps::Runner::new(Sandbox::new(spec), folder);
    let mut results = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let result = runner.step(step).map_err(|problem| ScriptError::Step {
            number: index + 1,
            op: step["op"].as_str().map(|op| format!(" ({op})")).unwrap_or_default(),
            problem,
        })?;
        results.push(result);
    }
    runner.check_cycles()?;
    Ok(Played { results, rounds: runner.rounds() })
}

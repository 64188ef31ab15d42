//! A failure as a file: a scenario, a seed, and the messages that have to wait. It can be kept
//! beside the code as a regression test.

use super::names::{HeldEntry, UnknownCanister};
use super::reduction::Reduction;
use super::trial::Trials;
use super::violation::Violation;
use crate::scenario::{Code, Scenario};
use crate::source::Source;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sim_core::delivery::Held;
use sim_core::time::SimDuration;
use std::path::{Component, Path, PathBuf};

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What is wrong, in words.
    pub what: String,
    /// The scenario file, relative to the folder of this file.
    pub scenario: String,
    /// A hash over the scenario and its modules when the failure was found. If it is another now, the
    /// failure is looked for all the same, but need not be found bit for bit.
    pub scenario_hash: String,
    /// What was changed with `--set`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// The seed of the world.
    pub seed: u64,
    /// Who found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// What is wrong.
    pub violation: Violation,
    /// How long before the end of a run nothing is made to wait any more.
    pub settle: SimDuration,
    /// What the scenario does not need.
    #[serde(default, skip_serializing_if = "Reduction::is_empty")]
    pub reduced: Reduction,
    /// What has to wait.
    pub held: Vec<HeldEntry>,
    /// The trace digest: equal digests, equal histories.
    pub digest: String,
}

/// A failure file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FailureError {
    /// It cannot be read or written.
    #[error("`{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is no failure file.
    #[error("`{path}` is no failure that `icsim explore` wrote: {error}")]
    Format {
        /// The file.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
    /// It speaks of a canister that is not there.
    #[error(transparent)]
    Canister(#[from] UnknownCanister),
}

impl Failure {
    /// Reads a failure file.
    ///
    /// # Errors
    /// There is none, or it is something else.
    pub fn read(path: &Path) -> Result<Failure, FailureError> {
        let io = |error| FailureError::Io { path: path.to_owned(), error };
        let text = std::fs::read_to_string(path).map_err(io)?;
        serde_json::from_str(&text)
            .map_err(|error| FailureError::Format { path: path.to_owned(), error })
    }

    /// Writes it, and makes its folder; the scenario's path becomes one relative to that folder.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), FailureError> {
        let io = |error| FailureError::Io { path: path.to_owned(), error };
        std::fs::create_dir_all(folder(path)).map_err(io)?;
        let scenario = relative(Path::new(&self.scenario), folder(path));
        let scenario = scenario.unwrap_or_else(|| self.scenario.clone());
        let failure = Failure { scenario, ..self.clone() };
        let mut text = serde_json::to_string_pretty(&failure).unwrap_or_default();
        text.push('\n');
        std::fs::write(path, text).map_err(io)
    }

    /// Where the scenario of the failure at `path` lies.
    pub fn scenario_beside(&self, path: &Path) -> PathBuf {
        folder(path).join(&self.scenario)
    }

    /// The held messages in a scenario.
    ///
    /// # Errors
    /// The scenario lacks a canister.
    pub fn held(&self, scenario: &Scenario) -> Result<Vec<Held>, UnknownCanister> {
        self.held.iter().map(|entry| entry.held(scenario)).collect()
    }

    /// Trials of the scenario as far as the failure needs it.
    pub fn trials<'a>(&self, scenario: &'a Scenario) -> Trials<'a> {
        Trials { scenario, reduction: self.reduced.clone(), settle: self.settle }
    }
}

/// A hash over a scenario's text and modules.
pub fn scenario_hash(source: &Source, scenario: &Scenario) -> String {
    let mut hasher = Sha256::new();
    hasher.update(source.text.as_bytes());
    for canister in &scenario.canisters {
        if let Code::Wasm { program, .. } = &canister.code {
            hasher.update(program.hash());
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// `path` as seen from `folder`, with `/` between its parts.
fn relative(path: &Path, folder: &Path) -> Option<String> {
    let (path, folder) = (path.canonicalize().ok()?, folder.canonicalize().ok()?);
    let common = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common).map(text);
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

fn text(component: Component<'_>) -> String {
    component.as_os_str().to_string_lossy().into_owned()
}

//! `[[probe]]`.

use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use toml::Spanned;

/// A value that is recorded every so often.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeEntry {
    /// Its name, which its columns bear.
    pub name: Spanned<String>,
    /// What is recorded: a value as expectations speak of, such as `query.bank.total()`.
    pub value: Spanned<String>,
    /// How often.
    pub every: Spanned<SimDuration>,
    /// From when on; the start of the run if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Spanned<SimDuration>>,
}

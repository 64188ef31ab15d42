//! `[[expect]]`.

use crate::expect::When;
use serde::Deserialize;
use sim_core::time::SimDuration;
use toml::Spanned;

/// What has to hold in a run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectEntry {
    /// What has to be true, see [`crate::expect`].
    pub that: Spanned<String>,
    /// When: `"at the end"` if not given, `"always"`, `"eventually"`, `"eventually within 30s"`.
    pub when: Option<Spanned<When>>,
    /// How often it is checked; after every round of any subnet if not given.
    pub every: Option<Spanned<SimDuration>>,
    /// From when on it is checked; the start of the run if not given.
    pub from: Option<Spanned<SimDuration>>,
}

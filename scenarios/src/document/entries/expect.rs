//! `[[expect]]`.

use crate::expect::When;
use crate::schema;
use schemars::JsonSchema;
use serde::Deserialize;
use sim_core::time::SimDuration;
use toml::Spanned;

/// What has to hold in a run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectEntry {
    /// What has to be true, see [`crate::expect`].
    #[schemars(with = "String")]
    pub that: Spanned<String>,
    /// When: `"at the end"` if not given, `"always"`, `"eventually"`, `"eventually within 30s"`.
    #[schemars(with = "Option<schema::When>")]
    pub when: Option<Spanned<When>>,
    /// How often it is checked; after every round of any subnet if not given.
    #[schemars(with = "Option<schema::Duration>")]
    pub every: Option<Spanned<SimDuration>>,
    /// From when on it is checked; the start of the run if not given.
    #[schemars(with = "Option<schema::Duration>")]
    pub from: Option<Spanned<SimDuration>>,
}

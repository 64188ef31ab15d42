//! `[[probe]]`.

use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use toml::Spanned;

/// A value that is recorded every so often.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeEntry {
    /// Its name, which its columns bear.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// What is recorded: a value as expectations speak of, such as `query.bank.total()`.
    #[schemars(with = "String")]
    pub value: Spanned<String>,
    /// How often.
    #[schemars(with = "schema::Duration")]
    pub every: Spanned<SimDuration>,
    /// From when on; the start of the run if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<schema::Duration>")]
    pub from: Option<Spanned<SimDuration>>,
}

//! `[[figure]]`.

use crate::schema;
use reports::charts::kind::Kind;
use reports::theme::Width;
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// A figure of the report.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureEntry {
    /// Its kind.
    #[schemars(with = "schema::Figure")]
    pub kind: Spanned<Kind>,
    /// The name its files bear; that of its kind if not given.
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// Its title; that of its kind if not given.
    pub title: Option<String>,
    /// How wide it is; one column if not given.
    #[serde(default)]
    #[schemars(with = "schema::Width")]
    pub width: Width,
    /// The message a time line shows; the slowest if not given.
    #[schemars(with = "Option<String>")]
    pub message: Option<Spanned<String>>,
}

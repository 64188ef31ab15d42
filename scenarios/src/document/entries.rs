//! The fields of a scenario file.

mod action;
mod canister;
mod expect;
mod explore;
mod fault;
mod figure;
mod network;
mod probe;
mod workload;

pub use action::{ActionEntry, ActionKind};
pub use canister::{CallEntry, CanisterEntry, MethodEntry, ModelEntry, SettingsEntry};
pub use expect::ExpectEntry;
pub use explore::{Allowed, ExploreEntry};
pub use fault::{FaultEntry, FaultKind};
pub use figure::FigureEntry;
pub use network::{LinkEntry, NetworkEntry, SubnetEntry, Topology};
pub use probe::ProbeEntry;
pub use workload::{ArrivalKind, ArrivalsEntry, ChoiceEntry, WorkloadEntry};

use super::Tree;
use crate::schema;
use reports::metrics::WarmUp;
use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use toml::Spanned;

/// A whole scenario file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Files whose tables are laid under those of this one, see [`crate::source`].
    pub include: Option<Vec<String>>,
    /// One line that names the scenario.
    pub title: String,
    /// What it asks and what to look at.
    pub description: Option<String>,
    /// The profile: a built-in one by name, or a table of differences from one.
    #[schemars(with = "Option<schema::Profile>")]
    pub profile: Option<Spanned<ProfileEntry>>,
    /// Simulated time.
    #[schemars(with = "schema::Duration")]
    pub duration: Spanned<SimDuration>,
    /// What metrics and the summary leave out at the beginning: a duration, or `"mser-5"`.
    #[schemars(with = "Option<schema::WarmUp>")]
    pub warm_up: Option<Spanned<WarmUpEntry>>,
    /// `[[subnet]]`.
    #[serde(default)]
    pub subnet: Vec<SubnetEntry>,
    /// `[network]`.
    pub network: Option<NetworkEntry>,
    /// `[[canister]]`.
    #[serde(default)]
    pub canister: Vec<CanisterEntry>,
    /// `[[workload]]`.
    #[serde(default)]
    pub workload: Vec<WorkloadEntry>,
    /// `[[action]]`.
    #[serde(default)]
    #[schemars(with = "Vec<ActionEntry>")]
    pub action: Vec<Spanned<ActionEntry>>,
    /// `[[fault]]`.
    #[serde(default)]
    #[schemars(with = "Vec<FaultEntry>")]
    pub fault: Vec<Spanned<FaultEntry>>,
    /// `[[probe]]`.
    #[serde(default)]
    pub probe: Vec<ProbeEntry>,
    /// `[[figure]]`.
    #[serde(default)]
    pub figure: Vec<FigureEntry>,
    /// `[[expect]]`.
    #[serde(default)]
    pub expect: Vec<ExpectEntry>,
    /// `[explore]`: how `icsim explore` judges.
    pub explore: Option<ExploreEntry>,
    /// `[sweep]`: what `icsim sweep` varies, see [`crate::sweep::plan`].
    #[schemars(with = "Option<schema::Anything>")]
    pub sweep: Option<IgnoredAny>,
}

/// `warm_up = "10s"` or `warm_up = "mser-5"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarmUpEntry(pub WarmUp);

/// How removal by MSER-5 is written.
const MSER_5: &str = "mser-5";

impl<'de> Deserialize<'de> for WarmUpEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == MSER_5 {
            return Ok(WarmUpEntry(WarmUp::Mser5));
        }
        let duration = text
            .parse()
            .map_err(|error| serde::de::Error::custom(format_args!("{error}, or \"{MSER_5}\"")))?;
        Ok(WarmUpEntry(WarmUp::Fixed(duration)))
    }
}

impl Serialize for WarmUpEntry {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            WarmUp::None => serializer.collect_str(&SimDuration::ZERO),
            WarmUp::Fixed(duration) => serializer.collect_str(&duration),
            WarmUp::Mser5 => serializer.serialize_str(MSER_5),
        }
    }
}

/// `profile = "…"` or `[profile]`: the value as written.
pub type ProfileEntry = Tree;

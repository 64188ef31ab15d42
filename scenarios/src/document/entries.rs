//! The fields of a scenario file.

use super::Tree;
use crate::rate::Rate;
use reports::charts::kind::Kind;
use reports::metrics::WarmUp;
use reports::theme::Width;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::time::SimDuration;
use sim_core::units::Cycles;
use toml::Spanned;

/// A whole scenario file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// One line that names the scenario.
    pub title: String,
    /// What it asks and what to look at.
    pub description: Option<String>,
    /// The profile: a built-in one by name, or a table of differences from one.
    pub profile: Option<Spanned<ProfileEntry>>,
    /// Simulated time.
    pub duration: Spanned<SimDuration>,
    /// What sweeps leave out at the beginning: a duration, or `"mser-5"`.
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
    /// `[[figure]]`.
    #[serde(default)]
    pub figure: Vec<FigureEntry>,
    /// `[sweep]`: what `icsim sweep` varies, see [`crate::sweep::plan`].
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

/// A subnet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubnetEntry {
    /// Its name.
    pub name: Spanned<String>,
    /// How many nodes it has.
    pub nodes: Spanned<u64>,
    /// `application`, `system` or `verified`; what it is decides what is free.
    #[serde(default, rename = "type")]
    pub kind: SubnetKind,
    /// `normal`, or `free` if the subnet is rented as a whole.
    #[serde(default)]
    pub cost_schedule: CostSchedule,
}

/// The links.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkEntry {
    /// A `sim_core::distribution::Distribution`, the same for every link.
    pub latency: Option<Spanned<Tree>>,
}

/// A canister that exists when the run starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanisterEntry {
    /// Its name; `"$name"` stands for its id.
    pub name: Spanned<String>,
    /// The name of its subnet.
    pub subnet: Spanned<String>,
    /// The path of its module, relative to the scenario file: `.wasm` or `.wat`.
    pub wasm: Spanned<String>,
    /// Cycles it is given; the creation fee is taken from them.
    pub cycles: Spanned<Cycles>,
    /// The argument of `canister_init`, as Candid text.
    pub init: Option<Spanned<String>>,
    /// Principals, or `"$name"`.
    #[serde(default)]
    pub controllers: Vec<Spanned<String>>,
}

/// A source of ingress messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadEntry {
    /// Its name; `target.method` if not given.
    pub name: Option<Spanned<String>>,
    /// The name of the canister called.
    pub target: Spanned<String>,
    /// The method called.
    pub method: Spanned<String>,
    /// When it sends.
    pub arrivals: ArrivalsEntry,
    /// The argument, as Candid text.
    pub arg: Option<Spanned<String>>,
    /// The principal that sends; the anonymous one if not given.
    pub sender: Option<Spanned<String>>,
    /// When it begins; the start of the run if not given.
    pub start: Option<Spanned<SimDuration>>,
    /// When it ends; the end of the run if not given.
    pub stop: Option<Spanned<SimDuration>>,
}

/// A figure of the report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureEntry {
    /// Its kind.
    pub kind: Spanned<Kind>,
    /// The name its files bear; that of its kind if not given.
    pub name: Option<Spanned<String>>,
    /// Its title; that of its kind if not given.
    pub title: Option<String>,
    /// How wide it is; one column if not given.
    #[serde(default)]
    pub width: Width,
    /// The message a time line shows; the slowest if not given.
    pub message: Option<Spanned<String>>,
}

/// When a workload sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalsEntry {
    /// The process.
    pub kind: ArrivalKind,
    /// Messages per unit of time, on average.
    pub rate: Rate,
}

/// A process of arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalKind {
    /// Independent arrivals: gaps are exponentially distributed.
    Poisson,
    /// Equal gaps.
    Constant,
}

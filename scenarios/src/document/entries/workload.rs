//! `[[workload]]`.

use super::super::Tree;
use super::super::names::Texts;
use crate::rate::Rate;
use crate::schema;
use crate::share::Share;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use toml::Spanned;

/// A source of ingress messages.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadEntry {
    /// Its name; `target.method` if not given.
    #[schemars(with = "Option<String>")]
    pub name: Option<Spanned<String>>,
    /// The name of the canister called; of several, one for each message.
    #[schemars(with = "schema::Texts")]
    pub target: Spanned<Texts>,
    /// Which of several targets, see [`ChoiceEntry`]; all alike if not given.
    #[schemars(with = "Option<ChoiceEntry>")]
    pub target_choice: Option<Spanned<Tree>>,
    /// The method called.
    #[schemars(with = "String")]
    pub method: Spanned<String>,
    /// When it sends.
    #[schemars(with = "ArrivalsEntry")]
    pub arrivals: Spanned<ArrivalsEntry>,
    /// The argument, as Candid text; of several, one for each message.
    #[schemars(with = "Option<schema::Texts>")]
    pub arg: Option<Spanned<Texts>>,
    /// Which of several arguments, see [`ChoiceEntry`]; all alike if not given.
    #[schemars(with = "Option<ChoiceEntry>")]
    pub arg_choice: Option<Spanned<Tree>>,
    /// The principal that sends; the anonymous one if not given.
    #[schemars(with = "Option<String>")]
    pub sender: Option<Spanned<String>>,
    /// When it begins; the start of the run if not given.
    #[schemars(with = "Option<schema::Duration>")]
    pub start: Option<Spanned<SimDuration>>,
    /// When it ends; the end of the run if not given.
    #[schemars(with = "Option<schema::Duration>")]
    pub stop: Option<Spanned<SimDuration>>,
}

/// When a workload sends: the process and its parameters, see [`ArrivalKind`].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalsEntry {
    /// The process.
    #[schemars(with = "ArrivalKind")]
    pub kind: Spanned<ArrivalKind>,
    /// Messages per unit of time: on average, or within a burst.
    #[schemars(with = "Option<schema::Rate>")]
    pub rate: Option<Spanned<Rate>>,
    /// Messages per unit of time between bursts.
    #[schemars(with = "Option<schema::Rate>")]
    pub idle_rate: Option<Spanned<Rate>>,
    /// How long a burst lasts on average.
    #[schemars(with = "Option<schema::Duration>")]
    pub on: Option<Spanned<SimDuration>>,
    /// How long it takes on average to the next burst.
    #[schemars(with = "Option<schema::Duration>")]
    pub off: Option<Spanned<SimDuration>>,
    /// How far the rate swings from its mean within a day.
    #[schemars(with = "Option<schema::Share>")]
    pub amplitude: Option<Spanned<Share>>,
    /// The length of a day; 24 hours if not given.
    #[schemars(with = "Option<schema::Duration>")]
    pub period: Option<Spanned<SimDuration>>,
    /// When the rate is highest; half a day after the start if not given.
    #[schemars(with = "Option<schema::Duration>")]
    pub peak: Option<Spanned<SimDuration>>,
    /// A CSV file whose first column holds times.
    #[schemars(with = "Option<String>")]
    pub file: Option<Spanned<String>>,
    /// How many users send, wait for the answer, and think.
    #[schemars(with = "Option<u32>")]
    pub users: Option<Spanned<u32>>,
    /// How long a user thinks before a message: a duration, or a distribution.
    #[schemars(with = "Option<schema::Quantity>")]
    pub think: Option<Spanned<Tree>>,
}

/// A process of arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalKind {
    /// Independent arrivals: gaps are exponentially distributed.
    Poisson,
    /// Equal gaps.
    Constant,
    /// Independent arrivals in bursts.
    Bursty,
    /// Independent arrivals whose rate follows the time of day.
    Diurnal,
    /// Recorded times.
    Trace,
    /// Users who send when they have the answer to the message before.
    Closed,
}

/// Which of several things comes next.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChoiceEntry {
    /// All alike.
    Uniform,
    /// Zipf's law: the first most often, the `k`-th `k^exponent` times more rarely.
    Zipf {
        /// How steep.
        exponent: f64,
    },
    /// By weights, one for each.
    Weighted {
        /// The weights.
        weights: Vec<u64>,
    },
}

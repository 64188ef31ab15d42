//! `[[workload]]`.

use super::super::Tree;
use super::super::names::Texts;
use crate::rate::Rate;
use crate::share::Share;
use serde::{Deserialize, Serialize};
use sim_core::time::SimDuration;
use toml::Spanned;

/// A source of ingress messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadEntry {
    /// Its name; `target.method` if not given.
    pub name: Option<Spanned<String>>,
    /// The name of the canister called; of several, one for each message.
    pub target: Spanned<Texts>,
    /// Which of several targets, see [`ChoiceEntry`]; all alike if not given.
    pub target_choice: Option<Spanned<Tree>>,
    /// The method called.
    pub method: Spanned<String>,
    /// When it sends.
    pub arrivals: Spanned<ArrivalsEntry>,
    /// The argument, as Candid text; of several, one for each message.
    pub arg: Option<Spanned<Texts>>,
    /// Which of several arguments, see [`ChoiceEntry`]; all alike if not given.
    pub arg_choice: Option<Spanned<Tree>>,
    /// The principal that sends; the anonymous one if not given.
    pub sender: Option<Spanned<String>>,
    /// When it begins; the start of the run if not given.
    pub start: Option<Spanned<SimDuration>>,
    /// When it ends; the end of the run if not given.
    pub stop: Option<Spanned<SimDuration>>,
}

/// When a workload sends: the process and its parameters, see [`ArrivalKind`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrivalsEntry {
    /// The process.
    pub kind: Spanned<ArrivalKind>,
    /// Messages per unit of time: on average, or within a burst.
    pub rate: Option<Spanned<Rate>>,
    /// Messages per unit of time between bursts.
    pub idle_rate: Option<Spanned<Rate>>,
    /// How long a burst lasts on average.
    pub on: Option<Spanned<SimDuration>>,
    /// How long it takes on average to the next burst.
    pub off: Option<Spanned<SimDuration>>,
    /// How far the rate swings from its mean within a day.
    pub amplitude: Option<Spanned<Share>>,
    /// The length of a day; 24 hours if not given.
    pub period: Option<Spanned<SimDuration>>,
    /// When the rate is highest; half a day after the start if not given.
    pub peak: Option<Spanned<SimDuration>>,
    /// A CSV file whose first column holds times.
    pub file: Option<Spanned<String>>,
    /// How many users send, wait for the answer, and think.
    pub users: Option<Spanned<u32>>,
    /// How long a user thinks before a message: a duration, or a distribution.
    pub think: Option<Spanned<Tree>>,
}

/// A process of arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
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

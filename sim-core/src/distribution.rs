//! Distributions of durations and other quantities, sampled to whole numbers in this one place.
//!
//! Floating point is used only between a random number and the rounded sample, with `libm`, whose
//! results are the same on every platform.

#[cfg(test)]
mod tests;

use crate::random::Stream;
use crate::time::SimDuration;
use crate::units::{Bytes, Instructions};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// The 99 % quantile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_841;

/// A quantity that can be drawn: a whole number of its smallest unit.
pub trait Quantity: Copy + Ord + Display {
    /// So many of the smallest unit.
    fn from_whole(number: u64) -> Self;
    /// How many of the smallest unit.
    fn whole(self) -> u64;
}

impl Quantity for SimDuration {
    fn from_whole(number: u64) -> Self {
        SimDuration::from_nanos(number)
    }
    fn whole(self) -> u64 {
        self.as_nanos()
    }
}

impl Quantity for Instructions {
    fn from_whole(number: u64) -> Self {
        Instructions::new(number)
    }
    fn whole(self) -> u64 {
        self.get()
    }
}

impl Quantity for Bytes {
    fn from_whole(number: u64) -> Self {
        Bytes::new(number)
    }
    fn whole(self) -> u64 {
        self.get()
    }
}

/// A distribution of durations, or of another [`Quantity`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Distribution<V = SimDuration> {
    /// Always the same.
    Fixed {
        /// The value.
        value: V,
    },
    /// Anything from `min` to `max` with equal chance.
    Uniform {
        /// The least value.
        min: V,
        /// The greatest value.
        max: V,
    },
    /// Normal, cut off at zero.
    Normal {
        /// The mean.
        mean: V,
        /// The standard deviation.
        std_dev: V,
    },
    /// Log-normal, given by two of its quantiles.
    Lognormal {
        /// The 50 % quantile.
        median: V,
        /// The 99 % quantile.
        p99: V,
    },
    /// Exponential.
    Exponential {
        /// The mean.
        mean: V,
    },
    /// Pareto (of the first kind), given by its least value and a quantile: a heavy tail.
    Pareto {
        /// The least value.
        min: V,
        /// The 99 % quantile.
        p99: V,
    },
    /// Values that were observed, each as likely as its weight says.
    Empirical {
        /// The values.
        values: Vec<V>,
        /// A weight for each; all the same if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        weights: Vec<u64>,
    },
}

/// A distribution that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDistribution {
    /// `max` below `min`.
    #[error("the greatest value, {max}, is below the least, {min}; expected min <= max")]
    EmptyRange {
        /// The least value given.
        min: String,
        /// The greatest value given.
        max: String,
    },
    /// `p99` below `median`, or a median of zero.
    #[error(
        "a p99 of {p99} and a median of {median} fit no log-normal distribution; expected 0 < median <= p99"
    )]
    Quantiles {
        /// The median given.
        median: String,
        /// The 99 % quantile given.
        p99: String,
    },
    /// `p99` below `min`, or a least value of zero.
    #[error(
        "a p99 of {p99} and a least value of {min} fit no Pareto distribution; expected 0 < min <= p99"
    )]
    Tail {
        /// The least value given.
        min: String,
        /// The 99 % quantile given.
        p99: String,
    },
    /// No values.
    #[error("an empirical distribution needs at least one value")]
    NoValues,
    /// Not one weight for each value, or all of them zero.
    #[error(
        "{weights} weights do not fit {values} values; expected one for each, not all of them zero"
    )]
    Weights {
        /// How many values were given.
        values: usize,
        /// How many weights were given.
        weights: usize,
    },
}

impl<V: Quantity> Distribution<V> {
    /// Checks that the parameters fit together.
    ///
    /// # Errors
    /// An empty range, quantiles in the wrong order, or weights that do not fit.
    pub fn validate(&self) -> Result<(), InvalidDistribution> {
        let text = |value: &V| value.to_string();
        match self {
            Distribution::Uniform { min, max } if max < min => {
                Err(InvalidDistribution::EmptyRange { min: text(min), max: text(max) })
            }
            Distribution::Lognormal { median, p99 } if median.whole() == 0 || p99 < median => {
                Err(InvalidDistribution::Quantiles { median: text(median), p99: text(p99) })
            }
            Distribution::Pareto { min, p99 } if min.whole() == 0 || p99 < min => {
                Err(InvalidDistribution::Tail { min: text(min), p99: text(p99) })
            }
            Distribution::Empirical { values, .. } if values.is_empty() => {
                Err(InvalidDistribution::NoValues)
            }
            Distribution::Empirical { values, weights } if !weights.is_empty() => {
                let fits = values.len() == weights.len() && weights.iter().any(|w| *w > 0);
                let (values, weights) = (values.len(), weights.len());
                if fits { Ok(()) } else { Err(InvalidDistribution::Weights { values, weights }) }
            }
            _ => Ok(()),
        }
    }

    /// The least value that can be drawn.
    pub fn least(&self) -> V {
        match self {
            Distribution::Fixed { value } => *value,
            Distribution::Uniform { min, .. } | Distribution::Pareto { min, .. } => *min,
            Distribution::Empirical { values, .. } => {
                values.iter().copied().min().unwrap_or(V::from_whole(0))
            }
            _ => V::from_whole(0),
        }
    }

    /// The distribution of half the value.
    pub fn halved(&self) -> Self {
        let half = |value: &V| V::from_whole(value.whole() / 2);
        match self {
            Distribution::Fixed { value } => Distribution::Fixed { value: half(value) },
            Distribution::Uniform { min, max } => {
                Distribution::Uniform { min: half(min), max: half(max) }
            }
            Distribution::Normal { mean, std_dev } => {
                Distribution::Normal { mean: half(mean), std_dev: half(std_dev) }
            }
            Distribution::Lognormal { median, p99 } => {
                Distribution::Lognormal { median: half(median), p99: half(p99) }
            }
            Distribution::Exponential { mean } => Distribution::Exponential { mean: half(mean) },
            Distribution::Pareto { min, p99 } => {
                Distribution::Pareto { min: half(min), p99: half(p99) }
            }
            Distribution::Empirical { values, weights } => Distribution::Empirical {
                values: values.iter().map(half).collect(),
                weights: weights.clone(),
            },
        }
    }

    /// Draws a value.
    pub fn sample(&self, random: &mut Stream) -> V {
        let whole = |value: &V| value.whole() as f64;
        V::from_whole(match self {
            Distribution::Fixed { value } => value.whole(),
            Distribution::Uniform { min, max } => {
                let width = max.whole().saturating_sub(min.whole());
                min.whole().saturating_add(random.below(width.saturating_add(1)))
            }
            Distribution::Normal { mean, std_dev } => {
                round(whole(mean) + standard_normal(random) * whole(std_dev))
            }
            Distribution::Lognormal { median, p99 } => {
                let (median, p99) = (whole(median), whole(p99));
                let sigma = libm::log(p99 / median) / Z_99;
                round(median * libm::exp(sigma * standard_normal(random)))
            }
            Distribution::Exponential { mean } => round(standard_exponential(random) * whole(mean)),
            Distribution::Pareto { min, p99 } => {
                // The logarithm of a Pareto variable over its least value is exponential.
                let (min, p99) = (whole(min), whole(p99));
                let scale = libm::log(p99 / min) / libm::log(100.0);
                round(min * libm::exp(scale * standard_exponential(random)))
            }
            Distribution::Empirical { values, weights } => {
                observed(values, weights, random).whole()
            }
        })
    }
}

/// Draws an exponentially distributed duration; the gap between arrivals of a Poisson process.
pub fn exponential(mean: SimDuration, random: &mut Stream) -> SimDuration {
    SimDuration::from_nanos(round(standard_exponential(random) * mean.as_nanos() as f64))
}

/// Draws one of several values by their weights; all are equally likely without weights.
fn observed<V: Quantity>(values: &[V], weights: &[u64], random: &mut Stream) -> V {
    let index = match weights.is_empty() {
        true => random.below(values.len() as u64) as usize,
        false => weighted(weights, random),
    };
    values.get(index).copied().unwrap_or(V::from_whole(0))
}

/// Draws a place among weights: each as likely as its weight.
pub fn weighted(weights: &[u64], random: &mut Stream) -> usize {
    let total = weights.iter().fold(0u64, |sum, weight| sum.saturating_add(*weight));
    let mut left = random.below(total);
    for (index, weight) in weights.iter().enumerate() {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    weights.len().saturating_sub(1)
}

fn standard_exponential(random: &mut Stream) -> f64 {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    -libm::log(1.0 - random.unit())
}

/// Box and Muller's method; the second number of each pair is not kept, so that a sample takes
/// exactly two draws.
fn standard_normal(random: &mut Stream) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - random.unit()));
    radius * libm::cos(core::f64::consts::TAU * random.unit())
}

/// To a whole number, zero at least; `as` saturates.
fn round(number: f64) -> u64 {
    libm::round(number) as u64
}

//! Distributions of durations, sampled to whole nanoseconds in this one place.
//!
//! Floating point is used only between a random number and the rounded sample, with `libm`, whose
//! results are the same on every platform.

use crate::random::Stream;
use crate::time::SimDuration;
use serde::{Deserialize, Serialize};

/// The 99 % quantile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_841;

/// A distribution of durations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Distribution {
    /// Always the same.
    Fixed {
        /// The value.
        value: SimDuration,
    },
    /// Anything from `min` to `max` with equal chance.
    Uniform {
        /// The least value.
        min: SimDuration,
        /// The greatest value.
        max: SimDuration,
    },
    /// Normal, cut off at zero.
    Normal {
        /// The mean.
        mean: SimDuration,
        /// The standard deviation.
        std_dev: SimDuration,
    },
    /// Log-normal, given by two of its quantiles.
    Lognormal {
        /// The 50 % quantile.
        median: SimDuration,
        /// The 99 % quantile.
        p99: SimDuration,
    },
    /// Exponential.
    Exponential {
        /// The mean.
        mean: SimDuration,
    },
}

/// A distribution that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDistribution {
    /// `max` below `min`.
    #[error("the greatest value, {max}, is below the least, {min}; expected min <= max")]
    EmptyRange {
        /// The least value given.
        min: SimDuration,
        /// The greatest value given.
        max: SimDuration,
    },
    /// `p99` below `median`, or a median of zero.
    #[error(
        "a p99 of {p99} and a median of {median} fit no log-normal distribution; expected 0 < median <= p99"
    )]
    Quantiles {
        /// The median given.
        median: SimDuration,
        /// The 99 % quantile given.
        p99: SimDuration,
    },
}

impl Distribution {
    /// Checks that the parameters fit together.
    ///
    /// # Errors
    /// An empty range, or quantiles in the wrong order.
    pub fn validate(&self) -> Result<(), InvalidDistribution> {
        match *self {
            Distribution::Uniform { min, max } if max < min => {
                Err(InvalidDistribution::EmptyRange { min, max })
            }
            Distribution::Lognormal { median, p99 }
                if median == SimDuration::ZERO || p99 < median =>
            {
                Err(InvalidDistribution::Quantiles { median, p99 })
            }
            _ => Ok(()),
        }
    }

    /// The least value that can be drawn.
    pub fn least(&self) -> SimDuration {
        match *self {
            Distribution::Fixed { value } => value,
            Distribution::Uniform { min, .. } => min,
            _ => SimDuration::ZERO,
        }
    }

    /// Draws a value.
    pub fn sample(&self, random: &mut Stream) -> SimDuration {
        match *self {
            Distribution::Fixed { value } => value,
            Distribution::Uniform { min, max } => {
                let width = (max - min).as_nanos();
                min + SimDuration::from_nanos(random.below(width.saturating_add(1)))
            }
            Distribution::Normal { mean, std_dev } => {
                let z = standard_normal(random);
                round(mean.as_nanos() as f64 + z * std_dev.as_nanos() as f64)
            }
            Distribution::Lognormal { median, p99 } => {
                let (median, p99) = (median.as_nanos() as f64, p99.as_nanos() as f64);
                let sigma = libm::log(p99 / median) / Z_99;
                round(median * libm::exp(sigma * standard_normal(random)))
            }
            Distribution::Exponential { mean } => exponential(mean, random),
        }
    }
}

/// Draws an exponentially distributed duration; the gap between arrivals of a Poisson process.
pub fn exponential(mean: SimDuration, random: &mut Stream) -> SimDuration {
    // 1 - u lies in (0, 1], so the logarithm is finite.
    round(-libm::log(1.0 - random.unit()) * mean.as_nanos() as f64)
}

/// Box and Muller's method; the second number of each pair is not kept, so that a sample takes
/// exactly two draws.
fn standard_normal(random: &mut Stream) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - random.unit()));
    radius * libm::cos(core::f64::consts::TAU * random.unit())
}

/// To whole nanoseconds, zero at least; `as` saturates.
fn round(nanos: f64) -> SimDuration {
    SimDuration::from_nanos(libm::round(nanos) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> SimDuration = SimDuration::from_millis;

    fn sorted_samples(distribution: &Distribution, count: usize) -> Vec<u64> {
        let mut random = Stream::new(1, "test", "samples");
        let mut samples: Vec<u64> =
            (0..count).map(|_| distribution.sample(&mut random).as_nanos()).collect();
        samples.sort_unstable();
        samples
    }

    fn assert_within_percent(found: u64, expected: SimDuration, percent: u64) {
        let expected = expected.as_nanos();
        assert!(found.abs_diff(expected) * 100 <= expected * percent, "{found} against {expected}");
    }

    #[test]
    fn a_lognormal_has_the_quantiles_it_was_given() {
        let samples =
            sorted_samples(&Distribution::Lognormal { median: MS(40), p99: MS(120) }, 100_000);
        assert_within_percent(samples[50_000], MS(40), 2);
        assert_within_percent(samples[99_000], MS(120), 4);
    }

    #[test]
    fn an_exponential_has_its_mean() {
        let samples = sorted_samples(&Distribution::Exponential { mean: MS(40) }, 100_000);
        assert_within_percent(samples.iter().sum::<u64>() / 100_000, MS(40), 2);
    }

    #[test]
    fn a_normal_has_its_mean_and_is_never_negative() {
        let samples =
            sorted_samples(&Distribution::Normal { mean: MS(40), std_dev: MS(10) }, 100_000);
        assert_within_percent(samples[50_000], MS(40), 1);
        assert_within_percent(samples[84_134], MS(50), 2);
    }

    #[test]
    fn a_uniform_stays_within_its_bounds() {
        let samples = sorted_samples(&Distribution::Uniform { min: MS(10), max: MS(20) }, 10_000);
        assert!(samples[0] >= MS(10).as_nanos() && samples[9_999] <= MS(20).as_nanos());
        assert_within_percent(samples[5_000], MS(15), 2);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        assert!(Distribution::Uniform { min: MS(2), max: MS(1) }.validate().is_err());
        assert!(Distribution::Lognormal { median: MS(2), p99: MS(1) }.validate().is_err());
        assert!(Distribution::Lognormal { median: MS(0), p99: MS(1) }.validate().is_err());
        assert!(Distribution::Fixed { value: MS(0) }.validate().is_ok());
    }
}

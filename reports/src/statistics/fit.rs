//! A distribution for a sample: the family that fits best, or the sample itself.
//!
//! Families are fitted by maximum likelihood, or by moments where that is the same, and judged by
//! the distance of Kolmogorov and Smirnov. The best one is taken if the test does not refute it at the level
//! of 5 % (distance at most 1.358 / √n: Smirnov, Annals of Mathematical Statistics 19, 1948); parameters that were fitted to
//! the sample make the test more lenient than its level says, which is wanted here: a family is easier to read and
//! to vary than a table. What no family describes becomes an empirical distribution of its quantiles.

use super::mean;
use sim_core::distribution::{Distribution, Quantity};

/// A sample with no more different values than this is kept as it is.
const FEW: usize = 16;
/// Values of an empirical distribution of quantiles.
const QUANTILES: usize = 64;
/// The 99 % quantile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_841;

/// A distribution that was fitted to a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit<V> {
    /// The distribution.
    pub distribution: Distribution<V>,
    /// The greatest difference between its distribution function and that of the sample; zero where the
    /// sample was kept as it is.
    pub distance: f64,
}

/// Fits a distribution to a sample; without values it is fixed at zero.
pub fn fit<V: Quantity>(sample: &[u64]) -> Fit<V> {
    let mut sorted = sample.to_vec();
    sorted.sort_unstable();
    let counts = counts(&sorted);
    if let [] | [_] = counts.as_slice() {
        let value = V::from_whole(sorted.first().copied().unwrap_or(0));
        return Fit { distribution: Distribution::Fixed { value }, distance: 0.0 };
    }
    if counts.len() <= FEW {
        let (values, weights) =
            counts.into_iter().map(|(value, count)| (V::from_whole(value), count)).unzip();
        return Fit { distribution: Distribution::Empirical { values, weights }, distance: 0.0 };
    }
    let candidates = [uniform, normal, lognormal, exponential, pareto];
    let judged = candidates.iter().filter_map(|candidate| candidate(&sorted)).map(|family| {
        let distance = distance(&sorted, |value| family.cumulative(value));
        (family, distance)
    });
    let best = judged.min_by(|(_, one), (_, other)| one.total_cmp(other));
    let allowed = 1.358 / libm::sqrt(sorted.len() as f64);
    match best {
        Some((family, distance)) if distance <= allowed => {
            Fit { distribution: family.distribution(), distance }
        }
        _ => quantiles(&sorted),
    }
}

/// Each value and how often it is there, ascending.
fn counts(sorted: &[u64]) -> Vec<(u64, u64)> {
    sorted.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect()
}

/// A family with parameters, in floating point.
#[derive(Clone, Copy, Debug)]
enum Family {
    Uniform {
        min: f64,
        max: f64,
    },
    Normal {
        mean: f64,
        std_dev: f64,
    },
    /// Parameters of the logarithm.
    Lognormal {
        mean: f64,
        std_dev: f64,
    },
    Exponential {
        mean: f64,
    },
    Pareto {
        min: f64,
        exponent: f64,
    },
}

fn uniform(sorted: &[u64]) -> Option<Family> {
    let (min, max) = (*sorted.first()? as f64, *sorted.last()? as f64);
    Some(Family::Uniform { min, max })
}

fn normal(sorted: &[u64]) -> Option<Family> {
    let values: Vec<f64> = sorted.iter().map(|value| *value as f64).collect();
    let (mean, std_dev) = moments(&values)?;
    Some(Family::Normal { mean, std_dev })
}

fn lognormal(sorted: &[u64]) -> Option<Family> {
    let (mean, std_dev) = moments(&logarithms(sorted)?)?;
    Some(Family::Lognormal { mean, std_dev })
}

fn exponential(sorted: &[u64]) -> Option<Family> {
    let values: Vec<f64> = sorted.iter().map(|value| *value as f64).collect();
    Some(Family::Exponential { mean: mean(&values)? })
}

fn pareto(sorted: &[u64]) -> Option<Family> {
    let logs = logarithms(sorted)?;
    let least = *logs.first()?;
    let sum: f64 = logs.iter().map(|log| log - least).sum();
    Some(Family::Pareto { min: *sorted.first()? as f64, exponent: logs.len() as f64 / sum })
}

/// Mean and standard deviation; none if there is no deviation.
fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let std_dev = libm::sqrt(squares / values.len() as f64);
    (std_dev > 0.0).then_some((mean, std_dev))
}

/// Logarithms of values that are all above zero.
fn logarithms(sorted: &[u64]) -> Option<Vec<f64>> {
    (*sorted.first()? > 0).then(|| sorted.iter().map(|value| libm::log(*value as f64)).collect())
}

impl Family {
    /// The probability of at most `value`.
    fn cumulative(self, value: f64) -> f64 {
        match self {
            Family::Uniform { min, max } => ((value - min) / (max - min)).clamp(0.0, 1.0),
            Family::Normal { mean, std_dev } => standard_normal((value - mean) / std_dev),
            Family::Lognormal { mean, std_dev } => {
                standard_normal((libm::log(value) - mean) / std_dev)
            }
            Family::Exponential { mean } => 1.0 - libm::exp(-value / mean),
            Family::Pareto { min, exponent } => 1.0 - libm::pow(min / value, exponent),
        }
    }

    fn distribution<V: Quantity>(self) -> Distribution<V> {
        let whole = |number: f64| V::from_whole(libm::round(number) as u64);
        match self {
            Family::Uniform { min, max } => {
                Distribution::Uniform { min: whole(min), max: whole(max) }
            }
            Family::Normal { mean, std_dev } => {
                Distribution::Normal { mean: whole(mean), std_dev: whole(std_dev) }
            }
            Family::Lognormal { mean, std_dev } => Distribution::Lognormal {
                median: whole(libm::exp(mean)),
                p99: whole(libm::exp(mean + Z_99 * std_dev)),
            },
            Family::Exponential { mean } => Distribution::Exponential { mean: whole(mean) },
            Family::Pareto { min, exponent } => Distribution::Pareto {
                min: whole(min),
                p99: whole(min * libm::pow(100.0, 1.0 / exponent)),
            },
        }
    }
}

fn standard_normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z / core::f64::consts::SQRT_2)
}

/// The distance of Kolmogorov and Smirnov. Equal values make one step.
fn distance(sorted: &[u64], cumulative: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let (mut below, mut greatest) = (0u64, 0.0);
    for (value, count) in counts(sorted) {
        let expected = cumulative(value as f64);
        let (before, after) = (below as f64 / n, (below + count) as f64 / n);
        greatest = libm::fmax(greatest, libm::fmax(expected - before, after - expected));
        below += count;
    }
    greatest
}

/// The empirical distribution of quantiles in the middle of equal shares.
fn quantiles<V: Quantity>(sorted: &[u64]) -> Fit<V> {
    let kept = QUANTILES.min(sorted.len());
    let at = |index: usize| sorted[(2 * index + 1) * sorted.len() / (2 * kept)];
    let values: Vec<u64> = (0..kept).map(at).collect();
    let share = |value: f64| values.partition_point(|v| *v as f64 <= value) as f64 / kept as f64;
    // Both are steps, so they are compared after each.
    let apart = |index: usize, value: u64| {
        let last = sorted.get(index + 1).is_none_or(|next| *next != value);
        last.then(|| libm::fabs((index + 1) as f64 / sorted.len() as f64 - share(value as f64)))
    };
    let differences = sorted.iter().enumerate().filter_map(|(index, value)| apart(index, *value));
    let distance = differences.fold(0.0, libm::fmax);
    let (values, weights) =
        counts(&values).into_iter().map(|(value, count)| (V::from_whole(value), count)).unzip();
    Fit { distribution: Distribution::Empirical { values, weights }, distance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_core::random::Stream;
    use sim_core::units::Instructions;

    fn of(value: u64) -> Instructions {
        Instructions::new(value)
    }

    fn drawn(distribution: &Distribution<Instructions>, count: usize) -> Vec<u64> {
        let mut random = Stream::new(3, "test", "fit");
        (0..count).map(|_| distribution.sample(&mut random).get()).collect()
    }

    fn assert_near(found: Instructions, expected: Instructions) {
        let (found, expected) = (found.get() as f64, expected.get() as f64);
        assert!((found / expected - 1.0).abs() < 0.1, "{found} instead of {expected}");
    }

    #[test]
    fn every_family_is_found_again_in_what_it_drew() {
        let families = [
            Distribution::Uniform { min: of(1_000), max: of(9_000) },
            Distribution::Normal { mean: of(50_000), std_dev: of(5_000) },
            Distribution::Lognormal { median: of(40_000), p99: of(400_000) },
            Distribution::Exponential { mean: of(20_000) },
            Distribution::Pareto { min: of(1_000), p99: of(60_000) },
        ];
        for family in families {
            let fit: Fit<Instructions> = fit(&drawn(&family, 16_000));
            assert!(fit.distance < 0.011, "{family:?}: {fit:?}");
            match (&family, fit.distribution) {
                (
                    Distribution::Uniform { min, max },
                    Distribution::Uniform { min: low, max: high },
                ) => [(low, *min), (high, *max)].map(|(found, e)| assert_near(found, e)),
                (
                    Distribution::Normal { mean, std_dev },
                    Distribution::Normal { mean: found, std_dev: width },
                ) => [(found, *mean), (width, *std_dev)].map(|(found, e)| assert_near(found, e)),
                (
                    Distribution::Lognormal { median, p99 },
                    Distribution::Lognormal { median: found, p99: tail },
                ) => [(found, *median), (tail, *p99)].map(|(found, e)| assert_near(found, e)),
                (Distribution::Exponential { mean }, Distribution::Exponential { mean: found }) => {
                    [(found, *mean); 2].map(|(found, e)| assert_near(found, e))
                }
                (
                    Distribution::Pareto { min, p99 },
                    Distribution::Pareto { min: found, p99: tail },
                ) => [(found, *min), (tail, *p99)].map(|(found, e)| assert_near(found, e)),
                (family, found) => panic!("{found:?} instead of {family:?}"),
            };
        }
    }

    #[test]
    fn few_different_values_are_kept_as_they_are() {
        let fit: Fit<Instructions> = fit(&[3, 1, 3, 3]);
        let kept = Distribution::Empirical { values: vec![of(1), of(3)], weights: vec![1, 3] };
        assert_eq!(fit, Fit { distribution: kept, distance: 0.0 });
    }

    #[test]
    fn what_never_varies_is_fixed() {
        let fixed = |value| Distribution::Fixed { value: of(value) };
        assert_eq!(fit::<Instructions>(&[7, 7, 7]).distribution, fixed(7));
        assert_eq!(fit::<Instructions>(&[]).distribution, fixed(0));
    }

    /// Two levels far apart, each of them spread a little: no family has two peaks.
    #[test]
    fn what_no_family_describes_keeps_its_quantiles() {
        let sample: Vec<u64> =
            (0..500).map(|i| if i % 2 == 0 { 1_000 + i } else { 90_000 + i }).collect();
        let fit: Fit<Instructions> = fit(&sample);
        let Distribution::Empirical { values, .. } = &fit.distribution else {
            panic!("{fit:?}");
        };
        assert_eq!(values.len(), QUANTILES);
        assert!(fit.distance <= 1.0 / QUANTILES as f64, "{}", fit.distance);
    }
}

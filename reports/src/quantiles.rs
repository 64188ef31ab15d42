//! Quantiles of a sample by nearest rank: each is a value that was observed, the least one that
//! at least the given share of the sample does not exceed.

use crate::durations::Durations;
use serde::Serialize;

/// Quantiles and mean of a sample of durations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Quantiles {
    /// Size of the sample.
    pub n: u64,
    /// Half of the sample is no greater, in nanoseconds; none for an empty sample.
    pub p50_ns: Option<u64>,
    /// 90 % of the sample is no greater, in nanoseconds.
    pub p90_ns: Option<u64>,
    /// 99 % of the sample is no greater, in nanoseconds.
    pub p99_ns: Option<u64>,
    /// The mean, rounded down to whole nanoseconds.
    pub mean_ns: Option<u64>,
}

impl Quantiles {
    /// Of a sample.
    pub fn of(sample: &Durations) -> Self {
        Quantiles {
            n: sample.len(),
            p50_ns: sample.nearest_rank(50),
            p90_ns: sample.nearest_rank(90),
            p99_ns: sample.nearest_rank(99),
            mean_ns: sample.mean(),
        }
    }
}

/// The least value of a sorted sample that `percent` of it do not exceed.
pub fn nearest_rank<T: Copy>(sample: &[T], percent: usize) -> Option<T> {
    let rank = (sample.len() * percent).div_ceil(100).max(1);
    sample.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_small_sample_are_observed_values() {
        let quantiles = Quantiles::of(&[10, 20, 30, 1_000].into_iter().collect());
        assert_eq!((quantiles.p50_ns, quantiles.p90_ns), (Some(20), Some(1_000)));
        assert_eq!((quantiles.mean_ns, quantiles.n), (Some(265), 4));
    }

    #[test]
    fn an_empty_sample_has_no_quantiles() {
        assert_eq!(Quantiles::of(&Durations::default()), Quantiles::default());
    }
}

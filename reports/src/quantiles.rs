//! Quantiles of a sample by nearest rank: each is a value that was observed, the least one that
//! at least the given share of the sample does not exceed.

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
    /// Of a sample in ascending order.
    pub fn of_sorted(sample: &[u64]) -> Self {
        debug_assert!(sample.is_sorted());
        let sum: u128 = sample.iter().map(|nanos| u128::from(*nanos)).sum();
        Quantiles {
            n: sample.len() as u64,
            p50_ns: nearest_rank(sample, 50),
            p90_ns: nearest_rank(sample, 90),
            p99_ns: nearest_rank(sample, 99),
            // A mean never exceeds the greatest value, so it fits.
            mean_ns: sum.checked_div(sample.len() as u128).map(|mean| mean as u64),
        }
    }
}

/// The least value of a sorted sample that `percent` of it do not exceed.
pub fn nearest_rank(sample: &[u64], percent: usize) -> Option<u64> {
    let rank = (sample.len() * percent).div_ceil(100).max(1);
    sample.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_one_to_a_hundred_are_their_percentages() {
        let sample: Vec<u64> = (1..=100).collect();
        let expected = Quantiles {
            n: 100,
            p50_ns: Some(50),
            p90_ns: Some(90),
            p99_ns: Some(99),
            mean_ns: Some(50),
        };
        assert_eq!(Quantiles::of_sorted(&sample), expected);
    }

    #[test]
    fn quantiles_of_a_small_sample_are_observed_values() {
        let quantiles = Quantiles::of_sorted(&[10, 20, 30, 1_000]);
        assert_eq!((quantiles.p50_ns, quantiles.p90_ns), (Some(20), Some(1_000)));
        assert_eq!(quantiles.mean_ns, Some(265));
        assert_eq!(nearest_rank(&[7], 1), Some(7));
    }

    #[test]
    fn an_empty_sample_has_no_quantiles() {
        assert_eq!(Quantiles::of_sorted(&[]), Quantiles::default());
    }
}

//! Confidence intervals of quantiles by the percentile bootstrap (Efron, Annals of Statistics 7,
//! 1979), resampled with a random stream of its own, so that the same sample gives the same digits.

use super::{CONFIDENCE, Interval};
use crate::quantiles::nearest_rank;
use sim_core::random::Stream;

/// How often a sample is drawn again.
pub const RESAMPLES: usize = 1_000;

/// The interval of the quantile that `percent` of the values do not exceed; `None` for fewer than
/// two values. `name` names the random stream.
pub fn quantile(sorted: &[u128], percent: usize, name: &str) -> Option<Interval> {
    if sorted.len() < 2 {
        return None;
    }
    let mut random = Stream::new(0, name, "bootstrap");
    let mut found: Vec<u128> = Vec::with_capacity(RESAMPLES);
    let mut drawn = vec![0; sorted.len()];
    for _ in 0..RESAMPLES {
        for value in &mut drawn {
            *value = sorted[random.below(sorted.len() as u64) as usize];
        }
        drawn.sort_unstable();
        found.extend(nearest_rank(&drawn, percent));
    }
    found.sort_unstable();
    let outside = (1.0 - CONFIDENCE) / 2.0 * RESAMPLES as f64;
    let cut = libm::round(outside) as usize;
    let (low, high) = (*found.get(cut)?, *found.get(found.len() - 1 - cut)?);
    Some(Interval { low: low as f64, high: high as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bootstrap of a median is known without drawing (Efron 1979, section 3): of 11 values
    /// it is at most the 2nd with probability 0.0072 and at most the 3rd with 0.0512, so the exact
    /// interval of 95 % goes from the 3rd to the 9th.
    #[test]
    fn the_interval_of_a_median_is_the_exact_one() {
        let sample: Vec<u128> = (1..=11).collect();
        let interval = quantile(&sample, 50, "test").expect("enough values");
        assert_eq!(interval, Interval { low: 3.0, high: 9.0 });
        assert_eq!(quantile(&sample, 50, "test"), Some(interval));
    }

    /// Of a hundred samples of a uniform distribution, about 95 have the true median within.
    #[test]
    fn the_interval_covers_the_truth_as_often_as_it_says() {
        let mut random = Stream::new(1, "test", "samples");
        let covers = |_: &usize| {
            let mut sample: Vec<u128> = (0..60).map(|_| random.below(1_000_001).into()).collect();
            sample.sort_unstable();
            quantile(&sample, 50, "test").is_some_and(|interval| interval.contains(500_000.0))
        };
        let covered = (0..100).collect::<Vec<_>>().iter().copied().filter(covers).count();
        assert!((88..=100).contains(&covered), "{covered}");
    }

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(quantile(&[7], 50, "test"), None);
    }
}

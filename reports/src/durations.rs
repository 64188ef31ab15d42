//! A sample of durations that takes bounded memory, however long the run.
//!
//! A sample of up to 65,536 different values is exact. Of a larger one every value is rounded down to
//! twelve binary digits, so that a quantile is too small by less than 0.05 %; size, mean, least and
//! greatest value stay exact. Which of the two it is, and the result, do not depend on the order in
//! which the values came.

use std::collections::BTreeMap;

/// Different values that are kept exactly.
const MOST: usize = 1 << 16;
/// Binary digits of a value in a larger sample.
const DIGITS: u32 = 12;

/// A sample of durations in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    counts: BTreeMap<u64, u64>,
    /// Binary digits that are kept of each value; none if all are.
    digits: Option<u32>,
    count: u64,
    sum: u128,
    least: Option<u64>,
    greatest: Option<u64>,
}

impl Durations {
    /// A sample of which little is wanted: values are rounded down to eight binary digits, by less
    /// than 0.8 %, from the first on.
    pub fn coarse() -> Self {
        Durations { digits: Some(8), ..Durations::default() }
    }

    /// Adds a value.
    pub fn add(&mut self, nanos: u64) {
        self.count += 1;
        self.sum += u128::from(nanos);
        self.least = Some(self.least.map_or(nanos, |least| least.min(nanos)));
        self.greatest = self.greatest.max(Some(nanos));
        let kept = self.digits.map_or(nanos, |digits| rounded(nanos, digits));
        *self.counts.entry(kept).or_default() += 1;
        if self.digits.is_none() && self.counts.len() > MOST {
            self.round();
        }
    }

    fn round(&mut self) {
        self.digits = Some(DIGITS);
        for (nanos, count) in std::mem::take(&mut self.counts) {
            *self.counts.entry(rounded(nanos, DIGITS)).or_default() += count;
        }
    }

    /// How many values there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The mean, rounded down to whole nanoseconds.
    pub fn mean(&self) -> Option<u64> {
        // A mean never exceeds the greatest value, so it fits.
        self.sum.checked_div(self.count.into()).map(|mean| mean as u64)
    }

    /// The least value.
    pub fn least(&self) -> Option<u64> {
        self.least
    }

    /// The greatest value.
    pub fn greatest(&self) -> Option<u64> {
        self.greatest
    }

    /// Different values, ascending, each with how often it occurs.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> + '_ {
        self.counts.iter().map(|(nanos, count)| (*nanos, *count))
    }

    /// Different values, ascending, each with the number of values that do not exceed it.
    pub fn steps(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.values().scan(0, |rank, (nanos, count)| {
            *rank += count;
            Some((nanos, *rank))
        })
    }

    /// The quantile by nearest rank: the least value that `percent` of the sample do not exceed.
    pub fn nearest_rank(&self, percent: u64) -> Option<u64> {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100).max(1);
        self.steps().find(|(_, below)| u128::from(*below) >= rank).map(|(nanos, _)| nanos)
    }

    /// Values from the first that is no less than `from` to the last that does not exceed `to`.
    pub fn within(&self, from: u64, to: u64) -> Option<(u64, u64)> {
        let mut range = self.counts.range(from..=to.max(from)).map(|(nanos, _)| *nanos);
        let first = range.next()?;
        Some((first, range.next_back().unwrap_or(first)))
    }
}

impl FromIterator<u64> for Durations {
    fn from_iter<I: IntoIterator<Item = u64>>(values: I) -> Self {
        let mut durations = Durations::default();
        values.into_iter().for_each(|nanos| durations.add(nanos));
        durations
    }
}

/// Rounds down to the binary digits that are kept.
fn rounded(nanos: u64, digits: u32) -> u64 {
    let spare = (u64::BITS - nanos.leading_zeros()).saturating_sub(digits);
    nanos >> spare << spare
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many different values, in an order that looks random.
    fn many() -> impl Iterator<Item = u64> {
        (0..200_000u64)
            .map(|place| 1_000_000 + place.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 5_000_000_000)
    }

    #[test]
    fn a_small_sample_is_exact() {
        let sample: Durations = [30, 10, 1_000, 20, 20].into_iter().collect();
        assert_eq!(sample.values().collect::<Vec<_>>(), [(10, 1), (20, 2), (30, 1), (1_000, 1)]);
        assert_eq!(sample.steps().collect::<Vec<_>>(), [(10, 1), (20, 3), (30, 4), (1_000, 5)]);
        assert_eq!((sample.nearest_rank(50), sample.nearest_rank(90)), (Some(20), Some(1_000)));
        assert_eq!((sample.len(), sample.mean()), (5, Some(216)));
        assert_eq!(sample.within(11, 999), Some((20, 30)));
    }

    #[test]
    fn quantiles_of_one_to_a_hundred_are_their_percentages() {
        let sample: Durations = (1..=100).collect();
        assert_eq!(
            [1, 50, 90, 100].map(|percent| sample.nearest_rank(percent)),
            [1, 50, 90, 100].map(Some)
        );
    }

    #[test]
    fn a_large_sample_takes_bounded_memory_and_is_nearly_exact() {
        let mut exact: Vec<u64> = many().collect();
        exact.sort_unstable();
        let sample: Durations = many().collect();
        assert!(sample.counts.len() <= MOST, "{} values", sample.counts.len());
        for percent in [1, 25, 50, 90, 99] {
            let expected = exact[exact.len() * percent / 100 - 1] as f64;
            let found = sample.nearest_rank(percent as u64).unwrap_or(0) as f64;
            assert!(
                found <= expected && found > expected * 0.9995,
                "{percent}: {found} {expected}"
            );
        }
        assert_eq!(
            (sample.least(), sample.greatest()),
            (exact.first().copied(), exact.last().copied())
        );
        let mean = exact.iter().map(|nanos| u128::from(*nanos)).sum::<u128>() / exact.len() as u128;
        assert_eq!(sample.mean().map(u128::from), Some(mean));
    }

    #[test]
    fn the_order_of_values_does_not_matter() {
        let forwards: Durations = many().collect();
        let mut values: Vec<u64> = many().collect();
        values.reverse();
        assert_eq!(forwards, values.into_iter().collect());
    }

    #[test]
    fn an_empty_sample_says_nothing() {
        let sample = Durations::default();
        assert_eq!((sample.nearest_rank(50), sample.mean(), sample.least()), (None, None, None));
    }
}

//! Choosing one of several things: uniformly, by weights, or by Zipf's law.

use crate::random::Stream;
use std::fmt;
use std::sync::Arc;

/// Things, one of which is drawn at a time. A single one is taken without drawing.
#[derive(Clone, PartialEq, Eq)]
pub struct Choice<T> {
    items: Arc<[T]>,
    /// Sums of the weights up to and including each item.
    cumulative: Arc<[u64]>,
    guide: Arc<Guide>,
}

/// The hash of a modelled canister's behaviour is over this: what follows from the rest is not in it.
impl<T: fmt::Debug> fmt::Debug for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Choice");
        shown.field("items", &self.items).field("cumulative", &self.cumulative).finish()
    }
}

/// Where to look among the sums: for equal steps of what is drawn, the first item it can be.
#[derive(Debug, PartialEq, Eq)]
struct Guide {
    step: u64,
    first: Vec<u32>,
}

/// Items for each step of the guide, on average.
const ITEMS_PER_STEP: usize = 4;

impl Guide {
    fn new(cumulative: &[u64]) -> Guide {
        let total = cumulative.last().copied().unwrap_or(0);
        let step = total.div_ceil((cumulative.len() / ITEMS_PER_STEP).max(1) as u64).max(1);
        let mut item = 0;
        let first = (0..=total / step).map(|place| {
            item += cumulative[item..].partition_point(|sum| *sum <= place * step);
            item as u32
        });
        Guide { step, first: first.collect() }
    }

    /// The items among which the one drawn is.
    fn range(&self, drawn: u64, items: usize) -> std::ops::Range<usize> {
        let place = (drawn / self.step) as usize;
        let last = self.first.get(place + 1).map_or(items, |last| *last as usize + 1);
        self.first[place] as usize..last.min(items)
    }
}

/// Nothing can be drawn: there are no things, or all weights are zero, or there is not one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{weights} weights for {items} things: expected one for each, not all of them zero")]
pub struct NothingToChoose {
    items: usize,
    weights: usize,
}

/// The weight of the first thing under Zipf's law: large enough that rounding the others to whole
/// numbers does not matter.
const ZIPF_FIRST: f64 = (1u64 << 40) as f64;

impl<T> Choice<T> {
    /// Always the same.
    pub fn one(item: T) -> Choice<T> {
        let cumulative = Arc::from([1]);
        let guide = Arc::new(Guide::new(&cumulative));
        Choice { items: Arc::from([item]), cumulative, guide }
    }

    /// Each as likely as its weight.
    ///
    /// # Errors
    /// The weights do not fit, see [`NothingToChoose`].
    pub fn weighted(items: Vec<T>, weights: &[u64]) -> Result<Choice<T>, NothingToChoose> {
        let sum = |total: &mut u64, weight: &u64| {
            *total = total.saturating_add(*weight);
            Some(*total)
        };
        let cumulative: Vec<u64> = weights.iter().scan(0, sum).collect();
        match items.len() == weights.len() && cumulative.last().is_some_and(|total| *total > 0) {
            true => {
                let guide = Arc::new(Guide::new(&cumulative));
                Ok(Choice { items: items.into(), cumulative: cumulative.into(), guide })
            }
            false => Err(NothingToChoose { items: items.len(), weights: weights.len() }),
        }
    }

    /// All equally likely.
    ///
    /// # Errors
    /// There are none.
    pub fn uniform(items: Vec<T>) -> Result<Choice<T>, NothingToChoose> {
        let weights = vec![1; items.len()];
        Choice::weighted(items, &weights)
    }

    /// Zipf's law: the `k`-th is as likely as `1 / k^exponent`.
    ///
    /// # Errors
    /// There are none.
    pub fn zipf(items: Vec<T>, exponent: f64) -> Result<Choice<T>, NothingToChoose> {
        let weight = |k: usize| libm::round(ZIPF_FIRST / libm::pow(k as f64, exponent)) as u64;
        let weights: Vec<u64> = (1..=items.len()).map(|k| weight(k).max(1)).collect();
        Choice::weighted(items, &weights)
    }

    /// Everything that can be drawn.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// The weight of each.
    pub fn weights(&self) -> Vec<u64> {
        let before = std::iter::once(&0).chain(&*self.cumulative);
        self.cumulative.iter().zip(before).map(|(sum, before)| sum - before).collect()
    }

    /// Draws one.
    pub fn pick(&self, random: &mut Stream) -> &T {
        let index = match self.items.len() {
            1 => 0,
            _ => {
                let total = self.cumulative.last().copied().unwrap_or(0);
                let drawn = random.below(total);
                let range = self.guide.range(drawn, self.items.len());
                let first = range.start;
                first + self.cumulative[range].partition_point(|sum| *sum <= drawn)
            }
        };
        &self.items[index.min(self.items.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(choice: &Choice<usize>, draws: usize) -> Vec<usize> {
        let mut random = Stream::new(1, "test", "choice");
        let mut counts = vec![0; choice.items().len()];
        (0..draws).for_each(|_| counts[*choice.pick(&mut random)] += 1);
        counts
    }

    #[test]
    fn things_come_as_often_as_their_weights_say() {
        let choice = Choice::weighted(vec![0, 1, 2], &[1, 0, 3]).expect("fits");
        let counts = counts(&choice, 10_000);
        assert!((2_400..2_600).contains(&counts[0]) && counts[1] == 0, "{counts:?}");
    }

    #[test]
    fn zipf_halves_from_the_first_to_the_second() {
        let choice = Choice::zipf((0..4).collect(), 1.0).expect("fits");
        let counts = counts(&choice, 25_000);
        // Shares 12/25, 6/25, 4/25, 3/25.
        for (count, expected) in counts.iter().zip([12_000i64, 6_000, 4_000, 3_000]) {
            assert!((*count as i64 - expected).abs() < 300, "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn the_guide_leads_to_the_item_whose_share_was_drawn(
            weights in prop::collection::vec(0u64..50, 1..60),
            share in 0.0f64..1.0,
        ) {
            let cumulative: Vec<u64> = weights.iter().scan(0, |sum, weight| {
                *sum += weight;
                Some(*sum)
            }).collect();
            let total = cumulative[weights.len() - 1];
            prop_assume!(total > 0);
            let drawn = (share * total as f64) as u64;
            let range = Guide::new(&cumulative).range(drawn, weights.len());
            let first = range.start;
            let found = first + cumulative[range].partition_point(|sum| *sum <= drawn);
            prop_assert_eq!(found, cumulative.partition_point(|sum| *sum <= drawn));
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert!(Choice::uniform(Vec::<u8>::new()).is_err());
        assert!(Choice::weighted(vec![1, 2], &[1]).is_err());
        assert!(Choice::weighted(vec![1, 2], &[0, 0]).is_err());
    }

    #[test]
    fn a_single_thing_costs_no_random_number() {
        let mut random = Stream::new(1, "test", "choice");
        let mut other = random.clone();
        assert_eq!(*Choice::one(7).pick(&mut random), 7);
        assert_eq!(random.next_u64(), other.next_u64());
    }
}

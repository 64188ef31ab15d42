//! The seed of each replication: derived from its number, never from the worker that runs it.

use serde::{Deserialize, Serialize};
use sim_core::random::Stream;

/// Where seeds come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seeds {
    /// So many seeds, derived from the seed of the sweep.
    Derived(usize),
    /// These.
    Listed(Vec<u64>),
}

impl Seeds {
    /// How many replications there are.
    pub fn count(&self) -> usize {
        match self {
            Seeds::Derived(count) => *count,
            Seeds::Listed(seeds) => seeds.len(),
        }
    }

    /// The seed of a replication of a point. With common random numbers it is the same for all
    /// points, so that points differ by what is varied and not by luck.
    pub fn seed(&self, base: u64, common: bool, point: usize, replication: usize) -> u64 {
        let entity = if common { "every point".to_owned() } else { format!("point {point}") };
        match self {
            Seeds::Listed(seeds) if common => seeds.get(replication).copied().unwrap_or(base),
            Seeds::Listed(seeds) => {
                let listed = seeds.get(replication).copied().unwrap_or(base);
                Stream::new(listed, &entity, "replication").next_u64()
            }
            Seeds::Derived(_) => {
                let purpose = format!("replication {replication}");
                Stream::new(base, &entity, &purpose).next_u64()
            }
        }
    }

    /// Reads `"1..30"`, both ends included.
    pub fn parse(text: &str) -> Option<Seeds> {
        let (first, last) = text.split_once("..")?;
        let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (first <= last && last - first < MOST).then(|| Seeds::Listed((first..=last).collect()))
    }
}

/// No sweep has more replications.
pub const MOST: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_random_numbers_give_all_points_the_same_seeds() {
        let seeds = Seeds::Derived(3);
        let of = |common, point| [0, 1, 2].map(|r| seeds.seed(7, common, point, r));
        assert_eq!(of(true, 0), of(true, 1));
        assert_ne!(of(false, 0), of(false, 1));
        assert_ne!(of(true, 0)[0], of(true, 0)[1]);
        assert_ne!(of(true, 0)[0], seeds.seed(8, true, 0, 0));
    }

    #[test]
    fn listed_seeds_are_used_as_they_are() {
        let seeds = Seeds::parse("1..30").expect("a range");
        assert_eq!((seeds.count(), seeds.seed(0, true, 5, 29)), (30, 30));
        for text in ["", "3", "3..1", "a..b", "0..18446744073709551615"] {
            assert_eq!(Seeds::parse(text), None, "{text}");
        }
    }
}

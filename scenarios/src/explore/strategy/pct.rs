//! Probabilistic concurrency testing: every canister has a random priority, and at `depth - 1` random
//! steps the canister whose turn it is gets the lowest.
//!
//! S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A randomized scheduler with probabilistic
//! guarantees of finding bugs", ASPLOS 2010. A thread there is a canister that receives here.

use super::ranked::{Ranked, Ranking};
use sim_core::delivery::Offered;
use sim_core::id::CanisterId;
use sim_core::random::Stream;
use std::collections::BTreeMap;

pub(super) fn pct(seed: u64, depth: u8, steps: u64) -> Ranked<Pct> {
    let mut random = Stream::new(seed, "strategy", "pct");
    let changes = (1..depth).map(|_| random.below(steps.max(1))).collect();
    let pct = Pct { random, ranks: BTreeMap::new(), changes, step: 0, lowest: u64::from(depth) };
    Ranked::new(pct, seed)
}

pub(super) struct Pct {
    random: Stream,
    ranks: BTreeMap<CanisterId, u64>,
    /// The steps at which priorities change.
    changes: Vec<u64>,
    step: u64,
    /// Counts down: each change goes below the one before.
    lowest: u64,
}

impl Ranking for Pct {
    fn rank(&mut self, offer: &Offered) -> u64 {
        *self.ranks.entry(offer.name.to).or_insert_with(|| self.random.next_u64())
    }

    fn taken(&mut self, offer: &Offered, _: &[Offered]) {
        if self.changes.contains(&self.step) {
            self.lowest = self.lowest.saturating_sub(1);
            self.ranks.insert(offer.name.to, self.lowest);
        }
        self.step += 1;
    }
}

//! Partial order sampling: every message has a random priority, drawn anew when one for the same
//! canister comes before it.
//!
//! X. Yuan, J. Yang, R. Gu, "Partial order aware concurrency sampling", CAV 2018. Two messages race if
//! they are for the same canister.

use super::ranked::{Ranked, Ranking};
use sim_core::delivery::{MessageName, Offered};
use sim_core::random::Stream;
use std::collections::BTreeMap;

pub(super) fn pos(seed: u64) -> Ranked<Pos> {
    let random = Stream::new(seed, "strategy", "pos");
    Ranked::new(Pos { random, ranks: BTreeMap::new() }, seed)
}

pub(super) struct Pos {
    random: Stream,
    ranks: BTreeMap<MessageName, u64>,
}

impl Ranking for Pos {
    fn rank(&mut self, offer: &Offered) -> u64 {
        *self.ranks.entry(offer.name.clone()).or_insert_with(|| self.random.next_u64())
    }

    fn taken(&mut self, offer: &Offered, rest: &[Offered]) {
        self.ranks.remove(&offer.name);
        for other in rest.iter().filter(|other| other.name.to == offer.name.to) {
            self.ranks.remove(&other.name);
        }
    }
}

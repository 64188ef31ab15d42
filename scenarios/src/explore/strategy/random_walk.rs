//! Of what could come next, anything, all alike.
//!
//! P. Thomson, A. Donaldson, A. Betts, "Concurrency testing using controlled schedulers: an empirical
//! study", ACM TOPC 2(4), 2016: a naive random scheduler finds most bugs that others find. Within a
//! round one message comes at a time; a block takes each message with even odds.

use sim_core::delivery::{Choices, Offered, Turn};
use sim_core::random::Stream;

pub(super) struct RandomWalk(Stream);

impl RandomWalk {
    pub(super) fn new(seed: u64) -> Self {
        RandomWalk(Stream::new(seed, "strategy", "random walk"))
    }
}

impl Choices for RandomWalk {
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        if turn.opens_round {
            return offered.iter().map(|_| self.0.below(2) == 0).collect();
        }
        let heads = offered.iter().filter(|offer| !offer.behind).count() as u64;
        let next = self.0.below(heads);
        let mut place = 0;
        let mut waits = |offer: &Offered| {
            let is_next = !offer.behind && place == next;
            place += u64::from(!offer.behind);
            !is_next
        };
        offered.iter().map(&mut waits).collect()
    }
}

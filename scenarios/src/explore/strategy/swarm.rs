//! Every run makes other messages wait, and in other measure.
//!
//! A. Groce, C. Zhang, E. Eide, Y. Chen, J. Regehr, "Swarm testing", ISSTA 2012: a run that leaves out
//! features at random goes further with those it has. Here a feature is a kind of message on its way
//! from one canister to another. Of those that a run picks, messages wait with a chance and for a
//! time that are drawn for the run; its latencies and block times are drawn anew, too.

use sim_core::delivery::{Choices, MessageName, Offered, Turn};
use sim_core::random::Stream;
use std::collections::BTreeMap;

/// One in so many messages of the ways picked waits.
const ONE_IN: [u64; 4] = [1, 2, 4, 10];
/// Turns that a message waits, at most.
const LONGEST: [u64; 5] = [1, 2, 4, 10, 30];
/// One in so many ways is picked.
const WAYS_ONE_IN: [u64; 3] = [1, 2, 4];

pub(super) struct Swarm {
    random: Stream,
    one_in: u64,
    longest: u64,
    ways_one_in: u64,
    /// Which ways are picked.
    ways: BTreeMap<MessageName, bool>,
    /// How long a message is to wait.
    turns: BTreeMap<MessageName, u64>,
}

impl Swarm {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Stream::new(seed, "strategy", "swarm");
        let mut pick = |from: &[u64]| from[random.below(from.len() as u64) as usize];
        let (one_in, longest, ways_one_in) = (pick(&ONE_IN), pick(&LONGEST), pick(&WAYS_ONE_IN));
        let (ways, turns) = (BTreeMap::new(), BTreeMap::new());
        Swarm { random, one_in, longest, ways_one_in, ways, turns }
    }

    /// How long a message is to wait, drawn when it is seen first.
    fn turns(&mut self, name: &MessageName) -> u64 {
        if let Some(turns) = self.turns.get(name) {
            return *turns;
        }
        let way = MessageName { number: 0, ..name.clone() };
        let random = &mut self.random;
        let picked = *self.ways.entry(way).or_insert_with(|| random.below(self.ways_one_in) == 0);
        let turns = match picked && random.below(self.one_in) == 0 {
            true => 1 + random.below(self.longest),
            false => 0,
        };
        self.turns.insert(name.clone(), turns);
        turns
    }
}

impl Choices for Swarm {
    fn wait(&mut self, _: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        let waits = |offer: &Offered| u64::from(offer.held_for) < self.turns(&offer.name);
        offered.iter().map(waits).collect()
    }
}

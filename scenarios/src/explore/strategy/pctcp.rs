//! Probabilistic concurrency testing with chain partitioning: every chain of messages that cause one
//! another has a random priority, and at `depth - 1` random steps the chain whose turn it is gets the
//! lowest.
//!
//! B. Ozkan, R. Majumdar, F. Niksic, M. Tabaei Befrouei, G. Weissenbacher, "Randomized testing of
//! distributed systems with probabilistic guarantees", OOPSLA 2018. Chains are made as messages become
//! known: the first call that an execution makes goes on with its chain, and so does its answer; every
//! further call and every message of a client begins a new one.

use super::ranked::{Ranked, Ranking};
use sim_core::delivery::{Kind, Offered, Turn};
use sim_core::id::MessageId;
use sim_core::random::Stream;
use sim_core::record::Event;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn pctcp(seed: u64, depth: u8, steps: u64) -> Ranked<Pctcp> {
    let mut random = Stream::new(seed, "strategy", "pctcp");
    let changes = (1..depth).map(|_| random.below(steps.max(1))).collect();
    let pctcp = Pctcp {
        random,
        chains: BTreeMap::new(),
        continued: BTreeSet::new(),
        ranks: BTreeMap::new(),
        changes,
        step: 0,
        lowest: u64::from(depth),
    };
    Ranked::new(pctcp, seed)
}

pub(super) struct Pctcp {
    random: Stream,
    /// The chain of a message, named by its first message.
    chains: BTreeMap<MessageId, MessageId>,
    /// Executions whose chain a call goes on with; a callback is one of its own.
    continued: BTreeSet<MessageId>,
    ranks: BTreeMap<MessageId, u64>,
    changes: Vec<u64>,
    step: u64,
    lowest: u64,
}

impl Pctcp {
    fn chain(&self, message: MessageId) -> MessageId {
        self.chains.get(&message).copied().unwrap_or(message)
    }
}

impl Ranking for Pctcp {
    fn turn(&mut self, turn: &Turn<'_>) {
        for record in turn.records {
            if let Event::Called { message, parent: Some(parent), .. } = record.event
                && self.continued.insert(parent)
            {
                self.chains.insert(message, self.chain(parent));
            }
        }
    }

    fn rank(&mut self, offer: &Offered) -> u64 {
        let chain = self.chain(offer.message);
        *self.ranks.entry(chain).or_insert_with(|| self.random.next_u64())
    }

    fn taken(&mut self, offer: &Offered, _: &[Offered]) {
        if offer.name.kind == Kind::Response {
            // Its callback may call again.
            self.continued.remove(&offer.message);
        }
        if self.changes.contains(&self.step) {
            self.lowest = self.lowest.saturating_sub(1);
            self.ranks.insert(self.chain(offer.message), self.lowest);
        }
        self.step += 1;
    }
}

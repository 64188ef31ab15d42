//! Strategies: ways to choose which messages wait. None finds everything, so a search mixes them.

mod jitter;
mod pct;
mod pctcp;
mod pos;
mod random_walk;
mod ranked;
mod swarm;

use sim_core::delivery::{Choices, Offered, Turn};
use sim_core::id::SubnetId;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// A way to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// Latencies and block times of another seed.
    Jitter,
    /// Any message that could come next, all alike.
    RandomWalk,
    /// Partial order sampling.
    Pos,
    /// Priorities of canisters that change at so many points less one.
    Pct(u8),
    /// Priorities of causal chains that change at so many points less one.
    Pctcp(u8),
    /// Other messages may wait in every run, and in other measure.
    Swarm,
}

impl Strategy {
    /// The portfolio, in the order in which runs take turns.
    pub const ALL: [Strategy; 9] = [
        Strategy::Jitter,
        Strategy::RandomWalk,
        Strategy::Pos,
        Strategy::Pct(2),
        Strategy::Pctcp(2),
        Strategy::Swarm,
        Strategy::Pct(3),
        Strategy::Pctcp(3),
        Strategy::Pctcp(5),
    ];

    /// Whether it changes the seed of the world rather than the order of messages.
    pub fn changes_seed(self) -> bool {
        matches!(self, Strategy::Jitter | Strategy::Swarm)
    }

    /// The choices of one run, for each subnet; `steps` is how many messages are taken in in a run
    /// in which nothing waits.
    pub fn choices(self, seed: u64, steps: u64) -> impl Fn(SubnetId) -> Box<dyn Choices> {
        let choices: Box<dyn Choices> = match self {
            Strategy::Jitter => Box::new(jitter::Jitter),
            Strategy::RandomWalk => Box::new(random_walk::RandomWalk::new(seed)),
            Strategy::Pos => Box::new(pos::pos(seed)),
            Strategy::Pct(depth) => Box::new(pct::pct(seed, depth, steps)),
            Strategy::Pctcp(depth) => Box::new(pctcp::pctcp(seed, depth, steps)),
            Strategy::Swarm => Box::new(swarm::Swarm::new(seed)),
        };
        let shared = Arc::new(Mutex::new(choices));
        move |_| Box::new(Shared(shared.clone()))
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Strategy::Jitter => f.pad("jitter"),
            Strategy::RandomWalk => f.pad("walk"),
            Strategy::Pos => f.pad("pos"),
            Strategy::Pct(depth) => f.pad(&format!("pct{depth}")),
            Strategy::Pctcp(depth) => f.pad(&format!("pctcp{depth}")),
            Strategy::Swarm => f.pad("swarm"),
        }
    }
}

/// There is no such strategy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no strategy `{0}`; expected jitter, walk, pos, pct2, pct3, pctcp2, pctcp3, pctcp5 or swarm"
)]
pub struct UnknownStrategy(String);

impl FromStr for Strategy {
    type Err = UnknownStrategy;

    fn from_str(text: &str) -> Result<Strategy, UnknownStrategy> {
        let known = Strategy::ALL.into_iter().find(|strategy| strategy.to_string() == text);
        known.ok_or_else(|| UnknownStrategy(text.to_owned()))
    }
}

/// One strategy that chooses for all subnets of a run. Runs that explore have one thread.
struct Shared(Arc<Mutex<Box<dyn Choices>>>);

impl Choices for Shared {
    fn wait(&mut self, turn: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).wait(turn, offered)
    }
}

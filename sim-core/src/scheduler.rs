//! Who is executed first, and on which virtual thread: one policy for each file.

mod ic_2024;
mod round_robin;

use crate::canister::Canister;
use serde::{Deserialize, Serialize};

/// A scheduling policy, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Accumulated priority with credits, as on the network until early 2026.
    #[serde(rename = "ic-2024")]
    Ic2024,
    /// Canisters in order of id, starting with another one each round.
    RoundRobin,
}

impl Policy {
    /// A scheduler of this policy for one subnet.
    pub(crate) fn make(self) -> Box<dyn Scheduler> {
        match self {
            Policy::Ic2024 => Box::<ic_2024::AccumulatedPriority>::default(),
            Policy::RoundRobin => Box::<round_robin::RoundRobin>::default(),
        }
    }
}

/// What a scheduler keeps of a canister.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Priority {
    pub(crate) accumulated: i64,
    /// Taken off `accumulated` when the execution it stands for has ended.
    pub(crate) credit: i64,
    /// Its long execution was promised a thread.
    pub(crate) prioritized: bool,
    /// How often it was first on a thread.
    pub(crate) scheduled_as_first: u64,
}

/// Decides the order of execution on one subnet.
pub(crate) trait Scheduler: Send {
    /// Called before the first iteration of a round.
    fn begin_round(&mut self, round: u64, threads: usize, canisters: &mut [Canister]);

    /// Deals the canisters for which `ready` holds to the threads.
    fn deal(&self, canisters: &[Canister], ready: &dyn Fn(usize) -> bool) -> Vec<Vec<usize>>;

    /// Called after the last iteration of a round.
    fn end_round(&mut self, canisters: &mut [Canister]);
}

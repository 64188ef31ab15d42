//! Who is executed first, and on which virtual thread: one policy for each file.
//!
//! A policy is asked before each round, before each inner iteration (who runs, on which thread, in
//! which order), after each iteration (who did run), and after the round. What it has to remember of
//! canisters that sleep it keeps in arrays of its own (`standings`), the rest in the canister's
//! `Priority`. That the network's policies come to the same as going through all canisters each round
//! is what the tests compare with `plain`.

mod first_come;
mod ic_2024;
mod ic_2026;
#[cfg(test)]
mod plain;
mod round_robin;
mod standings;
#[cfg(test)]
mod tests;

use crate::canister::Canister;
use crate::roster::Roster;
use crate::units::{Bytes, Instructions};
use serde::{Deserialize, Serialize};

/// A scheduling policy, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// Accumulated priority with credits, as on the network until early 2026.
    #[serde(rename = "ic-2024")]
    Ic2024,
    /// Accumulated priority charged by rounds, as on the network since spring 2026.
    #[serde(rename = "ic-2026")]
    Ic2026,
    /// Canisters in order of id, starting with another one each round.
    RoundRobin,
    /// Canisters in the order in which they got something to do.
    FirstCome,
}

impl Policy {
    /// A scheduler of this policy for one subnet.
    pub(crate) fn make(self) -> Box<dyn Scheduler> {
        match self {
            Policy::Ic2024 => Box::<ic_2024::AccumulatedPriority>::default(),
            Policy::Ic2026 => Box::<ic_2026::ChargedRounds>::default(),
            Policy::RoundRobin => Box::<round_robin::RoundRobin>::default(),
            Policy::FirstCome => Box::<first_come::FirstCome>::default(),
        }
    }
}

/// What schedulers keep of a canister.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Priority {
    /// Its long execution was promised a thread (2024).
    pub(crate) prioritized: bool,
    /// Rounds it was fully executed in and has not been charged for (2026).
    pub(crate) executed_rounds: i64,
    /// When its long execution began (2026).
    pub(crate) long_since: Option<u64>,
    /// How often it was first on a thread.
    pub(crate) scheduled_as_first: u64,
    /// How often it was stopped in the middle of its messages because a round was used up.
    pub(crate) interrupted: u64,
}

/// The round a policy schedules for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    pub(crate) number: u64,
    pub(crate) threads: usize,
    /// Rounds after which priorities start anew.
    pub(crate) reset_interval: u64,
    /// Changed memory from which on a canister sits out a round.
    pub(crate) heap_delta_limit: Bytes,
    /// Instructions of installs from which on a canister sits out a round.
    pub(crate) install_limit: Instructions,
}

/// What a canister did in an iteration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Executed {
    pub(crate) canister: usize,
    /// It ended a message, rather than only a slice of one.
    pub(crate) completed: bool,
}

/// Canisters for each thread, in order.
pub(crate) type Threads = Vec<Vec<usize>>;

/// Decides the order of execution on one subnet. Canisters are named by their place in the list.
pub(crate) trait Scheduler: Send {
    /// Called before the first iteration of a round.
    fn begin_round(&mut self, round: &Round, canisters: &mut Roster);

    /// Deals the canisters that can execute something to the threads.
    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads;

    /// Called after each iteration with what was executed.
    fn end_iteration(&mut self, _executed: &[Executed], _canisters: &mut Roster) {}

    /// Called after the last iteration of a round.
    fn end_round(&mut self, _canisters: &mut Roster) {}

    /// Orders canisters with paused executions: those in front stay paused if there are too many.
    fn order_paused(&self, paused: &mut [usize], _canisters: &[Canister]) {
        paused.sort_unstable();
    }

    /// The work of a canister's paused execution was thrown away.
    fn aborted(&mut self, _index: usize, _canister: &mut Canister) {}

    /// Called before canisters fall asleep: what has changed of them has to be noted now.
    fn note(&mut self, _canisters: &mut Roster) {}

    /// Another canister has taken a place.
    fn forget(&mut self, _index: usize) {}

    /// The accumulated priority of a canister, where the policy has such.
    fn accumulated(&self, _index: usize) -> i64 {
        0
    }
}

/// Deals canisters to threads in turn.
fn deal_in_turn(threads: usize, order: impl Iterator<Item = usize>) -> Threads {
    let mut dealt = vec![Vec::new(); threads];
    for (turn, canister) in order.enumerate() {
        dealt[turn % threads].push(canister);
    }
    dealt
}

/// Counts the first canister of each thread.
fn note_first(threads: &Threads, canisters: &mut Roster) {
    for &leader in threads.iter().filter_map(|schedule| schedule.first()) {
        canisters[leader].priority.scheduled_as_first += 1;
    }
}

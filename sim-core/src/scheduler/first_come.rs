//! First come, first served: canisters in the order in which they got something to do, dealt to the
//! threads in turn. Who was executed and has more to do goes to the end. For comparison; no network
//! schedules like this.

use super::{Executed, Round, Scheduler, Threads, deal_in_turn, note_first};
use crate::roster::Roster;
use std::collections::{BTreeSet, VecDeque};

#[derive(Default)]
pub(super) struct FirstCome {
    threads: usize,
    /// Canisters with something to do, longest waiting first.
    waiting: VecDeque<usize>,
    members: BTreeSet<usize>,
}

impl Scheduler for FirstCome {
    fn begin_round(&mut self, round: &Round, _: &mut Roster) {
        self.threads = round.threads;
    }

    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads {
        self.waiting.retain(|&index| canisters[index].can_execute());
        self.members = self.waiting.iter().copied().collect();
        for (index, canister) in canisters.awake() {
            if canister.can_execute() && self.members.insert(index) {
                self.waiting.push_back(index);
            }
        }
        let threads = deal_in_turn(self.threads, self.waiting.iter().copied());
        if first {
            note_first(&threads, canisters);
        }
        threads
    }

    fn end_iteration(&mut self, executed: &[Executed], _: &mut Roster) {
        let done: BTreeSet<_> = executed.iter().map(|entry| entry.canister).collect();
        self.waiting.retain(|index| !done.contains(index));
        self.waiting.extend(executed.iter().map(|entry| entry.canister));
    }
}

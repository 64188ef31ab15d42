//! Round robin: canisters in order of id, starting with another one each round, dealt to the threads
//! in turn. For comparison; no network schedules like this.

use super::{Round, Scheduler, Threads, deal_in_turn, note_first};
use crate::roster::Roster;

#[derive(Default)]
pub(super) struct RoundRobin {
    first: usize,
    threads: usize,
}

impl Scheduler for RoundRobin {
    fn begin_round(&mut self, round: &Round, canisters: &mut Roster) {
        self.first = round.number as usize % canisters.len().max(1);
        self.threads = round.threads;
    }

    fn deal(&mut self, first: bool, canisters: &mut Roster) -> Threads {
        let ready = canisters.awake().filter(|(_, canister)| canister.can_execute());
        let ready: Vec<usize> = ready.map(|(index, _)| index).collect();
        let (before, after) = ready.split_at(ready.partition_point(|&index| index < self.first));
        let threads = deal_in_turn(self.threads, after.iter().chain(before).copied());
        if first {
            note_first(&threads, canisters);
        }
        threads
    }
}

//! Round robin: canisters in order of id, starting with another one each round, dealt to the threads
//! in turn. For comparison; no network schedules like this.

use super::{Round, Scheduler, Threads, deal_in_turn, is_active, note_first};
use crate::canister::Canister;

#[derive(Default)]
pub(super) struct RoundRobin {
    first: usize,
    threads: usize,
}

impl Scheduler for RoundRobin {
    fn begin_round(&mut self, round: &Round, canisters: &mut [Canister]) {
        self.first = round.number as usize % canisters.len().max(1);
        self.threads = round.threads;
    }

    fn deal(&mut self, first: bool, canisters: &mut [Canister]) -> Threads {
        let count = canisters.len();
        let order = (0..count).map(|place| (place + self.first) % count);
        let ready = order.filter(|&index| is_active(&canisters[index]));
        let threads = deal_in_turn(self.threads, ready);
        if first {
            note_first(&threads, canisters);
        }
        threads
    }
}

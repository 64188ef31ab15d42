//! Round robin: canisters in order of id, starting with another one each round, dealt to the threads
//! in turn. For comparison; no network schedules like this.

use super::Scheduler;
use crate::canister::Canister;

#[derive(Default)]
pub(super) struct RoundRobin {
    first: usize,
    threads: usize,
}

impl Scheduler for RoundRobin {
    fn begin_round(&mut self, round: u64, threads: usize, canisters: &mut [Canister]) {
        self.first = round as usize % canisters.len().max(1);
        self.threads = threads;
    }

    fn deal(&self, canisters: &[Canister], ready: &dyn Fn(usize) -> bool) -> Vec<Vec<usize>> {
        let mut threads = vec![Vec::new(); self.threads];
        let count = canisters.len();
        let order = (0..count).map(|i| (i + self.first) % count);
        for (turn, canister) in order.filter(|canister| ready(*canister)).enumerate() {
            threads[turn % self.threads].push(canister);
        }
        threads
    }

    fn end_round(&mut self, _: &mut [Canister]) {}
}

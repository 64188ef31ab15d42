//! The network's policies against their plain formulation, on subnets to which anything happens.

use super::super::tests::{idle, round};
use super::super::{Executed, Policy, Scheduler};
use crate::execution::Job;
use crate::id::{CanisterId, SubnetId};
use crate::queues::test_messages::ingress;
use crate::random::Stream;
use crate::roster::Roster;
use crate::units::{Bytes, Instructions};
use proptest::prelude::*;

/// What happens to a canister between two steps of a round.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Arrives,
    Created,
    Deleted,
    Allocated(u64),
    WritesMuch,
    InstallsMuch,
    Recovers,
}

impl Happening {
    /// Something; on a calm subnet, messages and new canisters only.
    fn draw(random: &mut Stream, is_calm: bool) -> Happening {
        match random.below(if is_calm { 13 } else { 20 }) {
            0..12 => Happening::Arrives,
            12 => Happening::Created,
            13 => Happening::Deleted,
            14 | 15 => Happening::Allocated(random.below(40)),
            16 => Happening::WritesMuch,
            17 => Happening::InstallsMuch,
            _ => Happening::Recovers,
        }
    }
}

/// A policy with the canisters it schedules.
struct Side {
    scheduler: Box<dyn Scheduler>,
    canisters: Roster,
    settles: bool,
}

impl Side {
    fn happen(&mut self, place: usize, happening: Happening) {
        if let Happening::Created = happening {
            let id = CanisterId::on(SubnetId::new(0), self.canisters.len() as u32);
            return self.canisters.push(idle(id));
        }
        let canister = &mut self.canisters[place];
        let is_quiet = canister.input.is_empty() && canister.paused.is_none();
        match happening {
            Happening::Arrives if !canister.deleted => {
                canister.input.push_ingress(ingress(canister.id, 1));
            }
            Happening::Deleted if is_quiet => canister.deleted = true,
            Happening::Allocated(percent) => canister.compute_allocation = percent,
            Happening::WritesMuch => canister.heap_delta_debit = Bytes::new(1),
            Happening::InstallsMuch => canister.install_code_debit = Instructions::new(1),
            Happening::Recovers => {
                canister.heap_delta_debit = Bytes::ZERO;
                canister.install_code_debit = Instructions::ZERO;
            }
            _ => {}
        }
    }

    /// Lets a canister run once: `pauses` says whether it ends.
    fn run(&mut self, place: usize, pauses: bool) -> Executed {
        let canister = &mut self.canisters[place];
        if canister.paused.take().is_none() {
            canister.input.pop();
        }
        if pauses {
            canister.paused = Some(Box::new(Job::under_way(canister.id)));
        }
        Executed { canister: place, completed: !pauses }
    }

    fn end_round(&mut self) {
        self.scheduler.end_round(&mut self.canisters);
        if self.settles {
            self.scheduler.note(&mut self.canisters);
            self.canisters.settle();
        }
    }

    fn priorities(&self) -> Vec<i64> {
        let present = (0..self.canisters.len()).filter(|&place| !self.canisters[place].deleted);
        present.map(|place| self.scheduler.accumulated(place)).collect()
    }
}

fn sides(policy: Policy, count: u32) -> [Side; 2] {
    let plain: Box<dyn Scheduler> = match policy {
        Policy::Ic2024 => Box::<super::AccumulatedPriority>::default(),
        _ => Box::<super::ChargedRounds>::default(),
    };
    let canisters = || {
        let ids = (0..count).map(|number| CanisterId::on(SubnetId::new(0), number));
        Roster::from(ids.map(idle).collect::<Vec<_>>())
    };
    let side = |scheduler, settles| Side { scheduler, canisters: canisters(), settles };
    [side(policy.make(), true), side(plain, false)]
}

/// Plays the same rounds on both sides and compares every schedule and every priority.
fn compare(policy: Policy, seed: u64, count: u32, rounds: u64) -> Result<(), TestCaseError> {
    let mut random = Stream::new(seed, "subnet", "happenings");
    let [mut lazy, mut plain] = sides(policy, count);
    let (liveliness, is_calm) = (random.below(5), random.below(2) == 0);
    for number in 1..=rounds {
        let round = super::super::Round { reset_interval: 37, ..round(number, 4) };
        let is_quiet = random.below(3) == 0;
        for side in [&mut lazy, &mut plain] {
            side.scheduler.begin_round(&round, &mut side.canisters);
        }
        for iteration in 0..3 {
            let schedule = lazy.scheduler.deal(iteration == 0, &mut lazy.canisters);
            let expected = plain.scheduler.deal(iteration == 0, &mut plain.canisters);
            prop_assert_eq!(&schedule, &expected, "round {}, iteration {}", number, iteration);
            let (mut done, mut same) = (Vec::new(), Vec::new());
            for place in schedule.iter().flat_map(|thread| thread.iter().take(2).copied()) {
                let pauses = random.below(4) == 0;
                done.push(lazy.run(place, pauses));
                same.push(plain.run(place, pauses));
            }
            lazy.scheduler.end_iteration(&done, &mut lazy.canisters);
            plain.scheduler.end_iteration(&same, &mut plain.canisters);
            for _ in 0..if is_quiet { 0 } else { random.below(1 + liveliness) } {
                let place = random.below(lazy.canisters.len() as u64) as usize;
                let happening = Happening::draw(&mut random, is_calm);
                lazy.happen(place, happening);
                plain.happen(place, happening);
            }
        }
        lazy.end_round();
        plain.end_round();
        prop_assert_eq!(lazy.priorities(), plain.priorities(), "after round {}", number);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn ic_2024_comes_to_what_going_through_all_canisters_comes_to(seed: u64, count in 1u32..90) {
        compare(Policy::Ic2024, seed, count, 120)?;
    }

    #[test]
    fn ic_2026_comes_to_what_going_through_all_canisters_comes_to(seed: u64, count in 1u32..90) {
        compare(Policy::Ic2026, seed, count, 120)?;
    }
}

//! Tests of the policies by themselves: canisters that always have something to do, of which each thread
//! gets to execute only the first.

use super::*;
use crate::canister::SystemTask;
use crate::id::{CanisterId, SubnetId};
use crate::profile::Profile;
use crate::queues::test_messages::ingress;
use crate::random::Stream;
use proptest::prelude::*;

const NETWORK: [Policy; 2] = [Policy::Ic2024, Policy::Ic2026];
const ALL: [Policy; 4] = [Policy::Ic2024, Policy::Ic2026, Policy::RoundRobin, Policy::FirstCome];

pub(super) fn round(number: u64, threads: usize) -> Round {
    Round {
        number,
        threads,
        reset_interval: 86_400,
        heap_delta_limit: Bytes::new(1),
        install_limit: Instructions::new(1),
    }
}

pub(super) fn idle(id: CanisterId) -> Canister {
    Canister::new(id, id.to_string().into(), [].into(), &Profile::default().management)
}

/// Canisters with these compute allocations, each with a message.
fn busy(allocations: &[u64]) -> Roster {
    let canister = |(number, allocation): (usize, &u64)| {
        let id = CanisterId::on(SubnetId::new(0), number as u32);
        let mut canister = idle(id);
        canister.compute_allocation = *allocation;
        canister.input.push_ingress(ingress(id, number as u64));
        canister
    };
    allocations.iter().enumerate().map(canister).collect::<Vec<_>>().into()
}

/// Runs rounds in which the first canister of each thread uses the round up, and always has more to
/// do. Returns for each round who was first on a thread.
fn leaders(policy: Policy, threads: usize, allocations: &[u64], rounds: u64) -> Vec<Vec<usize>> {
    let mut canisters = busy(allocations);
    let mut scheduler = policy.make();
    (1..=rounds)
        .map(|number| {
            scheduler.begin_round(&round(number, threads), &mut canisters);
            let dealt = scheduler.deal(true, &mut canisters);
            let first: Vec<usize> =
                dealt.iter().filter_map(|schedule| schedule.first().copied()).collect();
            let done = |&canister: &usize| Executed { canister, completed: true };
            let executed: Vec<_> = first.iter().map(done).collect();
            scheduler.end_iteration(&executed, &mut canisters);
            scheduler.end_round(&mut canisters);
            first
        })
        .collect()
}

fn times_first(leaders: &[Vec<usize>], canister: usize) -> u64 {
    leaders.iter().filter(|first| first.contains(&canister)).count() as u64
}

#[test]
fn r030_allocation_order() {
    let mut canisters = busy(&[6, 10, 9, 5, 0]);
    canisters[4].input.pop();
    let mut scheduler = Policy::Ic2024.make();
    scheduler.begin_round(&round(1, 2), &mut canisters);
    assert_eq!(scheduler.deal(true, &mut canisters), [vec![1, 0], vec![2, 3]]);
}

#[test]
fn r032_compute_allocation_fairness() {
    for (threads, allocations) in [
        (2, vec![99]),
        (2, vec![50, 20, 10, 5, 1, 0, 0, 0]),
        (4, vec![100, 100, 50, 20, 10, 5, 1, 0, 0, 0, 0, 0]),
        (7, vec![30; 19]),
    ] {
        let rounds = 100 * allocations.len() as u64;
        let first = leaders(Policy::Ic2024, threads, &allocations, rounds);
        for (canister, allocation) in allocations.iter().enumerate() {
            let times = times_first(&first, canister);
            let least = (rounds * allocation / 100 + 1).min(rounds);
            assert!(times >= least, "{threads} threads, {allocation} %: {times} of {rounds}");
        }
    }
}

#[test]
fn five_percent_run_at_least_every_twentieth_round_under_any_load() {
    for policy in NETWORK {
        // 149 % can be allocated on four threads; the rest competes for what is left.
        let mut allocations = vec![5; 20];
        allocations.extend([0; 60]);
        let first = leaders(policy, 4, &allocations, 2_000);
        for canister in 0..20 {
            let rounds: Vec<usize> =
                (0..first.len()).filter(|&round| first[round].contains(&canister)).collect();
            let gaps = rounds.windows(2).map(|pair| pair[1] - pair[0]);
            // After the first rounds, in which everybody is new.
            let longest = gaps.skip(3).max().expect("it runs");
            assert!(longest <= 20, "{policy:?}: {longest} rounds between two");
        }
    }
}

proptest! {
    /// Who else has something to do in a round is drawn.
    #[test]
    fn five_percent_run_every_twentieth_round_whatever_the_others_do(
        seed: u64,
        allocations in proptest::collection::vec(0u64..30, 1..40),
        policy in proptest::sample::select(&NETWORK[..]),
    ) {
        // What is allocated stays within what can be: 149 % on four threads.
        let mut left = 144;
        let mut shares = vec![5];
        shares.extend(allocations.iter().map(|&share| {
            let share = share.min(left);
            left -= share;
            share
        }));
        let rounds = 1_000;
        let first = leaders_under(policy, &shares, rounds, seed);
        let waits: Vec<usize> =
            (0..first.len()).filter(|&round| first[round].contains(&0)).collect();
        let share = waits.len() as u64 * 100;
        prop_assert!(share >= 5 * rounds - 200, "{policy:?}: {} of {rounds}", waits.len());
        let longest = waits.windows(2).map(|pair| pair[1] - pair[0]).max();
        prop_assert!(longest <= Some(20), "{policy:?}: {longest:?} rounds between two");
    }
}

/// Like [`leaders`] on four threads, but only the first canister always has something to do: the others draw
/// in each round whether they have.
fn leaders_under(policy: Policy, shares: &[u64], rounds: u64, seed: u64) -> Vec<Vec<usize>> {
    let mut canisters = busy(shares);
    let mut scheduler = policy.make();
    let mut random = Stream::new(seed, "load", "test");
    (1..=rounds)
        .map(|number| {
            for place in 1..canisters.len() {
                let canister = &mut canisters[place];
                canister.input.pop();
                if random.below(3) > 0 {
                    canister.input.push_ingress(ingress(canister.id, number * 100 + place as u64));
                }
            }
            scheduler.begin_round(&round(number, 4), &mut canisters);
            let dealt = scheduler.deal(true, &mut canisters);
            let first: Vec<usize> =
                dealt.iter().filter_map(|schedule| schedule.first().copied()).collect();
            let done = |&canister: &usize| Executed { canister, completed: true };
            let executed: Vec<_> = first.iter().map(done).collect();
            scheduler.end_iteration(&executed, &mut canisters);
            scheduler.end_round(&mut canisters);
            first
        })
        .collect()
}

#[test]
fn without_allocations_everybody_gets_the_same() {
    for policy in ALL {
        let first = leaders(policy, 4, &[0; 14], 1_400);
        for canister in 0..14 {
            let times = times_first(&first, canister);
            assert!((380..=420).contains(&times), "{policy:?}: {times}");
        }
    }
}

#[test]
fn nobody_is_on_two_threads() {
    for policy in ALL {
        let mut canisters = busy(&[0; 11]);
        let mut scheduler = policy.make();
        scheduler.begin_round(&round(3, 4), &mut canisters);
        let mut dealt: Vec<_> =
            scheduler.deal(true, &mut canisters).into_iter().flatten().collect();
        dealt.sort_unstable();
        assert_eq!(dealt, (0..11).collect::<Vec<_>>(), "{policy:?}");
    }
}

#[test]
fn new_canisters_start_behind_those_that_have_waited() {
    // Nine canisters made one a round, and nine idle rounds: as recorded on a replica.
    let mut canisters = Roster::default();
    let mut scheduler = Policy::Ic2024.make();
    for number in 1..=18 {
        scheduler.begin_round(&round(number, 4), &mut canisters);
        scheduler.deal(true, &mut canisters);
        scheduler.end_round(&mut canisters);
        if number <= 9 {
            let id = CanisterId::on(SubnetId::new(0), number as u32 - 1);
            canisters.push(idle(id));
        }
    }
    for place in 0..8 {
        canisters[place].tasks.push_back(SystemTask::Heartbeat);
    }
    scheduler.begin_round(&round(19, 4), &mut canisters);
    let dealt = scheduler.deal(true, &mut canisters);
    assert_eq!(dealt, [vec![3, 5], vec![7, 0], vec![4, 1], vec![6, 2]]);
}

#[test]
fn first_come_serves_who_has_waited_longest() {
    let mut canisters = busy(&[0; 5]);
    let mut scheduler = Policy::FirstCome.make();
    scheduler.begin_round(&round(1, 2), &mut canisters);
    assert_eq!(scheduler.deal(true, &mut canisters), [vec![0, 2, 4], vec![1, 3]]);
    let done = [0, 1].map(|canister| Executed { canister, completed: true });
    scheduler.end_iteration(&done, &mut canisters);
    assert_eq!(scheduler.deal(false, &mut canisters), [vec![2, 4, 1], vec![3, 0]]);
}

mod ic_2026 {
    use super::super::ic_2026::ChargedRounds;
    use super::*;

    const WHOLE: i64 = 100_000_000;

    fn priorities(scheduler: &dyn Scheduler, canisters: &Roster) -> Vec<i64> {
        (0..canisters.len()).map(|place| scheduler.accumulated(place)).collect()
    }

    /// A scheduler that starts with these priorities.
    fn with_priorities(accumulated: &[i64]) -> ChargedRounds {
        let mut scheduler = ChargedRounds::default();
        scheduler.standings.accumulated = accumulated.to_vec();
        scheduler
    }

    /// One round in which the canisters named end a message each.
    fn run(scheduler: &mut dyn Scheduler, number: u64, canisters: &mut Roster, done: &[usize]) {
        scheduler.begin_round(&round(number, 4), canisters);
        scheduler.deal(true, canisters);
        let executed: Vec<_> =
            done.iter().map(|&canister| Executed { canister, completed: true }).collect();
        scheduler.end_iteration(&executed, canisters);
        scheduler.end_round(canisters);
    }

    #[test]
    fn who_was_fully_executed_pays_a_round_that_is_shared_out() {
        let mut canisters = busy(&[0; 8]);
        let mut scheduler = ChargedRounds::default();
        run(&mut scheduler, 1, &mut canisters, &[0, 1, 2, 3]);
        // Four paid a whole round each; every one of the eight is granted a half.
        let half = WHOLE / 2;
        assert_eq!(priorities(&scheduler, &canisters), [[-half; 4], [half; 4]].concat());
    }

    #[test]
    fn allocations_are_granted_before_the_rest_is_shared_out() {
        let mut canisters = busy(&[50, 0, 0, 0, 0, 0, 0, 0]);
        let mut scheduler = ChargedRounds::default();
        run(&mut scheduler, 1, &mut canisters, &[0, 1, 2, 3]);
        let share = (4 * WHOLE - WHOLE / 2) / 8;
        let priorities = priorities(&scheduler, &canisters);
        assert_eq!(priorities[0], -WHOLE + WHOLE / 2 + share);
        assert_eq!(priorities[1], -WHOLE + share);
        assert_eq!(priorities.iter().sum::<i64>(), 0);
    }

    #[test]
    fn large_priorities_decay() {
        let mut canisters = busy(&[0; 2]);
        (0..2).for_each(|place| drop(canisters[place].input.pop()));
        canisters[1].heap_delta_debit = Bytes::new(1);
        let mut scheduler = with_priorities(&[6 * WHOLE, -30 * WHOLE]);
        run(&mut scheduler, 1, &mut canisters, &[]);
        // Both are idle and pay a round; the one over its limit pays another. Of its 32 below zero the
        // 12 beyond 20 become 9.6. What was paid comes back to both in equal shares.
        let share = (29 * WHOLE + WHOLE * 6 / 10 - 5 * WHOLE) / 2;
        assert_eq!(
            priorities(&scheduler, &canisters),
            [5 * WHOLE + share, share - 29 * WHOLE - WHOLE * 6 / 10]
        );
    }

    #[test]
    fn priorities_start_anew_after_a_day_of_rounds() {
        let mut canisters = busy(&[0; 3]);
        let mut scheduler = with_priorities(&[0, 0, 7 * WHOLE]);
        scheduler.begin_round(&round(86_400, 4), &mut canisters);
        assert_eq!(priorities(&scheduler, &canisters), [0; 3]);
    }
}

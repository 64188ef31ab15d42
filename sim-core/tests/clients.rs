//! Workloads: open ones send whatever becomes of their messages, closed ones wait.

mod kit;

use kit::*;
use sim_core::choice::Choice;
use sim_core::distribution::{Distribution, exponential};
use sim_core::history::History;
use sim_core::id::CanisterId;
use sim_core::random::Stream;
use sim_core::record::{Event, Record};
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::{Arrivals, Pace, WorkloadSpec};

fn submitted(history: &History) -> Vec<(SimTime, CanisterId)> {
    let sent = |record: &Record| match record.event {
        Event::Submitted { canister, .. } => Some((record.time, canister)),
        _ => None,
    };
    records(history).filter_map(sent).collect()
}

fn workload(
    targets: Choice<CanisterId>,
    subnet: sim_core::id::SubnetId,
    pace: Pace,
) -> WorkloadSpec {
    WorkloadSpec {
        name: "clients".to_owned(),
        targets,
        method: "go".into(),
        args: Choice::one([].into()),
        sender: ic_principal::Principal::anonymous(),
        subnet,
        pace,
    }
}

#[test]
fn users_wait_for_their_answer_and_think() {
    let mut world = Builder::new();
    let target = world.canister(LEFT, 100 * T, |_| Act::reply(b"yes"));
    let think = Distribution::Fixed { value: SimDuration::from_secs(2) };
    let stop = SimTime::ZERO + SimDuration::from_secs(20);
    let pace = Pace::Closed { users: 3, think, start: SimTime::ZERO, stop };
    world.spec.workloads.push(workload(Choice::one(target), LEFT, pace));
    let history = world.run();
    let sent: Vec<SimTime> = submitted(&history).into_iter().map(|(time, _)| time).collect();
    assert_eq!(sent.iter().filter(|time| **time == SimTime::from_nanos(2_000_000_000)).count(), 3);
    let answers: Vec<SimTime> = records(&history)
        .filter(|record| matches!(record.event, Event::Completed { .. }))
        .map(|record| record.time)
        .collect();
    // Every message but the first of each user follows an answer by the time for thinking.
    let after_thinking = |time: &&SimTime| {
        answers.iter().any(|answer| time.since(*answer) == SimDuration::from_secs(2))
    };
    assert_eq!(sent.iter().filter(after_thinking).count(), sent.len() - 3);
    assert!(sent.len() >= 9 && sent.iter().all(|time| *time < stop), "{sent:?}");
}

struct Poisson(SimDuration);

impl Arrivals for Poisson {
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime> {
        Some(previous + exponential(self.0, random))
    }
}

/// The messages of an open workload with a target on each subnet; given to the left one only if
/// `right` is false.
fn spread(right: bool) -> (Vec<(SimTime, CanisterId)>, [CanisterId; 2]) {
    let mut world = Builder::new();
    let targets = [
        world.canister(LEFT, 100 * T, |_| Act::reply(b"yes")),
        world.canister(RIGHT, 100 * T, |_| Act::reply(b"yes")),
    ];
    let subnets = if right { vec![LEFT, RIGHT] } else { vec![LEFT] };
    for subnet in subnets {
        let choice = Choice::weighted(targets.to_vec(), &[3, 1]).expect("fits");
        let pace = Pace::Open(Box::new(Poisson(SimDuration::from_millis(50))));
        world.spec.workloads.push(workload(choice, subnet, pace));
    }
    let mut sent = submitted(&world.run());
    sent.sort();
    (sent, targets)
}

#[test]
fn a_workload_with_targets_on_two_subnets_is_one_process() {
    let (sent, [left, right]) = spread(true);
    let to = |target| sent.iter().filter(|(_, canister)| *canister == target).count();
    // 600 messages are expected, three of four to the left.
    assert!((520..680).contains(&sent.len()), "{}", sent.len());
    assert!(to(left) > 2 * to(right) && to(right) > 80, "{} {}", to(left), to(right));
    assert!(sent.windows(2).all(|pair| pair[0].0 != pair[1].0), "each is sent once");
    let (alone, _) = spread(false);
    let to_the_left: Vec<_> = sent.into_iter().filter(|(_, canister)| *canister == left).collect();
    assert_eq!(alone, to_the_left, "what one subnet sees does not depend on the other");
}

//! Messages can be made to wait, within what the network promises, and a list of those that did
//! repeats the history.

mod kit;

use kit::*;
use sim_core::delivery::{Choices, Fork, Held, Kind, Offered, Recording, Replay, Turn};
use sim_core::history::History;
use sim_core::id::CanisterId;
use sim_core::random::Stream;
use sim_core::record::Event;
use sim_core::runtime::Entry;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::{Continue, RunOptions, World};

/// Two callers, on either subnet, that call one canister three times at a go.
fn callers() -> Builder {
    let mut world = Builder::new();
    let callee = world.canister(LEFT, 100 * T, |_| Act::reply(b"pong"));
    for subnet in [LEFT, RIGHT] {
        let caller = world.canister(subnet, 100 * T, move |task| match task.entry {
            Entry::Update { .. } => {
                let call = || call(callee, "work", T / 1_000);
                Act::silence().and_call(call()).and_call(call()).and_call(call())
            }
            _ => Act::reply(b"done"),
        });
        world.send_at(caller, "go", &[500, 900, 2_500]);
    }
    world
}

fn run(world: Builder, mut choices: impl FnMut() -> Box<dyn Choices>) -> History {
    let mut world = World::new(world.spec).expect("the world can be set up");
    world.choose(|_| choices());
    let mut progress = |_| Continue::Yes;
    let options = RunOptions { threads: 1, progress: &mut progress };
    world.run(options).expect("cycles are conserved whatever waits")
}

/// Lets each message wait with chance one half.
struct Coin(Stream);

impl Choices for Coin {
    fn wait(&mut self, _: &Turn<'_>, offered: &[Offered]) -> Vec<bool> {
        offered.iter().map(|_| self.0.below(2) == 0).collect()
    }
}

fn coins(seed: u64) -> impl FnMut() -> Box<dyn Choices> {
    let mut subnet = 0;
    move || {
        subnet += 1;
        Box::new(Coin(Stream::new(seed, &format!("subnet {subnet}"), "coin")))
    }
}

#[test]
fn holding_nothing_changes_nothing() {
    let plain = callers().run();
    let chosen = run(callers(), || Box::new(Replay::default()));
    assert_eq!(plain.digest, chosen.digest);
}

#[test]
fn what_was_held_repeats_the_history_bit_for_bit() {
    for seed in 0..20 {
        let recording = Recording::default();
        let mut make = coins(seed);
        let first = run(callers(), || recording.record(make()));
        let held = recording.held();
        assert!(!held.is_empty());
        let second = run(callers(), || Box::new(Replay::of(&held)));
        assert_eq!(first.digest, second.digest, "seed {seed}");
    }
}

/// Ids of requests from one canister to another, in the order in which they were taken in.
fn inducted(history: &History, from: CanisterId) -> Vec<u64> {
    let called = |record: &sim_core::record::Record| match record.event {
        Event::Called { message, caller, .. } if caller == from => Some(message),
        _ => None,
    };
    let calls: Vec<_> = records(history).filter_map(called).collect();
    let taken = |record: &sim_core::record::Record| match record.event {
        Event::Inducted { message, .. } if calls.contains(&message) => Some(message.as_u64()),
        _ => None,
    };
    records(history).filter_map(taken).collect()
}

#[test]
fn requests_between_two_canisters_keep_their_order_whatever_waits() {
    for seed in 0..20 {
        let history = run(callers(), coins(seed));
        for caller in [CanisterId::on(LEFT, 1), CanisterId::on(RIGHT, 0)] {
            let order = inducted(&history, caller);
            assert_eq!(order.len(), 9, "everything is taken in in the end");
            assert!(order.is_sorted(), "{order:?}");
        }
    }
}

/// When the first message that a client sent to `to` was taken in.
fn taken_in(history: &History, to: CanisterId) -> SimTime {
    let sent = records(history).find_map(|record| match record.event {
        Event::Submitted { message, canister, .. } if canister == to => Some(message),
        _ => None,
    });
    let taken = records(history).find(
        |record| matches!(record.event, Event::Inducted { message, .. } if Some(message) == sent),
    );
    taken.expect("it was taken in").time
}

#[test]
fn a_held_message_waits_for_so_many_turns() {
    let to = CanisterId::on(LEFT, 1);
    let name = sim_core::delivery::MessageName {
        kind: Kind::Ingress,
        from: None,
        to,
        method: "go".into(),
        number: 1,
    };
    let first = |turns| {
        let held = [Held { message: name.clone(), turns }];
        taken_in(&run(callers(), || Box::new(Replay::of(&held))), to)
    };
    let times: Vec<_> = (0..4).map(first).collect();
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
}

#[test]
fn a_fork_repeats_what_came_before_it() {
    let recording = Recording::default();
    let mut make = coins(5);
    let first = run(callers(), || recording.record(make()));
    let from = SimTime::ZERO + SimDuration::from_secs(2);
    let before = Replay::of(&recording.held());
    let mut others = coins(6);
    let second =
        run(callers(), || Box::new(Fork { before: before.clone(), from, after: others() }));
    let early = |history: &History| {
        let early = records(history).filter(|record| record.time < from);
        early.cloned().collect::<Vec<_>>()
    };
    assert_ne!(first.digest, second.digest);
    assert_eq!(early(&first), early(&second));
}

//! One seed gives one history, at any number of threads.

mod kit;

use kit::*;
use sim_core::history::History;
use sim_core::runtime::Entry;
use sim_core::time::SimDuration;

fn busy_world(seed: u64, tie_seed: Option<u64>) -> Builder {
    let mut world = Builder::new();
    world.spec.seed = seed;
    world.spec.tie_seed = tie_seed;
    let callee = world.canister(RIGHT, 100 * T, |_| Act::reply(b"pong"));
    let caller = world.canister(LEFT, 100 * T, move |task| match task.entry {
        Entry::Update { .. } => Act::silence().and_call(call(callee, "work", T / 1_000)),
        _ => Act::reply(b"done"),
    });
    world.send_every(caller, "go", SimDuration::from_millis(200));
    world.send_every(callee, "work", SimDuration::from_millis(300));
    world
}

fn digest(history: &History) -> (u64, sim_core::history::Digest) {
    (history.events, history.digest)
}

#[test]
fn the_same_seed_gives_the_same_digest_on_one_thread_and_on_two() {
    let once = digest(&busy_world(7, None).run());
    assert_eq!(once, digest(&busy_world(7, None).run()));
    assert_eq!(once, digest(&busy_world(7, None).run_on(2)));
}

#[test]
fn another_seed_gives_another_digest() {
    assert_ne!(digest(&busy_world(7, None).run()).1, digest(&busy_world(8, None).run()).1);
}

#[test]
fn a_tie_seed_shows_the_same_workload_in_another_legal_order() {
    let (plain, other) = (busy_world(7, None).run(), busy_world(7, Some(3)).run());
    assert_ne!(plain.digest, other.digest);
    let submitted = |history: &History| {
        let mut times: Vec<_> = records(history)
            .filter(|record| matches!(record.event, sim_core::record::Event::Submitted { .. }))
            .map(|record| record.time)
            .collect();
        times.sort_unstable();
        times
    };
    assert_eq!(submitted(&plain), submitted(&other));
}

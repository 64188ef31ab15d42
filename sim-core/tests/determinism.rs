//! One seed gives one history, at any number of threads.

mod kit;

use kit::*;
use sim_core::distribution::Distribution;
use sim_core::history::History;
use sim_core::network::{Network, SubnetSpec};
use sim_core::runtime::Entry;
use sim_core::sink::{Recorded, Said, Sink};
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunOptions, World};

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

#[test]
fn a_tie_seed_keeps_streams_in_order_however_much_latencies_differ() {
    for tie_seed in 0..4 {
        let mut world = busy_world(7, Some(tie_seed));
        let subnets = ["left", "right"].map(|name| SubnetSpec {
            name: name.to_owned(),
            nodes: 13,
            ..SubnetSpec::default()
        });
        let latency = Distribution::Exponential { mean: SimDuration::from_secs(5) };
        world.spec.network = Network::mesh(subnets.into(), &latency);
        world.spec.duration = SimDuration::from_secs(120);
        let history = world.run();
        assert!(completed(&history).len() > 500);
    }
}

#[test]
fn a_tie_seed_bears_many_arrivals_at_one_instant() {
    let mut world = busy_world(7, Some(3));
    let target = world.spec.canisters[0].id;
    world.send_at(target, "work", &[2_000; 50]);
    world.spec.profile.timing.ingress_delivery = SimDuration::ZERO;
    assert!(completed(&world.run()).len() > 50);
}

#[test]
fn payloads_count_into_the_digest() {
    let digest_of = |reply: &'static [u8]| {
        let mut world = Builder::new();
        let id = world.canister(LEFT, 100 * T, move |_| Act::reply(reply));
        world.send_at(id, "go", &[1_000]);
        world.run().digest
    };
    assert_ne!(digest_of(b"a"), digest_of(b"b"));
}

/// Keeps what it is given.
#[derive(Default)]
struct Keeper(Vec<Vec<Recorded>>);

impl Sink for Keeper {
    fn take(&mut self, epoch: Vec<Recorded>) -> Continue {
        self.0.push(epoch);
        Continue::Yes
    }
}

/// A run of many messages, handed over as it goes on.
fn handed_over(threads: usize) -> (History, Keeper) {
    let mut world = busy_world(7, None);
    world.spec.duration = SimDuration::from_secs(3_600);
    let world = World::new(world.spec).expect("the world can be set up");
    let (mut keeper, mut go_on) = (Keeper::default(), |_| Continue::Yes);
    let options = RunOptions { threads, progress: &mut go_on };
    let (history, _) = world.run_into(options, &mut keeper).expect("the run ends well");
    (history, keeper)
}

#[test]
fn records_that_are_handed_over_are_those_of_the_history() {
    let mut whole = busy_world(7, None);
    whole.spec.duration = SimDuration::from_secs(3_600);
    let (whole, (history, keeper)) = (whole.run(), handed_over(1));
    assert_eq!(digest(&whole), digest(&history));
    assert!(records(&history).next().is_none() && keeper.0.len() > 1);
    for (place, subnet) in whole.subnets.iter().enumerate() {
        let found: Vec<_> = keeper.0.iter().flat_map(|epoch| &epoch[place].records).collect();
        assert!(found.into_iter().eq(&subnet.records), "{} differs", subnet.name);
    }
}

#[test]
fn epochs_do_not_depend_on_the_number_of_threads() {
    let lengths = |threads| {
        let keeper = handed_over(threads).1;
        let length = |epoch: &Vec<Recorded>| {
            epoch.iter().map(|subnet| (subnet.records.len(), subnet.contents.len())).collect()
        };
        keeper.0.iter().map(length).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(lengths(1), lengths(2));
}

#[test]
fn what_messages_say_is_handed_over_with_their_records() {
    let (_, keeper) = handed_over(1);
    let replies = keeper.0.iter().flatten().flat_map(|subnet| &subnet.contents);
    let pongs = replies.filter(|content| content.said == Said::Reply((*b"pong").into()));
    assert!(pongs.count() > 1_000);
}

#[test]
fn a_sink_that_has_enough_ends_the_run() {
    struct Full;
    impl Sink for Full {
        fn take(&mut self, _: Vec<Recorded>) -> Continue {
            Continue::Stop
        }
    }
    let world = World::new(busy_world(7, None).spec).expect("the world can be set up");
    let mut go_on = |_| Continue::Yes;
    let options = RunOptions { threads: 1, progress: &mut go_on };
    assert!(world.run_into(options, &mut Full).is_err());
}

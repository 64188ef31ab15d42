//! How long calls and updates take with the default profile, beside what was published. Run with
//! `--nocapture` to see the table.

mod kit;

use kit::*;
use sim_core::distribution::Distribution;
use sim_core::id::SubnetId;
use sim_core::network::{Network, SubnetSpec};
use sim_core::record::Event;
use sim_core::runtime::{Entry, Task};
use sim_core::time::SimDuration;
use std::collections::BTreeMap;

const MESSAGES: u64 = 150;

/// Mean milliseconds from sending an ingress message to reading its answer, for a canister that calls
/// another on `peer` first, or answers at once.
fn mean_latency(peer: Option<SubnetId>) -> u64 {
    let mut world = Builder::new();
    let subnet =
        |name: &str| SubnetSpec { name: name.to_owned(), nodes: 13, ..SubnetSpec::default() };
    // Half of the published median round-trip time of 125 ms between nodes.
    let latency = Distribution::Lognormal {
        median: SimDuration::from_millis(63),
        p99: SimDuration::from_millis(138),
    };
    world.spec.network = Network::mesh(vec![subnet("left"), subnet("right")], &latency);
    world.spec.duration = SimDuration::from_secs(2 * MESSAGES + 20);
    let first = world.spec.canisters.len();
    assert_eq!(first, 0);
    let callee = peer.map(|peer| world.canister(peer, 1_000 * T, |_| Act::reply(b"")));
    let caller = world.canister(LEFT, 1_000 * T, move |task: &Task| match (&task.entry, callee) {
        (Entry::Update { .. }, Some(callee)) => Act::silence().and_call(call(callee, "work", 0)),
        _ => Act::reply(b""),
    });
    // Times that fall anywhere within a round.
    let times: Vec<u64> = (1..=MESSAGES).map(|second| second * 2_000 + second * 37 % 997).collect();
    world.send_at(caller, "go", &times);
    let history = world.run();
    let mut sent = BTreeMap::new();
    let mut waits = Vec::new();
    for record in records(&history) {
        match record.event {
            Event::Submitted { message, .. } => drop(sent.insert(message, record.time)),
            Event::Completed { message, .. } => waits.push(record.time.since(sent[&message])),
            _ => {}
        }
    }
    assert_eq!(waits.len() as u64, MESSAGES);
    waits.iter().map(|wait| wait.as_nanos() / 1_000_000).sum::<u64>() / MESSAGES
}

#[test]
fn latencies_are_near_the_published_figures() {
    let update = mean_latency(None);
    let same_subnet = mean_latency(Some(LEFT));
    let cross_subnet = mean_latency(Some(RIGHT));
    // From making the call to running its callback, in rounds of two thirds of a second.
    let round_trip = (cross_subnet - same_subnet) * 10 / 667;
    println!("mean latency, 13 nodes         model   published");
    println!("update                      {update:>5} ms     1350 ms");
    println!("call on the same subnet     {same_subnet:>5} ms     1200 ms");
    println!("call to another subnet      {cross_subnet:>5} ms     3000 ms");
    println!(
        "its way there and back    {:>3}.{} rounds   4 to 5",
        round_trip / 10,
        round_trip % 10
    );
    assert!((950..=1_600).contains(&update), "{update}");
    assert!((950..=1_600).contains(&same_subnet), "{same_subnet}");
    assert!((2_400..=4_000).contains(&cross_subnet), "{cross_subnet}");
    assert!((35..=50).contains(&round_trip), "{round_trip} tenths of a round");
}

#[test]
fn overload_stretches_rounds_and_waits() {
    let mean_round = |instructions: u64| {
        let mut world = Builder::new();
        world.spec.duration = SimDuration::from_secs(60);
        for _ in 0..8 {
            let id = world.canister(LEFT, 1_000 * T, move |_| Act::reply(b"").using(instructions));
            world.send_every(id, "go", SimDuration::from_millis(250));
        }
        let history = world.run();
        let durations: Vec<u64> = history.subnets[0]
            .records
            .iter()
            .filter_map(|record| match &record.event {
                Event::Round(round) => Some(round.duration.as_nanos() / 1_000_000),
                _ => None,
            })
            .collect();
        durations.iter().sum::<u64>() / durations.len() as u64
    };
    let (light, heavy) = (mean_round(1_000_000), mean_round(1_500_000_000));
    // A thread does 2 billion instructions a second, and no more than 4 billion in a round.
    assert!(heavy > light + 200, "{light} ms, {heavy} ms");
    assert!(heavy <= 2_000, "{heavy} ms");
}

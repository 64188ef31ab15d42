//! Every call with a guaranteed response is answered exactly once, whatever goes wrong.

mod kit;

use kit::*;
use proptest::prelude::*;
use sim_core::fault::{CallFilter, Fault, FaultSpec};
use sim_core::id::CanisterId;
use sim_core::profile::Profile;
use sim_core::record::{EntryKind, Event};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Entry, Task};
use sim_core::time::{SimDuration, SimTime};
use std::collections::BTreeMap;

/// Clients send until then; what is under way has the rest of the time to end.
const BUSY_SECONDS: u64 = 40;
const SECONDS: u64 = 900;

/// Three canisters on each subnet.
fn peers() -> Vec<CanisterId> {
    (0..6).map(|i| CanisterId::on([LEFT, RIGHT][i % 2], (i / 2) as u32)).collect()
}

/// What a canister does is fixed by its salt and what it sees.
fn whim(task: &Task, peers: &[CanisterId], salt: u64) -> Act {
    let view = &task.surroundings;
    let mix = (view.time ^ salt ^ view.balance.get() as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(29);
    let peer = peers[(mix >> 8) as usize % peers.len()];
    match &task.entry {
        Entry::Start | Entry::Init { .. } | Entry::Cleanup { .. } => Act::silence(),
        _ if view.responded => Act::silence(),
        _ => match mix % 8 {
            0 | 1 => Act::trap(),
            2 => Act::silence(),
            3 => Act::reply(b"").and_accept(u128::from(mix % 50)),
            4 => Act::reject("no"),
            5 => Act::reply(b"").and_call(call(peer, "work", 70)),
            6 => Act::silence().and_call(call(peer, "work", 9)).using(3_000_000_000),
            _ => Act::silence().and_call(call(peer, "work", 100)).and_call(call(peer, "gone", 30)),
        },
    }
}

/// Something that goes wrong, at some time, for some seconds.
fn fault() -> impl Strategy<Value = FaultSpec> {
    (0u8..8, 0u64..BUSY_SECONDS, 1u64..15, 0usize..6, any::<bool>()).prop_map(
        |(kind, from, seconds, canister, to_right)| {
            let canister = peers()[canister];
            let (from_subnet, to) = if to_right { (LEFT, RIGHT) } else { (RIGHT, LEFT) };
            let calls = CallFilter { percent: Some(50), ..CallFilter::default() };
            let fault = match kind {
                0 => Fault::SubnetStalls { subnet: to },
                1 => Fault::SubnetRestarts { subnet: to },
                2 => Fault::LinkCut { from: from_subnet, to },
                3 => Fault::LinkSlow { from: from_subnet, to, percent: 700 },
                4 => Fault::CanisterFrozen { canister },
                5 => Fault::CanisterStopped { canister },
                6 => Fault::CallsRejected { calls, code: ErrorCode::CanisterQueueFull },
                _ => Fault::AnswersLate { calls, by: SimDuration::from_secs(seconds) },
            };
            let at = |second| SimTime::ZERO + SimDuration::from_secs(second);
            FaultSpec { from: at(from), until: at(from + seconds), fault }
        },
    )
}

fn world(seed: u64, era: usize, faults: Vec<FaultSpec>) -> Builder {
    let mut world = Builder::new();
    world.spec.profile = Profile::named(Profile::NAMES[era]).expect("is built in");
    world.spec.seed = seed;
    world.spec.duration = SimDuration::from_secs(SECONDS);
    world.spec.faults = faults;
    for i in 0..6u32 {
        let (peers, salt) = (peers(), seed.rotate_left(i) ^ u64::from(i));
        let behaviour = move |task: &Task| whim(task, &peers, salt);
        let id = world.canister([LEFT, RIGHT][i as usize % 2], 10_000 * T, behaviour);
        let times: Vec<u64> = (0..BUSY_SECONDS).map(|second| second * 1_000 + 91).collect();
        world.send_at(id, "go", &times);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_guaranteed_call_is_answered_exactly_once_whatever_goes_wrong(
        seed: u64,
        era in 0usize..3,
        faults in proptest::collection::vec(fault(), 0..7),
    ) {
        let history = world(seed, era, faults).run();
        let mut answers = BTreeMap::new();
        for record in records(&history) {
            match record.event {
                Event::Called { message, .. } => drop(answers.insert(message, 0)),
                Event::Executed {
                    message: Some(message),
                    entry: EntryKind::ReplyCallback | EntryKind::RejectCallback,
                    ..
                } => *answers.entry(message).or_insert(0) += 1,
                _ => {}
            }
        }
        prop_assert!(answers.len() > 20, "{} calls", answers.len());
        let wrong: Vec<_> = answers.iter().filter(|(_, answers)| **answers != 1).collect();
        prop_assert!(wrong.is_empty(), "{wrong:?} of {} calls", answers.len());
    }
}

//! Calls that end at a deadline, and that every guaranteed one is answered exactly once. Tests named `mNNN_…`
//! are cases of a catalogue of the replica's own routing tests; `docs/cases.md` lists them all.

mod kit;

use kit::notes::*;
use kit::stage::*;
use kit::*;
use sim_core::id::CanisterId;
use sim_core::reject::{ErrorCode, RejectCode};
use sim_core::runtime::{Entry, OutgoingCall, Task};
use sim_core::time::SimDuration;

fn best_effort(mut outgoing: OutgoingCall, seconds: u32) -> OutgoingCall {
    outgoing.timeout = Some(seconds);
    outgoing
}

/// A callee that never answers: it waits for a canister that has no budget to execute anything.
fn silent(peer: CanisterId) -> impl Fn(&Task) -> Act + Send + Sync + 'static {
    move |task| match task.entry {
        Entry::Update { .. } => Act::silence().and_call(call(peer, "work", 0)),
        _ => Act::silence(),
    }
}

#[test]
fn m056_a_best_effort_call_ends_at_its_deadline() {
    let mut stage = network();
    let answers = notes();
    // The callee calls itself for ever.
    let callee = CanisterId::on(THERE, 0);
    stage.canister_on(THERE, silent(callee));
    let sender =
        stage.canister(caller(&answers, move || vec![best_effort(call(callee, "work", 0), 10)]));
    stage.send(sender, 0);
    stage.rounds(3);
    stage.sandbox.advance(SimDuration::from_secs(10));
    stage.rounds(2);
    assert_eq!(taken(&answers), [""; 0], "the deadline itself is still in time");
    stage.sandbox.advance(SimDuration::from_secs(1));
    stage.rounds(2);
    assert_eq!(ErrorCode::DeadlineExpired.reject_code(), RejectCode::SysUnknown);
    assert_eq!(taken(&answers), ["601, 0 back"]);
}

#[test]
fn m052_an_answer_after_the_deadline_only_brings_cycles_back() {
    let mut stage = network();
    let answers = notes();
    let callee = CanisterId::on(THERE, 0);
    stage.canister_on(THERE, |_| Act::reply(b"late").and_accept(4));
    let sender =
        stage.canister(caller(&answers, move || vec![best_effort(call(callee, "work", 9), 10)]));
    let balance = |stage: &Stage| stage.sandbox.canister(sender).expect("exists").balance;
    stage.send(sender, 0);
    stage.round();
    // The reply is on its way when the time is up.
    stage.sandbox.advance(SimDuration::from_secs(20));
    let before = balance(&stage);
    stage.rounds(4);
    assert_eq!(taken(&answers), ["601, 0 back"]);
    assert!(balance(&stage) > before, "holds and cycles came back");
}

#[test]
fn m046_best_effort_messages_over_their_memory_are_dropped_the_largest_first() {
    let mut stage = Stage::with(2, "2026-mid", |profile| {
        profile.limits.best_effort_memory = sim_core::units::Bytes::new(2_000);
        profile.limits.stream_messages = 0;
    });
    let callee = stage.canister_on(THERE, |_| Act::reply(b""));
    let answers = notes();
    let sender = stage.canister(caller(&answers, move || {
        let sized = |(bytes, cycles): (usize, u128)| {
            let mut outgoing = best_effort(call(callee, "work", cycles), 60);
            outgoing.arg = vec![0; bytes].into();
            outgoing
        };
        [(900, 1), (1_500, 2), (800, 3)].map(sized).into()
    }));
    stage.send(sender, 0);
    stage.rounds(2);
    assert_eq!(taken(&answers), ["602, 2 back"]);
}

#[test]
fn m011_a_callee_takes_no_more_calls_of_one_caller_than_it_can_answer() {
    let mut stage = Stage::with(2, "2026-mid", |profile| profile.limits.queue_capacity = 3);
    let answers = notes();
    // It owes an answer to every call it has taken: it waits for somebody who is busy for long.
    let busy = stage.canister_on(THERE, |_| Act::reply(b"").using(39_000_000_000));
    let callee = stage.canister_on(THERE, silent(busy));
    let sender =
        stage.canister(caller(&answers, move || vec![best_effort(call(callee, "work", 0), 1); 3]));
    stage.send(sender, 0);
    stage.rounds(3);
    // The caller has given the first three up, the callee has not.
    stage.sandbox.advance(SimDuration::from_secs(3));
    stage.rounds(2);
    assert_eq!(taken(&answers), ["601, 0 back"; 3]);
    stage.send(sender, 0);
    stage.rounds(4);
    assert_eq!(ErrorCode::CanisterQueueFull.reject_code(), RejectCode::SysTransient);
    assert_eq!(taken(&answers), ["201, 0 back"; 3]);
}

mod exactly_one_response {
    use super::*;
    use proptest::prelude::*;
    use sim_core::record::{EntryKind, Event};
    use std::collections::BTreeMap;

    /// What a canister does is fixed by its salt and the time.
    fn whim(task: &Task, peers: &[CanisterId], salt: u64) -> Act {
        let view = &task.surroundings;
        let mix = (view.time ^ salt ^ view.balance.get() as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(27);
        let peer = peers[(mix >> 8) as usize % peers.len()];
        let outgoing = |cycles| match mix % 3 {
            0 => best_effort(call(peer, "work", cycles), (mix % 7) as u32),
            _ => call(peer, "work", cycles),
        };
        match &task.entry {
            Entry::Start | Entry::Init { .. } | Entry::Cleanup { .. } => Act::silence(),
            _ if view.responded => Act::silence(),
            _ => match mix % 8 {
                0 => Act::trap(),
                1 => Act::silence(),
                2 | 3 => Act::reply(b"").and_accept(u128::from(mix % 50)),
                4 => Act::reject("no"),
                5 => Act::reply(b"").and_call(outgoing(70)),
                _ => Act::silence().and_call(outgoing(100)).and_call(outgoing(30)),
            },
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        /// M050: every callback is run once, whatever happens to the call.
        #[test]
        fn m050_every_guaranteed_call_is_answered_exactly_once(
            salt: u64, stream in 0u64..6, capacity in 1u64..4
        ) {
            let mut stage = Stage::with(2, "2026-mid", |profile| {
                profile.limits.stream_messages = stream;
                profile.limits.queue_capacity = capacity;
            });
            let peers: Vec<_> = (0..6)
                .map(|i| CanisterId::on([HERE, THERE][i % 2], (i / 2) as u32))
                .collect();
            for i in 0..6u64 {
                let peers = peers.clone();
                let salt = salt.rotate_left(i as u32);
                stage.canister_on([HERE, THERE][i as usize % 2], move |task| {
                    whim(task, &peers, salt)
                });
            }
            let mut called = BTreeMap::new();
            let mut rounds = 0;
            while rounds < 60 || (called.values().any(|answers| *answers == 0) && rounds < 400) {
                for peer in peers.iter().filter(|_| rounds < 20) {
                    stage.send(*peer, 0);
                }
                if rounds >= 20 {
                    stage.sandbox.advance(SimDuration::from_secs(20));
                }
                for (_, record) in stage.sandbox.tick() {
                    match record.event {
                        Event::Called { message, .. } => {
                            called.insert(message, 0);
                        }
                        Event::Executed {
                            message: Some(message),
                            entry: EntryKind::ReplyCallback | EntryKind::RejectCallback,
                            ..
                        } => *called.get_mut(&message).expect("was called") += 1,
                        _ => {}
                    }
                }
                stage.sandbox.check_cycles().expect("cycles are conserved");
                rounds += 1;
            }
            prop_assert!(called.len() > 20, "{} calls", called.len());
            let wrong: Vec<_> = called.iter().filter(|(_, answers)| **answers != 1).collect();
            prop_assert!(wrong.is_empty(), "{wrong:?}");
        }
    }
}

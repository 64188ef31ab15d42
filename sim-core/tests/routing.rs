//! How messages travel: order, room, time-outs, rejects. Tests named `mNNN_…` are cases of a catalogue of the
//! replica's own routing tests; `docs/cases.md` lists them all.

mod kit;

use kit::stage::*;
use kit::*;
use sim_core::id::CanisterId;
use sim_core::reject::{ErrorCode, RejectCode};
use sim_core::runtime::{Entry, OutgoingCall, Task};
use sim_core::time::SimDuration;
use sim_core::units::Cycles;
use std::sync::{Arc, Mutex};

const THERE: sim_core::id::SubnetId = sim_core::id::SubnetId::new(1);

/// What canisters note down while they run.
type Notes = Arc<Mutex<Vec<String>>>;

fn notes() -> Notes {
    Notes::default()
}

fn note(notes: &Notes, text: impl Into<String>) {
    notes.lock().expect("no test panicked").push(text.into());
}

fn taken(notes: &Notes) -> Vec<String> {
    std::mem::take(&mut *notes.lock().expect("no test panicked"))
}

fn best_effort(mut outgoing: OutgoingCall, seconds: u32) -> OutgoingCall {
    outgoing.timeout = Some(seconds);
    outgoing
}

/// A caller that makes calls when it is called, and notes how each was answered.
fn caller(
    answers: &Notes,
    calls: impl Fn() -> Vec<OutgoingCall> + Send + Sync + 'static,
) -> impl Fn(&Task) -> Act + Send + Sync + 'static {
    let answers = answers.clone();
    move |task| match &task.entry {
        Entry::ReplyCallback { .. } => {
            note(&answers, format!("reply, {} back", task.surroundings.cycles_refunded.get()));
            Act::silence()
        }
        Entry::RejectCallback { reject, .. } => {
            let (code, back) = (reject.code.number(), task.surroundings.cycles_refunded.get());
            note(&answers, format!("{code}, {back} back"));
            Act::silence()
        }
        Entry::Update { .. } => calls().into_iter().fold(Act::reply(b""), Act::and_call),
        _ => Act::silence(),
    }
}

fn network() -> Stage {
    Stage::with(2, "2026-mid", |_| {})
}


#[test]
fn m001_messages_of_one_canister_to_another_keep_their_order() {
    for subnet in [HERE, THERE] {
        let mut stage = network();
        let order = notes();
        let log = order.clone();
        let callee = stage.canister_on(subnet, move |task| {
            if let Entry::Update { arg, .. } = &task.entry {
                note(&log, format!("{}", arg[0]));
            }
            Act::reply(b"")
        });
        let sender = stage.canister(caller(&notes(), move || {
            let numbered = |number: u8| {
                let mut outgoing = call(callee, "work", 0);
                outgoing.arg = vec![number].into();
                outgoing
            };
            (0..5).map(numbered).collect()
        }));
        stage.send(sender, 0);
        stage.rounds(4);
        assert_eq!(taken(&order), ["0", "1", "2", "3", "4"]);
    }
}

#[test]
fn m009_a_pair_of_canisters_has_room_for_500_calls() {
    let mut stage = network();
    let free = notes();
    let log = free.clone();
    let callee = CanisterId::on(HERE, 1);
    let caller = stage.canister(move |task| {
        let busy = &task.surroundings.busy_queues;
        let left = busy.iter().find(|(peer, _)| *peer == callee).map_or(500, |(_, left)| *left);
        note(&log, left.to_string());
        match task.entry {
            Entry::Update { .. } => Act::reply(b"").and_call(call(callee, "work", 0)),
            _ => Act::silence(),
        }
    });
    stage.canister(|_| Act::reply(b""));
    stage.send(caller, 0);
    stage.send(caller, 0);
    stage.round();
    // Each call takes a slot until its response is taken from the queue.
    let free = taken(&free);
    assert_eq!(free[..3], ["500", "500", "499"], "{free:?}");
    assert_eq!(free[3..], ["499", "500"]);
}

#[test]
fn m019_m018_a_full_stream_makes_messages_wait_and_then_time_out() {
    let mut stage = Stage::with(2, "2026-mid", |profile| profile.limits.stream_messages = 0);
    let callee = stage.canister_on(THERE, |_| Act::reply(b""));
    let answers = notes();
    let sender = stage.canister(caller(&answers, move || vec![call(callee, "work", 7)]));
    stage.send(sender, 0);
    stage.rounds(3);
    stage.sandbox.advance(SimDuration::from_secs(299));
    stage.round();
    assert_eq!(taken(&answers), [""; 0]);
    stage.sandbox.advance(SimDuration::from_secs(1));
    stage.rounds(2);
    let timed_out = ErrorCode::IngressMessageTimeout;
    assert_eq!(timed_out.reject_code(), RejectCode::SysTransient);
    assert_eq!(taken(&answers), [format!("{}, 7 back", timed_out.number())]);
}

#[test]
fn m017_a_stream_takes_as_many_messages_as_its_limit_says() {
    let mut stage = Stage::with(2, "2026-mid", |profile| profile.limits.stream_messages = 4);
    let callee = stage.canister_on(THERE, |_| Act::reply(b""));
    let sender =
        stage.canister(caller(&notes(), move || vec![call(callee, "work", 0); 10]));
    stage.send(sender, 0);
    let first = stage.round();
    assert_eq!(first.ended_by(callee), 4);
    let rounds = stage.rounds(8);
    assert_eq!(rounds.iter().map(|round| round.ended_by(callee)).sum::<usize>(), 6);
}

#[test]
fn m021_requests_time_out_300_seconds_after_they_were_made() {
    let mut stage = Stage::with(2, "2026-mid", |profile| profile.limits.stream_messages = 0);
    let callee = stage.canister_on(THERE, |_| Act::reply(b""));
    let answers = notes();
    let sender = stage.canister(caller(&answers, move || {
        [3, 5].map(|cycles| call(callee, "work", cycles)).into()
    }));
    stage.send(sender, 0);
    stage.round();
    stage.sandbox.advance(SimDuration::from_secs(100));
    stage.send(sender, 0);
    stage.round();
    stage.sandbox.advance(SimDuration::from_secs(200));
    stage.rounds(2);
    assert_eq!(taken(&answers), ["202, 3 back", "202, 5 back"]);
    stage.sandbox.advance(SimDuration::from_secs(100));
    stage.rounds(2);
    assert_eq!(taken(&answers), ["202, 3 back", "202, 5 back"]);
}

/// How a call to `callee` is answered.
fn answer_to(stage: &mut Stage, callee: CanisterId, bytes: usize) -> Vec<String> {
    let answers = notes();
    let sender = stage.canister(caller(&answers, move || {
        let mut outgoing = call(callee, "work", 9);
        outgoing.arg = vec![0; bytes].into();
        vec![outgoing]
    }));
    stage.send(sender, 0);
    stage.rounds(6);
    taken(&answers)
}

#[test]
fn a_call_to_nowhere_is_rejected_as_an_invalid_destination() {
    let mut stage = network();
    let nowhere = CanisterId::on(sim_core::id::SubnetId::new(7), 0);
    assert_eq!(ErrorCode::CanisterNotFound.reject_code(), RejectCode::DestinationInvalid);
    assert_eq!(answer_to(&mut stage, nowhere, 0), ["301, 9 back"]);
}

#[test]
fn a_call_to_a_canister_that_does_not_exist_is_rejected_on_either_subnet() {
    let mut stage = network();
    for subnet in [HERE, THERE] {
        let missing = CanisterId::on(subnet, 99);
        assert_eq!(answer_to(&mut stage, missing, 0), ["301, 9 back"]);
    }
}

#[test]
fn m036_a_request_over_2_mib_to_another_subnet_comes_back() {
    let mut stage = network();
    let callee = stage.canister_on(THERE, |_| Act::reply(b""));
    let code = ErrorCode::CanisterContractViolation;
    assert_eq!(code.reject_code(), RejectCode::CanisterError);
    let answer = answer_to(&mut stage, callee, (2 << 20) + 1);
    assert_eq!(answer, [format!("{}, 9 back", code.number())]);
}

#[test]
fn m037_a_request_over_2_mib_on_the_same_subnet_is_delivered() {
    let mut stage = network();
    let callee = stage.canister(|_| Act::reply(b""));
    assert_eq!(answer_to(&mut stage, callee, (2 << 20) + 1), ["reply, 9 back"]);
}

#[test]
fn m040_m041_stopping_and_stopped_canisters_take_responses_but_no_calls() {
    for subnet in [HERE, THERE] {
        let mut stage = network();
        let waiting = notes();
        let far = stage.canister_on(THERE, |_| Act::reply(b""));
        let callee =
            stage.canister_on(subnet, caller(&waiting, move || vec![call(far, "work", 0)]));
        stage.send(callee, 0);
        stage.manage(callee, "stop_canister", &Named::of(callee));
        let answers = notes();
        let sender = stage.canister(caller(&answers, move || vec![call(callee, "work", 9)]));
        stage.rounds(6);
        assert_eq!(stage.status(callee), "Stopped");
        assert_eq!(taken(&waiting).len(), 1, "the response arrived");
        stage.send(sender, 0);
        stage.rounds(6);
        assert_eq!(taken(&answers), ["508, 9 back"]);
    }
}

#[test]
fn m042_a_call_to_a_frozen_canister_is_rejected_and_refunded() {
    let mut stage = network();
    let callee = stage.canister(|_| Act::reply(b""));
    let freeze = FreezingSettings {
        canister_id: callee.principal(),
        settings: Freezing { freezing_threshold: Some((1u128 << 60).into()) },
    };
    stage.manage(callee, "update_settings", &freeze);
    stage.round();
    assert_eq!(ErrorCode::CanisterOutOfCycles.reject_code(), RejectCode::SysTransient);
    assert_eq!(answer_to(&mut stage, callee, 0), ["207, 9 back"]);
}

#[derive(candid::CandidType)]
struct FreezingSettings {
    canister_id: ic_principal::Principal,
    settings: Freezing,
}

#[derive(candid::CandidType)]
struct Freezing {
    freezing_threshold: Option<candid::Nat>,
}

#[test]
fn m053_what_was_accepted_and_what_comes_back_is_what_was_attached() {
    for subnet in [HERE, THERE] {
        let mut stage = network();
        let callee = stage.canister_on(subnet, |_| Act::reply(b"").and_accept(4));
        assert_eq!(answer_to(&mut stage, callee, 0), ["reply, 5 back"]);
    }
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
    let sender = stage.canister(caller(&answers, move || {
        vec![best_effort(call(callee, "work", 0), 10)]
    }));
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
    let sender = stage.canister(caller(&answers, move || {
        vec![best_effort(call(callee, "work", 9), 10)]
    }));
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
fn m057_what_is_not_delivered_within_the_round_goes_through_the_loopback_stream() {
    let mut stage = Stage::new(|limits| {
        // One iteration uses the round up.
        Stage::plain(limits, 2, 100, 50, 50);
        limits.round_overhead_per_message = sim_core::units::Instructions::new(100);
    });
    let callee = CanisterId::on(HERE, 1);
    let sender = stage.canister(caller(&notes(), move || vec![call(callee, "work", 0)]));
    stage.canister(|_| Act::reply(b""));
    stage.send(sender, 0);
    assert_eq!(stage.round().ended_by(callee), 0);
    assert_eq!(stage.round().ended_by(callee), 1);
}

#[test]
fn m044_m011_a_callee_takes_no_more_calls_of_one_caller_than_it_can_answer() {
    let mut stage = Stage::with(2, "2026-mid", |profile| profile.limits.queue_capacity = 3);
    let answers = notes();
    let callee = CanisterId::on(THERE, 0);
    // It owes an answer to every call it has taken.
    stage.canister_on(THERE, silent(callee));
    let sender = stage.canister(caller(&answers, move || {
        vec![best_effort(call(callee, "work", 0), 1); 3]
    }));
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

#[test]
fn rejects_of_another_subnet_are_signals_in_2026_and_messages_in_2024() {
    let reject = |profile| {
        let mut stage = Stage::with(2, profile, |_| {});
        let missing = CanisterId::on(THERE, 9);
        answer_to(&mut stage, missing, 0)
    };
    assert_eq!(reject("2024-06"), reject("2026-mid"));
}

mod exactly_one_response {
    use super::*;
    use proptest::prelude::*;
    use sim_core::record::Event;
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
                        Event::Executed { message: Some(message), entry, .. }
                            if matches!(
                                entry,
                                sim_core::record::EntryKind::ReplyCallback
                                    | sim_core::record::EntryKind::RejectCallback
                            ) =>
                        {
                            *called.get_mut(&message).expect("was called") += 1;
                        }
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

#[test]
fn a_management_call_is_answered_in_the_round_after_it_arrived() {
    let mut stage = network();
    let answers = notes();
    let me = CanisterId::on(HERE, 0);
    stage.canister(caller(&answers, move || {
        let mut outgoing = call(me, "canister_status", 0);
        outgoing.callee = ic_principal::Principal::management_canister();
        outgoing.arg = candid::encode_one(Named::of(me)).expect("encodes").into();
        vec![outgoing]
    }));
    stage.send(me, 0);
    let managed: Vec<_> = stage.rounds(3).iter().map(|round| round.managed.len()).collect();
    assert_eq!(managed, [0, 1, 0]);
    assert_eq!(taken(&answers), ["reply, 0 back"]);
}

#[test]
fn cycles_of_an_unfinished_world_are_where_the_books_say() {
    let mut stage = network();
    let callee = stage.canister_on(THERE, |_| Act::reply(b"").and_accept(10));
    let sender = stage.canister(caller(&notes(), move || vec![call(callee, "work", 100)]));
    let before = stage.sandbox.canister(sender).expect("exists").balance;
    stage.send(sender, 0);
    stage.rounds(1);
    stage.sandbox.check_cycles().expect("are conserved");
    assert!(stage.sandbox.canister(sender).expect("exists").balance < before);
    assert!(before > Cycles::ZERO);
}

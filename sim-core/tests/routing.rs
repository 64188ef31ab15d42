//! How messages travel: order, room, time-outs, rejects. Tests named `mNNN_…` are cases of a catalogue of the
//! replica's own routing tests; `docs/cases.md` lists them all.

mod kit;

use kit::notes::*;
use kit::stage::*;
use kit::*;
use sim_core::id::CanisterId;
use sim_core::network::SubnetKind;
use sim_core::reject::{ErrorCode, RejectCode};
use sim_core::runtime::Entry;
use sim_core::time::SimDuration;
use sim_core::units::Cycles;

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
    assert_eq!(taken(&free), ["500", "499", "499", "500"]);
}

#[test]
fn m018_a_full_stream_makes_messages_wait_and_then_time_out() {
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
    let sender = stage.canister(caller(&notes(), move || vec![call(callee, "work", 0); 10]));
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
fn m039_the_text_of_an_oversized_reject_is_cut() {
    let mut stage = network();
    let callee = stage.canister_on(THERE, |_| Act::reject(&"no".repeat(1 << 20)));
    let lengths = notes();
    let log = lengths.clone();
    let sender = stage.canister(move |task| match &task.entry {
        Entry::Update { .. } => Act::reply(b"").and_call(call(callee, "work", 0)),
        Entry::RejectCallback { reject, .. } => {
            note(&log, format!("{} {}", reject.code.number(), reject.message.len()));
            Act::silence()
        }
        _ => Act::silence(),
    });
    stage.send(sender, 0);
    stage.rounds(3);
    assert_eq!(taken(&lengths), ["406 8192"]);
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

#[test]
fn m057_what_is_not_delivered_within_the_round_goes_through_the_loopback_stream() {
    let mut stage = Stage::new(|limits| {
        // One iteration uses the round up.
        Stage::plain(limits, 2, 1_000_000, 500_000, 500_000);
        limits.round_overhead_per_message = sim_core::units::Instructions::new(1_000_000);
    });
    let callee = CanisterId::on(HERE, 1);
    let sender = stage.canister(caller(&notes(), move || vec![call(callee, "work", 0)]));
    stage.canister(|_| Act::reply(b""));
    stage.send(sender, 0);
    assert_eq!(stage.round().ended_by(callee), 0);
    assert_eq!(stage.round().ended_by(callee), 1);
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

#[test]
fn m019_a_stream_to_a_system_subnet_takes_200_messages() {
    let delivered = |kind| {
        let mut stage = Stage::with_kinds(&[SubnetKind::Application, kind], "2026-mid", |_| {});
        let callee = stage.canister_on(THERE, |_| Act::reply(b""));
        let sender = stage.canister(caller(&notes(), move || vec![call(callee, "work", 0); 450]));
        stage.send(sender, 0);
        stage.round().ended_by(callee)
    };
    assert_eq!(delivered(SubnetKind::Application), 450);
    assert_eq!(delivered(SubnetKind::System), 200);
}

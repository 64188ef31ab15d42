//! Faults: what goes wrong on purpose, on the seed of the run.

mod kit;

use kit::*;
use sim_core::fault::{CallFilter, Fault, FaultSpec};
use sim_core::history::History;
use sim_core::id::CanisterId;
use sim_core::record::{Event, Outcome, Record};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Entry, Exports, OutgoingCall, Task};
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::Bytes;

fn at(seconds: u64) -> SimTime {
    SimTime::ZERO + SimDuration::from_secs(seconds)
}

fn fault(from: u64, until: u64, fault: Fault) -> FaultSpec {
    FaultSpec { from: at(from), until: at(until), fault }
}

/// A caller on the left that forwards each message to `callee` and answers as it is answered.
fn forwarder(
    callee: CanisterId,
    change: impl Fn(OutgoingCall) -> OutgoingCall + Send + Sync + 'static,
) -> impl Fn(&Task) -> Act + Send + Sync + 'static {
    move |task| match &task.entry {
        Entry::Update { .. } => Act::silence().and_call(change(call(callee, "work", 0))),
        Entry::ReplyCallback { .. } => Act::reply(b"ok"),
        Entry::RejectCallback { reject, .. } => Act::reject(&reject.code.number().to_string()),
        _ => Act::silence(),
    }
}

/// A caller on the left that calls a callee on the right once a second, for a minute.
fn calling(change: impl Fn(OutgoingCall) -> OutgoingCall + Send + Sync + 'static) -> Builder {
    let mut world = Builder::new();
    world.spec.duration = SimDuration::from_secs(60);
    let callee = world.canister(RIGHT, 1_000 * T, |_| Act::reply(b""));
    let caller = world.canister(LEFT, 1_000 * T, forwarder(callee, change));
    let seconds: Vec<u64> = (1..40).map(|second| second * 1_000).collect();
    world.send_at(caller, "go", &seconds);
    world
}

const CALLEE: CanisterId = CanisterId::on(RIGHT, 0);
const CALLER: CanisterId = CanisterId::on(LEFT, 0);

/// When ingress messages were answered, in milliseconds, and how.
fn answers(history: &History) -> Vec<(u64, Outcome)> {
    let answer = |record: &Record| match record.event {
        Event::Completed { outcome, .. } => Some((record.time.as_nanos() / 1_000_000, outcome)),
        _ => None,
    };
    records(history).filter_map(answer).collect()
}

fn in_window(answers: &[(u64, Outcome)], from: u64, until: u64) -> usize {
    let inside = |millis: u64| millis >= from * 1_000 && millis < until * 1_000;
    answers.iter().filter(|(millis, _)| inside(*millis)).count()
}

fn round_starts(history: &History, subnet: usize) -> Vec<u64> {
    let start = |record: &Record| match record.event {
        Event::Round(_) => Some(record.time.as_nanos() / 1_000_000_000),
        _ => None,
    };
    history.subnets[subnet].records.iter().filter_map(start).collect()
}

#[test]
fn a_subnet_that_stalls_makes_no_rounds_and_then_goes_on() {
    let mut world = calling(|call| call);
    world.spec.faults = vec![fault(10, 20, Fault::SubnetStalls { subnet: RIGHT })];
    let history = world.run();
    let starts = round_starts(&history, 1);
    assert!(!starts.iter().any(|second| (11..20).contains(second)));
    assert!(starts.contains(&20) && starts.contains(&30));
    let answers = answers(&history);
    assert!(in_window(&answers, 14, 20) == 0 && in_window(&answers, 20, 40) > 20);
    assert!(answers.iter().all(|(_, outcome)| matches!(outcome, Outcome::Reply(_))));
}

#[test]
fn a_subnet_that_restarts_forgets_ingress_and_starts_paused_work_over() {
    let slices = |faults: Vec<FaultSpec>| {
        let mut world = Builder::new();
        world.spec.duration = SimDuration::from_secs(40);
        let id = world.canister(LEFT, 100 * T, |task| match task.entry {
            Entry::Update { .. } => Act::reply(b"").using(15_000_000_000),
            _ => Act::silence(),
        });
        world.send_at(id, "go", &[1_000]);
        world.spec.faults = faults;
        let history = world.run();
        assert_eq!(completed(&history).len(), 1);
        let paused = |record: &&Record| matches!(record.event, Event::Paused { .. });
        records(&history).filter(paused).count()
    };
    let whole = slices(Vec::new());
    assert_eq!(whole, 7);
    assert!(slices(vec![fault(5, 8, Fault::SubnetRestarts { subnet: LEFT })]) > whole + 2);
}

#[test]
fn nothing_crosses_a_link_that_is_cut_until_it_is_mended() {
    let mut world = calling(|call| call);
    world.spec.faults = vec![fault(10, 20, Fault::LinkCut { from: LEFT, to: RIGHT })];
    let answers = answers(&world.run());
    assert_eq!(in_window(&answers, 14, 20), 0);
    assert_eq!(in_window(&answers, 0, 60), 39, "guaranteed calls are all answered");
}

#[test]
fn a_slow_link_makes_calls_slower_while_it_lasts() {
    let mean = |faults| {
        let mut world = calling(|call| call);
        world.spec.faults = faults;
        let answers = answers(&world.run());
        assert_eq!(answers.len(), 39);
        let sent = |index: usize| (index as u64 + 1) * 1_000;
        let waits = answers.iter().enumerate().map(|(index, (time, _))| time - sent(index));
        waits.sum::<u64>() / 39
    };
    let slow = Fault::LinkSlow { from: LEFT, to: RIGHT, percent: 5_000 };
    assert!(mean(vec![fault(0, 60, slow)]) > mean(Vec::new()) + 1_000);
}

#[test]
fn a_lossy_link_loses_best_effort_messages_and_no_others() {
    let lossy = || vec![fault(0, 60, Fault::LinkLossy { from: LEFT, to: RIGHT, percent: 50 })];
    let rejected = |change: fn(OutgoingCall) -> OutgoingCall| {
        let mut world = calling(change);
        world.spec.faults = lossy();
        let answers = answers(&world.run());
        assert_eq!(answers.len(), 39);
        answers.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Reject(_))).count()
    };
    assert_eq!(rejected(|call| call), 0);
    let lost = rejected(|mut call| {
        call.timeout = Some(5);
        call
    });
    assert!((8..=31).contains(&lost), "{lost} of 39");
}

#[test]
fn a_frozen_canister_rejects_calls_and_thaws() {
    let mut world = calling(|call| call);
    world.spec.faults = vec![fault(10, 20, Fault::CanisterFrozen { canister: CALLEE })];
    let answers = answers(&world.run());
    let rejected: Vec<_> = answers
        .iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Reject(_)))
        .map(|(millis, _)| millis / 1_000)
        .collect();
    assert!((8..=12).contains(&rejected.len()), "{rejected:?}");
    assert!(rejected.iter().all(|second| (10..25).contains(second)), "{rejected:?}");
}

#[test]
fn a_canister_is_stopped_and_started_again() {
    let mut world = calling(|call| call);
    world.spec.faults = vec![fault(10, 20, Fault::CanisterStopped { canister: CALLEE })];
    let answers = answers(&world.run());
    let rejects = answers.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Reject(_)));
    assert!((8..=12).contains(&rejects.count()));
    assert!(matches!(answers.last(), Some((_, Outcome::Reply(_)))));
}

#[test]
fn a_canister_is_upgraded_at_a_moment() {
    let mut world = calling(|call| call);
    let exports = Exports { updates: ["work".to_owned()].into(), ..Exports::default() };
    let behaviour = std::sync::Arc::new(|_: &Task| Act::reject("new code"));
    let heap = Bytes::new(65_536);
    let program = Scripted { exports, behaviour, heap, compile_cost: 6_000, hash: [8; 32] };
    world.spec.faults = vec![fault(
        20,
        20,
        Fault::CanisterUpgraded {
            canister: CALLEE,
            program: std::sync::Arc::new(program),
            arg: [].into(),
        },
    )];
    let answers = answers(&world.run());
    let first_reject =
        answers.iter().position(|(_, outcome)| matches!(outcome, Outcome::Reject(_)));
    let first_reject = first_reject.expect("the new code rejects");
    assert!((17..=22).contains(&first_reject));
    assert!(
        answers[first_reject..].iter().all(|(_, outcome)| matches!(outcome, Outcome::Reject(_)))
    );
}

#[test]
fn chosen_calls_are_rejected_with_a_chosen_code() {
    let code = |method: &str, percent| {
        let mut world = calling(|call| call);
        let calls = CallFilter {
            caller: Some(CALLER),
            callee: Some(CALLEE),
            method: Some(method.into()),
            percent,
        };
        let code = ErrorCode::CanisterQueueFull;
        world.spec.faults = vec![fault(0, 60, Fault::CallsRejected { calls, code })];
        let answers = answers(&world.run());
        answers.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Reject(_))).count()
    };
    assert_eq!(code("work", None), 39);
    assert_eq!(code("other", None), 0);
    assert!((8..=31).contains(&code("work", Some(50))));
}

#[test]
fn answers_come_late_and_only_once() {
    let mut world = calling(|call| call);
    let calls = CallFilter { callee: Some(CALLEE), ..CallFilter::default() };
    let by = SimDuration::from_secs(7);
    world.spec.faults = vec![fault(0, 60, Fault::AnswersLate { calls, by })];
    let answers = answers(&world.run());
    assert_eq!(answers.len(), 39);
    assert!(answers[0].0 > 8_000);
}

#[test]
fn the_same_faults_give_the_same_history_on_any_number_of_threads() {
    let world = || {
        let mut world = calling(|mut call| {
            call.timeout = Some(20);
            call
        });
        let calls = CallFilter { percent: Some(30), ..CallFilter::default() };
        let code = ErrorCode::CanisterRejectedMessage;
        world.spec.faults = vec![
            fault(5, 9, Fault::SubnetStalls { subnet: LEFT }),
            fault(8, 30, Fault::LinkLossy { from: RIGHT, to: LEFT, percent: 20 }),
            fault(12, 50, Fault::CallsRejected { calls, code }),
        ];
        world
    };
    assert_eq!(world().run_on(1).digest, world().run_on(2).digest);
}

#[test]
fn a_fault_that_never_holds_changes_nothing() {
    let plain = calling(|call| call).run().digest;
    let mut world = calling(|call| call);
    world.spec.faults = vec![fault(500, 600, Fault::SubnetStalls { subnet: LEFT })];
    assert_eq!(world.run().digest, plain);
}

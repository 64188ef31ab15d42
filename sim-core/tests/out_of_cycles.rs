//! A canister that cannot pay for its memory: what goes, what stays, and that it can come back.

mod kit;

use kit::*;
use sim_core::fees::Charge;
use sim_core::ledger::UseCase;
use sim_core::record::{Event, Outcome};
use sim_core::reject::ErrorCode;
use sim_core::runtime::Entry;
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};

const GIB: Bytes = Bytes::new(1 << 30);

/// A world in which a GiB for half a minute costs more than any canister has.
fn dear_world() -> Builder {
    let mut world = Builder::new();
    world.spec.profile.fees.storage_gib_second = Cycles::new(100_000_000_000);
    world.spec.profile.limits.freezing_threshold_seconds = 0;
    world.spec.duration = SimDuration::from_secs(90);
    world
}

#[test]
fn code_and_memory_go_and_what_is_left_is_burned() {
    let mut world = dear_world();
    let poor = world.canister_with_heap(LEFT, 2 * T, GIB, |_| Act::reply(b""));
    let history = world.run();
    let summary = canister(&history, poor);
    assert_eq!((summary.module_hash, summary.memory), (None, Bytes::ZERO));
    assert_eq!((summary.balance, summary.held), (Cycles::ZERO, Cycles::ZERO));
    let all: Cycles = summary.burned.iter().copied().sum();
    assert_eq!(all, summary.cycles_given);
    let gone = records(&history)
        .filter(
            |record| matches!(record.event, Event::Uninstalled { canister } if canister == poor),
        )
        .count();
    assert_eq!(gone, 1);
}

#[test]
fn counters_and_what_was_paid_before_stay() {
    let mut world = dear_world();
    let poor = world.canister_with_heap(LEFT, 2 * T, GIB, |_| Act::reply(b""));
    world.send_at(poor, "go", &[1_000]);
    let summary = canister(&world.run(), poor).clone();
    assert_eq!(summary.executions, 2, "its install and its message");
    assert!(summary.burned[UseCase::Ingress as usize] > Cycles::ZERO);
}

#[test]
fn an_open_call_is_rejected_and_its_cycles_go_back() {
    let mut world = dear_world();
    let rich = |task: &sim_core::runtime::Task| match task.entry {
        Entry::RejectCallback { .. } => Act::reply(b"was rejected"),
        _ => Act::silence(),
    };
    // It waits for a canister that never answers.
    let silent = world.canister(RIGHT, 1_000 * T, |task| match task.entry {
        Entry::Update { .. } => Act::silence().using(30_000_000_000),
        _ => Act::silence(),
    });
    let poor = world.canister_with_heap(LEFT, 3 * T, GIB, move |task| match task.entry {
        Entry::Update { .. } => Act::silence().and_call(call(silent, "work", 0)),
        _ => Act::silence(),
    });
    let caller = world.canister(LEFT, 1_000 * T, move |task| match task.entry {
        Entry::Update { .. } => Act::silence().and_call(call(poor, "work", 7_000_000)),
        _ => rich(task),
    });
    world.send_at(caller, "go", &[20_000]);
    let history = world.run();
    assert_eq!(canister(&history, poor).module_hash, None);
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(12))]);
    let rejects: Vec<ErrorCode> = records(&history)
        .filter_map(|record| match record.event {
            Event::Responded { outcome: Outcome::Reject(code), .. } => Some(code),
            _ => None,
        })
        .collect();
    assert!(rejects.contains(&ErrorCode::CanisterRejectedMessage), "{rejects:?}");
    // Attached cycles came back: only what calls and memory cost is gone.
    let summary = canister(&history, caller);
    let burned: Cycles = summary.burned.iter().copied().sum();
    assert_eq!(summary.balance + summary.held + burned, summary.cycles_given);
}

#[test]
fn memory_of_open_calls_is_charged_too() {
    let mut world = Builder::new();
    world.spec.profile.fees.allocation_charge_rounds = 1;
    world.spec.duration = SimDuration::from_secs(90);
    let silent = world.canister(RIGHT, 1_000 * T, |task| match task.entry {
        Entry::Update { .. } => Act::silence().using(39_000_000_000),
        _ => Act::silence(),
    });
    let caller = world.canister(LEFT, 1_000 * T, move |task| match task.entry {
        Entry::Update { .. } => Act::silence().and_call(call(silent, "work", 0)),
        _ => Act::reply(b""),
    });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    let charged = records(&history).find_map(|record| match record.event {
        Event::Charged { canister, charge: Charge::Messages { bytes, .. }, entry }
            if canister == caller =>
        {
            Some((bytes, entry.cycles))
        }
        _ => None,
    });
    // Two mebibytes for the response, and what the replica needs to keep track of it.
    let (bytes, cycles) = charged.expect("was charged while the call was open");
    assert_eq!(bytes, Bytes::new(2_097_296));
    assert!(cycles > Cycles::ZERO);
}

//! Calls between canisters: replies, rejects, traps, cycles that travel along.

mod kit;

use kit::*;
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::reject::{ErrorCode, RejectCode};
use sim_core::runtime::{Entry, Task};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};

fn is_update(task: &Task) -> bool {
    matches!(task.entry, Entry::Update { .. })
}

fn is_install(task: &Task) -> bool {
    matches!(task.entry, Entry::Start | Entry::Init { .. })
}

/// A caller that forwards `go` and answers with what its callback gives.
fn forwarder(
    callee: sim_core::id::CanisterId,
    method: &'static str,
    cycles: u128,
    then: impl Fn(&Task) -> Act + Send + Sync + 'static,
) -> impl Fn(&Task) -> Act + Send + Sync + 'static {
    move |task| {
        if is_update(task) {
            Act::silence().and_call(call(callee, method, cycles))
        } else {
            then(task)
        }
    }
}

#[test]
fn a_call_to_another_subnet_is_answered_through_its_callback() {
    let mut world = Builder::new();
    let callee = world.canister(RIGHT, 100 * T, |_| Act::reply(b"pong"));
    let caller =
        world.canister(LEFT, 100 * T, forwarder(callee, "work", 0, |_| Act::reply(b"done")));
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(4))]);
    assert_eq!(
        executed(&history),
        [
            (caller, EntryKind::Update, None),
            (caller, EntryKind::ReplyCallback, None),
            (callee, EntryKind::Update, None),
        ]
    );
}

#[test]
fn a_call_on_the_same_subnet_completes_within_one_round() {
    let mut world = Builder::new();
    let callee = world.canister(LEFT, 100 * T, |_| Act::reply(b"pong"));
    let caller =
        world.canister(LEFT, 100 * T, forwarder(callee, "work", 0, |_| Act::reply(b"done")));
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    let busy =
        |record: &&Record| matches!(&record.event, Event::Round(round) if round.executions > 0);
    let rounds: Vec<_> = records(&history).filter(busy).collect();
    assert_eq!(rounds.len(), 1);
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(4))]);
}

#[test]
fn cycles_that_are_not_accepted_come_back() {
    let mut world = Builder::new();
    let callee = world.canister(RIGHT, 100 * T, |_| Act::reply(b"").and_accept(3 * T));
    let caller = world.canister(
        LEFT,
        100 * T,
        forwarder(callee, "work", 10 * T, |task| {
            assert_eq!(task.surroundings.cycles_refunded, Cycles::new(7 * T));
            Act::reply(b"")
        }),
    );
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    let (caller, callee) = (canister(&history, caller), canister(&history, callee));
    assert!(caller.balance < Cycles::new(97 * T) && caller.balance > Cycles::new(96 * T));
    assert!(callee.balance > Cycles::new(101 * T));
    assert_eq!(caller.held, Cycles::ZERO);
}

#[test]
fn a_trap_drops_what_the_message_did_and_rejects_the_call() {
    let mut world = Builder::new();
    let callee = world.canister(RIGHT, 100 * T, |_| Act::trap().and_accept(3 * T));
    let caller = world.canister(
        LEFT,
        100 * T,
        forwarder(callee, "work", 10 * T, |task| match &task.entry {
            Entry::RejectCallback { reject, .. } => {
                assert_eq!(reject.code, ErrorCode::CanisterCalledTrap);
                Act::reject("the callee trapped")
            }
            _ => Act::trap(),
        }),
    );
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reject(ErrorCode::CanisterRejectedMessage)]);
    assert!(canister(&history, callee).balance < Cycles::new(100 * T));
    assert!(canister(&history, caller).balance > Cycles::new(99 * T));
}

#[test]
fn a_trap_in_the_first_message_sends_no_call() {
    let mut world = Builder::new();
    let callee = world.canister(RIGHT, 100 * T, |_| Act::reply(b""));
    let caller = world.canister(LEFT, 100 * T, move |task| {
        if is_install(task) {
            Act::silence()
        } else {
            Act::trap().and_call(call(callee, "work", T))
        }
    });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reject(ErrorCode::CanisterCalledTrap)]);
    assert_eq!(executed(&history).len(), 1);
}

#[test]
fn a_trap_in_a_callback_runs_the_cleanup_and_rejects_the_call() {
    let mut world = Builder::new();
    let callee = world.canister(RIGHT, 100 * T, |_| Act::reply(b""));
    let caller = world.canister(LEFT, 100 * T, move |task| match task.entry {
        Entry::Update { .. } => {
            let mut outgoing = call(callee, "work", 0);
            outgoing.on_cleanup = Some(outgoing.on_reply);
            Act::silence().and_call(outgoing)
        }
        Entry::ReplyCallback { .. } => Act::trap(),
        _ => Act::silence(),
    });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    let kinds: Vec<_> =
        executed(&history).into_iter().map(|(_, kind, failure)| (kind, failure)).collect();
    let trapped = Some(ErrorCode::CanisterCalledTrap);
    assert!(kinds.contains(&(EntryKind::ReplyCallback, trapped)));
    assert!(kinds.contains(&(EntryKind::Cleanup, None)));
    assert_eq!(completed(&history), [Outcome::Reject(ErrorCode::CanisterCalledTrap)]);
}

#[test]
fn a_canister_that_answers_nothing_is_answered_for() {
    let mut world = Builder::new();
    let silent = world.canister(LEFT, 100 * T, |_| Act::silence());
    world.send_at(silent, "go", &[1_000]);
    assert_eq!(completed(&world.run()), [Outcome::Reject(ErrorCode::CanisterDidNotReply)]);
}

#[test]
fn calls_nobody_can_take_are_rejected_with_the_right_code() {
    for (subnet, local, method, code) in [
        (LEFT, 9, "work", ErrorCode::CanisterNotFound),
        (RIGHT, 9, "work", ErrorCode::CanisterNotFound),
        (sim_core::id::SubnetId::new(5), 0, "work", ErrorCode::CanisterNotFound),
        (RIGHT, 0, "no such method", ErrorCode::CanisterMethodNotFound),
    ] {
        let mut world = Builder::new();
        world.canister(RIGHT, 100 * T, |_| Act::reply(b""));
        let nobody = sim_core::id::CanisterId::on(subnet, local);
        let caller = world.canister(
            LEFT,
            100 * T,
            forwarder(nobody, method, T, move |task| match &task.entry {
                Entry::RejectCallback { reject, .. } => {
                    assert_eq!(reject.code, code);
                    assert_eq!(task.surroundings.cycles_refunded, Cycles::new(T));
                    Act::reply(b"")
                }
                _ => Act::silence(),
            }),
        );
        world.send_at(caller, "go", &[1_000]);
        let history = world.run();
        assert_eq!(completed(&history), [Outcome::Reply(Bytes::ZERO)], "{code}");
    }
}

#[test]
fn a_long_execution_pauses_and_goes_on_in_later_rounds() {
    let mut world = Builder::new();
    let giant = world.canister(LEFT, 100 * T, |task| {
        if is_install(task) { Act::silence() } else { Act::reply(b"").using(9_000_000_000) }
    });
    world.send_at(giant, "go", &[1_000]);
    let history = world.run();
    let pauses = records(&history).filter(|record| matches!(record.event, Event::Paused { .. }));
    assert_eq!(pauses.count(), 4, "9 B instructions in slices of 2 B");
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::ZERO)]);
    assert_eq!(canister(&history, giant).instructions.get(), 9_000_006_000);
}

#[test]
fn more_paused_executions_than_may_be_kept_start_over_and_still_end() {
    let mut world = Builder::new();
    world.spec.duration = SimDuration::from_secs(120);
    for _ in 0..6 {
        let giant = world.canister(LEFT, 100 * T, |task| {
            if is_install(task) { Act::silence() } else { Act::reply(b"").using(5_000_000_000) }
        });
        world.send_at(giant, "go", &[1_000]);
    }
    let history = world.run();
    assert_eq!(completed(&history), vec![Outcome::Reply(Bytes::ZERO); 6]);
    for giant in &history.subnets[0].canisters {
        assert_eq!(giant.instructions.get(), 5_000_006_000, "an abort is not charged");
    }
}

#[test]
fn too_many_instructions_end_a_message() {
    let mut world = Builder::new();
    world.spec.duration = SimDuration::from_secs(60);
    let endless = world.canister(LEFT, 100 * T, |task| {
        if is_install(task) { Act::silence() } else { Act::silence().using(u64::MAX) }
    });
    world.send_at(endless, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reject(ErrorCode::CanisterInstructionLimitExceeded)]);
}

#[test]
fn a_request_too_large_for_a_stream_is_rejected_and_costs_no_more_than_a_call() {
    let mut world = Builder::new();
    let callee = world.canister(RIGHT, 100 * T, |_| Act::reply(b""));
    let caller = world.canister(LEFT, 100 * T, move |task| match &task.entry {
        Entry::Update { .. } => {
            let mut outgoing = call(callee, "work", T);
            outgoing.arg = vec![0; 3 << 20].into();
            Act::silence().and_call(outgoing)
        }
        Entry::RejectCallback { reject, .. } => {
            assert_eq!(reject.code.reject_code(), RejectCode::CanisterError);
            assert_eq!(task.surroundings.cycles_refunded, Cycles::new(T));
            Act::reply(b"")
        }
        _ => Act::silence(),
    });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::ZERO)]);
    assert_eq!(executed(&history).len(), 2);
}

#[test]
fn cycles_accepted_can_be_passed_on_in_the_same_message() {
    let mut world = Builder::new();
    let bank = world.canister(LEFT, 100 * T, |_| Act::reply(b"").and_accept(8 * T));
    let wallet = world.canister(LEFT, 2 * T, move |task| match &task.entry {
        Entry::Update { .. } => {
            Act::silence().and_accept(10 * T).and_call(call(bank, "work", 8 * T))
        }
        _ => Act::reply(b""),
    });
    let payer =
        world.canister(LEFT, 100 * T, forwarder(wallet, "work", 10 * T, |_| Act::reply(b"")));
    world.send_at(payer, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::ZERO)]);
    assert!(canister(&history, bank).balance > Cycles::new(107 * T));
}

#[test]
fn a_best_effort_call_that_is_not_answered_in_time_is_rejected_once() {
    let mut world = Builder::new();
    world.spec.duration = SimDuration::from_secs(60);
    let slow = world.canister(RIGHT, 100 * T, |task| {
        if is_install(task) { Act::silence() } else { Act::reply(b"").using(30_000_000_000) }
    });
    let caller = world.canister(LEFT, 100 * T, move |task| match &task.entry {
        Entry::Update { .. } => {
            let mut outgoing = call(slow, "work", T);
            outgoing.timeout = Some(5);
            Act::silence().and_call(outgoing)
        }
        Entry::RejectCallback { reject, .. } => {
            assert_eq!(reject.code.reject_code(), RejectCode::SysUnknown);
            Act::reply(b"gave up")
        }
        _ => Act::trap(),
    });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(7))]);
    assert!(executed(&history).contains(&(slow, EntryKind::Update, None)), "it ran all the same");
}

#[test]
fn a_timer_that_is_due_while_its_canister_is_paused_runs_afterwards() {
    let mut world = Builder::new();
    let second = 1_000_000_000;
    world.exports.global_timer = true;
    let canister = world.canister(LEFT, 100 * T, move |task| match &task.entry {
        Entry::Init { .. } | Entry::Start => Act::silence(),
        Entry::GlobalTimer => Act::silence(),
        _ => {
            let mut act = Act::reply(b"").using(20_000_000_000);
            act.effects.global_timer = Some(task.surroundings.time + second);
            act
        }
    });
    world.send_at(canister, "go", &[1_000, 1_200]);
    let history = world.run();
    assert!(executed(&history).contains(&(canister, EntryKind::GlobalTimer, None)));
}

#[test]
fn numbers_beyond_every_subnet_name_no_canister() {
    let mut world = Builder::new();
    let victim = world.canister(LEFT, 100 * T, |_| Act::reply(b""));
    let caller = world.canister(LEFT, 100 * T, move |task| match &task.entry {
        Entry::Update { .. } => {
            let mut outgoing = call(victim, "work", 0);
            let mut bytes = [1; 10];
            bytes[..8].copy_from_slice(&(1u64 << 36).to_be_bytes());
            outgoing.callee = ic_principal::Principal::from_slice(&bytes);
            Act::silence().and_call(outgoing)
        }
        Entry::RejectCallback { .. } => Act::reply(b""),
        _ => Act::trap(),
    });
    world.send_at(caller, "go", &[1_000]);
    assert_eq!(completed(&world.run()), [Outcome::Reply(Bytes::ZERO)]);
}

#[test]
fn no_call_is_inducted_or_answered_before_it_was_sent() {
    let mut world = Builder::new();
    let callee = world.canister(LEFT, 100 * T, |_| Act::reply(b""));
    let caller = world.canister(LEFT, 100 * T, forwarder(callee, "work", 0, |_| Act::reply(b"")));
    world.send_every(caller, "go", SimDuration::from_millis(100));
    let history = world.run();
    let mut sent = std::collections::BTreeMap::new();
    for record in records(&history) {
        match &record.event {
            Event::Called { message, .. } => {
                sent.insert(*message, record.time);
            }
            Event::Inducted { message, .. } | Event::Responded { message, .. } => {
                assert!(sent.get(message).is_none_or(|sent| *sent <= record.time));
            }
            _ => {}
        }
    }
    assert!(sent.len() > 100);
}

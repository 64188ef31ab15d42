//! Modelled canisters go through the same queues, rounds, fees and limits as others.

mod kit;

use kit::*;
use sim_core::choice::Choice;
use sim_core::distribution::Distribution;
use sim_core::history::History;
use sim_core::id::CanisterId;
use sim_core::modelled::{Behaviour, Call, Method, Modelled};
use sim_core::record::{EntryKind, Event, Outcome};
use sim_core::reject::ErrorCode;
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

fn instructions(value: u64) -> Distribution<Instructions> {
    Distribution::Fixed { value: Instructions::new(value) }
}

fn bytes(value: u64) -> Distribution<Bytes> {
    Distribution::Fixed { value: Bytes::new(value) }
}

fn replies_at_once() -> Method {
    Method { instructions: instructions(1_000_000), reply: bytes(100), ..Method::default() }
}

fn calls(callees: &[CanisterId], count: u64) -> Method {
    let callees = callees.iter().map(|callee| callee.principal()).collect();
    let call = Call {
        callees: Choice::uniform(callees).expect("at least one"),
        method: "work".into(),
        payload: bytes(1_000),
        cycles: Cycles::ZERO,
        count,
    };
    Method { calls: vec![call], callback: instructions(500_000), ..replies_at_once() }
}

impl Builder {
    fn modelled(
        &mut self,
        subnet: sim_core::id::SubnetId,
        method: &str,
        what: Method,
    ) -> CanisterId {
        let id = self.canister(subnet, 100 * T, |_| Act::silence());
        let behaviour = Behaviour {
            heap: Bytes::new(65_536),
            queue_capacity: self.spec.profile.limits.queue_capacity,
            largest_payload: self.spec.profile.limits.call_payload,
            methods: [(Arc::from(method), Arc::new(what))].into(),
        };
        let canister = self.spec.canisters.last_mut().expect("was just made");
        canister.program =
            Arc::new(Modelled::new(Arc::new(behaviour), self.spec.seed, &canister.name));
        id
    }
}

fn count(history: &History, id: CanisterId, kind: EntryKind) -> usize {
    executed(history)
        .iter()
        .filter(|(canister, entry, _)| (*canister, *entry) == (id, kind))
        .count()
}

#[test]
fn a_method_replies_after_its_instructions() {
    let mut world = Builder::new();
    let worker = world.modelled(LEFT, "work", replies_at_once());
    world.send_at(worker, "work", &[1_000, 2_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(100)); 2]);
    assert!(canister(&history, worker).instructions >= Instructions::new(2_000_000));
}

#[test]
fn calls_are_made_all_at_once_and_answered_when_all_are() {
    let mut world = Builder::new();
    let worker = world.modelled(RIGHT, "work", replies_at_once());
    let caller = world.modelled(LEFT, "go", calls(&[worker], 5));
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(100))]);
    assert_eq!(count(&history, worker, EntryKind::Update), 5);
    assert_eq!(count(&history, caller, EntryKind::ReplyCallback), 5);
    let sent: Vec<_> = records(&history)
        .filter(|record| matches!(record.event, Event::Called { .. }))
        .map(|record| record.time)
        .collect();
    assert!(sent.windows(2).all(|pair| pair[0] == pair[1]), "{sent:?}");
}

#[test]
fn calls_in_sequence_wait_for_one_another() {
    let mut world = Builder::new();
    let worker = world.modelled(RIGHT, "work", replies_at_once());
    let caller = world.modelled(LEFT, "go", Method { in_sequence: true, ..calls(&[worker], 3) });
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reply(Bytes::new(100))]);
    let sent: Vec<_> = records(&history)
        .filter(|record| matches!(record.event, Event::Called { .. }))
        .map(|record| record.time)
        .collect();
    assert!(sent.len() == 3 && sent.windows(2).all(|pair| pair[0] < pair[1]), "{sent:?}");
}

#[test]
fn a_failed_call_rejects_what_waits_for_it() {
    let mut world = Builder::new();
    let rejects = Method { reject_millionths: 1_000_000, ..replies_at_once() };
    let worker = world.modelled(RIGHT, "work", rejects);
    let caller = world.modelled(LEFT, "go", calls(&[worker], 2));
    world.send_at(caller, "go", &[1_000]);
    let history = world.run();
    assert_eq!(completed(&history), [Outcome::Reject(ErrorCode::CanisterRejectedMessage)]);
    assert_eq!(count(&history, caller, EntryKind::RejectCallback), 2);
}

#[test]
fn memory_grows_and_is_paid_for() {
    let mut world = Builder::new();
    let grows = Method { growth: bytes(1 << 20), ..replies_at_once() };
    let worker = world.modelled(LEFT, "work", grows);
    world.send_at(worker, "work", &[1_000, 2_000, 3_000]);
    let history = world.run();
    assert_eq!(canister(&history, worker).heap, Bytes::new(65_536 + 3 * (1 << 20)));
}

#[test]
fn more_than_the_limit_of_instructions_fails() {
    let mut world = Builder::new();
    let endless = Method { instructions: instructions(u64::MAX), ..replies_at_once() };
    let worker = world.modelled(LEFT, "work", endless);
    world.send_at(worker, "work", &[1_000]);
    let history = world.run();
    let code = ErrorCode::CanisterInstructionLimitExceeded;
    assert_eq!(completed(&history), [Outcome::Reject(code)]);
}

#[test]
fn distributions_differ_between_seeds_and_not_between_threads() {
    let digest = |seed, threads| {
        let mut world = Builder::new();
        world.spec.seed = seed;
        let varies = Method {
            instructions: Distribution::Exponential { mean: Instructions::new(50_000_000) },
            reply: Distribution::Uniform { min: Bytes::new(1), max: Bytes::new(1_000) },
            ..replies_at_once()
        };
        let workers =
            [world.modelled(LEFT, "work", varies.clone()), world.modelled(RIGHT, "work", varies)];
        let caller = world.modelled(LEFT, "go", calls(&workers, 3));
        world.send_every(caller, "go", sim_core::time::SimDuration::from_millis(300));
        world.run_on(threads).digest
    };
    assert_eq!(digest(7, 1), digest(7, 2));
    assert_ne!(digest(7, 1), digest(8, 1));
}

/// One in four calls; the others reply at once.
#[test]
fn each_message_behaves_as_one_of_the_cases() {
    let mut world = Builder::new();
    let worker = world.modelled(LEFT, "work", replies_at_once());
    let cases = vec![Arc::new(replies_at_once()), Arc::new(calls(&[worker], 2))];
    let cases = Choice::weighted(cases, &[3, 1]).ok();
    let caller = world.modelled(LEFT, "go", Method { cases, ..Method::default() });
    let times: Vec<u64> = (1..=200).map(|step| step * 20).collect();
    world.send_at(caller, "go", &times);
    let history = world.run();
    assert_eq!(completed(&history), vec![Outcome::Reply(Bytes::new(100)); 200]);
    let called = count(&history, caller, EntryKind::ReplyCallback);
    assert!(called.is_multiple_of(2) && (60..140).contains(&called), "{called}");
}

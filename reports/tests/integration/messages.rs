//! Messages are joined from records wherever these lie.

use crate::synthetic;
use reports::messages::{self, Message, Scope};
use reports::names::Names;
use sim_core::history::{History, SubnetHistory};
use sim_core::id::{CanisterId, MessageId, SubnetId};
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::reject::ErrorCode;
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::{Bytes, Cycles, Instructions};

const LEFT: SubnetId = SubnetId::new(0);
const RIGHT: SubnetId = SubnetId::new(1);
const REPLY: Outcome = Outcome::Reply(Bytes::ZERO);

/// A history of two subnets with these records, at the times given in nanoseconds.
fn history(left: Vec<(u64, Event)>, right: Vec<(u64, Event)>) -> History {
    let record = |(time, event)| Record { time: SimTime::from_nanos(time), event };
    let subnet = |id, name: &str, events: Vec<_>| SubnetHistory {
        id,
        name: name.to_owned(),
        nodes: 13,
        kind: Default::default(),
        cost_schedule: Default::default(),
        records: events.into_iter().map(record).collect(),
        contents: Vec::new(),
        canisters: Vec::new(),
    };
    let subnets = vec![subnet(LEFT, "left", left), subnet(RIGHT, "right", right)];
    History { subnets, ..synthetic::empty() }
}

fn only(history: &History) -> Message {
    let mut messages = messages::join(history, &Names::new(history));
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

fn called(message: MessageId, caller: CanisterId, callee: ic_principal::Principal) -> Event {
    let (method, bytes, cycles) = ("go".into(), Bytes::new(9), Cycles::ZERO);
    Event::Called { message, parent: None, caller, callee, method, bytes, cycles }
}

fn executed(message: MessageId, canister: CanisterId, entry: EntryKind) -> Event {
    Event::Executed {
        message: Some(message),
        canister,
        entry,
        iteration: 0,
        thread: 0,
        instructions: Instructions::new(700),
        duration: SimDuration::ZERO,
        cost: Cycles::ZERO,
        balance: Cycles::ZERO,
        heap_delta: Bytes::ZERO,
        resumed: false,
        failure: None,
    }
}

fn paused(message: MessageId, canister: CanisterId) -> Event {
    Event::Paused {
        message: Some(message),
        canister,
        entry: EntryKind::Update,
        iteration: 0,
        thread: 0,
        instructions: Instructions::new(500),
        balance: Cycles::ZERO,
        resumed: false,
    }
}

/// Executed, responded and finished, in nanoseconds.
fn life(message: &Message) -> [Option<u64>; 3] {
    [message.executed, message.responded, message.finished].map(|time| Some(time?.as_nanos()))
}

#[test]
fn a_call_is_joined_although_the_callee_s_subnet_comes_first() {
    let (caller, callee) = (CanisterId::on(RIGHT, 0), CanisterId::on(LEFT, 0));
    let id = MessageId::new(RIGHT, 1);
    let left = vec![
        (20, executed(id, callee, EntryKind::Update)),
        (21, Event::Responded { message: id, outcome: REPLY }),
    ];
    let right = vec![
        (10, called(id, caller, callee.principal())),
        (40, executed(id, caller, EntryKind::ReplyCallback)),
    ];
    let history = history(left, right);
    let message = only(&history);
    assert_eq!(life(&message), [Some(20), Some(21), Some(40)]);
    assert_eq!(message.latency_ns(), Some(30));
    assert_eq!(message.scope(), Some(Scope::CrossSubnet));
    assert_eq!(message.instructions, Some(Instructions::new(700)));
}

#[test]
fn an_execution_begins_with_its_first_slice_even_when_a_canister_calls_itself() {
    let itself = CanisterId::on(LEFT, 0);
    let id = MessageId::new(LEFT, 1);
    let left = vec![
        (1, called(id, itself, itself.principal())),
        (2, paused(id, itself)),
        (3, executed(id, itself, EntryKind::Update)),
        (4, Event::Responded { message: id, outcome: REPLY }),
        (5, paused(id, itself)),
        (6, executed(id, itself, EntryKind::ReplyCallback)),
    ];
    let history = history(left, Vec::new());
    let message = only(&history);
    assert_eq!(life(&message), [Some(2), Some(4), Some(5)]);
    assert_eq!(message.scope(), Some(Scope::SameSubnet));
}

#[test]
fn a_call_the_system_rejects_was_never_executed() {
    let caller = CanisterId::on(LEFT, 0);
    let id = MessageId::new(LEFT, 1);
    let outcome = Outcome::Reject(ErrorCode::CanisterNotFound);
    let left = vec![
        (1, called(id, caller, ic_principal::Principal::management_canister())),
        (2, Event::Responded { message: id, outcome }),
        (3, executed(id, caller, EntryKind::RejectCallback)),
    ];
    let history = history(left, Vec::new());
    let message = only(&history);
    assert_eq!(life(&message), [None, Some(2), Some(3)]);
    assert_eq!((message.outcome, message.scope()), (Some(outcome), None));
    assert_eq!(message.callee, "aaaaa-aa");
}

#[test]
fn an_ingress_message_that_only_expired_is_rejected() {
    let canister = CanisterId::on(LEFT, 0);
    let id = MessageId::new(LEFT, 1);
    let outcome = Outcome::Reject(ErrorCode::IngressMessageTimeout);
    let (method, bytes) = ("go".into(), Bytes::new(9));
    let left = vec![
        (1, Event::Submitted { message: id, workload: "w".into(), canister, method, bytes }),
        (9, Event::Completed { message: id, outcome }),
    ];
    let history = history(left, Vec::new());
    let message = only(&history);
    assert_eq!(life(&message), [None, None, Some(9)]);
    assert_eq!(message.outcome, Some(outcome));
}

//! `messages.csv`: the life of every ingress message and inter-canister call.
//!
//! [`TABLE`] says what its columns mean.

use super::{Column, Table, column, count, optional};
use crate::messages::{Message, Scope, Sender};
use crate::names::Names;
use sim_core::record::Outcome;
use sim_core::time::SimTime;

/// The description of `messages.csv`.
pub const TABLE: Table = Table {
    file: "messages.csv",
    rows: "one ingress message or inter-canister call; by the subnet that made it, then in order of making",
    groups: &[COLUMNS],
};

const COLUMNS: &[Column] = &[
    column("id", "", "the message, as subnet.sequence"),
    column("kind", "", "ingress or call"),
    column("parent", "", "the message whose execution made the call; empty for ingress and tasks"),
    column("caller", "", "the calling canister, or client"),
    column("workload", "", "the workload the ingress message belongs to; empty for a call"),
    column("caller_subnet", "", "the caller's subnet; empty for a client"),
    column("callee", "", "the canister called, by name, else by principal"),
    column("callee_subnet", "", "the callee's subnet; empty if it is on none"),
    column("method", "", "the method called"),
    column("scope", "", "same_subnet or cross_subnet; empty for ingress and unknown callees"),
    column("sent_ns", "ns", "when it was sent, from the start of the run"),
    column("inducted_ns", "ns", "when it entered the callee's input queue"),
    column("executed_ns", "ns", "when the callee began to execute it"),
    column("responded_ns", "ns", "when it was answered, by the callee or the system"),
    column("finished_ns", "ns", "ingress: answer certified; call: callback began to execute"),
    column("latency_ns", "ns", "finished_ns - sent_ns, of replies and rejects alike"),
    column("bytes", "bytes", "size as charged: ingress message, or method name and payload"),
    column("instructions", "instructions", "of the callee's execution, all slices"),
    column("cycles_attached", "cycles", "sent with the call"),
    column(
        "outcome",
        "",
        "reply or reject, which the sender has once finished_ns is there; else open",
    ),
    count("reject_code", "the number callers see, 1 to 6; empty unless rejected"),
    count("error_code", "the precise cause, as IC0 number; empty unless rejected"),
];

/// The row of a message.
pub(crate) fn row(message: &Message, names: &Names) -> [String; 22] {
    let (kind, parent, caller) = match message.sender {
        Sender::Client => ("ingress", None, "client".to_owned()),
        Sender::Canister { id, parent } => ("call", parent, names.canister(id)),
    };
    let (outcome, reject_code, error_code) = outcome(message.outcome);
    [
        message.id.to_string(),
        kind.to_owned(),
        optional(parent),
        caller,
        message.workload.as_deref().unwrap_or_default().to_owned(),
        names.subnet(message.caller_subnet).to_owned(),
        message.callee.clone(),
        names.subnet(message.callee_subnet).to_owned(),
        message.method.to_string(),
        scope(message.scope()).to_owned(),
        message.sent.as_nanos().to_string(),
        optional(message.inducted.map(SimTime::as_nanos)),
        optional(message.executed.map(SimTime::as_nanos)),
        optional(message.responded.map(SimTime::as_nanos)),
        optional(message.finished.map(SimTime::as_nanos)),
        optional(message.latency_ns()),
        message.bytes.get().to_string(),
        optional(message.instructions.map(|count| count.get())),
        message.cycles.get().to_string(),
        outcome.to_owned(),
        reject_code,
        error_code,
    ]
}

fn scope(scope: Option<Scope>) -> &'static str {
    match scope {
        Some(Scope::SameSubnet) => "same_subnet",
        Some(Scope::CrossSubnet) => "cross_subnet",
        None => "",
    }
}

fn outcome(outcome: Option<Outcome>) -> (&'static str, String, String) {
    match outcome {
        None => ("open", String::new(), String::new()),
        Some(Outcome::Reply(_)) => ("reply", String::new(), String::new()),
        Some(Outcome::Reject(code)) => {
            ("reject", code.reject_code().number().to_string(), code.number().to_string())
        }
    }
}

//! The messages of a history that matter for a failure.
//!
//! Those are the messages that were held, those that their senders and receivers executed while they
//! waited, the message in which something failed, and what else the caller names; each
//! with the message of a client that all began with, and everything that led to.

use super::trial::Trial;
use super::violation::Violation;
use reports::causes::Causes;
use reports::messages::Message;
use reports::names::{Names, entry as entry_name};
use sim_core::delivery::{Held, Kind, MessageName};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{Event, Record};
use sim_core::time::SimTime;
use std::collections::{BTreeMap, BTreeSet};

/// Trees of messages that are told at most; those of held messages come first.
const MOST_TREES: usize = 6;

/// What matters in a history.
pub struct Matter<'a> {
    /// Messages in order of sending.
    pub messages: Vec<&'a Message>,
    /// Ids of the messages that were held, in the order of the list.
    pub held: Vec<Option<MessageId>>,
}

impl<'a> Matter<'a> {
    /// What matters in the history of a failure, with `also` what led to one more message.
    pub fn of(
        history: &History,
        trial: &Trial,
        violation: &Violation,
        also: Option<MessageId>,
        messages: &'a [Message],
        names: &Names,
    ) -> Matter<'a> {
        let causes = &Causes::of(messages);
        let ids = Ids::of(history);
        let held: Vec<_> = trial.held.iter().map(|held| ids.of_held(held)).collect();
        let mut starts: Vec<MessageId> = held.iter().copied().flatten().collect();
        starts.extend(also);
        starts.extend(failed(history, violation, names));
        for (held, id) in trial.held.iter().zip(&held) {
            starts.extend(id.iter().flat_map(|id| overtook(messages, held, *id)));
        }
        let mut roots = Vec::new();
        for root in starts.into_iter().filter_map(|start| root(causes, start)) {
            if !roots.contains(&root) && roots.len() < MOST_TREES {
                roots.push(root);
            }
        }
        let trees = roots.into_iter().flat_map(|root| causes.tree(root));
        let mut messages: Vec<_> = trees.collect();
        messages.sort_by_key(|message| (message.sent, message.id));
        messages.dedup_by_key(|message| message.id);
        Matter { messages, held }
    }
}

fn root(causes: &Causes<'_>, message: MessageId) -> Option<MessageId> {
    causes.line(message).last().map(|root| root.id)
}

/// Messages that sender or receiver of a held one executed while it waited.
fn overtook(messages: &[Message], held: &Held, id: MessageId) -> Vec<MessageId> {
    let Some(message) = messages.iter().find(|message| message.id == id) else { return Vec::new() };
    let (from, until) = match held.message.kind {
        Kind::Response => (message.responded, message.finished),
        _ => (Some(message.sent), message.executed),
    };
    let (Some(from), until) = (from, until.unwrap_or(SimTime::MAX)) else { return Vec::new() };
    let ends = [Some(held.message.to), held.message.from];
    let meanwhile = |other: &&Message| {
        let here = other.callee_id.is_some() && ends.contains(&other.callee_id) && other.id != id;
        here && other.executed.is_some_and(|time| from <= time && time < until)
    };
    messages.iter().filter(meanwhile).map(|other| other.id).collect()
}

/// The message in which something failed, if it failed in one place.
fn failed(history: &History, violation: &Violation, names: &Names) -> Option<MessageId> {
    let Violation::Trap { canister: name, entry: kind, code } = violation else { return None };
    history.records().find_map(|record| match &record.event {
        Event::Executed { canister, entry, message: Some(message), failure: Some(why), .. } => {
            let is_it = names.canister(*canister) == *name
                && entry_name(*entry) == kind
                && why.name() == code;
            is_it.then_some(*message)
        }
        _ => None,
    })
}

/// Ids of messages by their names.
struct Ids(BTreeMap<MessageName, MessageId>);

impl Ids {
    /// Numbers requests as their receivers' subnets do: pairs keep the order of calling.
    fn of(history: &History) -> Ids {
        let mut counts = BTreeMap::new();
        let mut ids = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for record in history.records() {
            let Some((name, message)) = name(record) else { continue };
            if seen.insert((message, name.kind)) {
                let number: &mut u64 = counts.entry(name.clone()).or_default();
                *number += 1;
                ids.insert(MessageName { number: *number, ..name }, message);
            }
        }
        ids.extend(answers(history, &ids));
        Ids(ids)
    }

    fn of_held(&self, held: &Held) -> Option<MessageId> {
        self.0.get(&held.message).copied()
    }
}

fn name(record: &Record) -> Option<(MessageName, MessageId)> {
    match &record.event {
        Event::Submitted { message, canister, method, .. } => {
            let (kind, method) = (Kind::Ingress, method.clone());
            Some((MessageName { kind, from: None, to: *canister, method, number: 0 }, *message))
        }
        Event::Called { message, caller, callee, method, .. } => {
            let (kind, from) = (Kind::Request, Some(*caller));
            let to = CanisterId::called(callee);
            Some((MessageName { kind, from, to, method: method.clone(), number: 0 }, *message))
        }
        _ => None,
    }
}

/// Answers are numbered in the order in which they were given.
fn answers(
    history: &History,
    requests: &BTreeMap<MessageName, MessageId>,
) -> Vec<(MessageName, MessageId)> {
    let calls: BTreeMap<MessageId, &MessageName> = requests
        .iter()
        .filter(|(name, _)| name.kind == Kind::Request)
        .map(|(name, id)| (*id, name))
        .collect();
    let mut counts: BTreeMap<MessageName, u64> = BTreeMap::new();
    let mut found = Vec::new();
    for record in history.records() {
        let Event::Responded { message, .. } = &record.event else { continue };
        let Some(call) = calls.get(message) else { continue };
        let Some(to) = call.from else { continue };
        let (from, method) = (Some(call.to), "".into());
        let name = MessageName { kind: Kind::Response, from, to, method, number: 0 };
        let number = counts.entry(name.clone()).or_default();
        *number += 1;
        found.push((MessageName { number: *number, ..name }, *message));
    }
    found
}

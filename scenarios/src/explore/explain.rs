//! A failure in words and pictures: what has to wait, what happened then, and where the history parts
//! from the nearest one that goes well.

use super::failure::Failure;
use super::matter::Matter;
use super::names::HeldEntry;
use super::trial::{Trial, Trials};
use reports::causes::Causes;
use reports::divergence;
use reports::export::mermaid;
use reports::human;
use reports::messages::{self, Message, Sender};
use reports::names::Names;
use reports::sequence::Sequence;
use sim_core::delivery::Kind;
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::time::SimTime;
use std::fmt::Write;

/// Arrows of the diagram; more cannot be read.
const MOST_ARROWS: usize = 40;

/// The story of a failure, as text with a Mermaid diagram in it.
pub fn explain(failure: &Failure, trials: &Trials<'_>, trial: &Trial) -> String {
    let mut out = format!("What goes wrong\n  {}\n", failure.what);
    let Some(history) = &trial.history else { return out };
    let names = Names::new(history);
    let messages = messages::join(history, &names);
    let causes = Causes::of(&messages);
    let matter = Matter::of(history, trial, &failure.violation, &messages, &names);
    what_waits(&mut out, failure, &matter, &causes);
    story(&mut out, history, &matter, &names);
    diagram(&mut out, &matter, &names);
    nearest(&mut out, failure, trials, trial, history);
    out
}

/// The happens-before graph of the messages that matter, as Graphviz DOT.
pub fn graph(failure: &Failure, trial: &Trial) -> String {
    let Some(history) = &trial.history else { return String::new() };
    let names = Names::new(history);
    let messages = messages::join(history, &names);
    let matter = Matter::of(history, trial, &failure.violation, &messages, &names);
    super::graph::happens_before(history, &matter, &names)
}

fn what_waits(out: &mut String, failure: &Failure, matter: &Matter<'_>, causes: &Causes<'_>) {
    let _ = writeln!(out, "\nWhat has to wait");
    if failure.held.is_empty() {
        let _ = writeln!(out, "  nothing: it goes wrong in the order in which messages come");
    }
    for (entry, id) in failure.held.iter().zip(&matter.held) {
        let _ = writeln!(out, "  {entry}{}", waited(entry, *id, causes));
    }
}

/// From when until when a held message waited.
fn waited(entry: &HeldEntry, id: Option<MessageId>, causes: &Causes<'_>) -> String {
    let Some(message) = id.and_then(|id| causes.message(id)) else { return String::new() };
    let (sent, seen) = match entry.hold {
        Kind::Response => (message.responded, message.finished),
        _ => (Some(message.sent), message.executed),
    };
    let instant = |time: Option<SimTime>| {
        time.map_or("never".to_owned(), |time| human::instant(time.as_nanos()))
    };
    format!(": message {}, sent {}, executed {}", message.id, instant(sent), instant(seen))
}

/// What the canisters did that the messages are about, in order of time.
fn story(out: &mut String, history: &History, matter: &Matter<'_>, names: &Names<'_>) {
    let _ = writeln!(out, "\nThe story");
    let mut told: Vec<(SimTime, String)> = Vec::new();
    for record in history.subnets.iter().flat_map(|subnet| &subnet.records) {
        let Some(line) = sentence(record, matter, names) else { continue };
        told.push((record.time, line));
    }
    told.sort_by_key(|(time, _)| *time);
    for (time, line) in told {
        let _ = writeln!(out, "  {:>14}  {line}", human::instant(time.as_nanos()));
    }
}

fn sentence(record: &Record, matter: &Matter<'_>, names: &Names<'_>) -> Option<String> {
    let find = |id: MessageId| matter.messages.iter().find(|message| message.id == id);
    match &record.event {
        Event::Submitted { message, .. } => {
            let message = find(*message)?;
            let (callee, method, id) = (&message.callee, message.method, message.id);
            Some(format!("a client sends `{method}` to {callee} ({id})"))
        }
        Event::Executed { message: Some(id), canister, entry, failure, .. } => {
            let message = find(*id)?;
            let who = names.canister(*canister);
            let what = executed(message, *entry);
            let end = match failure {
                Some(code) => format!(", and fails: {}", code.name()),
                None => called(message, matter, *entry),
            };
            Some(format!("{who} executes {what} ({id}){end}"))
        }
        Event::Responded { message, outcome } => {
            let message = find(*message)?;
            let callee = &message.callee;
            let (method, id) = (message.method, message.id);
            Some(match outcome {
                Outcome::Reply(_) => format!("{callee} replies to `{method}` ({id})"),
                Outcome::Reject(code) => {
                    format!("`{method}` of {callee} is rejected ({id}): {}", code.name())
                }
            })
        }
        _ => None,
    }
}

fn executed(message: &Message<'_>, entry: EntryKind) -> String {
    use EntryKind::{Cleanup, RejectCallback, ReplyCallback};
    let (method, callee) = (message.method, &message.callee);
    match entry {
        ReplyCallback => format!("what follows the reply to `{method}` of {callee}"),
        RejectCallback => format!("what follows the reject of `{method}` of {callee}"),
        Cleanup => format!("what cleans up after `{method}` of {callee}"),
        _ => format!("`{method}`"),
    }
}

/// The calls that an update made.
fn called(message: &Message<'_>, matter: &Matter<'_>, entry: EntryKind) -> String {
    if entry != EntryKind::Update {
        return String::new();
    }
    let made_here = |other: &&&Message<'_>| match other.sender {
        Sender::Canister { parent, .. } => {
            parent == Some(message.id) && Some(other.sent) <= message.responded.or(Some(other.sent))
        }
        Sender::Client => false,
    };
    let calls: Vec<_> = matter
        .messages
        .iter()
        .filter(made_here)
        .map(|call| format!("`{}` of {} ({})", call.method, call.callee, call.id))
        .collect();
    match calls.is_empty() {
        true => String::new(),
        false => format!(", which calls {}", calls.join(", ")),
    }
}

fn diagram(out: &mut String, matter: &Matter<'_>, names: &Names<'_>) {
    let sequence = Sequence::of_messages(matter.messages.iter().copied(), names, MOST_ARROWS);
    let mut text = Vec::new();
    if mermaid::write(&mut text, &sequence).is_ok() {
        let _ = writeln!(out, "\n```mermaid\n{}```", String::from_utf8_lossy(&text));
    }
}

/// The nearest history that goes well lacks one of the held messages: that which parts last.
fn nearest(
    out: &mut String,
    failure: &Failure,
    trials: &Trials<'_>,
    trial: &Trial,
    history: &History,
) {
    let mut best: Option<(Parting, usize, History)> = None;
    for left_out in 0..trial.held.len() {
        let mut held = trial.held.clone();
        held.remove(left_out);
        let other = trials.replay(failure.seed, &held);
        if other.shows(&failure.violation) {
            continue;
        }
        let Some(passing) = other.history else { continue };
        let Some(parting) = Parting::of(history, &passing) else { continue };
        if best.as_ref().is_none_or(|(known, ..)| known.time < parting.time) {
            best = Some((parting, left_out, passing));
        }
    }
    let Some((parting, left_out, passing)) = best else { return };
    let _ = writeln!(out, "\nWhere it parts from the nearest history that goes well");
    let _ = writeln!(out, "  which is the same without this: {}", failure.held[left_out]);
    let names = Names::new(history);
    let canister = names.canister(parting.canister);
    let before = parting.before;
    let _ = writeln!(out, "  {canister} executes {before} messages alike, and then");
    let line = |history: &History, record: Option<&Record>| {
        record.map_or("nothing more".to_owned(), |r| divergence::line(r, &Names::new(history)))
    };
    let _ = writeln!(out, "  goes wrong  {}", line(history, parting.at(history)));
    let _ = writeln!(out, "  goes well   {}", line(&passing, parting.at(&passing)));
}

/// The first canister that executes something else in one history than in another.
struct Parting {
    canister: CanisterId,
    /// Executions that are alike.
    before: usize,
    /// When the next one is, in the first history.
    time: SimTime,
}

impl Parting {
    fn of(wrong: &History, well: &History) -> Option<Parting> {
        let canisters = wrong.subnets.iter().flat_map(|subnet| &subnet.canisters);
        let partings = canisters.filter_map(|canister| {
            let canister = canister.id;
            let (a, b) = (executions(wrong, canister), executions(well, canister));
            let alike = |(a, b): &(&Record, &Record)| what(a) == what(b);
            let before = a.iter().copied().zip(b.iter().copied()).take_while(alike).count();
            let differs = before < a.len() || before < b.len();
            let time = a.get(before).map_or(SimTime::MAX, |record| record.time);
            differs.then_some(Parting { canister, before, time })
        });
        partings.min_by_key(|parting| parting.time)
    }

    fn at<'a>(&self, history: &'a History) -> Option<&'a Record> {
        executions(history, self.canister).get(self.before).copied()
    }
}

fn executions(history: &History, of: CanisterId) -> Vec<&Record> {
    let records = history.subnets.iter().flat_map(|subnet| &subnet.records);
    let here = |record: &&Record| matches!(record.event, Event::Executed { canister, .. } if canister == of);
    records.filter(here).collect()
}

/// What was executed and how it ended, whenever that was.
fn what(record: &Record) -> Option<(Option<MessageId>, EntryKind, bool)> {
    match &record.event {
        Event::Executed { message, entry, failure, .. } => {
            Some((*message, *entry, failure.is_some()))
        }
        _ => None,
    }
}

//! A failure in words and pictures: what has to wait, what happened then, and where the history parts
//! from the nearest one that goes well.

use super::failure::Failure;
use super::matter::Matter;
use super::names::HeldEntry;
use super::parting::Nearest;
use super::trial::{Trial, Trials};
use reports::candid::Speech;
use reports::causes::Causes;
use reports::divergence;
use reports::export::mermaid;
use reports::human;
use reports::messages::{self, Message, Sender};
use reports::names::Names;
use reports::sequence::Sequence;
use sim_core::delivery::Kind;
use sim_core::history::History;
use sim_core::id::MessageId;
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
    let nearest = Nearest::of(failure, trials, trial, history);
    let also = nearest.as_ref().and_then(|nearest| nearest.parting.message(history));
    let matter = Matter::of(history, trial, &failure.violation, also, &messages, &names);
    what_waits(&mut out, failure, &matter, &causes);
    story(&mut out, history, &matter, &names);
    diagram(&mut out, &matter, &names);
    if let Some(nearest) = &nearest {
        parting(&mut out, failure, nearest, history);
    }
    out
}

/// The happens-before graph of the messages that matter, as Graphviz DOT.
pub fn graph(failure: &Failure, trials: &Trials<'_>, trial: &Trial) -> String {
    let Some(history) = &trial.history else { return String::new() };
    let names = Names::new(history);
    let messages = messages::join(history, &names);
    let nearest = Nearest::of(failure, trials, trial, history);
    let also = nearest.and_then(|nearest| nearest.parting.message(history));
    let matter = Matter::of(history, trial, &failure.violation, also, &messages, &names);
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
fn story(out: &mut String, history: &History, matter: &Matter<'_>, names: &Names) {
    let _ = writeln!(out, "\nThe story");
    let mut told: Vec<(SimTime, String)> = Vec::new();
    for record in history.records() {
        let Some(line) = sentence(record, matter, names) else { continue };
        told.push((record.time, line));
    }
    told.sort_by_key(|(time, _)| *time);
    for (time, line) in told {
        let _ = writeln!(out, "  {:>14}  {line}", human::instant(time.as_nanos()));
    }
}

fn sentence(record: &Record, matter: &Matter<'_>, names: &Names) -> Option<String> {
    let find = |id: MessageId| matter.messages.iter().find(|message| message.id == id);
    match &record.event {
        Event::Submitted { message, .. } => {
            let message = find(*message)?;
            let (callee, method, id) = (&message.callee, &message.method, message.id);
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
            let (method, id) = (&message.method, message.id);
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

fn executed(message: &Message, entry: EntryKind) -> String {
    use EntryKind::{Cleanup, RejectCallback, ReplyCallback};
    let (method, callee) = (&message.method, &message.callee);
    match entry {
        ReplyCallback => format!("what follows the reply to `{method}` of {callee}"),
        RejectCallback => format!("what follows the reject of `{method}` of {callee}"),
        Cleanup => format!("what cleans up after `{method}` of {callee}"),
        _ => format!("`{method}`"),
    }
}

/// The calls that an update made.
fn called(message: &Message, matter: &Matter<'_>, entry: EntryKind) -> String {
    if entry != EntryKind::Update {
        return String::new();
    }
    let made_here = |other: &&&Message| match other.sender {
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

fn diagram(out: &mut String, matter: &Matter<'_>, names: &Names) {
    let (messages, speech) = (matter.messages.iter().copied(), Speech::default());
    let sequence = Sequence::of_messages(messages, names, &speech, MOST_ARROWS);
    let mut text = Vec::new();
    if mermaid::write(&mut text, &sequence).is_ok() {
        let _ = writeln!(out, "\n```mermaid\n{}```", String::from_utf8_lossy(&text));
    }
}

fn parting(out: &mut String, failure: &Failure, nearest: &Nearest, history: &History) {
    let _ = writeln!(out, "\nWhere it parts from the nearest history that goes well");
    let left_out = failure.held.get(nearest.left_out).map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(out, "  which is the same without this: {left_out}");
    let canister = Names::new(history).canister(nearest.parting.canister);
    let before = nearest.parting.before;
    let _ = writeln!(out, "  {canister} executes {before} messages alike, and then");
    let line = |history: &History| {
        let record = nearest.parting.at(history);
        record.map_or("nothing more".to_owned(), |r| divergence::line(r, &Names::new(history)))
    };
    let _ = writeln!(out, "  goes wrong  {}", line(history));
    let _ = writeln!(out, "  goes well   {}", line(&nearest.history));
}

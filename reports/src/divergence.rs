//! Where two runs part: the earliest record that is not the same in both, and what led to it.
//!
//! Each subnet's records are compared in order. Among the subnets on which something differs, the
//! one whose difference is earliest in simulated time is the first divergence: what happened on
//! others later may be its consequence, what happened before is the same in both.

use crate::analysis::Analysis;
use crate::causes::Causes;
use crate::export::fields::{self, Fields};
use crate::human;
use crate::names::Names;
use crate::run::RunReport;
use sim_core::history::{History, SubnetHistory};
use sim_core::id::MessageId;
use sim_core::record::Record;
use std::fmt::Write;

/// Records told that both runs have before they part.
const BEFORE: usize = 3;

/// The first divergence of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Place of the subnet in both histories.
    pub subnet: usize,
    /// Place of the record among the subnet's: all before are the same.
    pub record: usize,
}

/// The first divergence of two histories; none if their records are the same.
pub fn first(a: &History, b: &History) -> Option<Divergence> {
    let pairs = a.subnets.iter().zip(&b.subnets).enumerate();
    let apart = pairs.filter_map(|(subnet, (a, b))| {
        let record = a.records.iter().zip(&b.records).take_while(|(a, b)| a == b).count();
        let at = |history: &SubnetHistory| history.records.get(record).map(|record| record.time);
        // A subnet whose records only end earlier parts where the other goes on.
        let time = [at(a), at(b)].into_iter().flatten().min()?;
        Some((time, Divergence { subnet, record }))
    });
    apart.min_by_key(|(time, divergence)| (*time, divergence.subnet)).map(|(_, first)| first)
}

/// What makes two runs incomparable from the start: other subnets. None if they have the same.
pub fn unlike(a: &History, b: &History) -> Option<String> {
    let names = |history: &History| {
        let names: Vec<_> = history.subnets.iter().map(|subnet| subnet.name.as_str()).collect();
        names.join(", ")
    };
    (names(a) != names(b)).then(|| format!("subnets {} and {}", names(a), names(b)))
}

/// Says where and how two runs part.
pub fn tell(divergence: Divergence, a: &RunReport<'_>, b: &RunReport<'_>) -> String {
    let mut out = String::new();
    let subnet = &a.history.subnets[divergence.subnet];
    let record = |run: &RunReport<'_>| {
        run.history.subnets[divergence.subnet].records.get(divergence.record).cloned()
    };
    let (first, second) = (record(a), record(b));
    let time = [&first, &second].into_iter().flatten().map(|record| record.time).min();
    let at = human::instant(time.map_or(0, |time| time.as_nanos()));
    let number = human::count(divergence.record as u64);
    let _ = writeln!(out, "the runs part at {at} on {}, after {number} records alike", subnet.name);
    before(&mut out, subnet, divergence.record, &Names::new(a.history));
    for (which, run, record) in [("a", a, &first), ("b", b, &second)] {
        let names = Names::new(run.history);
        let text = record.as_ref().map_or("no more records".to_owned(), |r| line(r, &names));
        let _ = writeln!(out, "  {which}  {text}");
    }
    differences(&mut out, &first, &second, &Names::new(a.history));
    for (which, run, record) in [("a", a, &first), ("b", b, &second)] {
        causes(&mut out, which, run, record.as_ref());
    }
    out
}

/// The last records that both have.
fn before(out: &mut String, subnet: &SubnetHistory, record: usize, names: &Names) {
    let from = record.saturating_sub(BEFORE);
    for common in subnet.records.get(from..record).unwrap_or_default() {
        let _ = writeln!(out, "     {}", line(common, names));
    }
}

/// A record on one line.
pub fn line(record: &Record, names: &Names) -> String {
    let Fields { event, fields } = fields::of(record, names);
    let mut text = format!("{}  {event}", human::instant(record.time.as_nanos()));
    let has_name = |field: &str| {
        let name = format!("{field}_name");
        fields.iter().any(|(known, _)| *known == name)
    };
    // The name says more than the principal beside it.
    for (name, value) in fields.iter().filter(|(field, _)| !has_name(field)) {
        let name = name.strip_suffix("_name").unwrap_or(name);
        let shown = match value {
            serde_json::Value::Null => continue,
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = write!(text, " {name}={shown}");
    }
    text
}

/// The fields that differ, if both are of a kind.
fn differences(out: &mut String, a: &Option<Record>, b: &Option<Record>, names: &Names) {
    let (Some(a), Some(b)) = (a, b) else { return };
    let (first, second) = (fields::of(a, names), fields::of(b, names));
    if first.event != second.event {
        return;
    }
    if a.time != b.time {
        let (a, b) = (human::instant(a.time.as_nanos()), human::instant(b.time.as_nanos()));
        let _ = writeln!(out, "  time: {a} in a, {b} in b");
    }
    for (name, value) in &first.fields {
        let other = second.get(name);
        if other != value {
            let _ = writeln!(out, "  {name}: {value} in a, {other} in b");
        }
    }
}

/// The messages that led to the record.
fn causes(out: &mut String, which: &str, run: &RunReport<'_>, record: Option<&Record>) {
    let Some(id) = record.and_then(subject) else { return };
    let analysis = Analysis::of(run);
    let causes = Causes::of(&analysis.messages);
    let line = causes.line(id);
    if line.is_empty() {
        return;
    }
    let _ = writeln!(out, "in {which}, the record is about");
    for (place, message) in line.iter().enumerate() {
        let sent = human::instant(message.sent.as_nanos());
        let (id, callee, method) = (message.id, &message.callee, &message.method);
        let word = if place == 0 { "message" } else { "caused by" };
        let _ = writeln!(out, "  {word} {id}, {callee}.{method}, sent {sent}");
    }
}

/// The message a record is about.
fn subject(record: &Record) -> Option<MessageId> {
    use sim_core::record::Event;
    match &record.event {
        Event::Submitted { message, .. }
        | Event::Called { message, .. }
        | Event::Inducted { message, .. }
        | Event::Responded { message, .. }
        | Event::Completed { message, .. } => Some(*message),
        Event::Paused { message, .. }
        | Event::Executed { message, .. }
        | Event::Managed { message, .. } => *message,
        _ => None,
    }
}

//! The world at one moment of a failure: queues, calls, balances, globals, memory.

use super::names::name;
use super::trial::Trials;
use crate::diagnostics::Mistake;
use crate::scenario::Scenario;
use reports::human;
use sim_core::delivery::{Held, Kind, Replay};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::inside::{CanisterInside, MessageInside};
use sim_core::record::Event;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::{Continue, RunOptions};
use std::fmt::Write;

/// Lines of sixteen bytes of a canister's memory that are shown.
const MEMORY_LINES: usize = 16;
/// Bytes of memory that are looked through for something to show.
const MEMORY: u64 = 1 << 24;

/// There is no such moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no moment `{0}`; expected a time such as \"3.5s\", or a message such as \"0.7\" that was executed"
)]
pub struct UnknownMoment(pub String);

/// The moment that a text names: a time, or when a message was executed.
///
/// # Errors
/// It names none.
pub fn moment(text: &str, history: Option<&History>) -> Result<SimTime, UnknownMoment> {
    if let Ok(duration) = text.parse::<SimDuration>() {
        return Ok(SimTime::ZERO + duration);
    }
    let unknown = || UnknownMoment(text.to_owned());
    let id: MessageId = text.parse().map_err(|_| unknown())?;
    let mut records = history.into_iter().flat_map(History::records);
    records
        .find_map(|record| match record.event {
            Event::Executed { message: Some(message), .. } if message == id => Some(record.time),
            _ => None,
        })
        .ok_or_else(unknown)
}

/// The world once every round has ended that began at `until` or before.
///
/// # Errors
/// The world cannot be set up.
pub fn look(
    trials: &Trials<'_>,
    seed: u64,
    held: &[Held],
    until: SimTime,
) -> Result<String, Mistake> {
    let mut world = trials.world(seed)?;
    let replay = Replay::of(held);
    world.choose(|_| Box::new(replay.clone()));
    let mut progress = |_| Continue::Yes;
    let options = RunOptions { threads: 1, progress: &mut progress };
    let next = until + SimDuration::from_nanos(1);
    world.run_until(next, options).map_err(|error| Mistake::new(error.to_string()))?;
    let scenario = trials.scenario;
    let mut out =
        format!("the world at {}, after the round then\n", human::instant(until.as_nanos()));
    for canister in &scenario.canisters {
        let Some(inside) = world.inside(canister.id) else { continue };
        describe(&mut out, &canister.name, &inside, scenario);
        let size = world.heap_size(canister.id).unwrap_or(0).min(MEMORY);
        if let Some(heap) = world.heap(canister.id, 0, size) {
            memory(&mut out, &heap);
        }
    }
    Ok(out)
}

fn describe(out: &mut String, canister: &str, inside: &CanisterInside, scenario: &Scenario) {
    let _ = writeln!(out, "\n{canister}: {} cycles", inside.balance);
    for (what, messages) in
        [("input", &inside.input), ("output", &inside.output), ("held", &inside.held)]
    {
        for message in messages {
            let _ = writeln!(out, "  {what:<8} {}", line(message, scenario));
        }
    }
    for context in &inside.contexts {
        let message = context.message.map_or("a task".to_owned(), |id| format!("message {id}"));
        let caller = CanisterId::from_principal(&context.caller);
        let caller =
            caller.map_or_else(|| context.caller.to_text(), |caller| name(caller, scenario));
        let state = if context.responded { "answered" } else { "not answered" };
        let outstanding = context.outstanding;
        let _ = writeln!(
            out,
            "  open     {message} of {caller}, {state}, waits for {outstanding} answers"
        );
    }
    for callee in &inside.waiting_for {
        let _ = writeln!(out, "  waits    for {}", name(CanisterId::called(callee), scenario));
    }
    if let Some(timer) = inside.timer {
        let _ = writeln!(out, "  timer    at {timer} ns since 1970");
    }
    if !inside.globals.is_empty() {
        let _ = writeln!(out, "  globals  {}", inside.globals.join(" "));
    }
}

fn line(message: &MessageInside, scenario: &Scenario) -> String {
    let id = message.message;
    let from = message.from.map_or("a client".to_owned(), |from| name(from, scenario));
    match message.kind {
        Kind::Response => format!("the answer of {from} ({id})"),
        _ => format!("`{}` of {from} ({id})", message.method),
    }
}

/// The first lines of memory with anything in them.
fn memory(out: &mut String, heap: &[u8]) {
    let lines = heap.chunks(16).enumerate();
    let used: Vec<_> = lines.filter(|(_, bytes)| bytes.iter().any(|byte| *byte != 0)).collect();
    for (place, bytes) in used.iter().take(MEMORY_LINES) {
        let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String = bytes.iter().map(|byte| printable(*byte)).collect();
        let _ = writeln!(out, "  {:08x}  {:<47}  {text}", place * 16, hex.join(" "));
    }
    if used.len() > MEMORY_LINES {
        let _ = writeln!(out, "  … {} more lines that are not zero", used.len() - MEMORY_LINES);
    }
}

fn printable(byte: u8) -> char {
    if byte.is_ascii_graphic() { byte as char } else { '.' }
}

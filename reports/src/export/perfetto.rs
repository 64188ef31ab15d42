//! The Chrome trace event format, which <https://ui.perfetto.dev> opens: subnets as processes,
//! canisters as tracks, executions as slices, messages as arrows, queues and cycles as counters.
//!
//! Format: "Trace Event Format", the JSON object form. Times are microseconds with three decimals,
//! so no nanosecond is lost.

use crate::messages::Message;
use crate::names::Names;
use crate::rounds;
use serde_json::{Value, json};
use sim_core::history::{History, SubnetHistory};
use sim_core::id::CanisterId;
use sim_core::profile::Profile;
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::time::{SimDuration, SimTime};
use std::io::{self, Write};

/// The track of a subnet's rounds; canisters follow from 1 on.
const ROUNDS: u64 = 0;

/// Writes the trace.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(
    out: W,
    history: &History,
    profile: &Profile,
    messages: &[Message],
) -> io::Result<()> {
    let names = Names::new(history);
    let mut events = Events { out, is_first: true, arrows: 0 };
    events.out.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")?;
    for (place, subnet) in history.subnets.iter().enumerate() {
        let process = Process { number: place as u64 + 1, subnet, profile, names: &names };
        process.name_tracks(&mut events)?;
        process.rounds(&mut events)?;
        subnet.records.iter().try_for_each(|record| process.record(record, &mut events))?;
    }
    messages.iter().try_for_each(|message| arrows(message, &mut events))?;
    events.out.write_all(b"\n]}\n")?;
    events.out.flush()
}

/// Events, with commas between them.
struct Events<W> {
    out: W,
    is_first: bool,
    /// Arrows so far; each has a number, which Perfetto wants for its id.
    arrows: u64,
}

impl<W: Write> Events<W> {
    fn push(&mut self, event: &Value) -> io::Result<()> {
        if !std::mem::take(&mut self.is_first) {
            self.out.write_all(b",\n")?;
        }
        serde_json::to_writer(&mut self.out, event).map_err(io::Error::from)
    }
}

struct Process<'a> {
    number: u64,
    subnet: &'a SubnetHistory,
    profile: &'a Profile,
    names: &'a Names,
}

impl Process<'_> {
    fn name_tracks<W: Write>(&self, events: &mut Events<W>) -> io::Result<()> {
        let name = format!("{} ({} nodes)", self.subnet.name, self.subnet.nodes);
        let name_of = |what: &str, track: u64, name: &str| json!({ "ph": "M", "name": what, "pid": self.number, "tid": track, "args": { "name": name } });
        events.push(&name_of("process_name", ROUNDS, &name))?;
        events.push(&name_of("thread_name", ROUNDS, "rounds"))?;
        for canister in &self.subnet.canisters {
            let name = self.names.canister(canister.id);
            events.push(&name_of("thread_name", track(canister.id), &name))?;
        }
        Ok(())
    }

    fn rounds<W: Write>(&self, events: &mut Events<W>) -> io::Result<()> {
        for (start, round) in rounds::of(self.subnet) {
            let name = format!("round {}", round.height);
            events.push(&self.slice(
                &name,
                ROUNDS,
                start,
                round.duration,
                json!({
                    "ingress": round.ingress, "stream_messages": round.stream_messages,
                    "executions": round.executions, "instructions": round.instructions.get(),
                }),
            ))?;
            let burned: u128 = round.burned.iter().map(|cycles| cycles.get()).sum();
            let waiting = json!({
                "queued": round.queued, "left over": round.left_over,
                "in streams": round.in_streams, "ingress waiting": round.ingress_waiting,
            });
            events.push(&self.counter("messages", start, waiting))?;
            // Viewers read numbers as floating point, which is good enough to look at.
            events.push(&self.counter(
                "cycles burned",
                start,
                json!({ "cycles": burned as f64 }),
            ))?;
        }
        Ok(())
    }

    fn record<W: Write>(&self, record: &Record, events: &mut Events<W>) -> io::Result<()> {
        match &record.event {
            Event::Executed {
                message,
                canister,
                entry,
                duration,
                instructions,
                balance,
                failure,
                ..
            } => {
                let name = entry_name(*entry);
                let failure = failure.map(|code| code.to_string());
                events.push(&self.slice(
                    name,
                    track(*canister),
                    record.time,
                    *duration,
                    json!({
                        "message": message.map(|id| id.to_string()),
                        "instructions": instructions.get(), "failure": failure,
                    }),
                ))?;
                let name = format!("balance of {}", self.names.canister(*canister));
                let balance = json!({ "cycles": balance.get() as f64 });
                events.push(&self.counter(&name, record.time, balance))
            }
            Event::Paused { message, canister, entry, instructions, .. } => {
                let name = format!("{} (paused)", entry_name(*entry));
                let duration = self.profile.timing.execution_time(*instructions);
                events.push(&self.slice(&name, track(*canister), record.time, duration, json!({
                    "message": message.map(|id| id.to_string()), "instructions": instructions.get(),
                })))
            }
            Event::Printed { canister, line } => {
                let line = String::from_utf8_lossy(line);
                events.push(&self.instant(&line, track(*canister), record.time))
            }
            Event::Uninstalled { canister } => {
                events.push(&self.instant("out of cycles", track(*canister), record.time))
            }
            _ => Ok(()),
        }
    }

    fn slice(
        &self,
        name: &str,
        track: u64,
        start: SimTime,
        length: SimDuration,
        args: Value,
    ) -> Value {
        json!({
            "ph": "X", "name": name, "pid": self.number, "tid": track, "ts": micros(start.as_nanos()),
            "dur": micros(length.as_nanos()), "args": args,
        })
    }

    fn counter(&self, name: &str, at: SimTime, args: Value) -> Value {
        json!({ "ph": "C", "name": name, "pid": self.number, "ts": micros(at.as_nanos()), "args": args })
    }

    fn instant(&self, name: &str, track: u64, at: SimTime) -> Value {
        json!({
            "ph": "i", "name": name, "pid": self.number, "tid": track, "ts": micros(at.as_nanos()), "s": "t",
        })
    }
}

/// An arrow from a call to its execution, and one back from the answer to the callback.
fn arrows<W: Write>(message: &Message, events: &mut Events<W>) -> io::Result<()> {
    let callee = message.callee_id.zip(message.callee_subnet);
    let (Some((callee, there)), Some(executed)) = (callee, message.executed) else { return Ok(()) };
    let crate::messages::Sender::Canister { id: caller, .. } = message.sender else {
        return Ok(());
    };
    let Some(home) = message.caller_subnet else { return Ok(()) };
    let (caller, callee) = ((home, caller), (there, callee));
    let name = &*message.method;
    arrow(events, name, (caller, message.sent), (callee, executed))?;
    let (Some(responded), Some(finished)) = (message.responded, message.finished) else {
        return Ok(());
    };
    let name = match message.outcome {
        Some(Outcome::Reject(_)) => "reject",
        _ => "reply",
    };
    arrow(events, name, (callee, responded), (caller, finished))
}

/// A place of an arrow: a subnet's place, a canister, and when.
type End = ((usize, CanisterId), SimTime);

fn arrow<W: Write>(events: &mut Events<W>, name: &str, from: End, to: End) -> io::Result<()> {
    events.arrows += 1;
    let id = events.arrows;
    // A message leaves when its execution ends, which is no longer within the slice.
    let ends = [("s", from, 1), ("f", to, 0)];
    for (phase, ((place, canister), time), earlier) in ends {
        events.push(&json!({
            "ph": phase, "bp": "e", "cat": "message", "name": name, "id": id, "pid": place as u64 + 1,
            "tid": track(canister), "ts": micros(time.as_nanos().saturating_sub(earlier)),
        }))?;
    }
    Ok(())
}

fn track(canister: CanisterId) -> u64 {
    canister.local() as u64 + 1
}

/// Microseconds; exact for some hundred days. A tenth of a nanosecond is added, since Perfetto cuts
/// off what is left of a nanosecond: of slices that touch, one would else begin within the other.
fn micros(nanos: u64) -> f64 {
    (nanos as f64 + 0.1) / 1_000.0
}

fn entry_name(entry: EntryKind) -> &'static str {
    crate::names::entry(entry)
}

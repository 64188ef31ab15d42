//! Probes: values of a world that are recorded every so often, such as the reply to a query.
//!
//! They speak of the same values as expectations do, and change as little.

use crate::expect::answers::Answers;
use crate::expect::evaluate::{Found, value};
use crate::expect::live::Source;
use crate::expect::parse::Node;
use crate::expect::value::Value;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::World;
use std::io::Write;

/// The column of the time.
const TIME: &str = "time_ns";

/// A value that is recorded every so often.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name.
    pub name: String,
    /// As written.
    pub text: String,
    /// How often.
    pub every: SimDuration,
    /// From when on.
    pub from: SimTime,
    /// What it comes to.
    pub root: Node,
    /// What it speaks of.
    pub operands: Vec<Source>,
    /// The names of several values, if it has several.
    pub parts: Vec<String>,
}

/// The probes during one run.
#[derive(Debug)]
pub struct Recorder<'a> {
    probes: &'a [Probe],
    next: Vec<SimTime>,
    answers: Answers,
    recording: Recording,
}

/// What was recorded in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Columns in the order in which they were first filled.
    pub columns: Vec<String>,
    /// Times, with the number of a column and what was found for it.
    pub rows: Vec<(SimTime, Vec<(usize, String)>)>,
}

impl Probe {
    fn find(&self, world: &mut World, answers: &Answers) -> Found {
        let operands: Vec<Found> =
            self.operands.iter().map(|source| source.find(world, answers)).collect();
        value(&self.root, &operands)
    }
}

impl<'a> Recorder<'a> {
    /// Nothing recorded yet.
    pub fn new(probes: &'a [Probe]) -> Self {
        Recorder {
            probes,
            next: probes.iter().map(|probe| probe.from).collect(),
            answers: Answers::default(),
            recording: Recording::default(),
        }
    }

    /// Until when to run before something is recorded.
    pub fn next(&self, end: SimTime) -> Option<SimTime> {
        let next = self.next.iter().min()?;
        Some(*next + SimDuration::from_nanos(1)).filter(|time| *time <= end)
    }

    /// Records what is due.
    pub fn record(&mut self, world: &mut World) {
        let now = SimTime::from_nanos(world.reached().as_nanos().saturating_sub(1));
        if self.next.iter().all(|next| *next > now) {
            return;
        }
        self.answers.catch_up(world);
        let mut cells = Vec::new();
        for (probe, next) in self.probes.iter().zip(&mut self.next) {
            if *next <= now {
                *next = now + probe.every;
                // A canister that does not answer leaves the cell empty.
                if let Ok(value) = probe.find(world, &self.answers) {
                    let name = probe.name.clone();
                    flatten(name, &value, &probe.parts, &mut cells);
                }
            }
        }
        let cells = cells.into_iter().map(|(name, text)| (self.recording.column(name), text));
        let cells = cells.collect();
        self.recording.rows.push((now, cells));
    }

    /// What was recorded.
    pub fn finish(self) -> Recording {
        self.recording
    }
}

/// The cells of a value: one for each field of a record and each of several values.
fn flatten(name: String, value: &Value, parts: &[String], cells: &mut Vec<(String, String)>) {
    match value {
        Value::Record(fields) => {
            for (_, field, value) in fields {
                flatten(format!("{name}.{field}"), value, &[], cells);
            }
        }
        Value::Many(values) => {
            for (index, value) in values.iter().enumerate() {
                let part = parts.get(index).cloned().unwrap_or_else(|| index.to_string());
                flatten(format!("{name}[{part}]"), value, &[], cells);
            }
        }
        Value::Null => {}
        Value::Text(text) => cells.push((name, text.clone())),
        other => cells.push((name, other.to_string())),
    }
}

impl Recording {
    fn column(&mut self, name: String) -> usize {
        let known = self.columns.iter().position(|column| *column == name);
        known.unwrap_or_else(|| {
            self.columns.push(name);
            self.columns.len() - 1
        })
    }

    /// Writes the recording as CSV: a row for each time, empty cells where nothing was recorded.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, out: impl Write) -> csv::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record([TIME].into_iter().chain(self.columns.iter().map(String::as_str)))?;
        for (time, cells) in &self.rows {
            let mut row = vec![String::new(); self.columns.len() + 1];
            row[0] = time.as_nanos().to_string();
            for (column, text) in cells {
                row[column + 1].clone_from(text);
            }
            writer.write_record(&row)?;
        }
        writer.flush()?;
        Ok(())
    }
}

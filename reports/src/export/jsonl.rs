//! JSON Lines: one object for each record, in canonical order.
//!
//! Each has `time_ns` (from the start of the run), `subnet` (its name) and `event` (its kind), then
//! the fields of that kind as [`super::fields`] names them. Where the trace keeps what messages said,
//! and it can be read, sending has `argument` and answering `answer`, as Candid text.

use super::fields::{self, Fields};
use crate::analysis::Analysis;
use crate::messages::Message;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sim_core::history::History;
use sim_core::id::MessageId;
use sim_core::record::{Event, Record};
use std::io::{self, Write};

/// Writes every record of a run whose messages are all in its analysis.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(mut out: W, history: &History, analysis: &Analysis) -> io::Result<()> {
    for subnet in &history.subnets {
        for record in &subnet.records {
            let said = said(record, analysis);
            let line = Line { record, subnet: &subnet.name, analysis, said };
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}

/// What the message of a record said, under the name of its field.
fn said(record: &Record, analysis: &Analysis) -> Option<(&'static str, String)> {
    let find = |id: &MessageId| -> Option<&Message> {
        let place = analysis.messages.binary_search_by_key(id, |message| message.id).ok()?;
        analysis.messages.get(place)
    };
    match &record.event {
        Event::Submitted { message, .. } | Event::Called { message, .. } => {
            Some(("argument", analysis.speech.argument(find(message)?)?))
        }
        Event::Responded { message, .. } => {
            Some(("answer", analysis.speech.answer(find(message)?)?))
        }
        _ => None,
    }
}

struct Line<'a> {
    record: &'a Record,
    subnet: &'a str,
    analysis: &'a Analysis,
    said: Option<(&'static str, String)>,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Fields { event, fields } = fields::of(self.record, &self.analysis.names);
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("time_ns", &self.record.time.as_nanos())?;
        line.serialize_entry("subnet", self.subnet)?;
        line.serialize_entry("event", &event)?;
        for (name, value) in &fields {
            line.serialize_entry(name, value)?;
        }
        if let Some((name, text)) = &self.said {
            line.serialize_entry(name, text)?;
        }
        line.end()
    }
}

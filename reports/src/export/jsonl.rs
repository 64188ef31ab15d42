//! JSON Lines: one object for each record, in canonical order.
//!
//! Each has `time_ns` (from the start of the run), `subnet` (its name) and `event` (its kind), then
//! the fields of that kind as [`super::fields`] names them.

use super::fields::{self, Fields};
use crate::names::Names;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sim_core::history::History;
use sim_core::record::Record;
use std::io::{self, Write};

/// Writes every record.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(mut out: W, history: &History) -> io::Result<()> {
    let names = Names::new(history);
    for subnet in &history.subnets {
        for record in &subnet.records {
            serde_json::to_writer(&mut out, &Line { record, subnet: &subnet.name, names: &names })?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}

struct Line<'a> {
    record: &'a Record,
    subnet: &'a str,
    names: &'a Names<'a>,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Fields { event, fields } = fields::of(self.record, self.names);
        let mut line = serializer.serialize_map(None)?;
        line.serialize_entry("time_ns", &self.record.time.as_nanos())?;
        line.serialize_entry("subnet", self.subnet)?;
        line.serialize_entry("event", &event)?;
        for (name, value) in &fields {
            line.serialize_entry(name, value)?;
        }
        line.end()
    }
}

//! Writes a trace, chunk by chunk.

use super::contents::Frame;
use super::{CHUNK, FORMAT, FrameKind, Head, Level, MAGIC, SubnetTail, Tail};
use crate::messages::{LONGEST_KEPT, Part, whole};
use crate::run::RunReport;
use serde::Serialize;
use sim_core::history::{History, SubnetHistory};
use sim_core::record::Record;
use std::io::{self, Write};

/// Bytes of what messages said, in a whole trace: with more, records alone follow.
const CONTENTS: usize = 256 << 20;

/// Writes the trace of a run whose records are in memory, at `level`.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(out: W, run: &RunReport<'_>, level: Level) -> io::Result<()> {
    let mut writer = Writer::begin(out, run, level)?;
    writer.take(&whole(run.history))?;
    writer.finish(run.history)
}

/// Writes a trace while its run goes on.
pub struct Writer<W> {
    frames: Frames<W>,
    level: Level,
    /// Bytes that there is room for.
    contents: usize,
}

impl<W: Write> Writer<W> {
    /// Begins the trace of a run, of which nothing has happened yet.
    ///
    /// # Errors
    /// `out` cannot be written to.
    pub fn begin(out: W, run: &RunReport<'_>, level: Level) -> io::Result<Self> {
        let mut frames = Frames { out, body: Vec::new() };
        frames.out.write_all(MAGIC)?;
        frames.out.write_all(&FORMAT.to_le_bytes())?;
        frames.write(FrameKind::Head, &head(run, level)?)?;
        Ok(Writer { frames, level, contents: CONTENTS })
    }

    /// Takes an epoch: one part for each subnet in order.
    ///
    /// # Errors
    /// The file cannot be written to.
    pub fn take(&mut self, parts: &[Part<'_>]) -> io::Result<()> {
        for (place, part) in (0u32..).zip(parts) {
            if self.level >= Level::Full {
                self.contents(place, part)?;
            }
            self.frames.records(place, part.records, self.level)?;
        }
        self.frames.write(FrameKind::Epoch, &())
    }

    fn contents(&mut self, place: u32, part: &Part<'_>) -> io::Result<()> {
        let frame = Frame::of(place, part.contents, LONGEST_KEPT, &mut self.contents);
        if frame.is_empty() { Ok(()) } else { self.frames.write(FrameKind::Contents, &frame) }
    }

    /// Ends the trace of a run that came to `history`.
    ///
    /// # Errors
    /// The file cannot be written to.
    pub fn finish(mut self, history: &History) -> io::Result<()> {
        self.frames.write(FrameKind::Tail, &tail(history))?;
        self.frames.out.flush()
    }

    /// Bytes of the buffer between records and file.
    #[doc(hidden)]
    pub fn buffered(&self) -> usize {
        self.frames.body.capacity()
    }
}

fn head(run: &RunReport<'_>, level: Level) -> io::Result<Head> {
    Ok(Head {
        version: run.version.to_owned(),
        level,
        title: run.title.to_owned(),
        description: run.description.map(str::to_owned),
        scenario_file: run.scenario_file.to_owned(),
        command: run.command.to_owned(),
        figures: run.figures.to_vec(),
        interfaces: run.interfaces.clone(),
        profile: serde_json::to_string(run.profile)?,
        seed: run.history.seed,
        tie_seed: run.history.tie_seed,
        duration: run.history.duration,
    })
}

fn tail(history: &History) -> Tail {
    let subnet = |subnet: &SubnetHistory| SubnetTail {
        id: subnet.id,
        name: subnet.name.clone(),
        nodes: subnet.nodes,
        kind: subnet.kind,
        cost_schedule: subnet.cost_schedule,
        canisters: subnet.canisters.clone(),
    };
    Tail {
        digest: history.digest,
        events: history.events,
        subnets: history.subnets.iter().map(subnet).collect(),
    }
}

/// Writes frames, each body in the same buffer.
struct Frames<W> {
    out: W,
    body: Vec<u8>,
}

impl<W: Write> Frames<W> {
    fn records(&mut self, place: u32, records: &[Record], level: Level) -> io::Result<()> {
        let mut kept = records.iter().filter(|record| level.keeps(&record.event)).peekable();
        while kept.peek().is_some() {
            let records: Vec<&Record> = kept.by_ref().take(CHUNK).collect();
            self.write(FrameKind::Chunk, &(place, records))?;
        }
        Ok(())
    }

    fn write(&mut self, kind: FrameKind, body: &impl Serialize) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.body);
        buffer.clear();
        self.body = postcard::to_extend(body, buffer).map_err(io::Error::other)?;
        let length = u32::try_from(self.body.len()).map_err(io::Error::other)?;
        self.out.write_all(&[kind as u8])?;
        self.out.write_all(&length.to_le_bytes())?;
        self.out.write_all(&self.body)
    }
}

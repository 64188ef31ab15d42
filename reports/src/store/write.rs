//! Writes a trace, chunk by chunk.

use super::{CHUNK, FORMAT, FrameKind, Head, Level, MAGIC, SubnetTail, Tail};
use crate::run::RunReport;
use serde::Serialize;
use sim_core::history::SubnetHistory;
use sim_core::record::Record;
use std::io::{self, Write};

/// Writes the trace of a run at `level`.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write>(out: W, run: &RunReport<'_>, level: Level) -> io::Result<()> {
    let mut frames = Frames { out, body: Vec::new() };
    frames.out.write_all(MAGIC)?;
    frames.out.write_all(&FORMAT.to_le_bytes())?;
    frames.write(FrameKind::Head, &head(run, level)?)?;
    for (place, subnet) in run.history.subnets.iter().enumerate() {
        frames.subnet(place as u32, subnet, level)?;
    }
    frames.write(FrameKind::Tail, &tail(run))?;
    frames.out.flush()
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
        profile: serde_json::to_string(run.profile)?,
        seed: run.history.seed,
        tie_seed: run.history.tie_seed,
        duration: run.history.duration,
    })
}

fn tail(run: &RunReport<'_>) -> Tail {
    let subnet = |subnet: &SubnetHistory| SubnetTail {
        id: subnet.id,
        name: subnet.name.clone(),
        nodes: subnet.nodes,
        kind: subnet.kind,
        cost_schedule: subnet.cost_schedule,
        canisters: subnet.canisters.clone(),
    };
    Tail {
        digest: run.history.digest,
        events: run.history.events,
        subnets: run.history.subnets.iter().map(subnet).collect(),
    }
}

/// Writes frames, each body in the same buffer.
struct Frames<W> {
    out: W,
    body: Vec<u8>,
}

impl<W: Write> Frames<W> {
    fn subnet(&mut self, place: u32, subnet: &SubnetHistory, level: Level) -> io::Result<()> {
        let mut kept = subnet.records.iter().filter(|record| level.keeps(&record.event)).peekable();
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

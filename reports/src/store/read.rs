//! Reads a trace, chunk by chunk.

use super::{Chunk, FORMAT, FrameKind, Head, MAGIC, Stored, SubnetTail, Tail};
use serde::de::DeserializeOwned;
use sim_core::history::{History, SubnetHistory};
use sim_core::record::Record;
use std::io::{self, Read};

/// A trace that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Another kind of file.
    #[error("it is no trace of icsim; expected `trace.icsim` of a results folder")]
    NoTrace,
    /// A format of another version.
    #[error(
        "it has format {found} and this icsim reads format {FORMAT}; run the scenario again, or read it with the icsim that wrote it"
    )]
    Format {
        /// The file's.
        found: u32,
    },
    /// The file ends too early.
    #[error("it ends too early: the run or the copy was cut off")]
    CutOff,
    /// The content makes no sense.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// Reads a trace to its end.
///
/// # Errors
/// The input cannot be read, or is no whole trace of this format.
pub fn read<R: Read>(input: R) -> Result<Stored, ReadError> {
    let mut frames = Frames { input, body: Vec::new() };
    frames.opening()?;
    let head: Head = match frames.next()? {
        FrameKind::Head => frames.body()?,
        _ => return Err(ReadError::Damaged("its first part is no head".to_owned())),
    };
    let mut records: Vec<Vec<Record>> = Vec::new();
    let tail: Tail = loop {
        match frames.next()? {
            FrameKind::Chunk => keep(frames.body()?, &mut records)?,
            FrameKind::Tail => break frames.body()?,
            FrameKind::Head => return Err(ReadError::Damaged("it has two heads".to_owned())),
        }
    };
    stored(head, records, tail)
}

/// More subnets than a world can have are a sign of damage, not a reason to ask for memory.
const MOST_SUBNETS: usize = 1 << 16;

fn keep(chunk: Chunk, records: &mut Vec<Vec<Record>>) -> Result<(), ReadError> {
    let place = chunk.place as usize;
    if place >= MOST_SUBNETS {
        return Err(ReadError::Damaged(format!("a chunk belongs to subnet {place}")));
    }
    if records.len() <= place {
        records.resize_with(place + 1, Vec::new);
    }
    records[place].extend(chunk.records);
    Ok(())
}

fn stored(head: Head, records: Vec<Vec<Record>>, tail: Tail) -> Result<Stored, ReadError> {
    if records.len() > tail.subnets.len() {
        return Err(ReadError::Damaged("it has records of subnets it does not name".to_owned()));
    }
    let profile = serde_json::from_str(&head.profile)
        .map_err(|error| ReadError::Damaged(format!("its profile cannot be read: {error}")))?;
    let records = records.into_iter().chain(std::iter::repeat_with(Vec::new));
    let subnet = |(subnet, records): (SubnetTail, Vec<Record>)| SubnetHistory {
        id: subnet.id,
        name: subnet.name,
        nodes: subnet.nodes,
        kind: subnet.kind,
        cost_schedule: subnet.cost_schedule,
        records,
        canisters: subnet.canisters,
    };
    let history = History {
        seed: head.seed,
        tie_seed: head.tie_seed,
        duration: head.duration,
        digest: tail.digest,
        events: tail.events,
        subnets: tail.subnets.into_iter().zip(records).map(subnet).collect(),
    };
    Ok(Stored { head, history, profile })
}

struct Frames<R> {
    input: R,
    body: Vec<u8>,
}

impl<R: Read> Frames<R> {
    fn opening(&mut self) -> Result<(), ReadError> {
        let magic: [u8; MAGIC.len()] = self.bytes().map_err(|error| match error {
            ReadError::CutOff => ReadError::NoTrace,
            other => other,
        })?;
        if magic != *MAGIC {
            return Err(ReadError::NoTrace);
        }
        match u32::from_le_bytes(self.bytes()?) {
            FORMAT => Ok(()),
            found => Err(ReadError::Format { found }),
        }
    }

    /// Reads the next frame into the buffer.
    fn next(&mut self) -> Result<FrameKind, ReadError> {
        let [kind] = self.bytes()?;
        let length = u32::from_le_bytes(self.bytes()?);
        let kind = FrameKind::of(kind)
            .ok_or_else(|| ReadError::Damaged(format!("it has a part of kind {kind}")))?;
        self.body.clear();
        // Grows with what is there, so a damaged length costs no memory.
        let read = self.input.by_ref().take(length.into()).read_to_end(&mut self.body)?;
        if read == length as usize { Ok(kind) } else { Err(ReadError::CutOff) }
    }

    fn body<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        postcard::from_bytes(&self.body).map_err(|error| ReadError::Damaged(error.to_string()))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let mut bytes = [0; N];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(ReadError::CutOff),
            Err(error) => Err(error.into()),
        }
    }
}

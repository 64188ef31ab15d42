//! Reads a trace, chunk by chunk.

use super::contents::Frame;
use super::{Chunk, FORMAT, FrameKind, Head, MAGIC, Stored, SubnetTail, Tail};
use serde::de::DeserializeOwned;
use sim_core::history::{History, SubnetHistory};
use sim_core::sink::Recorded;
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

/// Reads a trace to its end, all of its records.
///
/// # Errors
/// The input cannot be read, or is no whole trace of this format.
pub fn read<R: Read>(input: R) -> Result<Stored, ReadError> {
    let (mut frames, head) = Frames::begin(input)?;
    let mut subnets: Vec<Recorded> = Vec::new();
    let tail: Tail = loop {
        match frames.next()? {
            FrameKind::Chunk | FrameKind::Contents => frames.keep(&mut subnets)?,
            FrameKind::Epoch => {}
            FrameKind::Tail => break frames.body()?,
            FrameKind::Head => return Err(ReadError::Damaged("it has two heads".to_owned())),
        }
    };
    stored(head, subnets, tail)
}

/// Reads what was run, and nothing of what happened.
///
/// # Errors
/// The input cannot be read, or is no trace of this format.
pub fn read_head<R: Read>(input: R) -> Result<Head, ReadError> {
    Frames::begin(input).map(|(_, head)| head)
}

/// More subnets than a world can have are a sign of damage, not a reason to ask for memory.
const MOST_SUBNETS: usize = 1 << 16;

/// Makes room for what the subnet at `place` recorded.
fn at(subnets: &mut Vec<Recorded>, place: u32) -> Result<&mut Recorded, ReadError> {
    let place = place as usize;
    if place >= MOST_SUBNETS {
        return Err(ReadError::Damaged(format!("a part belongs to subnet {place}")));
    }
    if subnets.len() <= place {
        subnets.resize_with(place + 1, Recorded::default);
    }
    Ok(&mut subnets[place])
}

pub(super) fn stored(head: Head, recorded: Vec<Recorded>, tail: Tail) -> Result<Stored, ReadError> {
    if recorded.len() > tail.subnets.len() {
        return Err(ReadError::Damaged("it has records of subnets it does not name".to_owned()));
    }
    let profile = serde_json::from_str(&head.profile)
        .map_err(|error| ReadError::Damaged(format!("its profile cannot be read: {error}")))?;
    let recorded = recorded.into_iter().chain(std::iter::repeat_with(Recorded::default));
    let subnet = |(subnet, Recorded { records, contents }): (SubnetTail, Recorded)| SubnetHistory {
        id: subnet.id,
        name: subnet.name,
        nodes: subnet.nodes,
        kind: subnet.kind,
        cost_schedule: subnet.cost_schedule,
        records,
        contents,
        canisters: subnet.canisters,
    };
    let history = History {
        seed: head.seed,
        tie_seed: head.tie_seed,
        duration: head.duration,
        digest: tail.digest,
        events: tail.events,
        subnets: tail.subnets.into_iter().zip(recorded).map(subnet).collect(),
    };
    Ok(Stored { head, history, profile })
}

/// The frames of a trace, one at a time.
pub(super) struct Frames<R> {
    pub(super) input: R,
    kind: FrameKind,
    body: Vec<u8>,
}

impl<R: Read> Frames<R> {
    /// Reads up to the head.
    pub(super) fn begin(input: R) -> Result<(Self, Head), ReadError> {
        let mut frames = Frames { input, kind: FrameKind::Head, body: Vec::new() };
        frames.opening()?;
        match frames.next()? {
            FrameKind::Head => {
                let head = frames.body()?;
                Ok((frames, head))
            }
            _ => Err(ReadError::Damaged("its first part is no head".to_owned())),
        }
    }

    /// Puts the records or contents of the frame that was read to those of its subnet.
    pub(super) fn keep(&self, subnets: &mut Vec<Recorded>) -> Result<(), ReadError> {
        if self.kind == FrameKind::Chunk {
            let Chunk { place, records } = self.body()?;
            at(subnets, place)?.records.extend(records);
            return Ok(());
        }
        let frame: Frame = self.body()?;
        let place = frame.place;
        let contents = frame.contents();
        let damaged = || ReadError::Damaged("messages say what is not there".to_owned());
        at(subnets, place)?.contents.extend(contents.ok_or_else(damaged)?);
        Ok(())
    }

    /// The kind of the next frame and the length of its body.
    pub(super) fn opened(&mut self) -> Result<(FrameKind, u32), ReadError> {
        let [kind] = self.bytes()?;
        let length = u32::from_le_bytes(self.bytes()?);
        self.kind = FrameKind::of(kind)
            .ok_or_else(|| ReadError::Damaged(format!("it has a part of kind {kind}")))?;
        Ok((self.kind, length))
    }

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
    pub(super) fn next(&mut self) -> Result<FrameKind, ReadError> {
        let (kind, length) = self.opened()?;
        self.body.clear();
        // Grows with what is there, so a damaged length costs no memory.
        let read = self.input.by_ref().take(length.into()).read_to_end(&mut self.body)?;
        if read == length as usize { Ok(kind) } else { Err(ReadError::CutOff) }
    }

    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
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

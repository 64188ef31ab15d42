//! Reads a trace epoch by epoch, for traces that need not fit into memory.

use super::read::{Frames, stored};
use super::{FrameKind, ReadError, Stored, Tail};
use crate::messages::Part;
use sim_core::sink::Recorded;
use std::io::{Read, Seek, SeekFrom};

/// A trace whose head and tail were read.
pub struct Stream<R> {
    frames: Frames<R>,
    stored: Stored,
    /// Where the first frame after the head begins.
    start: u64,
}

impl<R: Read + Seek> Stream<R> {
    /// Reads what was run and how it ended, and no record.
    ///
    /// # Errors
    /// The input cannot be read, or is no whole trace of this format.
    pub fn open(input: R) -> Result<Self, ReadError> {
        let (mut frames, head) = Frames::begin(input)?;
        let start = frames.input.stream_position()?;
        let tail: Tail = loop {
            let at = frames.input.stream_position()?;
            match frames.opened()? {
                (FrameKind::Tail, _) => {
                    frames.input.seek(SeekFrom::Start(at))?;
                    frames.next()?;
                    break frames.body()?;
                }
                (_, length) => frames.input.seek_relative(length.into())?,
            }
        };
        Ok(Stream { stored: stored(head, Vec::new(), tail)?, frames, start })
    }

    /// The run, without its records.
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// The same, to go on with when the records are read.
    pub fn into_stored(self) -> Stored {
        self.stored
    }

    /// Hands over all records, epoch by epoch, until `take` answers an error.
    ///
    /// # Errors
    /// The input cannot be read, or `take` fails.
    pub fn epochs<E: From<ReadError>>(
        &mut self,
        mut take: impl FnMut(&[Part<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let subnets = self.stored.history.subnets.len();
        let seek = self.frames.input.seek(SeekFrom::Start(self.start));
        seek.map_err(|error| E::from(error.into()))?;
        let mut epoch = vec![Recorded::default(); subnets];
        loop {
            match self.frames.next()? {
                FrameKind::Chunk | FrameKind::Contents => {
                    self.frames.keep(&mut epoch)?;
                    if epoch.len() > subnets {
                        let text = "it has records of subnets it does not name".to_owned();
                        return Err(ReadError::Damaged(text).into());
                    }
                }
                FrameKind::Epoch => {
                    take(&epoch.iter().map(Part::from).collect::<Vec<_>>())?;
                    epoch.iter_mut().for_each(|recorded| {
                        recorded.records.clear();
                        recorded.contents.clear();
                    });
                }
                FrameKind::Tail => return Ok(()),
                FrameKind::Head => {
                    return Err(ReadError::Damaged("it has two heads".to_owned()).into());
                }
            }
        }
    }
}

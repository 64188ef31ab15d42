//! Where records go while a run makes them, so that they need not be kept until its end.
//!
//! A run hands its records over in *epochs*: at the end of a window of the event loop, once enough
//! have gathered, everything that every subnet has recorded so far. So a message that is received in
//! an epoch was sent in the same or in an earlier one, whatever subnets it went between. Epochs do
//! not depend on the number of threads.

use crate::id::MessageId;
use crate::record::Record;
use crate::runtime::{Payload, Response};
use crate::world::Continue;
use std::sync::Arc;

/// Takes the records of a run.
pub trait Sink {
    /// Takes an epoch, one entry for each subnet in order, and answers whether to go on.
    fn take(&mut self, epoch: Vec<Recorded>) -> Continue;
}

/// What one subnet recorded in an epoch.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Its records, in the order of its events.
    pub records: Vec<Record>,
    /// What the messages of those records said.
    pub contents: Vec<Content>,
}

/// What a message said; its record only tells how long that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The message.
    pub message: MessageId,
    /// Its argument, or its answer.
    pub said: Said,
}

/// An argument or an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The argument of an ingress message or call.
    Argument(Payload),
    /// The reply to it.
    Reply(Payload),
    /// Why it was rejected, in words.
    Reject(Arc<str>),
}

impl Said {
    /// Bytes it takes.
    pub fn len(&self) -> usize {
        match self {
            Said::Argument(bytes) | Said::Reply(bytes) => bytes.len(),
            Said::Reject(text) => text.len(),
        }
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Contents on their way to a sink; without one they are not kept.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    wanted: bool,
    kept: Vec<Content>,
    bytes: usize,
}

impl Contents {
    /// From now on contents are kept.
    pub(crate) fn want(&mut self) {
        self.wanted = true;
    }

    /// Notes what a call asked.
    pub(crate) fn argument(&mut self, message: MessageId, payload: &Payload) {
        if self.wanted {
            self.keep(message, Said::Argument(payload.clone()));
        }
    }

    /// Notes how a call was answered.
    pub(crate) fn answer(&mut self, message: MessageId, response: &Response) {
        if self.wanted {
            self.keep(
                message,
                match response {
                    Response::Reply(payload) => Said::Reply(payload.clone()),
                    Response::Reject(reject) => Said::Reject(reject.message.clone()),
                },
            );
        }
    }

    fn keep(&mut self, message: MessageId, said: Said) {
        self.bytes = self.bytes.saturating_add(said.len());
        self.kept.push(Content { message, said });
    }

    /// Bytes of what is kept.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn take(&mut self) -> Vec<Content> {
        self.bytes = 0;
        std::mem::take(&mut self.kept)
    }
}

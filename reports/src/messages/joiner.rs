//! Joins records to messages while they come in, and lets a message go when its life is over.
//!
//! Records come in epochs, each with the records of every subnet. What is received in an epoch was
//! sent in it or in an earlier one, so one pass over an epoch for what is sent and one for the rest see
//! everything; the messages under way are all that is in memory.

use super::{Message, follow, sent, subject};
use crate::names::Names;
use sim_core::history::History;
use sim_core::id::MessageId;
use sim_core::record::{EntryKind, Event, Record};
use sim_core::sink::{Content, Recorded, Said};
use std::collections::{BTreeMap, BTreeSet};

/// Longer arguments and answers are not kept: nobody reads them.
pub(crate) const LONGEST_KEPT: usize = 16 << 10;

/// What one subnet recorded in an epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part<'a> {
    /// Its records.
    pub records: &'a [Record],
    /// What its messages said.
    pub contents: &'a [Content],
}

impl<'a> From<&'a Recorded> for Part<'a> {
    fn from(Recorded { records, contents }: &'a Recorded) -> Self {
        Part { records, contents }
    }
}

/// Messages under way.
#[derive(Clone, Debug, Default)]
pub struct Joiner {
    open: BTreeMap<MessageId, Message>,
    /// Messages that may be over with this epoch.
    ended: Vec<MessageId>,
    /// Calls whose callback has begun and pauses: it may still call.
    pausing: BTreeSet<MessageId>,
}

impl Joiner {
    /// Takes an epoch: one part for each subnet. Answers the messages that were sent, each with the
    /// message whose execution sent it.
    pub fn take(
        &mut self,
        parts: &[Part<'_>],
        names: &Names,
    ) -> Vec<(MessageId, Option<MessageId>)> {
        let mut begun = Vec::new();
        let records = || parts.iter().flat_map(|part| part.records);
        for message in records().filter_map(|record| sent(record, names)) {
            begun.push((message.id, crate::causes::cause(&message)));
            self.open.insert(message.id, message);
        }
        for record in records() {
            self.follow(record);
        }
        for content in parts.iter().flat_map(|part| part.contents) {
            self.keep(content);
        }
        begun
    }

    fn follow(&mut self, record: &Record) {
        let Some(id) = subject(&record.event) else { return };
        let Some(message) = self.open.get_mut(&id) else { return };
        follow(message, record);
        match record.event {
            Event::Paused { .. } if message.finished.is_some() => {
                self.pausing.insert(id);
            }
            Event::Executed {
                entry: EntryKind::ReplyCallback | EntryKind::RejectCallback, ..
            } => {
                self.pausing.remove(&id);
            }
            _ => {}
        }
        let is_answered = message.finished.is_some() && message.responded.is_some();
        if is_answered && !self.pausing.contains(&id) {
            self.ended.push(id);
        }
    }

    fn keep(&mut self, content: &Content) {
        let Some(message) = self.open.get_mut(&content.message) else { return };
        if content.said.len() > LONGEST_KEPT {
            return;
        }
        match &content.said {
            Said::Argument(payload) => message.argument = Some(payload.clone()),
            // Only the first answer counts.
            answer => {
                message.response.get_or_insert_with(|| answer.clone());
            }
        }
    }

    /// Lets go of the messages whose life is over.
    pub fn ended(&mut self) -> Vec<Message> {
        let mut ended = std::mem::take(&mut self.ended);
        ended.sort_unstable();
        ended.dedup();
        ended.into_iter().filter_map(|id| self.open.remove(&id)).collect()
    }

    /// The messages that were still under way at the end of the run.
    pub fn rest(self) -> Vec<Message> {
        self.open.into_values().collect()
    }

    /// How many messages are under way.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

/// Every ingress message and call of a run, in order of id: by the subnet that made it, then in
/// the order of making.
pub fn join(history: &History, names: &Names) -> Vec<Message> {
    let mut joiner = Joiner::default();
    joiner.take(&whole(history), names);
    joiner.rest()
}

/// A whole history as one epoch.
pub fn whole(history: &History) -> Vec<Part<'_>> {
    history
        .subnets
        .iter()
        .map(|subnet| Part { records: &subnet.records, contents: &subnet.contents })
        .collect()
}

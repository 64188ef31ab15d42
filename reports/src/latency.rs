//! Samples of latency: what users and callers waited for a reply. Rejects take another time than
//! replies, mostly a shorter one, so they are counted and left out of the samples.

use crate::durations::Durations;
use crate::messages::{Message, Scope};
use serde::Serialize;
use sim_core::record::Outcome;
use std::collections::BTreeMap;

/// How many messages were sent and what their senders heard by the end of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// Messages sent: the sum of the others.
    pub submitted: u64,
    /// Those whose sender has a reply.
    pub replied: u64,
    /// Those whose sender has a reject.
    pub rejected: u64,
    /// Those without an answer by the end of the run.
    pub open: u64,
}

impl Answers {
    /// Counts a message.
    pub fn add(&mut self, message: &Message) {
        self.submitted += 1;
        match message.answer() {
            Some(Outcome::Reply(_)) => self.replied += 1,
            Some(Outcome::Reject(_)) => self.rejected += 1,
            None => self.open += 1,
        }
    }

    /// The sum of two counts.
    pub fn plus(self, other: Answers) -> Answers {
        Answers {
            submitted: self.submitted + other.submitted,
            replied: self.replied + other.replied,
            rejected: self.rejected + other.rejected,
            open: self.open + other.open,
        }
    }
}

/// Messages of one kind: how many there were, and the latencies of those that got a reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// All of them.
    pub answers: Answers,
    /// From sending to the reply.
    pub replies: Durations,
}

impl Sample {
    /// Counts a message.
    pub(crate) fn add(&mut self, message: &Message) {
        self.answers.add(message);
        if let (Some(Outcome::Reply(_)), Some(nanos)) = (message.answer(), message.latency_ns()) {
            self.replies.add(nanos);
        }
    }
}

/// The samples of a run.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    /// Ingress messages, from sending to the certified reply.
    pub ingress: Sample,
    /// Calls within a subnet, from the call to the start of its reply callback.
    pub same_subnet: Sample,
    /// Calls between subnets, likewise.
    pub cross_subnet: Sample,
    /// Ingress messages by the name of their workload.
    pub workloads: BTreeMap<String, Sample>,
}

impl Latencies {
    /// The samples of a run. Calls to what is no canister of any subnet belong to none.
    pub fn of(messages: &[Message]) -> Self {
        let mut latencies = Latencies::default();
        messages.iter().for_each(|message| latencies.add(message));
        latencies
    }

    /// Counts a message.
    pub fn add(&mut self, message: &Message) {
        if let Some(name) = message.workload.as_deref() {
            match self.workloads.get_mut(name) {
                Some(sample) => sample.add(message),
                None => self.workloads.entry(name.to_owned()).or_default().add(message),
            }
        }
        match (message.is_ingress(), message.scope()) {
            (true, _) => self.ingress.add(message),
            (false, Some(Scope::SameSubnet)) => self.same_subnet.add(message),
            (false, Some(Scope::CrossSubnet)) => self.cross_subnet.add(message),
            (false, None) => {}
        }
    }
}

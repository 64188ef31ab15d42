//! Counts that are kept while a run goes on: what became of messages, and what failed.

use crate::bins::Bins;
use crate::durations::Durations;
use crate::latency::Answers;
use crate::messages::Message;
use sim_core::history::History;
use sim_core::id::CanisterId;
use sim_core::record::{Event, Outcome, Record};
use std::collections::BTreeMap;

/// Intervals in which ingress messages are counted.
const MOST_BINS: usize = 60;

/// What became of the messages of a run.
#[derive(Clone, Debug)]
pub struct Tallies {
    /// All messages.
    pub answers: Answers,
    /// Rejects that senders saw, by cause.
    pub rejects: BTreeMap<&'static str, u64>,
    /// Executions that failed, by canister and cause.
    pub failures: BTreeMap<(CanisterId, &'static str), u64>,
    /// Intervals of the run.
    pub bins: Bins,
    /// Ingress messages sent, replied to and rejected in each interval.
    pub flow: Vec<[u64; 3]>,
    /// What the ingress messages sent in each interval waited for their replies, nearly.
    pub waits: Vec<Durations>,
}

impl Tallies {
    /// Nothing yet, of a run of the length of `history`.
    pub fn new(history: &History) -> Self {
        let bins = Bins::of(history.duration, MOST_BINS);
        Tallies {
            answers: Answers::default(),
            rejects: BTreeMap::new(),
            failures: BTreeMap::new(),
            flow: vec![[0; 3]; bins.count],
            waits: vec![Durations::coarse(); bins.count],
            bins,
        }
    }

    /// Takes a record.
    pub fn note(&mut self, record: &Record) {
        if let Event::Executed { canister, failure: Some(code), .. } = &record.event {
            *self.failures.entry((*canister, code.name())).or_default() += 1;
        }
    }

    /// Takes a message.
    pub fn add(&mut self, message: &Message) {
        self.answers.add(message);
        if let Some(Outcome::Reject(code)) = message.answer() {
            *self.rejects.entry(code.name()).or_default() += 1;
        }
        if message.is_ingress() {
            self.count(message);
        }
    }

    fn count(&mut self, message: &Message) {
        self.flow[self.bins.place(message.sent)][0] += 1;
        if let (Some(Outcome::Reply(_)), Some(nanos)) = (message.answer(), message.latency_ns()) {
            self.waits[self.bins.place(message.sent)].add(nanos);
        }
        let place = match message.answer() {
            Some(Outcome::Reply(_)) => 1,
            Some(Outcome::Reject(_)) => 2,
            None => return,
        };
        if let Some(finished) = message.finished {
            self.flow[self.bins.place(finished)][place] += 1;
        }
    }
}

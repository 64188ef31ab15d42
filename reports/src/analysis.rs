//! What every part of a report needs, computed once.

use crate::latency::Latencies;
use crate::messages::{self, Message};
use crate::names::Names;
use crate::run::RunReport;

/// A run, joined and sampled.
#[derive(Clone, Debug)]
pub struct Analysis<'a> {
    /// Names of its subnets and canisters.
    pub names: Names<'a>,
    /// Its messages, in order of id.
    pub messages: Vec<Message<'a>>,
    /// Its samples of latency.
    pub latencies: Latencies,
}

impl<'a> Analysis<'a> {
    /// Analyses a run.
    pub fn of(run: &RunReport<'a>) -> Self {
        let names = Names::new(run.history);
        let messages = messages::join(run.history, &names);
        let latencies = Latencies::of(&messages);
        Analysis { names, messages, latencies }
    }

    /// Its answered messages, the slowest first.
    pub fn slowest(&self) -> impl Iterator<Item = &Message<'a>> {
        let mut answered: Vec<_> =
            self.messages.iter().filter(|message| message.finished.is_some()).collect();
        answered.sort_by_key(|message| (std::cmp::Reverse(message.latency_ns()), message.id));
        answered.into_iter()
    }
}

//! How clients fared so far, counted from the records as they come.

use super::live::AnswerValue;
use sim_core::id::{MessageId, SubnetId};
use sim_core::record::{Event, Outcome};
use sim_core::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Messages of clients so far, by workload.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// How many records of each subnet are counted.
    seen: Vec<usize>,
    counts: BTreeMap<Arc<str>, Counts>,
    /// Messages without an answer, and the workload of each.
    open: BTreeMap<MessageId, Arc<str>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    submitted: u64,
    replied: u64,
    rejected: u64,
}

impl Answers {
    /// Counts what happened since the last time.
    pub(super) fn catch_up(&mut self, world: &World) {
        self.seen.resize(world.subnet_count(), 0);
        for subnet in 0..self.seen.len() {
            let records = world.records(SubnetId::new(subnet as u16));
            let new = records.get(self.seen[subnet]..).unwrap_or_default();
            new.iter().for_each(|record| self.count_event(&record.event));
            self.seen[subnet] = records.len();
        }
    }

    fn count_event(&mut self, event: &Event) {
        match event {
            Event::Submitted { message, workload, .. } => {
                self.counts.entry(workload.clone()).or_default().submitted += 1;
                self.open.insert(*message, workload.clone());
            }
            Event::Completed { message, outcome } => {
                let Some(workload) = self.open.remove(message) else { return };
                let counts = self.counts.entry(workload).or_default();
                match outcome {
                    Outcome::Reply(_) => counts.replied += 1,
                    Outcome::Reject(_) => counts.rejected += 1,
                }
            }
            _ => {}
        }
    }

    /// A count of one workload or of all.
    pub(super) fn count(&self, workload: Option<&str>, value: AnswerValue) -> u64 {
        let wanted = |name: &&Arc<str>| workload.is_none_or(|wanted| &***name == wanted);
        let counts = self.counts.iter().filter(|(name, _)| wanted(name)).map(|(_, counts)| counts);
        counts
            .map(|counts| match value {
                AnswerValue::Submitted => counts.submitted,
                AnswerValue::Replied => counts.replied,
                AnswerValue::Rejected => counts.rejected,
                AnswerValue::Open => counts.submitted - counts.replied - counts.rejected,
            })
            .sum()
    }
}

//! Faults of a scenario, and what becomes of them under a seed.

use crate::document::FaultEntry;
use crate::schedule::Schedule;
use sim_core::distribution::Distribution;
use sim_core::fault::{Fault, FaultSpec};
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};

/// A fault of a scenario.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    /// As written.
    pub entry: FaultEntry,
    /// Its name; names its random streams.
    pub name: String,
    /// When it begins.
    pub schedule: Schedule,
    /// How long it lasts.
    pub lasts: Lasts,
    /// What goes wrong each time.
    pub faults: Vec<Fault>,
}

/// How long a fault lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// So long.
    For(Distribution),
    /// Until then.
    Until(SimTime),
    /// To the end of the run.
    ToTheEnd,
}

impl FaultPlan {
    /// What goes wrong in a run from `seed`.
    pub(super) fn specs(&self, seed: u64) -> Vec<FaultSpec> {
        let mut times = Stream::new(seed, &self.name, "fault times");
        let mut lengths = Stream::new(seed, &self.name, "fault lengths");
        let mut specs = Vec::new();
        for from in self.schedule.times(&mut times) {
            let until = match &self.lasts {
                Lasts::For(length) => from + length.sample(&mut lengths),
                Lasts::Until(until) => *until,
                // Later than anything of the run.
                Lasts::ToTheEnd => self.schedule.end + SimDuration::from_secs(1),
            };
            let spec = |fault: &Fault| FaultSpec { from, until, fault: fault.clone() };
            specs.extend(self.faults.iter().map(spec));
        }
        specs
    }
}

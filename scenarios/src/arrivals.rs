//! The times at which a workload sends.

use crate::document::{ArrivalKind, ArrivalsEntry};
use crate::rate::Rate;
use sim_core::distribution::exponential;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::Arrivals;

/// From when until when a workload sends: `start` and, if there is one, `stop`, both after the
/// start of the run; nothing is sent at `stop` or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Nothing is sent before.
    pub start: SimTime,
    /// Nothing is sent from then on.
    pub stop: SimTime,
}

/// A process of arrivals within a window.
pub fn arrivals(entry: ArrivalsEntry, window: Window) -> Box<dyn Arrivals> {
    match entry.kind {
        ArrivalKind::Poisson => Box::new(Poisson { mean_gap: entry.rate.mean_gap(), window }),
        ArrivalKind::Constant => Box::new(Constant { rate: entry.rate, window, sent: 0 }),
    }
}

/// Independent arrivals: a Poisson process.
struct Poisson {
    mean_gap: SimDuration,
    window: Window,
}

impl Arrivals for Poisson {
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime> {
        let next = previous.max(self.window.start) + exponential(self.mean_gap, random);
        (next < self.window.stop).then_some(next)
    }
}

/// Arrivals with equal gaps, the first one gap after the start of the window.
struct Constant {
    rate: Rate,
    window: Window,
    sent: u64,
}

impl Arrivals for Constant {
    fn next(&mut self, _previous: SimTime, _random: &mut Stream) -> Option<SimTime> {
        self.sent += 1;
        let next = self.rate.after(self.window.start, self.sent);
        (next < self.window.stop).then_some(next)
    }
}

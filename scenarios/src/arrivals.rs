//! The times at which an open workload sends, whatever becomes of its messages.

mod bursty;
mod diurnal;
mod trace;

pub use trace::{InvalidTrace, read_trace};

use crate::rate::Rate;
use crate::share::Share;
use sim_core::distribution::exponential;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::Arrivals;
use std::sync::Arc;

/// From when until when a workload sends: `start` and, if there is one, `stop`, both after the
/// start of the run; nothing is sent at `stop` or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Nothing is sent before.
    pub start: SimTime,
    /// Nothing is sent from then on.
    pub stop: SimTime,
}

/// A process of arrivals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Process {
    /// Independent arrivals: gaps are exponentially distributed.
    Poisson {
        /// The mean rate.
        rate: Rate,
    },
    /// Equal gaps.
    Constant {
        /// The rate.
        rate: Rate,
    },
    /// Independent arrivals whose rate changes between two values; the time it stays at each is
    /// exponentially distributed.
    Bursty {
        /// The rate within a burst.
        rate: Rate,
        /// The rate between bursts; none is none.
        idle_rate: Option<Rate>,
        /// How long a burst lasts on average.
        on: SimDuration,
        /// How long it takes on average to the next.
        off: SimDuration,
    },
    /// Independent arrivals whose rate follows the time of day as a cosine.
    Diurnal {
        /// The mean rate.
        rate: Rate,
        /// How far the rate swings from its mean.
        amplitude: Share,
        /// The length of a day.
        period: SimDuration,
        /// When the rate is highest, from the start of the run.
        peak: SimDuration,
    },
    /// Times that were recorded, from the start of the window on.
    Trace {
        /// The times, ascending.
        times: Arc<[SimDuration]>,
    },
}

impl Process {
    /// The process within a window.
    pub fn within(&self, window: Window) -> Box<dyn Arrivals> {
        match self {
            Process::Poisson { rate } => Box::new(Poisson { mean_gap: rate.mean_gap(), window }),
            Process::Constant { rate } => Box::new(Constant { rate: *rate, window, sent: 0 }),
            Process::Bursty { rate, idle_rate, on, off } => {
                let idle_gap = idle_rate.map(Rate::mean_gap);
                Box::new(bursty::Bursty::new(rate.mean_gap(), idle_gap, *on, *off, window))
            }
            Process::Diurnal { rate, amplitude, period, peak } => {
                Box::new(diurnal::Diurnal::new(rate.mean_gap(), *amplitude, *period, *peak, window))
            }
            Process::Trace { times } => Box::new(trace::Trace::new(times.clone(), window)),
        }
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

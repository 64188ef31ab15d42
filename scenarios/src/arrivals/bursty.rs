//! Bursts: a Poisson process whose rate a two-state Markov chain switches.

use super::Window;
use sim_core::distribution::exponential;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::Arrivals;

pub(super) struct Bursty {
    gap: SimDuration,
    idle_gap: Option<SimDuration>,
    on: SimDuration,
    off: SimDuration,
    window: Window,
    /// Whether a burst is going on, and until when; none before the first arrival.
    phase: Option<(bool, SimTime)>,
}

impl Bursty {
    pub(super) fn new(
        gap: SimDuration,
        idle_gap: Option<SimDuration>,
        on: SimDuration,
        off: SimDuration,
        window: Window,
    ) -> Self {
        Bursty { gap, idle_gap, on, off, window, phase: None }
    }

    /// The first phase is as likely as it is long, so that the process has no beginning.
    fn first(&self, random: &mut Stream) -> (bool, SimTime) {
        let whole = self.on.as_nanos().saturating_add(self.off.as_nanos());
        self.begin(random.below(whole) < self.on.as_nanos(), self.window.start, random)
    }

    fn begin(&self, burst: bool, now: SimTime, random: &mut Stream) -> (bool, SimTime) {
        let mean = if burst { self.on } else { self.off };
        (burst, now + exponential(mean, random).max(SimDuration::from_nanos(1)))
    }
}

impl Arrivals for Bursty {
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime> {
        let mut now = previous.max(self.window.start);
        let (mut burst, mut end) = match self.phase {
            Some(phase) => phase,
            None => self.first(random),
        };
        loop {
            if now >= self.window.stop {
                return None;
            }
            let gap = if burst { Some(self.gap) } else { self.idle_gap };
            // What is left of a phase forgets what came before it, so a gap may be drawn anew.
            let next = gap.map(|gap| now + exponential(gap, random)).filter(|next| *next < end);
            if let Some(next) = next {
                self.phase = Some((burst, end));
                return (next < self.window.stop).then_some(next);
            }
            now = end;
            (burst, end) = self.begin(!burst, now, random);
        }
    }
}

//! Days: a Poisson process whose rate follows a cosine, by thinning one of the highest rate
//! (Lewis and Shedler, Naval Research Logistics 26, 1979).

use super::Window;
use crate::share::Share;
use sim_core::distribution::exponential;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::Arrivals;

pub(super) struct Diurnal {
    /// The mean gap at the highest rate.
    least_gap: SimDuration,
    amplitude: f64,
    period: SimDuration,
    peak: SimDuration,
    window: Window,
}

impl Diurnal {
    pub(super) fn new(
        mean_gap: SimDuration,
        amplitude: Share,
        period: SimDuration,
        peak: SimDuration,
        window: Window,
    ) -> Self {
        let amplitude = amplitude.as_f64();
        let least_gap = libm::round(mean_gap.as_nanos() as f64 / (1.0 + amplitude)) as u64;
        let least_gap = SimDuration::from_nanos(least_gap.max(1));
        Diurnal { least_gap, amplitude, period, peak, window }
    }

    /// The rate at a time as a share of the highest.
    fn share(&self, time: SimTime) -> f64 {
        let period = self.period.as_nanos().max(1);
        // Counted from the peak, within one day: whole days make no difference.
        let since = time.as_nanos() % period + period - self.peak.as_nanos() % period;
        let angle = core::f64::consts::TAU * (since % period) as f64 / period as f64;
        (1.0 + self.amplitude * libm::cos(angle)) / (1.0 + self.amplitude)
    }
}

impl Arrivals for Diurnal {
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime> {
        let mut now = previous.max(self.window.start);
        loop {
            now = now + exponential(self.least_gap, random).max(SimDuration::from_nanos(1));
            if now >= self.window.stop {
                return None;
            }
            if random.unit() < self.share(now) {
                return Some(now);
            }
        }
    }
}

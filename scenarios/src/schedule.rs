//! When something planned happens: once, or again and again.

use sim_core::distribution::Distribution;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};

/// Nothing happens more often than this in a run.
const MOST: usize = 100_000;

/// Instants of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The first.
    pub at: SimTime,
    /// The time from each to the next; there is one only if not given.
    pub every: Option<Distribution>,
    /// From when on there are no more.
    pub end: SimTime,
}

impl Schedule {
    /// The instants in order, drawn from `random` as far as they are left to chance.
    pub fn times(&self, random: &mut Stream) -> Vec<SimTime> {
        let mut times = Vec::new();
        let mut next = self.at;
        while next < self.end && times.len() < MOST {
            times.push(next);
            let Some(every) = &self.every else { break };
            // Time goes on, whatever is drawn.
            next = next + every.sample(random).max(SimDuration::from_nanos(1));
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(seconds)
    }

    fn times(every: Option<Distribution>) -> Vec<SimTime> {
        let schedule = Schedule { at: at(2), every, end: at(10) };
        schedule.times(&mut Stream::new(7, "test", "schedule"))
    }

    #[test]
    fn what_happens_once_happens_once() {
        assert_eq!(times(None), [at(2)]);
        let late = Schedule { at: at(10), every: None, end: at(10) };
        assert_eq!(late.times(&mut Stream::new(7, "test", "schedule")), []);
    }

    #[test]
    fn what_recurs_stops_at_the_end() {
        let every = |value| Some(Distribution::Fixed { value });
        assert_eq!(times(every(SimDuration::from_secs(4))), [at(2), at(6)]);
        assert_eq!(times(every(SimDuration::ZERO)).len(), MOST);
    }

    #[test]
    fn chance_follows_from_the_seed() {
        let mean = SimDuration::from_secs(1);
        let random = times(Some(Distribution::Exponential { mean }));
        assert!(random.len() > 2 && random.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(random, times(Some(Distribution::Exponential { mean })));
    }
}

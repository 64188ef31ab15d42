//! Simulated time in equal bins, for figures that count or average.

use sim_core::time::{SimDuration, SimTime};

/// Bins of a run: all of equal length, the last one cut off by the run's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bins {
    /// Length of a bin in nanoseconds.
    pub length: u64,
    /// How many there are.
    pub count: usize,
    duration: u64,
}

impl Bins {
    /// At most `most` bins of a length that reads well: 1, 2 or 5 times a power of ten nanoseconds.
    pub fn of(duration: SimDuration, most: usize) -> Self {
        let duration = duration.as_nanos().max(1);
        let least = duration.div_ceil(most.max(1) as u64);
        let steps = (0..19).flat_map(|power| [1, 2, 5].map(|step| step * 10u64.pow(power)));
        let length = steps.into_iter().find(|length| *length >= least).unwrap_or(duration);
        Bins { length, count: duration.div_ceil(length) as usize, duration }
    }

    /// The bin a time lies in; the end of the run lies in the last.
    pub fn place(&self, time: SimTime) -> usize {
        ((time.as_nanos() / self.length) as usize).min(self.count - 1)
    }

    /// When a bin begins, in nanoseconds.
    pub fn start(&self, place: usize) -> u64 {
        place as u64 * self.length
    }

    /// When a bin ends.
    pub fn end(&self, place: usize) -> u64 {
        (self.start(place) + self.length).min(self.duration)
    }

    /// Seconds that a bin lasts.
    pub fn seconds(&self, place: usize) -> f64 {
        (self.end(place) - self.start(place)) as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_have_round_lengths_and_cover_the_run() {
        let bins = Bins::of(SimDuration::from_secs(60), 60);
        assert_eq!((bins.length, bins.count), (1_000_000_000, 60));
        let bins = Bins::of(SimDuration::from_secs(7), 60);
        assert_eq!((bins.length, bins.count), (200_000_000, 35));
        assert_eq!(bins.end(bins.count - 1), 7_000_000_000);
    }

    #[test]
    fn the_end_of_the_run_lies_in_the_last_bin() {
        let bins = Bins::of(SimDuration::from_secs(10), 4);
        assert_eq!((bins.length, bins.count), (5_000_000_000, 2));
        assert_eq!(bins.place(SimTime::from_nanos(10_000_000_000)), 1);
        assert_eq!(bins.place(SimTime::from_nanos(4_999_999_999)), 0);
    }

    #[test]
    fn a_run_of_no_time_has_one_bin() {
        let bins = Bins::of(SimDuration::ZERO, 60);
        assert_eq!((bins.count, bins.place(SimTime::ZERO)), (1, 0));
    }
}

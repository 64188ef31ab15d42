//! What a system answers at a given load: the points that the figures of load are drawn from.
//!
//! Of one run, its intervals are the points; of several, each run is one.

use super::spec::Material;
use crate::theme::{self, Color};

/// Intervals of a single run: fewer have less noise.
const MOST: usize = 20;
/// Intervals beyond a knee.
const INTERVALS: usize = 3;
/// Replies keep up with the load if they are at least so many percent of it.
const KEEPS_UP: f64 = 90.0;

/// One load, and what came of it.
pub(super) struct Load<'a> {
    /// The run, if there are several.
    pub(super) run: &'a str,
    pub(super) color: Color,
    /// Ingress messages sent, replied to and rejected.
    pub(super) counts: [u64; 3],
    pub(super) seconds: f64,
    /// Median, 90 % and 99 % quantile of the latency of replies, in nanoseconds.
    pub(super) quantiles: Option<[u64; 3]>,
}

impl Load<'_> {
    /// Messages sent each second.
    pub(super) fn offered(&self) -> f64 {
        self.counts[0] as f64 / self.seconds
    }

    /// Replies each second.
    pub(super) fn replied(&self) -> f64 {
        self.counts[1] as f64 / self.seconds
    }

    fn keeps_up(&self) -> bool {
        self.replied() * 100.0 >= self.offered() * KEEPS_UP
    }
}

/// The points of some runs, in order of load.
pub(super) fn of<'a>(runs: &[Material<'a>]) -> Vec<Load<'a>> {
    let mut loads: Vec<Load<'a>> = match runs {
        [only] => intervals(only),
        several => several.iter().enumerate().map(|(place, run)| whole(place, run)).collect(),
    };
    loads.retain(|load| load.counts[0] > 0);
    loads.sort_by(|a, b| a.offered().total_cmp(&b.offered()));
    loads
}

fn intervals<'a>(run: &Material<'a>) -> Vec<Load<'a>> {
    let tallies = &run.analysis.tallies;
    let size = tallies.bins.count.div_ceil(MOST).max(1);
    let bins: Vec<usize> = (0..tallies.bins.count).collect();
    let load = |bins: &[usize]| {
        let count = |place: usize| bins.iter().map(|bin| tallies.flow[*bin][place]).sum();
        let waits = bins.iter().flat_map(|bin| tallies.waits[*bin].values());
        Load {
            run: run.label,
            color: theme::BLUE,
            counts: [count(0), count(1), count(2)],
            seconds: bins.iter().map(|bin| tallies.bins.seconds(*bin)).sum(),
            quantiles: quantiles(waits),
        }
    };
    bins.chunks(size).map(load).collect()
}

fn whole<'a>(place: usize, run: &Material<'a>) -> Load<'a> {
    let sample = &run.analysis.latencies.ingress;
    Load {
        run: run.label,
        color: theme::series(place),
        counts: [sample.answers.submitted, sample.answers.replied, sample.answers.rejected],
        seconds: (run.run.history.duration.as_nanos() as f64 / 1e9).max(1e-9),
        quantiles: quantiles(sample.replies.values()),
    }
}

/// Quantiles by nearest rank of values with how often each occurs.
fn quantiles(values: impl Iterator<Item = (u64, u64)>) -> Option<[u64; 3]> {
    let mut values: Vec<(u64, u64)> = values.collect();
    values.sort_unstable();
    let count: u64 = values.iter().map(|(_, count)| count).sum();
    let quantile = |percent: u64| {
        let rank = (count * percent).div_ceil(100).max(1);
        let mut below = 0;
        let reached = |(_, count): &&(u64, u64)| {
            below += count;
            below >= rank
        };
        values.iter().find(reached).map(|(nanos, _)| *nanos)
    };
    Some([quantile(50)?, quantile(90)?, quantile(99)?])
}

/// The largest load with which replies keep up, if there are larger ones with which they do not.
/// Intervals of one run are noisy, so of these it takes several.
pub(super) fn knee<'b, 'a>(loads: &'b [Load<'a>]) -> Option<&'b Load<'a>> {
    let is_one_run = loads.iter().all(|load| load.run.is_empty());
    let least = if is_one_run { INTERVALS } else { 1 };
    let knee = loads.iter().rfind(|load| load.keeps_up())?;
    let beyond = loads.iter().filter(|load| load.offered() > knee.offered()).count();
    (beyond >= least).then_some(knee)
}

/// What the points are, in words.
pub(super) fn points(runs: &[Material<'_>], loads: usize) -> String {
    match runs.len() {
        1 => format!("Each point is an interval of the run ({})", crate::human::sample(loads)),
        _ => format!("Each point is a run ({})", crate::human::sample(loads)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(sent: u64, replied: u64) -> Load<'static> {
        let counts = [sent, replied, 0];
        Load { run: "", color: theme::BLUE, counts, seconds: 1.0, quantiles: None }
    }

    #[test]
    fn the_knee_is_the_last_load_that_is_answered() {
        let loads = [load(10, 10), load(20, 19), load(40, 25), load(80, 26), load(90, 25)];
        assert_eq!(knee(&loads).map(|load| load.counts[0]), Some(20));
    }

    #[test]
    fn a_system_that_keeps_up_with_everything_has_no_knee() {
        assert!(knee(&[load(10, 10), load(20, 20)]).is_none());
        assert!(knee(&[load(10, 1)]).is_none());
    }

    #[test]
    fn a_single_interval_that_was_answered_late_is_no_knee() {
        assert!(knee(&[load(10, 10), load(20, 20), load(21, 3)]).is_none());
    }

    #[test]
    fn of_several_runs_one_beyond_is_enough() {
        let [a, b] = [load(10, 10), load(20, 11)].map(|load| Load { run: "run", ..load });
        assert_eq!(knee(&[a, b]).map(|load| load.counts[0]), Some(10));
    }

    #[test]
    fn quantiles_are_of_all_intervals_together() {
        let values = [(30, 1), (10, 98), (20, 1)].into_iter();
        assert_eq!(quantiles(values), Some([10, 10, 20]));
    }
}

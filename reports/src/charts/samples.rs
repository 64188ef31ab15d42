//! Samples of latency of several runs, side by side: one for each kind of call and each workload.

use super::spec::Material;
use crate::durations::Durations;
use crate::human;
use crate::theme::{self, Color};

/// Rows of a figure; more could not be read.
pub(super) const MOST: usize = 24;

/// One sample.
pub(super) struct Row<'a> {
    /// The run, if several are drawn.
    pub(super) run: &'a str,
    /// What was sampled.
    pub(super) name: String,
    /// Its colour: one for each run, or one for each kind.
    pub(super) color: Color,
    /// Not empty.
    pub(super) sample: &'a Durations,
}

/// Every sample that is not empty, by what was sampled, then by run; and how many more there were.
pub(super) fn rows<'a>(runs: &[Material<'a>]) -> (Vec<Row<'a>>, usize) {
    let mut rows = Vec::new();
    let several = runs.len() > 1;
    let mut row = |place: usize, run: &'a str, name: String, kind: Color, sample: &'a Durations| {
        let color = if several { theme::series(place) } else { kind };
        rows.push(Row { run, name, color, sample });
    };
    for (place, run) in runs.iter().enumerate() {
        let latencies = &run.analysis.latencies;
        let (same, cross) = (&latencies.same_subnet, &latencies.cross_subnet);
        row(place, run.label, "calls, same subnet".to_owned(), theme::BLUE, &same.replies);
        row(place, run.label, "calls, cross subnet".to_owned(), theme::VERMILLION, &cross.replies);
        for (workload, sample) in &latencies.workloads {
            row(place, run.label, format!("ingress, {workload}"), theme::GREEN, &sample.replies);
        }
    }
    rows.retain(|row| !row.sample.is_empty());
    // Stable: runs stay in their order under each name.
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    let left_out = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
    (rows, left_out)
}

impl Row<'_> {
    /// What stands beside the row.
    pub(super) fn label(&self) -> String {
        let n = human::count(self.sample.len());
        let name = match self.run {
            "" => human::shorten(&self.name, 24),
            run => format!("{}, {}", human::shorten(&self.name, 20), human::shorten(run, 10)),
        };
        format!("{name} ({n})")
    }
}

//! Results of a sweep as tidy tables.
//!
//! `results.csv` has a row for each (point, replication, metric); `summary.csv` for each (point,
//! metric), with intervals; `comparison.csv` the differences to the first point under common random
//! numbers. The latter two follow from the first.

use super::execute::Run;
use super::stored_results::{Sample, StoredResults};
use reports::metrics::Metric;
use reports::statistics::{Estimate, Interval, bootstrap, paired};
use std::io::{Read, Seek, Write};

/// The table of all numbers.
pub const RESULTS: &str = "results.csv";
/// The table of means and medians.
pub const SUMMARY: &str = "summary.csv";
/// The table of differences.
pub const COMPARISON: &str = "comparison.csv";

/// Columns of `results.csv` before those of the swept fields.
pub(super) const BEFORE: [&str; 3] = ["point", "replication", "seed"];
/// And after them.
pub(super) const AFTER: [&str; 3] = ["metric", "unit", "value"];

/// Writes `results.csv` run by run.
pub struct Results<W: Write> {
    out: csv::Writer<W>,
}

impl<W: Write> Results<W> {
    /// Begins the table with its head.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(out: W, fields: &[String]) -> csv::Result<Results<W>> {
        let mut out = csv::Writer::from_writer(out);
        let fields = fields.iter().map(String::as_str);
        out.write_record(BEFORE.into_iter().chain(fields).chain(AFTER))?;
        Ok(Results { out })
    }

    /// Adds the numbers of a run at a point with the given values of the fields.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, run: Run, values: &[String], metrics: &[Metric]) -> csv::Result<()> {
        let before = [run.point.to_string(), run.replication.to_string(), run.seed.to_string()];
        for metric in metrics {
            let value = metric.value.map(|value| value.to_string()).unwrap_or_default();
            let after = [metric.name.clone(), metric.unit.to_owned(), value];
            self.out.write_record(before.iter().chain(values).chain(&after))?;
        }
        Ok(self.out.flush()?)
    }
}

/// Whether a metric's name is one of `patterns`, in which `*` stands for anything; all are if there
/// are no patterns.
pub fn is_wanted(name: &str, patterns: &[String]) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| matches(name, pattern))
}

fn matches(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len())
                .filter(|at| name.is_char_boundary(*at))
                .any(|at| matches(&name[at..], rest))
        }),
    }
}

/// Writes `summary.csv`.
///
/// # Errors
/// It cannot be written, or the results cannot be read.
pub fn summary<R: Read + Seek>(results: &mut StoredResults<R>, out: impl Write) -> csv::Result<()> {
    let columns = [
        "n",
        "mean",
        "std_dev",
        "mean_ci95_low",
        "mean_ci95_high",
        "median",
        "median_ci95_low",
        "median_ci95_high",
    ];
    let mut out = begin(results, out, &["point"], &columns)?;
    for point in results.points() {
        for (place, sample) in results.samples(point)? {
            let values: Vec<f64> = sample.values().map(|value| *value as f64).collect();
            let Some(estimate) = Estimate::of(&values) else { continue };
            let (name, unit) = results.metric(place);
            let [median, low, high] = median(&sample, name);
            let [mean_low, mean_high] = ends(estimate.interval);
            let numbers = [
                estimate.n.to_string(),
                estimate.mean.to_string(),
                estimate.std_dev.map(|value| value.to_string()).unwrap_or_default(),
                mean_low,
                mean_high,
                median,
                low,
                high,
            ];
            let before = [point.to_string()];
            let named = [name.to_owned(), unit.to_owned()];
            let row = before.iter().chain(results.values(point)).chain(&named).chain(&numbers);
            out.write_record(row)?;
        }
    }
    Ok(out.flush()?)
}

/// Writes `comparison.csv`: each point against the first, replication by replication.
///
/// # Errors
/// It cannot be written, or the results cannot be read.
pub fn comparison<R: Read + Seek>(
    results: &mut StoredResults<R>,
    out: impl Write,
) -> csv::Result<()> {
    let columns = ["n", "mean_difference", "ci95_low", "ci95_high", "percent"];
    let mut out = begin(results, out, &["point", "baseline"], &columns)?;
    let points = results.points();
    let Some((first, others)) = points.split_first() else { return Ok(()) };
    let baselines = results.samples(*first)?;
    for point in others {
        for (place, sample) in results.samples(*point)? {
            let Some(baseline) = baselines.get(&place) else { continue };
            let Some(numbers) = difference(baseline, &sample) else { continue };
            let (name, unit) = results.metric(place);
            let before = [point.to_string(), first.to_string()];
            let named = [name.to_owned(), unit.to_owned()];
            let row = before.iter().chain(results.values(*point)).chain(&named).chain(&numbers);
            out.write_record(row)?;
        }
    }
    Ok(out.flush()?)
}

/// The cells of a paired comparison, over the replications that both have.
fn difference(baseline: &Sample, sample: &Sample) -> Option<[String; 5]> {
    let pairs = sample.iter().filter_map(|(r, value)| Some((*baseline.get(r)?, *value)));
    let (before, after): (Vec<f64>, Vec<f64>) =
        pairs.map(|(before, after)| (before as f64, after as f64)).unzip();
    let estimate = paired::difference(&before, &after)?;
    let level = reports::statistics::mean(&before).filter(|mean| *mean != 0.0);
    let [low, high] = ends(estimate.interval);
    Some([
        estimate.n.to_string(),
        estimate.mean.to_string(),
        low,
        high,
        level.map(|level| (100.0 * estimate.mean / level).to_string()).unwrap_or_default(),
    ])
}

fn begin<R: Read + Seek, W: Write>(
    results: &StoredResults<R>,
    out: W,
    before: &[&str],
    after: &[&str],
) -> csv::Result<csv::Writer<W>> {
    let mut out = csv::Writer::from_writer(out);
    let fields = results.fields().iter().map(String::as_str);
    let named = ["metric", "unit"].into_iter();
    let head = before.iter().copied().chain(fields).chain(named).chain(after.iter().copied());
    out.write_record(head)?;
    Ok(out)
}

/// The median of a sample and its interval.
fn median(sample: &Sample, name: &str) -> [String; 3] {
    let mut sorted: Vec<u128> = sample.values().copied().collect();
    sorted.sort_unstable();
    let median = reports::quantiles::nearest_rank(&sorted, 50);
    let [low, high] = ends(bootstrap::quantile(&sorted, 50, name));
    [median.map(|value| value.to_string()).unwrap_or_default(), low, high]
}

fn ends(interval: Option<Interval>) -> [String; 2] {
    match interval {
        Some(Interval { low, high }) => [low.to_string(), high.to_string()],
        None => [String::new(), String::new()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn results() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut table = Results::begin(&mut bytes, &["duration".to_owned()]).expect("begins");
        for (point, values) in [[10, 20], [13, 25]].into_iter().enumerate() {
            for (replication, value) in values.into_iter().enumerate() {
                let run = Run { point, replication, seed: 7 };
                let metrics = [
                    Metric { name: "replied".to_owned(), unit: "", value: Some(value) },
                    Metric { name: "latency.p99".to_owned(), unit: "ns", value: None },
                ];
                table.add(run, &[format!("{point}s")], &metrics).expect("writes");
            }
        }
        drop(table);
        bytes
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).expect("is text")
    }

    #[test]
    fn results_have_a_row_for_each_point_replication_and_metric() {
        let table = text(results());
        assert_eq!(table.lines().count(), 1 + 2 * 2 * 2);
        assert_eq!(table.lines().nth(1), Some("0,0,7,0s,replied,,10"));
        assert_eq!(table.lines().nth(2), Some("0,0,7,0s,latency.p99,ns,"));
    }

    #[test]
    fn summaries_have_means_with_intervals() {
        let mut stored = StoredResults::open(Cursor::new(results())).expect("reads back");
        let mut bytes = Vec::new();
        summary(&mut stored, &mut bytes).expect("writes");
        let table = text(bytes);
        let row = table.lines().nth(1).expect("a row");
        assert!(row.starts_with("0,0s,replied,,2,15,7.0710678118654755,-48.5"), "{row}");
    }

    /// The cycles that a large network burns do not fit 64 bits.
    #[test]
    fn medians_are_exact_however_large_the_numbers() {
        let large: u128 = 30_000_000_000_000_000_001;
        let sample = Sample::from([(0, large - 1), (1, large), (2, large + 1)]);
        let [middle, low, high] = median(&sample, "burned.total");
        assert_eq!(middle, large.to_string());
        assert!([low, high].iter().all(|end| end == "30000000000000000000"), "as floats");
    }

    #[test]
    fn comparisons_are_made_replication_by_replication() {
        let mut stored = StoredResults::open(Cursor::new(results())).expect("reads back");
        let mut bytes = Vec::new();
        comparison(&mut stored, &mut bytes).expect("writes");
        let table = text(bytes);
        let row = table.lines().nth(1).expect("a row");
        // Differences 3 and 5: mean 4, half-width 12.7.
        assert!(row.starts_with("1,0,1s,replied,,2,4,-8.7"), "{row}");
        assert_eq!(table.lines().count(), 2, "{table}");
    }

    #[test]
    fn a_star_stands_for_anything() {
        let wanted = |name: &str| is_wanted(name, &["latency.*".to_owned(), "*.p99".to_owned()]);
        assert!(wanted("latency.p50") && wanted("workload.é.latency.p99"));
        assert!(!wanted("replied") && is_wanted("replied", &[]));
    }
}

//! Results of a sweep as tidy tables.
//!
//! `results.csv` has a row for each (point, replication, metric); `summary.csv` for each (point,
//! metric), with intervals; `comparison.csv` the differences to the first point under common random
//! numbers. The latter two follow from the first.

use super::execute::Run;
use super::figures;
use reports::charts::sweep::{Point, Sweep, Value};
use reports::metrics::Metric;
use reports::statistics::{Estimate, Interval, bootstrap, paired};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};

/// The table of all numbers.
pub const RESULTS: &str = "results.csv";
/// The table of means and medians.
pub const SUMMARY: &str = "summary.csv";
/// The table of differences.
pub const COMPARISON: &str = "comparison.csv";

/// Columns of `results.csv` before those of the swept fields.
const BEFORE: [&str; 3] = ["point", "replication", "seed"];
/// And after them.
const AFTER: [&str; 3] = ["metric", "unit", "value"];

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

/// The values of one metric at one point, by replication.
type Sample = BTreeMap<usize, u128>;

/// What `results.csv` holds, brought together by point and metric.
#[derive(Debug, Default)]
pub struct Samples {
    fields: Vec<String>,
    /// Values of the fields by point.
    points: BTreeMap<usize, Vec<String>>,
    /// By point and place of the metric.
    samples: BTreeMap<(usize, usize), Sample>,
    /// Names and units of metrics in the order in which they first came.
    metrics: Vec<(String, String)>,
    places: BTreeMap<String, usize>,
}

impl Samples {
    /// Reads `results.csv`.
    ///
    /// # Errors
    /// It cannot be read, or is no such table.
    pub fn read(table: impl Read) -> csv::Result<Samples> {
        let mut table = csv::Reader::from_reader(table);
        let width = table.headers()?.len().max(BEFORE.len() + AFTER.len());
        let end = width - AFTER.len();
        let fields = table.headers()?.iter().take(end).skip(BEFORE.len());
        let mut samples =
            Samples { fields: fields.map(str::to_owned).collect(), ..Samples::default() };
        for row in table.records() {
            let row = row?;
            let number = |column: usize| row.get(column).and_then(|cell| cell.parse().ok());
            let (Some(point), Some(replication)) = (number(0), number(1)) else { continue };
            let cell = |column: usize| row.get(column).unwrap_or_default();
            let place = samples.place(cell(end), cell(end + 1));
            let values = || (BEFORE.len()..end).map(|column| cell(column).to_owned()).collect();
            samples.points.entry(point).or_insert_with(values);
            let sample = samples.samples.entry((point, place)).or_default();
            if let Ok(value) = cell(end + 2).parse() {
                sample.insert(replication, value);
            }
        }
        Ok(samples)
    }

    fn place(&mut self, name: &str, unit: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.metrics.push((name.to_owned(), unit.to_owned()));
        self.places.insert(name.to_owned(), self.metrics.len() - 1);
        self.metrics.len() - 1
    }

    /// The names of the metrics that had a value in some run.
    pub fn observed(&self) -> impl Iterator<Item = &str> {
        let had_values: BTreeSet<usize> = self
            .samples
            .iter()
            .filter(|(_, sample)| !sample.is_empty())
            .map(|((_, place), _)| *place)
            .collect();
        let metrics = self.metrics.iter().enumerate();
        metrics
            .filter(move |(place, _)| had_values.contains(place))
            .map(|(_, (name, _))| name.as_str())
    }

    /// A metric at all points, for figures.
    pub fn sweep(&self, metric: &str, common_random_numbers: bool) -> Option<Sweep> {
        let place = *self.places.get(metric)?;
        let columns: Vec<Vec<Value>> = (0..self.fields.len())
            .map(|field| {
                let texts: Vec<&str> = self.points.values().map(|v| v[field].as_str()).collect();
                figures::values(&texts)
            })
            .collect();
        let point = |(row, point): (usize, &usize)| Point {
            values: columns.iter().map(|column| column[row].clone()).collect(),
            sample: self.samples.get(&(*point, place)).map_or_else(BTreeMap::new, |sample| {
                sample.iter().map(|(r, value)| (*r, *value as f64)).collect()
            }),
        };
        let (metric, unit) = self.metrics[place].clone();
        let points = self.points.keys().enumerate().map(point).collect();
        let fields = self.fields.clone();
        Some(Sweep { fields, metric, unit, points, common_random_numbers })
    }

    /// Writes `summary.csv`.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn summary(&self, out: impl Write) -> csv::Result<()> {
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
        let mut out = self.begin(out, &["point"], &columns)?;
        for ((point, place), sample) in &self.samples {
            let values: Vec<f64> = sample.values().map(|value| *value as f64).collect();
            let Some(estimate) = Estimate::of(&values) else { continue };
            let (name, unit) = &self.metrics[*place];
            let [median, low, high] = median(sample, name);
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
            let named = [name.clone(), unit.clone()];
            let row = before.iter().chain(&self.points[point]).chain(&named).chain(&numbers);
            out.write_record(row)?;
        }
        Ok(out.flush()?)
    }

    /// Writes `comparison.csv`: each point against the first, replication by replication.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn comparison(&self, out: impl Write) -> csv::Result<()> {
        let columns = ["n", "mean_difference", "ci95_low", "ci95_high", "percent"];
        let mut out = self.begin(out, &["point", "baseline"], &columns)?;
        let Some(first) = self.points.keys().next().copied() else { return Ok(()) };
        for ((point, place), sample) in
            self.samples.iter().filter(|((point, _), _)| *point != first)
        {
            let Some(baseline) = self.samples.get(&(first, *place)) else { continue };
            let pairs = sample.iter().filter_map(|(r, value)| Some((*baseline.get(r)?, *value)));
            let (before, after): (Vec<f64>, Vec<f64>) =
                pairs.map(|(before, after)| (before as f64, after as f64)).unzip();
            let Some(estimate) = paired::difference(&before, &after) else { continue };
            let level = reports::statistics::mean(&before).filter(|mean| *mean != 0.0);
            let [low, high] = ends(estimate.interval);
            let numbers = [
                estimate.n.to_string(),
                estimate.mean.to_string(),
                low,
                high,
                level.map(|level| (100.0 * estimate.mean / level).to_string()).unwrap_or_default(),
            ];
            let (name, unit) = &self.metrics[*place];
            let before = [point.to_string(), first.to_string()];
            let named = [name.clone(), unit.clone()];
            let row = before.iter().chain(&self.points[point]).chain(&named).chain(&numbers);
            out.write_record(row)?;
        }
        Ok(out.flush()?)
    }

    fn begin<W: Write>(
        &self,
        out: W,
        before: &[&str],
        after: &[&str],
    ) -> csv::Result<csv::Writer<W>> {
        let mut out = csv::Writer::from_writer(out);
        let fields = self.fields.iter().map(String::as_str);
        let named = ["metric", "unit"].into_iter();
        let head = before.iter().copied().chain(fields).chain(named).chain(after.iter().copied());
        out.write_record(head)?;
        Ok(out)
    }
}

/// The median of a sample and its interval.
fn median(sample: &Sample, name: &str) -> [String; 3] {
    let mut sorted: Vec<u64> =
        sample.values().map(|value| u64::try_from(*value).unwrap_or(u64::MAX)).collect();
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
        let samples = Samples::read(results().as_slice()).expect("reads back");
        let mut bytes = Vec::new();
        samples.summary(&mut bytes).expect("writes");
        let table = text(bytes);
        let row = table.lines().nth(1).expect("a row");
        assert!(row.starts_with("0,0s,replied,,2,15,7.0710678118654755,-48.5"), "{row}");
    }

    #[test]
    fn comparisons_are_made_replication_by_replication() {
        let samples = Samples::read(results().as_slice()).expect("reads back");
        let mut bytes = Vec::new();
        samples.comparison(&mut bytes).expect("writes");
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

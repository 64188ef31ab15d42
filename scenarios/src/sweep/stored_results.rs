//! `results.csv` read back point by point: a sweep of any length takes the memory of two points.
//!
//! The rows of a point lie together, unless it was run in waves until it was precise enough. Where they lie is
//! noted in one pass over the table; then each point is read on its own.

use super::figures;
use super::table::{AFTER, BEFORE};
use reports::charts::sweep::{Point, Sweep};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

/// The values of one metric at one point, by replication.
pub type Sample = BTreeMap<usize, u128>;

/// The table of all numbers, and where to find them.
pub struct StoredResults<R> {
    table: R,
    fields: Vec<String>,
    points: BTreeMap<usize, Place>,
    /// Names and units of metrics in the order in which they first came.
    metrics: Vec<(String, String)>,
    places: BTreeMap<String, usize>,
    /// Metrics that had a value in some run.
    observed: BTreeSet<usize>,
}

/// What is known of a point.
struct Place {
    /// The values of the fields.
    values: Vec<String>,
    /// Where its rows lie in the table.
    rows: Vec<Range<u64>>,
}

impl<R: Read + Seek> StoredResults<R> {
    /// Opens the table.
    ///
    /// # Errors
    /// It cannot be read, or is no such table.
    pub fn open(mut table: R) -> csv::Result<StoredResults<R>> {
        let mut reader = csv::Reader::from_reader(BufReader::new(&mut table));
        let width = reader.headers()?.len().max(BEFORE.len() + AFTER.len());
        let end = width - AFTER.len();
        let fields = reader.headers()?.iter().take(end).skip(BEFORE.len());
        let fields = fields.map(str::to_owned).collect();
        let mut index = Index { end, ..Index::default() };
        let mut row = csv::StringRecord::new();
        let mut start = reader.position().byte();
        while reader.read_record(&mut row)? {
            let next = reader.position().byte();
            index.add(&row, start..next);
            start = next;
        }
        drop(reader);
        let Index { points, metrics, places, observed, .. } = index;
        Ok(StoredResults { table, fields, points, metrics, places, observed })
    }

    /// The swept fields.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The numbers of the points, ascending.
    pub fn points(&self) -> Vec<usize> {
        self.points.keys().copied().collect()
    }

    /// The values of the fields at a point.
    pub fn values(&self, point: usize) -> &[String] {
        self.points.get(&point).map_or(&[], |place| &place.values)
    }

    /// Name and unit of a metric.
    pub fn metric(&self, place: usize) -> (&str, &str) {
        self.metrics.get(place).map_or(("", ""), |(name, unit)| (name, unit))
    }

    /// The names of the metrics that had a value in some run.
    pub fn observed(&self) -> impl Iterator<Item = &str> {
        self.observed.iter().map(|place| self.metric(*place).0)
    }

    /// The samples of a point, by the place of the metric.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn samples(&mut self, point: usize) -> csv::Result<BTreeMap<usize, Sample>> {
        let end = BEFORE.len() + self.fields.len();
        let mut samples: BTreeMap<usize, Sample> = BTreeMap::new();
        for rows in self.points.get(&point).map_or(&[][..], |place| &place.rows) {
            self.table.seek(SeekFrom::Start(rows.start))?;
            let part = BufReader::new((&mut self.table).take(rows.end - rows.start));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(part);
            let mut row = csv::StringRecord::new();
            while reader.read_record(&mut row)? {
                let cell = |column: usize| row.get(column).unwrap_or_default();
                let Some(place) = self.places.get(cell(end)) else { continue };
                let sample = samples.entry(*place).or_default();
                if let (Ok(replication), Ok(value)) = (cell(1).parse(), cell(end + 2).parse()) {
                    sample.insert(replication, value);
                }
            }
        }
        Ok(samples)
    }

    /// Metrics at all points, for figures; those that there are of `wanted`.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn sweeps(&mut self, wanted: &[String], common: bool) -> csv::Result<Vec<Sweep>> {
        let columns: Vec<_> = (0..self.fields.len())
            .map(|field| {
                let texts: Vec<&str> =
                    self.points.values().map(|p| p.values[field].as_str()).collect();
                figures::values(&texts)
            })
            .collect();
        let places: Vec<usize> =
            wanted.iter().filter_map(|name| self.places.get(name).copied()).collect();
        let sweep = |place: &usize| {
            let (metric, unit) = self.metrics[*place].clone();
            let fields = self.fields.clone();
            Sweep { fields, metric, unit, points: Vec::new(), common_random_numbers: common }
        };
        let mut sweeps: Vec<Sweep> = places.iter().map(sweep).collect();
        for (row, point) in self.points().into_iter().enumerate() {
            let samples = self.samples(point)?;
            for (sweep, place) in sweeps.iter_mut().zip(&places) {
                let sample = samples.get(place).into_iter().flatten();
                sweep.points.push(Point {
                    values: columns.iter().map(|column| column[row].clone()).collect(),
                    sample: sample.map(|(r, value)| (*r, *value as f64)).collect(),
                });
            }
        }
        Ok(sweeps)
    }
}

/// What is noted in the pass over the table.
#[derive(Default)]
struct Index {
    /// The column of the metric.
    end: usize,
    points: BTreeMap<usize, Place>,
    metrics: Vec<(String, String)>,
    places: BTreeMap<String, usize>,
    observed: BTreeSet<usize>,
}

impl Index {
    fn add(&mut self, row: &csv::StringRecord, range: Range<u64>) {
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let Ok(point) = cell(0).parse() else { return };
        let values = || (BEFORE.len()..self.end).map(|column| cell(column).to_owned()).collect();
        let place = self
            .points
            .entry(point)
            .or_insert_with(|| Place { values: values(), rows: Vec::new() });
        match place.rows.last_mut().filter(|last| last.end == range.start) {
            Some(last) => last.end = range.end,
            None => place.rows.push(range),
        }
        let metric = match self.places.get(cell(self.end)) {
            Some(metric) => *metric,
            None => {
                self.metrics.push((cell(self.end).to_owned(), cell(self.end + 1).to_owned()));
                self.places.insert(cell(self.end).to_owned(), self.metrics.len() - 1);
                self.metrics.len() - 1
            }
        };
        if !cell(self.end + 2).is_empty() {
            self.observed.insert(metric);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::execute::Run;
    use crate::sweep::table::Results;
    use reports::metrics::Metric;
    use std::io::Cursor;

    /// Two waves of two points.
    #[test]
    fn rows_of_a_point_are_found_wherever_they_lie() {
        let mut bytes = Vec::new();
        let mut table = Results::begin(&mut bytes, &["title".to_owned()]).expect("begins");
        for replication in 0..2 {
            for point in 0..2 {
                let run = Run { point, replication, seed: 7 };
                let value = Some((10 * point + replication) as u128);
                let metrics = [
                    Metric { name: "never".to_owned(), unit: "ns", value: None },
                    Metric { name: "replied".to_owned(), unit: "", value },
                ];
                table.add(run, &["two,\nlines".to_owned()], &metrics).expect("writes");
            }
        }
        drop(table);
        let mut stored = StoredResults::open(Cursor::new(bytes)).expect("reads back");
        assert_eq!(stored.points(), [0, 1]);
        assert_eq!(stored.observed().collect::<Vec<_>>(), ["replied"]);
        assert_eq!(stored.values(1), ["two,\nlines"]);
        let samples = stored.samples(1).expect("reads back");
        assert_eq!(samples[&1], BTreeMap::from([(0, 10), (1, 11)]));
        assert!(samples[&0].is_empty());
    }
}

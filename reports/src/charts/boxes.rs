//! Box plots of latency. Every line of a box is a value that was observed: quartiles by nearest
//! rank, whiskers at the most extreme values within one and a half times the box (J. W. Tukey,
//! "Exploratory Data Analysis", 1977), dots for those beyond.

use super::samples::{self, Row};
use super::spec::{Material, Spec};
use super::strips::{self, Strips};
use super::{Figure, data};
use crate::durations::Durations;
use crate::scene::{Scene, rectangle};
use crate::tables::{Table, column, count};
use crate::theme;

/// The figure's name.
pub const NAME: &str = "boxes";
const TITLE: &str = "Box plots of latency";
const HALF: f64 = 7.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/boxes.csv",
    rows: "one sample of latencies of replies; by kind, then by run",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("sample", "", "calls on the same or across subnets, or ingress by workload"),
        count("n", "replies in the sample"),
        column("lower_whisker_ns", "ns", "the least value within 1.5 boxes of the box"),
        column("p25_ns", "ns", "a quarter of the sample is no greater"),
        column("p50_ns", "ns", "half of the sample is no greater"),
        column("p75_ns", "ns", "three quarters of the sample are no greater"),
        column("upper_whisker_ns", "ns", "the greatest value within 1.5 boxes of the box"),
        count("outliers", "values beyond the whiskers"),
    ]],
};

/// A sample's five numbers and what lies beyond.
struct Shape {
    quartiles: [u64; 3],
    whiskers: [u64; 2],
    /// Different values beyond the whiskers.
    beyond: Vec<u64>,
    /// How many values lie there.
    outliers: u64,
}

impl Shape {
    /// Of a sample that is not empty.
    fn of(sample: &Durations) -> Self {
        let quartiles = [25, 50, 75].map(|percent| sample.nearest_rank(percent).unwrap_or(0));
        let reach = (quartiles[2] - quartiles[0]).saturating_mul(3) / 2;
        let (low, high) = (quartiles[0].saturating_sub(reach), quartiles[2].saturating_add(reach));
        let (from, to) = sample.within(low, high).unwrap_or((quartiles[0], quartiles[2]));
        let outside = sample.values().filter(|(value, _)| *value < low || *value > high);
        let (beyond, counts): (Vec<u64>, Vec<u64>) = outside.unzip();
        Shape { quartiles, whiskers: [from, to], beyond, outliers: counts.iter().sum() }
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let (rows, left_out) = samples::rows(runs);
    let mut scene = Scene::sized(spec.width, TITLE);
    let strips = strips::frame(&mut scene, &rows, 10.0);
    for (row, middle) in rows.iter().zip(&strips.middles) {
        draw(&mut scene, &strips, row, *middle);
    }
    let table = data(&TABLE, rows.iter().map(cells))?;
    Ok(Figure::new(spec, TITLE, caption(left_out), scene, table))
}

fn draw(scene: &mut Scene, strips: &Strips, row: &Row<'_>, middle: f64) {
    let shape = Shape::of(row.sample);
    let x = |nanos: u64| strips.panel.point(nanos.max(1) as f64, 0.0).0;
    let [left, median, right] = shape.quartiles.map(x);
    let [from, to] = shape.whiskers.map(x);
    scene.path(vec![(from, middle), (to, middle)], row.color, theme::THIN);
    for end in [from, to] {
        let tick = vec![(end, middle - HALF / 2.0), (end, middle + HALF / 2.0)];
        scene.path(tick, row.color, theme::THIN);
    }
    scene.area(rectangle(left, middle - HALF, right.max(left + 1.0), middle + HALF), row.color);
    // A line of paper would cut a narrow box apart; there the median stands out above and below.
    let (ink, half) = match right - left {
        width if width > 6.0 => (theme::PAPER, HALF),
        _ => (theme::INK, HALF + 2.5),
    };
    scene.path(vec![(median, middle - half), (median, middle + half)], ink, theme::THIN);
    let mut last = None;
    for value in &shape.beyond {
        // Those that lie on the same half pixel look the same.
        let pixel = libm::round(x(*value) * 2.0) as i64;
        if last.replace(pixel) != Some(pixel) {
            scene.speck((x(*value), middle), 1.5, row.color);
        }
    }
}

fn cells(row: &Row<'_>) -> [String; 9] {
    let Shape { quartiles, whiskers, outliers, .. } = Shape::of(row.sample);
    [
        row.run.to_owned(),
        row.name.clone(),
        row.sample.len().to_string(),
        whiskers[0].to_string(),
        quartiles[0].to_string(),
        quartiles[1].to_string(),
        quartiles[2].to_string(),
        whiskers[1].to_string(),
        outliers.to_string(),
    ]
}

fn caption(left_out: usize) -> String {
    let rest = match left_out {
        0 => String::new(),
        count => format!(" {count} more samples are left out."),
    };
    format!(
        "Latency of replies on a logarithmic axis; in parentheses the size of each sample. Boxes \
         reach from the first to the third quartile, the line within is the median. Whiskers end \
         at the most extreme value observed within one and a half boxes; dots lie beyond.{rest}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiskers_end_at_values_that_were_observed() {
        let sample = [1, 10, 11, 12, 13, 14, 15, 16, 100];
        let shape = Shape::of(&sample.into_iter().collect());
        assert_eq!(shape.quartiles, [11, 13, 15]);
        assert_eq!(shape.whiskers, [10, 16]);
        assert_eq!((shape.beyond, shape.outliers), (vec![1, 100], 2));
    }

    #[test]
    fn a_sample_of_one_is_a_line() {
        let shape = Shape::of(&[7].into_iter().collect());
        assert_eq!((shape.quartiles, shape.whiskers), ([7; 3], [7; 2]));
    }
}

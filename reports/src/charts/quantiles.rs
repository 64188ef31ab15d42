//! Quantiles of latency, one row for each kind of call and each workload.

use super::samples::{self, Row};
use super::spec::{Material, Spec};
use super::strips::{self, Strips};
use super::{Figure, data};
use crate::legend::{self, Entry, Sample};
use crate::scene::Scene;
use crate::tables::{Table, column, count};
use crate::theme::{self, Color};

/// The figure's name.
pub const NAME: &str = "quantiles";
const TITLE: &str = "Quantiles of latency";

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/quantiles.csv",
    rows: "one sample of latencies of replies; by kind, then by run",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("sample", "", "calls on the same or across subnets, or ingress by workload"),
        count("n", "replies in the sample"),
        column("p50_ns", "ns", "half of the sample is no greater"),
        column("p90_ns", "ns", "90 % of the sample is no greater"),
        column("p99_ns", "ns", "99 % of the sample is no greater"),
    ]],
};

/// Quantiles with their colours and how far below the middle of the row each lies, so that close
/// ones do not hide one another.
const PERCENTS: [(u64, Color, f64); 3] =
    [(50, theme::BLUE, -6.0), (90, theme::ORANGE, 0.0), (99, theme::VERMILLION, 6.0)];
const RADIUS: f64 = 3.25;

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let (rows, left_out) = samples::rows(runs);
    let mut scene = Scene::sized(spec.width, TITLE);
    let entries = PERCENTS.map(|(percent, color, _)| {
        let name = if percent == 50 { "median".to_owned() } else { format!("{percent} %") };
        Entry::new(color, Sample::Dot, name)
    });
    let top = legend::draw(&mut scene, &entries, 8.0, 4.0, spec.width.pixels() - 16.0) + 8.0;
    let strips = strips::frame(&mut scene, &rows, top);
    for (row, middle) in rows.iter().zip(&strips.middles) {
        draw(&mut scene, &strips, row, *middle);
    }
    let caption = caption(left_out);
    Ok(Figure::new(spec, TITLE, caption, scene, data(&TABLE, rows.iter().map(cells))?))
}

fn draw(scene: &mut Scene, strips: &Strips, row: &Row<'_>, middle: f64) {
    let places = PERCENTS.map(|(percent, _, below)| {
        let nanos = row.sample.nearest_rank(percent).unwrap_or(1).max(1);
        (strips.panel.point(nanos as f64, 0.0).0, middle + below)
    });
    scene.path(places.to_vec(), theme::MUTED, theme::HAIRLINE);
    for (place, (_, color, _)) in places.into_iter().zip(PERCENTS) {
        scene.dot(place, RADIUS, color);
    }
}

fn cells(row: &Row<'_>) -> [String; 6] {
    let quantile = |percent: u64| row.sample.nearest_rank(percent).unwrap_or(0).to_string();
    [
        row.run.to_owned(),
        row.name.clone(),
        row.sample.len().to_string(),
        quantile(50),
        quantile(90),
        quantile(99),
    ]
}

fn caption(left_out: usize) -> String {
    let rest = match left_out {
        0 => String::new(),
        count => format!(" {count} more samples are left out."),
    };
    format!(
        "Median, 90 % and 99 % quantile of the latency of replies, on a logarithmic axis; in \
         parentheses the size of each sample. Each quantile is a value that was observed. Rejected \
         and unanswered messages are in no sample.{rest}"
    )
}

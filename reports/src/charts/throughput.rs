//! Messages from clients over time: how many were sent, and how many got an answer.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::bins::Bins;
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::{Point, Scene};
use crate::tables::{Table, column};
use crate::theme::{self, Color};
use crate::ticks;

/// The figure's name.
pub const NAME: &str = "throughput";
const TITLE: &str = "Throughput of ingress messages";
const HEIGHT: f64 = 180.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/throughput.csv",
    rows: "one interval of time; by run, then by time",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("start_ns", "ns", "when the interval began, from the start of the run"),
        column("end_ns", "ns", "when it ended"),
        column("sent", "messages", "ingress messages that clients sent in it"),
        column("replied", "messages", "those whose reply was certified in it"),
        column("rejected", "messages", "those whose reject was certified in it"),
    ]],
};

/// A run, counted.
struct Counted<'a> {
    label: &'a str,
    bins: Bins,
    /// Sent, replied, rejected.
    counts: Vec<[u64; 3]>,
}

impl Counted<'_> {
    fn total(&self, place: usize) -> u64 {
        self.counts.iter().map(|counts| counts[place]).sum()
    }

    fn rates(&self, place: usize) -> impl Iterator<Item = (f64, f64, f64)> {
        self.counts.iter().enumerate().map(move |(bin, counts)| {
            let rate = counts[place] as f64 / self.bins.seconds(bin);
            (self.bins.start(bin) as f64, self.bins.end(bin) as f64, rate)
        })
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let counted: Vec<Counted<'_>> = runs.iter().map(count).collect();
    let scene = draw(spec, &counted);
    let table = data(&TABLE, counted.iter().flat_map(rows))?;
    Ok(Figure::new(spec, TITLE, caption(&counted), scene, table))
}

fn count<'a>(run: &Material<'a>) -> Counted<'a> {
    let tallies = &run.analysis.tallies;
    Counted { label: run.label, bins: tallies.bins, counts: tallies.flow.clone() }
}

/// What is drawn of a run: sent, replied and rejected of one, replied alone of several.
fn lines(counted: &[Counted<'_>]) -> Vec<(usize, usize, Color, Sample, String)> {
    if let [only] = counted {
        let named = [
            (theme::MUTED, Sample::Dashes, "sent"),
            (theme::BLUE, Sample::Line, "replied"),
            (theme::VERMILLION, Sample::Line, "rejected"),
        ];
        let line = |(place, (color, sample, name)): (usize, (Color, Sample, &str))| {
            let n = human::count(only.total(place));
            (0, place, color, sample, format!("{name} ({n})"))
        };
        return named.into_iter().enumerate().map(line).collect();
    }
    let line = |(run, counted): (usize, &Counted<'_>)| {
        let n = human::count(counted.total(1));
        (run, 1, theme::series(run), Sample::Line, format!("replied, {} ({n})", counted.label))
    };
    counted.iter().enumerate().map(line).collect()
}

fn draw(spec: &Spec, counted: &[Counted<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let lines = lines(counted);
    let entries =
        lines.iter().map(|(_, _, color, sample, text)| Entry::new(*color, *sample, text.as_str()));
    let (left, width) = (54.0, spec.width.pixels() - 54.0 - 16.0);
    let top = legend::draw(&mut scene, &entries.collect::<Vec<_>>(), left, 4.0, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let most = lines.iter().flat_map(|line| counted[line.0].rates(line.1)).map(|(_, _, rate)| rate);
    let most = most.fold(0.0, f64::max);
    let end = counted.iter().map(|run| run.bins.end(run.bins.count - 1)).max().unwrap_or(0);
    let end = ticks::time_bound(end);
    let y = Scale::Linear(0.0, most.max(1.0) * 1.05);
    let panel = Panel { left, top, width, height: HEIGHT, x: Scale::Linear(0.0, end), y };
    let rates = ticks::numbers(most.max(1.0) * 1.05, 5);
    panel.y_axis(&mut scene, &rates);
    panel.y_title(&mut scene, "Messages per second", &rates);
    let (times, unit) = ticks::time(end, 8);
    panel.x_axis(&mut scene, &times, true);
    panel.x_title(&mut scene, &format!("Simulated time ({unit})"));
    for (run, place, color, sample, _) in &lines {
        let points = staircase(&panel, counted[*run].rates(*place));
        match sample {
            Sample::Dashes => scene.dashed(&points, *color, theme::THIN, DASH),
            _ => scene.path(points, *color, theme::THIN),
        }
    }
    if lines.iter().all(|line| counted[line.0].total(line.1) == 0) {
        panel.no_data(&mut scene);
    }
    scene
}

fn staircase(panel: &Panel, rates: impl Iterator<Item = (f64, f64, f64)>) -> Vec<Point> {
    rates.flat_map(|(from, to, rate)| [panel.point(from, rate), panel.point(to, rate)]).collect()
}

fn rows<'a>(counted: &'a Counted<'_>) -> impl Iterator<Item = [String; 6]> + 'a {
    let is_empty = counted.counts.iter().all(|counts| *counts == [0; 3]);
    let bins = counted.counts.iter().enumerate().filter(move |_| !is_empty);
    bins.map(|(bin, [sent, replied, rejected])| {
        let (start, end) = (counted.bins.start(bin), counted.bins.end(bin));
        let numbers = [start, end, *sent, *replied, *rejected].map(|number| number.to_string());
        let [start, end, sent, replied, rejected] = numbers;
        [counted.label.to_owned(), start, end, sent, replied, rejected]
    })
}

fn caption(counted: &[Counted<'_>]) -> String {
    let sent: u64 = counted.iter().map(|run| run.total(0)).sum();
    let length = counted.first().map_or(0, |run| run.bins.length);
    let what = match counted.len() {
        0 | 1 => {
            "Ingress messages that clients sent, and those whose reply or reject was certified"
        }
        _ => "Ingress messages whose reply was certified",
    };
    format!(
        "{what}, in intervals of {} ({} sent). Where replies stay below what is sent, messages \
         queue up or are lost.",
        human::duration(length),
        human::sample(sent as usize),
    )
}

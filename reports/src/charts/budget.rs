//! How much of their instruction budget rounds used: a distribution function for each subnet.

use super::queues::percents;
use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::decimate::decimate;
use crate::human;
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::rounds;
use crate::scene::{Point, Scene};
use crate::tables::{Table, column, count};
use crate::theme;

/// The figure's name.
pub const NAME: &str = "budget";
const TITLE: &str = "Instruction budget used by rounds";
const HEIGHT: f64 = 200.0;
const MOST: usize = 8;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/budget.csv",
    rows: "one amount that rounds used; by run and subnet, then ascending",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("subnet", "", "the subnet's name"),
        column("used", "instructions", "of the busiest thread, overheads included"),
        column("limit", "instructions", "that a round may use"),
        count("rank", "rounds that used no more"),
        count("n", "rounds of the subnet"),
    ]],
};

/// The rounds of one subnet of one run.
struct Series<'a> {
    run: &'a str,
    subnet: &'a str,
    limit: u64,
    /// Ascending.
    used: Vec<u64>,
}

impl Series<'_> {
    fn share(&self, used: u64) -> f64 {
        used as f64 / self.limit as f64
    }

    fn total(&self) -> f64 {
        self.used.iter().map(|used| self.share(*used)).sum()
    }

    /// Distinct amounts with the number of rounds that used no more.
    fn steps(&self) -> impl Iterator<Item = (u64, usize)> {
        self.used.chunk_by(|a, b| a == b).scan(0, |rank, same| {
            *rank += same.len();
            Some((same[0], *rank))
        })
    }
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let mut series: Vec<Series<'_>> = runs.iter().flat_map(of_run).collect();
    series.retain(|series| !series.used.is_empty());
    let table = data(&TABLE, series.iter().flat_map(rows))?;
    let all = series.len();
    series.sort_by(|a, b| b.total().total_cmp(&a.total()));
    series.truncate(MOST);
    let scene = draw(spec, runs, &series);
    Ok(Figure::new(spec, TITLE, caption(&series, all), scene, table))
}

fn of_run<'a>(run: &Material<'a>) -> impl Iterator<Item = Series<'a>> + use<'a> {
    let limit = run.run.profile.limits.round_instructions.get().max(1);
    let label = run.label;
    run.run.history.subnets.iter().map(move |subnet| {
        let mut used: Vec<u64> =
            rounds::of(subnet).map(|(_, round)| round.busiest_thread.get()).collect();
        used.sort_unstable();
        Series { run: label, subnet: &subnet.name, limit, used }
    })
}

fn rows<'a>(series: &'a Series<'_>) -> impl Iterator<Item = [String; 6]> + 'a {
    series.steps().map(|(used, rank)| {
        [
            series.run.to_owned(),
            series.subnet.to_owned(),
            used.to_string(),
            series.limit.to_string(),
            rank.to_string(),
            series.used.len().to_string(),
        ]
    })
}

fn draw(spec: &Spec, runs: &[Material<'_>], series: &[Series<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let (left, width) = (50.0, spec.width.pixels() - 50.0 - 20.0);
    let entries = series.iter().enumerate().map(|(place, series)| {
        let name = human::shorten(series.subnet, 20);
        let n = human::count(series.used.len() as u64);
        let name = if runs.len() > 1 { format!("{name}, {}", series.run) } else { name };
        Entry::new(theme::series(place), Sample::Line, format!("{name} ({n})"))
    });
    let top = legend::draw(&mut scene, &entries.collect::<Vec<_>>(), left, 4.0, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let most = series.iter().filter_map(|series| Some(series.share(*series.used.last()?)));
    let most = most.fold(0.0, f64::max);
    let end = if most > 0.25 { most.max(1.0) * 1.04 } else { (most * 1.1).max(1e-6) };
    let (x, y) = (Scale::Linear(0.0, end), Scale::Linear(0.0, 1.0));
    let panel = Panel { left, top, width, height: HEIGHT, x, y };
    panel.y_axis(&mut scene, &percents(1.0));
    panel.y_title(&mut scene, "Share of rounds (%)", &percents(1.0));
    panel.x_axis(&mut scene, &percents(end), true);
    panel.x_title(&mut scene, "Round limit used by the busiest thread (%)");
    if end > 1.0 {
        let limit = [panel.point(1.0, 0.0), panel.point(1.0, 1.0)];
        scene.dashed(&limit, theme::MUTED, theme::THIN, DASH);
    }
    for (place, series) in series.iter().enumerate().rev() {
        scene.path(staircase(&panel, series), theme::series(place), theme::THICK);
    }
    if series.is_empty() {
        panel.no_data(&mut scene);
    }
    scene
}

fn staircase(panel: &Panel, series: &Series<'_>) -> Vec<Point> {
    let mut points = Vec::new();
    let mut share = 0.0;
    for (used, rank) in series.steps() {
        points.push(panel.point(series.share(used), share));
        share = rank as f64 / series.used.len() as f64;
        points.push(panel.point(series.share(used), share));
    }
    decimate(points)
}

fn caption(series: &[Series<'_>], all: usize) -> String {
    let rounds: usize = series.iter().map(|series| series.used.len()).sum();
    let limit = series.first().map_or(0, |series| series.limit);
    let which = match series.len() {
        shown if shown < all => {
            format!(" Of {all} subnets the {shown} that used the most are shown.")
        }
        _ => String::new(),
    };
    format!(
        "Share of rounds whose busiest thread used no more of the limit of {} instructions than on \
         the horizontal axis, overheads included; in parentheses the rounds of each subnet ({} in \
         all). A curve that rises at the right end belongs to a subnet that is full.{which}",
        human::amount(limit.into()),
        human::sample(rounds),
    )
}

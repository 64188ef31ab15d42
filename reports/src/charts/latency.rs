//! How long calls and ingress messages took: empirical distribution functions on a logarithmic
//! axis, which show medians, tails and clusters alike.

use super::spec::{Material, Spec};
use super::{Figure, data};
use crate::decimate::decimate;
use crate::durations::Durations;
use crate::human;
use crate::latency::{Answers, Latencies};
use crate::legend::{self, DASH, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::{Point, Scene};
use crate::tables::{Table, column};
use crate::theme::{self, Color};
use crate::ticks::{self, Tick};

/// The figure's name.
pub const NAME: &str = "latency";
const TITLE: &str = "Latency of replies to calls and ingress messages";
const HEIGHT: f64 = 320.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/latency.csv",
    rows: "one latency that was observed; by run and kind, then ascending",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("kind", "", "same_subnet or cross_subnet (calls), or ingress"),
        column(
            "latency_ns",
            "ns",
            "from sending to the reply; of rejected messages there are none",
        ),
        column("rank", "messages", "replies that took no longer"),
        column("n", "messages", "replies of this kind"),
    ]],
};

/// One curve.
struct Series<'a> {
    run: &'a str,
    name: String,
    key: &'static str,
    color: Color,
    sample: Sample,
    latencies: &'a Durations,
}

/// The figure: of one run a curve in its own colour for each kind of message; of several a colour for
/// each run, and the kinds told apart by their strokes.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let series: Vec<Series<'_>> =
        runs.iter().enumerate().flat_map(|(place, run)| series(place, run, runs.len())).collect();
    let mut scene = Scene::sized(spec.width, TITLE);
    scene.height = HEIGHT;
    draw(&mut scene, &series);
    let rows = series.iter().flat_map(rows);
    let caption = caption(runs);
    Ok(Figure::new(spec, TITLE, caption, scene, data(&TABLE, rows)?))
}

fn series<'a>(place: usize, run: &Material<'a>, count: usize) -> Vec<Series<'a>> {
    let Latencies { ingress, same_subnet, cross_subnet, .. } = &run.analysis.latencies;
    let kinds = [
        ("calls, same subnet", "same_subnet", theme::BLUE, Sample::Line, same_subnet),
        ("calls, cross subnet", "cross_subnet", theme::VERMILLION, Sample::Line, cross_subnet),
        ("ingress, end to end", "ingress", theme::MUTED, Sample::Dashes, ingress),
    ];
    let one =
        |(name, key, color, sample, latencies): (&str, _, _, _, &'a crate::latency::Sample)| {
            let latencies = &latencies.replies;
            let name = run.labelled(name);
            match count {
                1 => Series { run: run.label, name, key, color, sample, latencies },
                _ => {
                    let sample = if key == "same_subnet" { Sample::Thin } else { sample };
                    Series {
                        run: run.label,
                        name,
                        key,
                        color: theme::series(place),
                        sample,
                        latencies,
                    }
                }
            }
        };
    let mut series: Vec<Series<'a>> = kinds.into_iter().map(one).collect();
    if count > 1 {
        series.retain(|series| !series.latencies.is_empty());
    }
    series
}

fn rows<'a>(series: &'a Series<'_>) -> impl Iterator<Item = [String; 5]> + 'a {
    let n = series.latencies.len().to_string();
    series.latencies.steps().map(move |(nanos, rank)| {
        let run = series.run.to_owned();
        [run, series.key.to_owned(), nanos.to_string(), rank.to_string(), n.clone()]
    })
}

fn caption(runs: &[Material<'_>]) -> String {
    let sum =
        |of: fn(&Latencies) -> u64| runs.iter().map(|run| of(&run.analysis.latencies)).sum::<u64>();
    let left_out = |of: fn(Answers) -> u64| {
        let one = |run: &Material<'_>| {
            let Latencies { ingress, same_subnet, cross_subnet, .. } = &run.analysis.latencies;
            of(ingress.answers.plus(same_subnet.answers).plus(cross_subnet.answers))
        };
        human::count(runs.iter().map(one).sum())
    };
    format!(
        "Share of replies that took no longer than the time on the horizontal axis. Replies to \
         calls ({} within a subnet, {} between subnets) last from the call to the start of its \
         callback, replies to ingress messages ({}) from sending to the certified reply. Dots mark \
         medians. The further right a curve, the slower; the flatter, the more varied. Left out \
         are {} messages that were rejected and {} not answered within the run.",
        human::sample(sum(|all| all.same_subnet.replies.len()) as usize),
        human::sample(sum(|all| all.cross_subnet.replies.len()) as usize),
        human::sample(sum(|all| all.ingress.replies.len()) as usize),
        left_out(|answers| answers.rejected),
        left_out(|answers| answers.open),
    )
}

fn draw(scene: &mut Scene, series: &[Series<'_>]) {
    let top = draw_legend(scene, series) + 8.0;
    let (low, high) = bounds(series);
    let (left, width) = (50.0, scene.width - 50.0 - 20.0);
    // Many curves have a long legend, which must not press the plot flat.
    let height = (HEIGHT - top - 44.0).max(180.0);
    scene.height = libm::ceil(top + height + 44.0);
    let (x, y) = (Scale::Log(low, high), Scale::Linear(0.0, 1.0));
    let panel = Panel { left, top, width, height, x, y };
    panel.y_axis(scene, &percent_ticks());
    panel.y_title(scene, "Share of replies (%)", &percent_ticks());
    panel.x_axis(scene, &ticks::log_durations(low, high, width), true);
    panel.x_title(scene, "Latency (logarithmic)");
    if series.iter().all(|series| series.latencies.is_empty()) {
        panel.no_data(scene);
    }
    for series in series.iter().rev() {
        draw_curve(scene, &panel, series);
    }
    for series in series.iter().rev() {
        draw_median(scene, &panel, series);
    }
}

/// One row for each curve: several facts each, which would not fit side by side.
fn draw_legend(scene: &mut Scene, series: &[Series<'_>]) -> f64 {
    let mut top = 4.0;
    for series in series {
        let n = human::count(series.latencies.len());
        let median = series
            .latencies
            .nearest_rank(50)
            .map_or_else(String::new, |nanos| format!(", median {}", human::duration(nanos)));
        let text = format!("{} (n = {n}{median})", series.name);
        let entry = [Entry::new(series.color, series.sample, text)];
        top = legend::draw(scene, &entry, 50.0, top, scene.width);
    }
    top
}

/// Bounds of the horizontal axis; without data, those of a plausible network.
fn bounds(series: &[Series<'_>]) -> (f64, f64) {
    let least = series.iter().filter_map(|series| series.latencies.least()).min();
    let greatest = series.iter().filter_map(|series| series.latencies.greatest()).max();
    match (least, greatest) {
        (Some(least), Some(greatest)) => {
            ticks::log_bounds(least.max(1) as f64, greatest.max(1) as f64)
        }
        _ => (1e7, 1e10),
    }
}

fn percent_ticks() -> Vec<Tick> {
    let percents = [0u32, 25, 50, 75, 100];
    let tick =
        |percent: u32| Tick { at: f64::from(percent) / 100.0, label: Some(percent.to_string()) };
    percents.map(tick).to_vec()
}

fn draw_curve(scene: &mut Scene, panel: &Panel, series: &Series<'_>) {
    let points = decimate(staircase(panel, series.latencies));
    match series.sample {
        Sample::Dashes => scene.dashed(&points, series.color, theme::THIN, DASH),
        Sample::Thin => scene.path(points, series.color, theme::THIN),
        _ => scene.path(points, series.color, theme::THICK),
    }
}

/// The distribution function, from the least to the greatest value.
fn staircase(panel: &Panel, latencies: &Durations) -> Vec<Point> {
    let mut points = Vec::new();
    let mut share = 0.0;
    for (nanos, rank) in latencies.steps() {
        let at = nanos.max(1) as f64;
        points.push(panel.point(at, share));
        share = rank as f64 / latencies.len() as f64;
        points.push(panel.point(at, share));
    }
    points
}

fn draw_median(scene: &mut Scene, panel: &Panel, series: &Series<'_>) {
    if let Some(median) = series.latencies.nearest_rank(50) {
        scene.dot(panel.point(median.max(1) as f64, 0.5), 3.5, series.color);
    }
}

//! Quantiles of latency against offered load: how long users wait the more of them there are.

use super::loading::{self, Load};
use super::spec::{Material, Spec};
use super::{Figure, data, knee};
use crate::human;
use crate::legend::{self, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::{Align, Scene, Text};
use crate::tables::{Table, column};
use crate::theme::{self, Color};
use crate::ticks::{self, Tick};

/// The figure's name.
pub const NAME: &str = "load";
const TITLE: &str = "Latency against offered load";
const HEIGHT: f64 = 220.0;
const QUANTILES: [(&str, Color); 3] =
    [("median", theme::BLUE), ("90 %", theme::ORANGE), ("99 %", theme::VERMILLION)];

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/load.csv",
    rows: "one run of several, or one interval of a single run; by load",
    groups: &[&[
        column("run", "", "the run, if several are drawn"),
        column("offered", "", "ingress messages that clients sent each second"),
        column("p50_ns", "ns", "median latency of the replies to them; empty without replies"),
        column("p90_ns", "ns", "90 % of them took no longer"),
        column("p99_ns", "ns", "99 % of them took no longer"),
    ]],
};

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
    let loads = loading::of(runs);
    let scene = draw(spec, &loads);
    let rows = loads.iter().map(|load| {
        let quantile = |place: usize| {
            load.quantiles.map_or_else(String::new, |quantiles| quantiles[place].to_string())
        };
        let offered = format!("{:.3}", load.offered());
        [load.run.to_owned(), offered, quantile(0), quantile(1), quantile(2)]
    });
    let table = data(&TABLE, rows)?;
    let caption = format!(
        "Quantiles of the latency of replies to ingress messages, on a logarithmic axis, against what \
         clients sent each second. {}. Where clients send more than is answered, latency grows with \
         the length of the run.",
        loading::points(runs, loads.len()),
    );
    Ok(Figure::new(spec, TITLE, caption, scene, table))
}

fn draw(spec: &Spec, loads: &[Load<'_>]) -> Scene {
    let mut scene = Scene::sized(spec.width, TITLE);
    let (left, width) = (72.0, spec.width.pixels() - 72.0 - 20.0);
    let entries = QUANTILES.map(|(name, color)| Entry::new(color, Sample::Dot, name));
    let top = legend::draw(&mut scene, &entries, left, 4.0, width) + 8.0;
    scene.height = libm::ceil(top + HEIGHT + 44.0);
    let most = loads.iter().map(Load::offered).fold(1.0, f64::max) * 1.05;
    let (low, high) = bounds(loads);
    let (x, y) = (Scale::Linear(0.0, most), Scale::Log(low, high));
    let panel = Panel { left, top, width, height: HEIGHT, x, y };
    let durations = durations(low, high);
    panel.y_axis(&mut scene, &durations);
    panel.y_title(&mut scene, "Latency (logarithmic)", &durations);
    // The axis of a logarithmic panel has no zero, so ticks are placed by its lower end.
    for tick in ticks::numbers(most, 8) {
        let at = panel.point(tick.at, low).0;
        scene.path(
            vec![(at, panel.bottom()), (at, panel.bottom() + 4.0)],
            theme::INK,
            theme::HAIRLINE,
        );
        if let Some(label) = tick.label {
            let text = Text::small(label, (at, panel.bottom() + 16.0));
            scene.text(text.aligned(Align::Middle));
        }
    }
    let axis = vec![(panel.left, panel.bottom()), (panel.right(), panel.bottom())];
    scene.path(axis, theme::INK, theme::HAIRLINE);
    panel.x_title(&mut scene, "Messages sent per second");
    curves(&mut scene, &panel, loads);
    scene
}

fn curves(scene: &mut Scene, panel: &Panel, loads: &[Load<'_>]) {
    for (place, (_, color)) in QUANTILES.into_iter().enumerate() {
        let points: Vec<_> = loads
            .iter()
            .filter_map(|load| {
                Some(panel.point(load.offered(), load.quantiles?[place].max(1) as f64))
            })
            .collect();
        if loads.iter().any(|load| !load.run.is_empty()) {
            scene.path(points.clone(), color, theme::HAIRLINE);
        }
        points.into_iter().for_each(|point| scene.dot(point, 3.0, color));
    }
    for load in loads.iter().filter(|load| !load.run.is_empty()) {
        let Some([.., slowest]) = load.quantiles else { continue };
        let (x, y) = panel.point(load.offered(), slowest.max(1) as f64);
        // Beside the point, on the side that has room.
        let (at, align) = match x + 60.0 < panel.right() {
            true => (x + 6.0, Align::Start),
            false => (x - 6.0, Align::End),
        };
        scene.text(Text::small(human::shorten(load.run, 14), (at, y - 5.0)).aligned(align));
    }
    if loads.iter().all(|load| load.quantiles.is_none()) {
        panel.no_data(scene);
    }
    if let Some(load) = loading::knee(loads) {
        let on = Panel { y: Scale::Linear(0.0, 1.0), ..*panel };
        knee::mark(scene, &on, load.offered());
    }
}

/// Round durations on the vertical axis, as many as there is room for.
fn durations(low: f64, high: f64) -> Vec<Tick> {
    ticks::log_durations(low, high, HEIGHT * 2.0)
}

fn bounds(loads: &[Load<'_>]) -> (f64, f64) {
    let of = |place: usize| loads.iter().filter_map(move |load| Some(load.quantiles?[place]));
    match (of(0).min(), of(2).max()) {
        (Some(least), Some(most)) => ticks::log_bounds(least.max(1) as f64, most.max(1) as f64),
        _ => (1e7, 1e10),
    }
}

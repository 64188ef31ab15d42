//! Means of a metric over a swept field, with 95 % intervals as bands: a line for each combination of the other
//! fields.

use super::measure::{Measure, range};
use super::{Kind, Point, Sweep, Value, short};
use crate::charts::{Figure, data};
use crate::font;
use crate::human;
use crate::legend::{self, Entry, Sample};
use crate::panel::{Panel, Scale};
use crate::scene::Scene;
use crate::statistics::Estimate;
use crate::tables::{Table, column, count};
use crate::theme::{self, Color, Width};
use crate::ticks::Tick;

/// Lines drawn; more combinations are drawn as points without lines.
const MOST_LINES: usize = 8;
/// A field is laid out by ratios if its values differ by more than this factor.
const LOG_FROM: f64 = 7.0;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/curves-METRIC.csv",
    rows: "one point; by line, then along it",
    groups: &[&[
        column("line", "", "the values of the other fields"),
        column("x", "", "the value of the field along the axis"),
        count("n", "runs with a value"),
        count("mean", "of the runs"),
        count("ci95_low", "lower end of the 95 % interval of the mean (Student's t)"),
        count("ci95_high", "upper end"),
    ]],
};

/// A line: what it stands for, and its points along the axis.
struct Line {
    label: String,
    marks: Vec<Mark>,
}

/// A point of a line.
struct Mark {
    value: Value,
    estimate: Estimate,
}

impl Mark {
    fn ends(&self) -> [f64; 2] {
        let mean = self.estimate.mean;
        self.estimate.interval.map_or([mean; 2], |interval| [interval.low, interval.high])
    }
}

/// The figure; `across` is the field along the axis, if not the one with most values.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(sweep: &Sweep, width: Width, across: Option<usize>) -> csv::Result<Figure> {
    let across = across.unwrap_or_else(|| longest(sweep)).min(sweep.fields.len().max(1) - 1);
    let axis = Axis::of(sweep, across);
    let lines = lines(sweep, across, &axis);
    let title = format!("{} over {}", sweep.metric, short(&sweep.fields[across]));
    let scene = scene(sweep, width, &title, &axis, &lines, across);
    let rows = lines.iter().flat_map(|line| line.marks.iter().map(move |mark| cells(line, mark)));
    let table = data(&TABLE, rows)?;
    let caption = caption(sweep, across, lines.len());
    Ok(Figure { name: sweep.file(Kind::Curves), title, caption, scene, data: table })
}

/// The field with most values, the first of those.
fn longest(sweep: &Sweep) -> usize {
    let count = |field: &usize| distinct(sweep, *field).len();
    (0..sweep.fields.len()).rev().max_by_key(count).unwrap_or(0)
}

/// The values of a field in the order in which they first come.
fn distinct(sweep: &Sweep, field: usize) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for value in sweep.points.iter().filter_map(|point| point.values.get(field)) {
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    found
}

/// The axis of a field: by numbers where all values are numbers, else one after the other.
struct Axis {
    values: Vec<Value>,
    numeric: bool,
    scale: Scale,
}

impl Axis {
    fn of(sweep: &Sweep, field: usize) -> Axis {
        let mut values = distinct(sweep, field);
        let numbers: Option<Vec<f64>> = values.iter().map(|value| value.number).collect();
        let Some(numbers) = numbers.filter(|numbers| numbers.len() > 1) else {
            let scale = Scale::Linear(-0.5, values.len() as f64 - 0.5);
            return Axis { values, numeric: false, scale };
        };
        values.sort_by(|a, b| a.number.unwrap_or(0.0).total_cmp(&b.number.unwrap_or(0.0)));
        let low = numbers.iter().copied().fold(f64::INFINITY, libm::fmin);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, libm::fmax);
        let scale = match low > 0.0 && high / low > LOG_FROM {
            true => {
                let room = libm::pow(high / low, 0.05);
                Scale::Log(low / room, high * room)
            }
            false => Scale::Linear(low - (high - low) * 0.05, high + (high - low) * 0.05),
        };
        Axis { values, numeric: true, scale }
    }

    fn at(&self, value: &Value) -> f64 {
        match self.numeric {
            true => value.number.unwrap_or(0.0),
            false => self.values.iter().position(|v| v == value).unwrap_or(0) as f64,
        }
    }

    /// A tick at each value; labels that would touch the one before are left out.
    fn ticks(&self, panel: &Panel) -> Vec<Tick> {
        let mut free = f64::NEG_INFINITY;
        let tick = |value: &Value| {
            let at = self.at(value);
            let x = panel.point(at, 0.0).0;
            let label = human::shorten(&value.text, 14);
            let half = font::width(&label, theme::SMALL, false) / 2.0;
            let fits = x - half >= free;
            if fits {
                free = x + half + 6.0;
            }
            Tick { at, label: fits.then_some(label) }
        };
        self.values.iter().map(tick).collect()
    }
}

fn lines(sweep: &Sweep, across: usize, axis: &Axis) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for point in &sweep.points {
        let Some(estimate) = Estimate::of(&point.ordered()) else { continue };
        let label = others(point, across);
        let Some(value) = point.values.get(across).cloned() else { continue };
        let mark = Mark { value, estimate };
        match lines.iter_mut().find(|line| line.label == label) {
            Some(line) => line.marks.push(mark),
            None => lines.push(Line { label, marks: vec![mark] }),
        }
    }
    let place = |mark: &Mark| axis.at(&mark.value);
    lines.iter_mut().for_each(|l| l.marks.sort_by(|a, b| place(a).total_cmp(&place(b))));
    lines
}

/// The values of the fields that are not along the axis.
fn others(point: &Point, across: usize) -> String {
    let values = point.values.iter().enumerate().filter(|(field, _)| *field != across);
    values.map(|(_, value)| value.text.as_str()).collect::<Vec<_>>().join(", ")
}

fn scene(
    sweep: &Sweep,
    width: Width,
    title: &str,
    axis: &Axis,
    lines: &[Line],
    across: usize,
) -> Scene {
    let mut scene = Scene::sized(width, title);
    let ends = || lines.iter().flat_map(|line| &line.marks).flat_map(Mark::ends);
    let low = ends().reduce(libm::fmin).unwrap_or(0.0);
    let high = ends().reduce(libm::fmax).unwrap_or(1.0);
    let measure = Measure::of(&sweep.unit, high);
    let (from, to) = range(low, high);
    let ticks = measure.ticks(from, to, 5);
    let labels = ticks.iter().filter_map(|tick| tick.label.as_deref());
    let widest = labels.map(|label| font::width(label, theme::SMALL, false)).fold(0.0, f64::max);
    let left = 6.0 + theme::MEDIUM + 12.0 + widest + 6.0;
    let joined = lines.len() <= MOST_LINES;
    let legend_end = match joined && lines.len() > 1 {
        true => legend(&mut scene, sweep, lines, across, left),
        false => 8.0,
    };
    let panel = Panel {
        left,
        top: legend_end + 6.0,
        width: scene.width - left - 20.0,
        height: 210.0,
        x: axis.scale,
        y: Scale::Linear(from, to),
    };
    scene.height = libm::ceil(panel.bottom() + 44.0);
    panel.y_axis(&mut scene, &ticks);
    match joined {
        true => joined_lines(&mut scene, &panel, axis, lines),
        false => lines.iter().for_each(|line| bars(&mut scene, &panel, axis, line)),
    }
    if lines.is_empty() {
        panel.no_data(&mut scene);
    }
    panel.x_axis(&mut scene, &axis.ticks(&panel), true);
    panel.x_title(&mut scene, &short(&sweep.fields[across]));
    panel.y_title(&mut scene, &measure.title(&sweep.metric), &ticks);
    scene
}

fn legend(scene: &mut Scene, sweep: &Sweep, lines: &[Line], across: usize, left: f64) -> f64 {
    let fields: Vec<String> = sweep.fields.iter().map(|field| short(field)).collect();
    let mut others = fields.iter().enumerate().filter(|(field, _)| *field != across);
    // With one other field its name fits beside the values.
    let name = match (others.next(), others.next()) {
        (Some((_, name)), None) => format!("{name} = "),
        _ => String::new(),
    };
    let entry = |(place, line): (usize, &Line)| {
        let text = human::shorten(&format!("{name}{}", line.label), 40);
        Entry::new(theme::series(place), Sample::Line, text)
    };
    let entries: Vec<Entry> = lines.iter().enumerate().map(entry).collect();
    let width = scene.width - left - 20.0;
    legend::draw(scene, &entries, left, 4.0, width)
}

/// Bands behind all lines, so that no line is hidden; edges, so that bands that overlap can be told apart.
fn joined_lines(scene: &mut Scene, panel: &Panel, axis: &Axis, lines: &[Line]) {
    let along = |line: &Line, value: fn(&Mark) -> f64| -> Vec<(f64, f64)> {
        line.marks.iter().map(|mark| panel.point(axis.at(&mark.value), value(mark))).collect()
    };
    let (lower, upper) = (|mark: &Mark| mark.ends()[0], |mark: &Mark| mark.ends()[1]);
    for (place, line) in lines.iter().enumerate() {
        let mut band = along(line, lower);
        band.extend(along(line, upper).into_iter().rev());
        match line.marks.len() {
            1 => bar(scene, panel, axis, &line.marks[0], theme::series(place)),
            _ => scene.area(band, tint(theme::series(place))),
        }
    }
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| line.marks.len() > 1) {
        let color = theme::series(place);
        scene.path(along(line, lower), color, theme::HAIRLINE);
        scene.path(along(line, upper), color, theme::HAIRLINE);
        scene.path(along(line, |mark| mark.estimate.mean), color, theme::THICK);
    }
    for (place, line) in lines.iter().enumerate() {
        let middles = along(line, |mark| mark.estimate.mean);
        middles.into_iter().for_each(|at| scene.dot(at, 3.0, theme::series(place)));
    }
}

/// The points of a line that has too many neighbours to be drawn as one.
fn bars(scene: &mut Scene, panel: &Panel, axis: &Axis, line: &Line) {
    for mark in &line.marks {
        bar(scene, panel, axis, mark, theme::BLUE);
        let at = panel.point(axis.at(&mark.value), mark.estimate.mean);
        scene.dot(at, 3.0, theme::BLUE);
    }
}

fn bar(scene: &mut Scene, panel: &Panel, axis: &Axis, mark: &Mark, color: Color) {
    let [low, high] = mark.ends().map(|end| panel.point(axis.at(&mark.value), end));
    scene.path(vec![low, high], color, theme::THIN);
    for (x, y) in [low, high] {
        scene.path(vec![(x - 3.0, y), (x + 3.0, y)], color, theme::THIN);
    }
}

/// A colour with much paper in it.
fn tint((red, green, blue): Color) -> Color {
    let mix = |part: u8| (u16::from(part) / 5 + 204).min(255) as u8;
    (mix(red), mix(green), mix(blue))
}

fn cells(line: &Line, mark: &Mark) -> [String; 6] {
    let Estimate { n, mean, interval, .. } = mark.estimate;
    let end = |end: Option<f64>| end.map_or_else(String::new, |end| end.to_string());
    [
        line.label.clone(),
        mark.value.text.clone(),
        n.to_string(),
        mean.to_string(),
        end(interval.map(|interval| interval.low)),
        end(interval.map(|interval| interval.high)),
    ]
}

fn caption(sweep: &Sweep, across: usize, lines: usize) -> String {
    let others: Vec<&str> = sweep
        .fields
        .iter()
        .enumerate()
        .filter(|(field, _)| *field != across)
        .map(|(_, name)| name.as_str())
        .collect();
    let others = match (others.as_slice(), lines > MOST_LINES) {
        ([], _) => String::new(),
        (names, false) => format!(" Lines: {}.", names.join(", ")),
        (names, true) => format!(" Dots at one place differ in {}.", names.join(", ")),
    };
    let shape = if lines > MOST_LINES { "bars" } else { "bands" };
    format!(
        "Mean of {} over {} ({} of each point), with 95 % intervals (Student's t) as {shape}.{others}",
        sweep.metric,
        sweep.fields[across],
        sweep.runs(),
    )
}

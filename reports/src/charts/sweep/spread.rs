//! The runs of each point as box plots. Every line of a box is the result of a run.

use super::measure::{Measure, range};
use super::rows::{MOST, Rows, left_out};
use super::{Kind, Sweep};
use crate::charts::{Figure, data};
use crate::scene::{Scene, rectangle};
use crate::statistics::tukey::Box;
use crate::tables::{Table, column, count};
use crate::theme::{self, Width};

const HALF: f64 = 6.5;

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/spread-METRIC.csv",
    rows: "one point, in order",
    groups: &[&[
        count("point", "its number"),
        column("values", "", "the values of the swept fields"),
        count("n", "runs with a value"),
        count("lower_whisker", "the least result within 1.5 boxes of the box"),
        count("p25", "a quarter of the results are no greater"),
        count("p50", "half of the results are no greater"),
        count("p75", "three quarters of the results are no greater"),
        count("upper_whisker", "the greatest result within 1.5 boxes of the box"),
        count("outliers", "results beyond the whiskers"),
    ]],
};

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(sweep: &Sweep, width: Width) -> csv::Result<Figure> {
    let boxes: Vec<Option<Box>> =
        sweep.points.iter().map(|point| Box::of(&point.ordered())).collect();
    let shown = || sweep.points.iter().take(MOST).flat_map(|point| point.sample.values());
    let low = shown().copied().reduce(libm::fmin).unwrap_or(0.0);
    let high = shown().copied().reduce(libm::fmax).unwrap_or(1.0);
    let measure = Measure::of(&sweep.unit, high);
    let title = format!("Runs: {}", sweep.metric);
    let mut scene = Scene::sized(width, &title);
    let axis = (sweep.metric.as_str(), 20.0);
    let rows = Rows::frame(&mut scene, sweep, 0, range(low, high), &measure, axis);
    for (row, shape) in boxes.iter().take(MOST).enumerate() {
        if let Some(shape) = shape {
            draw(&mut scene, &rows, row, shape);
        }
    }
    let cells = sweep.points.iter().zip(&boxes).enumerate().map(|(place, (point, shape))| {
        let numbers = shape.as_ref().map_or_else(Default::default, |shape| {
            let [p25, p50, p75] = shape.quartiles.map(|value| value.to_string());
            let [low, high] = shape.whiskers.map(|value| value.to_string());
            [low, p25, p50, p75, high, shape.outliers.len().to_string()]
        });
        let head = [place.to_string(), point.label(), point.sample.len().to_string()];
        head.into_iter().chain(numbers)
    });
    let table = data(&TABLE, cells)?;
    let caption = format!(
        "{} of {} runs of each point ({}). Boxes reach from the first to the third quartile, the \
         line within is the median; whiskers end at the most extreme result within one and a half \
         boxes, dots lie beyond. Rows: {}.{}",
        sweep.metric,
        if sweep.points.len() == 1 { "all" } else { "the" },
        sweep.runs(),
        sweep.fields_in_words(),
        left_out(sweep.points.len()),
    );
    Ok(Figure { name: sweep.file(Kind::Spread), title, caption, scene, data: table })
}

fn draw(scene: &mut Scene, rows: &Rows, row: usize, shape: &Box) {
    let middle = rows.middle(row);
    let [left, median, right] = shape.quartiles.map(|value| rows.x(value));
    let [from, to] = shape.whiskers.map(|value| rows.x(value));
    let color = theme::BLUE;
    scene.path(vec![(from, middle), (to, middle)], color, theme::THIN);
    for end in [from, to] {
        let tick = vec![(end, middle - HALF / 2.0), (end, middle + HALF / 2.0)];
        scene.path(tick, color, theme::THIN);
    }
    scene.area(rectangle(left, middle - HALF, right.max(left + 1.0), middle + HALF), color);
    // A line of paper would cut a narrow box apart; there the median stands out above and below.
    let (ink, half) = match right - left {
        width if width > 6.0 => (theme::PAPER, HALF),
        _ => (theme::INK, HALF + 2.5),
    };
    scene.path(vec![(median, middle - half), (median, middle + half)], ink, theme::THIN);
    shape.outliers.iter().for_each(|value| scene.speck((rows.x(*value), middle), 1.75, color));
}

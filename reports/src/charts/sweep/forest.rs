//! Differences of each point to the first, run by run: under common random numbers a run differs from
//! the run of the same seed by what was swept and not by luck.

use super::measure::{Measure, percent, range};
use super::rows::{MOST, Rows, left_out};
use super::{Kind, Sweep};
use crate::charts::{Figure, data};
use crate::font;
use crate::scene::{Align, Scene, Text};
use crate::statistics::{Estimate, mean, paired};
use crate::tables::{Table, column, count};
use crate::theme::{self, Width};

/// The data drawn.
pub const TABLE: Table = Table {
    file: "figures/forest-METRIC.csv",
    rows: "one point but the first, in order",
    groups: &[&[
        count("point", "its number"),
        column("values", "", "the values of the swept fields"),
        count("n", "replications that both points have"),
        count("mean_difference", "to the first point, replication by replication"),
        count("ci95_low", "lower end of the 95 % interval (Student's t)"),
        count("ci95_high", "upper end"),
        count("percent", "the mean difference in percent of the first point's mean"),
    ]],
};

/// A point against the first.
struct Difference {
    estimate: Estimate,
    /// As a share of the first point's mean.
    share: Option<f64>,
}

/// The figure.
///
/// # Errors
/// Its data cannot be put into CSV.
pub fn figure(sweep: &Sweep, width: Width) -> csv::Result<Figure> {
    let differences: Vec<Option<Difference>> =
        (1..sweep.points.len()).map(|point| difference(sweep, point)).collect();
    let (low, high) = bounds(&differences);
    let measure = Measure::of(&sweep.unit, libm::fmax(-low, high));
    let title = format!("Differences: {}", sweep.metric);
    let mut scene = Scene::sized(width, &title);
    let shares: Vec<String> = differences
        .iter()
        .map(|d| d.as_ref().and_then(|d| d.share).map_or_else(String::new, percent))
        .collect();
    let widest = shares.iter().map(|share| font::width(share, theme::SMALL, false));
    let right = widest.fold(0.0, f64::max) + 24.0;
    let axis = format!("Difference of {}", sweep.metric);
    let rows = Rows::frame(&mut scene, sweep, 1, range(low, high), &measure, (&axis, right));
    let zero = rows.x(0.0);
    let ends = [(zero, rows.panel.top - 4.0), (zero, rows.panel.bottom())];
    scene.path(ends.to_vec(), theme::INK, theme::THIN);
    for (row, (difference, share)) in differences.iter().zip(&shares).take(MOST).enumerate() {
        if let Some(difference) = difference {
            draw(&mut scene, &rows, row, &difference.estimate);
        }
        let at = (scene.width - 12.0, rows.middle(row) + 4.0);
        scene.text(Text::small(share.as_str(), at).aligned(Align::End));
    }
    let table = data(&TABLE, differences.iter().enumerate().map(|(row, d)| cells(sweep, row, d)))?;
    Ok(Figure {
        name: sweep.file(Kind::Forest),
        title,
        caption: caption(sweep),
        scene,
        data: table,
    })
}

fn difference(sweep: &Sweep, point: usize) -> Option<Difference> {
    let (first, other) = (sweep.points.first()?, sweep.points.get(point)?);
    let pairs = other.sample.iter().filter_map(|(r, value)| Some((*first.sample.get(r)?, *value)));
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.unzip();
    let estimate = paired::difference(&before, &after)?;
    let level = mean(&before).filter(|mean| *mean != 0.0);
    Some(Difference { estimate, share: level.map(|level| estimate.mean / level) })
}

/// From the least to the greatest end of an interval, zero included.
fn bounds(differences: &[Option<Difference>]) -> (f64, f64) {
    let ends = differences.iter().flatten().take(MOST).flat_map(|difference| {
        let Estimate { mean, interval, .. } = difference.estimate;
        interval.map_or([mean; 2], |interval| [interval.low, interval.high])
    });
    ends.fold((0.0, 0.0), |(low, high), end| (libm::fmin(low, end), libm::fmax(high, end)))
}

fn draw(scene: &mut Scene, rows: &Rows, row: usize, estimate: &Estimate) {
    let middle = rows.middle(row);
    let is_clear = estimate.interval.is_some_and(|interval| !interval.contains(0.0));
    let color = if is_clear { theme::BLUE } else { theme::MUTED };
    if let Some(interval) = estimate.interval {
        let (from, to) = (rows.x(interval.low), rows.x(interval.high));
        scene.path(vec![(from, middle), (to, middle)], color, theme::THICK);
        for end in [from, to] {
            scene.path(vec![(end, middle - 3.5), (end, middle + 3.5)], color, theme::THIN);
        }
    }
    scene.dot((rows.x(estimate.mean), middle), 3.5, color);
}

fn cells(sweep: &Sweep, row: usize, difference: &Option<Difference>) -> [String; 7] {
    let point = row + 1;
    let values = sweep.points[point].label();
    let Some(Difference { estimate, share }) = difference else {
        let empty = String::new;
        return [point.to_string(), values, "0".to_owned(), empty(), empty(), empty(), empty()];
    };
    let end = |end: Option<f64>| end.map_or_else(String::new, |end| end.to_string());
    [
        point.to_string(),
        values,
        estimate.n.to_string(),
        estimate.mean.to_string(),
        end(estimate.interval.map(|interval| interval.low)),
        end(estimate.interval.map(|interval| interval.high)),
        end(share.map(|share| 100.0 * share)),
    ]
}

fn caption(sweep: &Sweep) -> String {
    let first = sweep.points.first().map(|point| point.label()).unwrap_or_default();
    format!(
        "Mean difference of {} to the first point ({first}), replication by replication under common \
         random numbers ({}), with 95 % intervals (Student's t); gray where the interval holds \
         zero. At the right the difference in percent of the first point's mean. Rows: {}.{}",
        sweep.metric,
        sweep.runs(),
        sweep.fields_in_words(),
        left_out(sweep.points.len().saturating_sub(1)),
    )
}

//! Rows of samples on one logarithmic axis of durations: the frame of box plots and quantiles.

use super::samples::Row;
use crate::font;
use crate::panel::{Panel, Scale};
use crate::scene::{Align, Scene, Text};
use crate::theme;
use crate::ticks;

const ROW: f64 = 24.0;

/// The plot area, and the height of the middle of each row.
pub(super) struct Strips {
    pub(super) panel: Panel,
    pub(super) middles: Vec<f64>,
}

/// Draws the frame from `top` on and sets the scene's height.
pub(super) fn frame(scene: &mut Scene, rows: &[Row<'_>], top: f64) -> Strips {
    let labels: Vec<String> = rows.iter().map(Row::label).collect();
    let widest = labels.iter().map(|label| font::width(label, theme::SMALL, false));
    let left = widest.fold(60.0, f64::max) + 16.0;
    let (low, high) = bounds(rows);
    let height = ROW * rows.len().max(3) as f64;
    let width = scene.width - left - 20.0;
    let (x, y) = (Scale::Log(low, high), Scale::Linear(0.0, 1.0));
    let panel = Panel { left, top, width, height, x, y };
    scene.height = libm::ceil(top + height + 44.0);
    let ticks = ticks::log_durations(low, high, width);
    for tick in ticks.iter().filter(|tick| tick.label.is_some()) {
        let x = panel.point(tick.at, 0.0).0;
        scene.path(vec![(x, top), (x, panel.bottom())], theme::GRID, theme::HAIRLINE);
    }
    let middles: Vec<f64> = (0..rows.len()).map(|place| top + ROW * (place as f64 + 0.5)).collect();
    for (label, middle) in labels.iter().zip(&middles) {
        let text = Text::small(label.as_str(), (left - 8.0, middle + 4.0));
        scene.text(text.aligned(Align::End));
    }
    panel.x_axis(scene, &ticks, true);
    panel.x_title(scene, "Latency of replies (logarithmic)");
    if rows.is_empty() {
        panel.no_data(scene);
    }
    Strips { panel, middles }
}

fn bounds(rows: &[Row<'_>]) -> (f64, f64) {
    let least = rows.iter().filter_map(|row| row.sample.least()).min();
    let greatest = rows.iter().filter_map(|row| row.sample.greatest()).max();
    match (least, greatest) {
        (Some(least), Some(greatest)) => {
            ticks::log_bounds(least.max(1) as f64, greatest.max(1) as f64)
        }
        _ => (1e7, 1e10),
    }
}

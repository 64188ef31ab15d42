//! A frame with a row for each point of a sweep: what was swept at the left, an axis of the metric below.

use super::measure::Measure;
use super::{Sweep, short};
use crate::font;
use crate::human;
use crate::panel::{Panel, Scale};
use crate::scene::{Align, Scene, Text};
use crate::theme;

/// Rows drawn.
pub(super) const MOST: usize = 48;
/// Height of a row.
const HEIGHT: f64 = 22.0;
/// Characters of a row's label.
const LABEL: usize = 26;

/// A frame whose rows can be drawn into.
pub(super) struct Rows {
    /// The plot area.
    pub(super) panel: Panel,
}

impl Rows {
    /// Draws the frame: labels of the points from `first` on, grid and axis. `right` pixels are left free at the right.
    pub(super) fn frame(
        scene: &mut Scene,
        sweep: &Sweep,
        first: usize,
        range: (f64, f64),
        measure: &Measure,
        (title, right): (&str, f64),
    ) -> Rows {
        let labels: Vec<String> = sweep
            .points
            .iter()
            .skip(first)
            .take(MOST)
            .map(|point| human::shorten(&point.label(), LABEL))
            .collect();
        let fields: Vec<String> = sweep.fields.iter().map(|field| short(field)).collect();
        let head = human::shorten(&fields.join(", "), 48);
        let widest = labels.iter().map(|label| font::width(label, theme::SMALL, false));
        let left = widest.fold(40.0, f64::max) + 16.0;
        let panel = Panel {
            left,
            top: 26.0,
            width: scene.width - left - right,
            height: HEIGHT * labels.len().max(1) as f64,
            x: Scale::Linear(range.0, range.1),
            y: Scale::Linear(0.0, 1.0),
        };
        scene.height = libm::ceil(panel.bottom() + 44.0);
        let head = Text { color: theme::MUTED, ..Text::small(head, (8.0, 15.0)) };
        scene.text(head);
        let ticks = measure.ticks(range.0, range.1, if panel.width > 400.0 { 8 } else { 4 });
        for tick in &ticks {
            let x = panel.point(tick.at, 0.0).0;
            scene.path(vec![(x, panel.top), (x, panel.bottom())], theme::GRID, theme::HAIRLINE);
        }
        for (row, label) in labels.iter().enumerate() {
            let baseline = panel.top + HEIGHT * (row as f64 + 0.5) + 4.0;
            scene.text(Text::small(label.as_str(), (left - 8.0, baseline)).aligned(Align::End));
        }
        if labels.is_empty() {
            panel.no_data(scene);
        }
        panel.x_axis(scene, &ticks, true);
        panel.x_title(scene, &measure.title(title));
        Rows { panel }
    }

    /// The middle of a row.
    pub(super) fn middle(&self, row: usize) -> f64 {
        self.panel.top + HEIGHT * (row as f64 + 0.5)
    }

    /// Where a value lies.
    pub(super) fn x(&self, value: f64) -> f64 {
        self.panel.point(value, 0.0).0
    }
}

/// What a caption says of rows that were left out.
pub(super) fn left_out(points: usize) -> String {
    match points {
        points if points > MOST => format!(" Of {points} rows the first {MOST} are shown."),
        _ => String::new(),
    }
}

//! A plot area with its two axes.

use crate::font;
use crate::scene::{Align, Point, Scene, Text};
use crate::theme;
use crate::ticks::Tick;

/// Maps values to a share of an axis' length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Equal distances, equal differences; from, to.
    Linear(f64, f64),
    /// Equal distances, equal ratios; from, to, both positive.
    Log(f64, f64),
}

impl Scale {
    fn share(self, value: f64) -> f64 {
        match self {
            Scale::Linear(from, to) => (value - from) / (to - from),
            Scale::Log(from, to) => libm::log(value / from) / libm::log(to / from),
        }
    }
}

/// A plot area, in pixels, and what its axes measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// The horizontal axis.
    pub x: Scale,
    /// The vertical axis.
    pub y: Scale,
}

impl Panel {
    /// Where a pair of values lies.
    pub fn point(&self, x: f64, y: f64) -> Point {
        (self.left + self.x.share(x) * self.width, self.bottom() - self.y.share(y) * self.height)
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Draws the horizontal axis with its ticks; labels only if `labelled`.
    pub fn x_axis(&self, scene: &mut Scene, ticks: &[Tick], labelled: bool) {
        for tick in ticks {
            let x = self.point(tick.at, 0.0).0;
            let length = if tick.label.is_some() { 4.0 } else { 2.5 };
            let mark = vec![(x, self.bottom()), (x, self.bottom() + length)];
            scene.path(mark, theme::INK, theme::HAIRLINE);
            if let (Some(label), true) = (&tick.label, labelled) {
                let text = Text::small(label.as_str(), (x, self.bottom() + 16.0));
                scene.text(text.aligned(Align::Middle));
            }
        }
        let line = vec![(self.left, self.bottom()), (self.right(), self.bottom())];
        scene.path(line, theme::INK, theme::HAIRLINE);
    }

    /// Writes what the horizontal axis measures, below its labels.
    pub fn x_title(&self, scene: &mut Scene, title: &str) {
        let middle = (self.left + self.width / 2.0, self.bottom() + 34.0);
        scene.text(Text::medium(title, middle).aligned(Align::Middle));
    }

    /// Draws grid lines and labels of the vertical axis. To be called before data is drawn.
    pub fn y_axis(&self, scene: &mut Scene, ticks: &[Tick]) {
        for tick in ticks {
            let y = self.point(self.x_start(), tick.at).1;
            scene.path(vec![(self.left, y), (self.right(), y)], theme::GRID, theme::HAIRLINE);
            if let Some(label) = &tick.label {
                let text = Text::small(label.as_str(), (self.left - 6.0, y + 4.0));
                scene.text(text.aligned(Align::End));
            }
        }
    }

    /// Writes what the vertical axis measures, upwards, beside the labels of its ticks.
    pub fn y_title(&self, scene: &mut Scene, title: &str, ticks: &[Tick]) {
        let labels = ticks.iter().filter_map(|tick| tick.label.as_deref());
        let widths = labels.map(|label| font::width(label, theme::SMALL, false));
        let x = self.left - 6.0 - widths.fold(0.0, f64::max) - 9.0;
        let middle = (x, self.top + self.height / 2.0);
        let text = Text { upwards: true, ..Text::medium(title, middle) };
        scene.text(text.aligned(Align::Middle));
    }

    /// Says that there is nothing to plot.
    pub fn no_data(&self, scene: &mut Scene) {
        let middle = (self.left + self.width / 2.0, self.top + self.height / 2.0 + 4.0);
        let text = Text { color: theme::MUTED, ..Text::medium("no data", middle) };
        scene.text(text.aligned(Align::Middle));
    }

    fn x_start(&self) -> f64 {
        match self.x {
            Scale::Linear(from, _) | Scale::Log(from, _) => from,
        }
    }
}

//! Legends: a sample of the line or fill, and what it stands for, in rows above the plot.

use crate::font;
use crate::scene::{Scene, Text};
use crate::theme::{self, Color};

const SAMPLE: f64 = 18.0;
const GAP: f64 = 6.0;

/// How an entry's data is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A line.
    Line,
    /// A thin line.
    Thin,
    /// A thin dashed line.
    Dashes,
    /// A filled area.
    Fill,
    /// A dot.
    Dot,
}

/// An entry of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its colour.
    pub color: Color,
    /// How its data is drawn.
    pub sample: Sample,
    /// What it stands for.
    pub text: String,
}

impl Entry {
    /// An entry.
    pub fn new(color: Color, sample: Sample, text: impl Into<String>) -> Self {
        Entry { color, sample, text: text.into() }
    }

    fn width(&self) -> f64 {
        SAMPLE + GAP + font::width(&self.text, theme::SMALL, false)
    }

    fn draw(&self, scene: &mut Scene, left: f64, baseline: f64) {
        let middle = baseline - 4.0;
        let line = [(left, middle), (left + SAMPLE, middle)];
        match self.sample {
            Sample::Line => scene.path(line.to_vec(), self.color, theme::THICK),
            Sample::Thin => scene.path(line.to_vec(), self.color, theme::THIN),
            Sample::Dashes => scene.dashed(&line, self.color, theme::THIN, DASH),
            Sample::Dot => scene.dot((left + SAMPLE / 2.0, middle), 4.0, self.color),
            Sample::Fill => scene.area(swatch(left, middle), self.color),
        }
        scene.text(Text::small(self.text.as_str(), (left + SAMPLE + GAP, baseline)));
    }
}

/// Dashes of lines that stand back, in pixels: drawn, not drawn.
pub const DASH: (f64, f64) = (4.0, 2.5);

fn swatch(left: f64, middle: f64) -> Vec<(f64, f64)> {
    let (right, top, bottom) = (left + SAMPLE, middle - 5.0, middle + 5.0);
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// Draws entries from `left` on, in as many rows of at most `width` as they need, the first from
/// `top` downwards. Returns where the legend ends.
pub fn draw(scene: &mut Scene, entries: &[Entry], left: f64, top: f64, width: f64) -> f64 {
    let (mut x, mut baseline) = (left, top + 12.0);
    for entry in entries {
        if x > left && x + entry.width() > left + width {
            (x, baseline) = (left, baseline + theme::LINE_HEIGHT);
        }
        entry.draw(scene, x, baseline);
        x += entry.width() + 16.0;
    }
    baseline + 5.0
}

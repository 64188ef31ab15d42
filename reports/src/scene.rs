//! A drawing as a list of shapes, before any file format.

use crate::theme::{self, Color, Width};

/// A place in pixels, x to the right, y downwards.
pub type Point = (f64, f64);

/// Which part of a text lies at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A text on its baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where its baseline is.
    pub at: Point,
    /// Font size.
    pub size: f64,
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour.
    pub color: Color,
    /// Which part of it lies at `at`.
    pub align: Align,
    /// Whether it runs upwards.
    pub upwards: bool,
}

impl Text {
    /// Small text in ink, starting at `at`.
    pub fn small(text: impl Into<String>, at: Point) -> Self {
        let (size, color) = (theme::SMALL, theme::INK);
        let align = Align::Start;
        Text { text: text.into(), at, size, bold: false, color, align, upwards: false }
    }

    /// Text of axis titles.
    pub fn medium(text: impl Into<String>, at: Point) -> Self {
        Text { size: theme::MEDIUM, ..Text::small(text, at) }
    }

    /// The same text, aligned otherwise.
    pub fn aligned(self, align: Align) -> Self {
        Text { align, ..self }
    }
}

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line through points.
    Path(Vec<Point>, Color, f64),
    /// A filled polygon.
    Area(Vec<Point>, Color),
    /// A filled circle of a radius.
    Dot(Point, f64, Color),
    /// A text.
    Text(Text),
}

/// A drawing: shapes, the first behind the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What it shows, for those who cannot see it.
    pub label: String,
    /// What is drawn.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// An empty drawing of the width of all figures.
    pub fn new(height: f64, label: &str) -> Self {
        Scene { width: theme::WIDTH, height, label: label.to_owned(), shapes: Vec::new() }
    }

    /// An empty drawing of a width, whose height is to be set.
    pub fn sized(width: Width, label: &str) -> Self {
        Scene { width: width.pixels(), ..Scene::new(0.0, label) }
    }

    /// Draws a line.
    pub fn path(&mut self, points: Vec<Point>, color: Color, width: f64) {
        self.shapes.push(Shape::Path(points, color, width));
    }

    /// Draws a line with gaps: `on` pixels drawn, `off` pixels not.
    pub fn dashed(&mut self, points: &[Point], color: Color, width: f64, (on, off): (f64, f64)) {
        for dash in dashes(points, on, off) {
            self.path(dash, color, width);
        }
    }

    /// Fills a polygon.
    pub fn area(&mut self, points: Vec<Point>, color: Color) {
        self.shapes.push(Shape::Area(points, color));
    }

    /// Draws a dot with a rim of paper, so that it stands out on its line.
    pub fn dot(&mut self, at: Point, radius: f64, color: Color) {
        self.shapes.push(Shape::Dot(at, radius + 1.25, theme::PAPER));
        self.shapes.push(Shape::Dot(at, radius, color));
    }

    /// Draws a small dot without a rim.
    pub fn speck(&mut self, at: Point, radius: f64, color: Color) {
        self.shapes.push(Shape::Dot(at, radius, color));
    }

    /// Writes a text.
    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }
}

/// The corners of a rectangle.
pub fn rectangle(left: f64, top: f64, right: f64, bottom: f64) -> Vec<Point> {
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// Cuts a line into dashes of length `on` with gaps of `off`, following its corners.
fn dashes(points: &[Point], on: f64, off: f64) -> Vec<Vec<Point>> {
    let mut dashes = Vec::new();
    let mut dash: Vec<Point> = points.first().copied().into_iter().collect();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let length = libm::hypot(to.0 - from.0, to.1 - from.1);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let share = done / length;
            let corner = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            dash.push(corner);
            if drawing {
                dashes.push(std::mem::take(&mut dash));
            }
            dash = vec![corner];
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
        left -= length - done;
        dash.push(to);
    }
    if drawing && dash.len() > 1 {
        dashes.push(dash);
    }
    dashes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_follow_corners() {
        let corner = [(0.0, 0.0), (3.0, 0.0), (3.0, 4.0)];
        let expected = vec![
            vec![(0.0, 0.0), (2.0, 0.0)],
            vec![(3.0, 0.0), (3.0, 2.0)],
            vec![(3.0, 3.0), (3.0, 4.0)],
        ];
        assert_eq!(dashes(&corner, 2.0, 1.0), expected);
    }
}

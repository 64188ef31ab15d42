//! Turns a [`Scene`] into SVG or PNG with plotters' backends. Both look the same.
//!
//! The backends know whole pixels only, so SVG is drawn on a grid four times as fine as its
//! pixels, and PNG is drawn large and scaled down.

use crate::error::DrawError;
use crate::font;
use crate::scene::{Align, Point, Scene, Shape, Text};
use crate::theme::{self, Color};
use image::{DynamicImage, ImageFormat, RgbImage, imageops};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle};
use std::io::Cursor;

/// Grid lines of an SVG per pixel.
const SVG_GRID: f64 = 4.0;
/// Pixels of a PNG per pixel of the scene.
const PNG_SCALE: f64 = 2.0;
/// How many times larger a PNG is drawn before it is scaled down.
const OVERSAMPLING: f64 = 3.0;
/// Font size in plotters' measure per font size in SVG, as its backend assumes it.
const SVG_SIZE_PER_EM: f64 = 1.24;
/// Where the SVG backend sets the baseline of text anchored at its top.
const SVG_BASELINE: f64 = 0.76;

/// The scene as an SVG document.
///
/// # Errors
/// The drawing library failed.
pub fn svg(scene: &Scene) -> Result<String, DrawError> {
    let size = pixels(scene, SVG_GRID);
    let mut document = String::new();
    {
        let mut backend = SVGBackend::with_string(&mut document, size);
        let mut pen = Pen { backend: &mut backend, scale: SVG_GRID, is_svg: true };
        pen.draw(scene)?;
    }
    let plain = format!("<svg width=\"{}\" height=\"{}\" ", size.0, size.1);
    Ok(document.replacen(&plain, &opening(scene), 1).replacen(">\n", &title(scene), 1))
}

/// The scene as a PNG file of twice its size.
///
/// # Errors
/// The drawing library failed.
pub fn png(scene: &Scene) -> Result<Vec<u8>, DrawError> {
    let (width, height) = pixels(scene, PNG_SCALE * OVERSAMPLING);
    let mut buffer = vec![0xff; width as usize * height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut buffer, (width, height));
        let scale = PNG_SCALE * OVERSAMPLING;
        Pen { backend: &mut backend, scale, is_svg: false }.draw(scene)?;
    }
    let large = RgbImage::from_raw(width, height, buffer)
        .ok_or_else(|| DrawError("the picture has the wrong size".to_owned()))?;
    let (width, height) = pixels(scene, PNG_SCALE);
    let small = imageops::thumbnail(&large, width, height);
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(small).write_to(&mut file, ImageFormat::Png).map_err(DrawError::new)?;
    Ok(file.into_inner())
}

fn pixels(scene: &Scene, scale: f64) -> (u32, u32) {
    ((scene.width * scale) as u32, (scene.height * scale) as u32)
}

/// The start of the root element: its size in pixels, its role and smooth corners.
fn opening(scene: &Scene) -> String {
    let (width, height) = (scene.width, scene.height);
    format!("<svg width=\"{width}\" height=\"{height}\" role=\"img\" stroke-linejoin=\"round\" ")
}

fn title(scene: &Scene) -> String {
    let label = scene.label.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(">\n<title>{label}</title>\n")
}

/// Draws shapes on one backend.
struct Pen<'a, B> {
    backend: &'a mut B,
    scale: f64,
    is_svg: bool,
}

impl<B: DrawingBackend> Pen<'_, B> {
    fn draw(&mut self, scene: &Scene) -> Result<(), DrawError> {
        let (width, height) = (scene.width, scene.height);
        self.area(&[(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)], theme::PAPER)?;
        scene.shapes.iter().try_for_each(|shape| self.shape(shape))?;
        self.backend.present().map_err(DrawError::new)
    }

    fn shape(&mut self, shape: &Shape) -> Result<(), DrawError> {
        match shape {
            Shape::Path(points, color, width) => self.path(points, *color, *width),
            Shape::Area(points, color) => self.area(points, *color),
            Shape::Dot(at, radius, color) => self.dot(*at, *radius, *color),
            Shape::Text(text) => self.text(text),
        }
    }

    fn path(&mut self, points: &[Point], color: Color, width: f64) -> Result<(), DrawError> {
        let style = ShapeStyle::from(rgb(color)).stroke_width(((width * self.scale) as u32).max(1));
        if self.is_svg {
            let points: Vec<_> = points.iter().map(|point| self.place(*point)).collect();
            return self.backend.draw_path(points, &style).map_err(DrawError::new);
        }
        // The bitmap backend leaves holes where thick lines turn; dots on the corners close them.
        for pair in points.windows(2) {
            let (from, to) = (self.place(pair[0]), self.place(pair[1]));
            self.backend.draw_line(from, to, &style).map_err(DrawError::new)?;
        }
        let corners = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
        corners.iter().try_for_each(|corner| self.dot(*corner, width / 2.0, color))
    }

    fn area(&mut self, points: &[Point], color: Color) -> Result<(), DrawError> {
        let points: Vec<_> = points.iter().map(|point| self.place(*point)).collect();
        self.backend
            .fill_polygon(points, &ShapeStyle::from(rgb(color)).filled())
            .map_err(DrawError::new)
    }

    fn dot(&mut self, at: Point, radius: f64, color: Color) -> Result<(), DrawError> {
        let radius = (radius * self.scale) as u32;
        let style = ShapeStyle::from(rgb(color)).filled();
        self.backend.draw_circle(self.place(at), radius, &style, true).map_err(DrawError::new)
    }

    fn text(&mut self, text: &Text) -> Result<(), DrawError> {
        match self.is_svg {
            true => self.text_element(text),
            false => self.text_pixels(text),
        }
    }

    fn text_element(&mut self, text: &Text) -> Result<(), DrawError> {
        let em = text.size * self.scale;
        let (x, y) = self.place(text.at);
        let rise = libm::round(em * SVG_BASELINE) as i32;
        let (place, turn) = match text.upwards {
            true => ((x - rise, y), FontTransform::Rotate270),
            false => ((x, y - rise), FontTransform::None),
        };
        let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(font::FAMILY), em * SVG_SIZE_PER_EM, weight);
        let color = rgb(text.color);
        let style = TextStyle::from(font.transform(turn))
            .color(&color)
            .pos(Pos::new(horizontal(text.align), VPos::Top));
        self.backend.draw_text(&text.text, &style, place).map_err(DrawError::new)
    }

    fn text_pixels(&mut self, text: &Text) -> Result<(), DrawError> {
        let (size, color) = (text.size * self.scale, rgb(text.color));
        let width = font::width(&text.text, size, text.bold);
        let start = match text.align {
            Align::Start => 0,
            Align::Middle => (width / 2.0) as i32,
            Align::End => width as i32,
        };
        let (left, baseline) = self.place(text.at);
        let mut result = Ok(());
        font::pixels(&text.text, size, text.bold, |x, y, coverage| {
            let (x, y) = (x - start, y);
            let (x, y) = if text.upwards { (y, -x) } else { (x, y) };
            let ink = color.mix(f64::from(coverage)).to_backend_color();
            if result.is_ok() {
                result = self.backend.draw_pixel((left + x, baseline + y), ink);
            }
        })?;
        result.map_err(DrawError::new)
    }

    fn place(&self, (x, y): Point) -> (i32, i32) {
        (libm::round(x * self.scale) as i32, libm::round(y * self.scale) as i32)
    }
}

fn rgb((red, green, blue): Color) -> RGBColor {
    RGBColor(red, green, blue)
}

fn horizontal(align: Align) -> HPos {
    match align {
        Align::Start => HPos::Left,
        Align::Middle => HPos::Center,
        Align::End => HPos::Right,
    }
}

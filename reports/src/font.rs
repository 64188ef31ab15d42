//! The font of all figures, carried by the crate so that no figure depends on what a machine has
//! installed.
//!
//! SVG text names the font with the fallbacks Arial and Helvetica, whose letters have the same
//! widths. For PNG the letters are set here: plotters' own setting drops the space that belongs
//! to the left side of each letter.

use crate::error::DrawError;
use ab_glyph::{Font, FontRef, Glyph, PxScale, point};
use std::sync::LazyLock;

/// The family as SVG names it.
pub(crate) const FAMILY: &str = "Liberation Sans, Arial, Helvetica, sans-serif";

type Face = Result<FontRef<'static>, DrawError>;
static REGULAR: LazyLock<Face> = LazyLock::new(|| face(FILES[0]));
static BOLD: LazyLock<Face> = LazyLock::new(|| face(FILES[1]));

/// The font files: regular and bold.
pub(crate) const FILES: [&[u8]; 2] = [
    include_bytes!("../fonts/LiberationSans-Regular.ttf"),
    include_bytes!("../fonts/LiberationSans-Bold.ttf"),
];

fn face(file: &'static [u8]) -> Face {
    FontRef::try_from_slice(file).map_err(DrawError::new)
}

fn choose(bold: bool) -> Result<&'static FontRef<'static>, DrawError> {
    let face = if bold { &BOLD } else { &REGULAR };
    face.as_ref().map_err(Clone::clone)
}

/// Width of `text` in pixels at a font size of `size` pixels. A damaged font gives an estimate.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    match choose(bold) {
        Ok(font) => set(font, text, size).1,
        Err(_) => text.chars().count() as f64 * size * 0.6,
    }
}

/// Calls `pixel` with the place, from the start of the baseline, and the coverage of every pixel
/// that `text` touches.
///
/// # Errors
/// The embedded font is damaged.
pub(crate) fn pixels(
    text: &str,
    size: f64,
    bold: bool,
    mut pixel: impl FnMut(i32, i32, f32),
) -> Result<(), DrawError> {
    let font = choose(bold)?;
    for outline in set(font, text, size).0.into_iter().filter_map(|glyph| font.outline_glyph(glyph))
    {
        let corner = outline.px_bounds().min;
        let (left, top) = (corner.x as i32, corner.y as i32);
        outline.draw(|x, y, coverage| pixel(left + x as i32, top + y as i32, coverage));
    }
    Ok(())
}

/// The letters of `text` in their places from the start of the baseline, and where they end.
fn set(font: &FontRef<'_>, text: &str, size: f64) -> (Vec<Glyph>, f64) {
    let per_unit = size / f64::from(font.units_per_em().unwrap_or(2_048.0));
    let scale = PxScale::from((f64::from(font.height_unscaled()) * per_unit) as f32);
    let (mut glyphs, mut x, mut before) = (Vec::new(), 0.0, None);
    for letter in text.chars() {
        let id = font.glyph_id(letter);
        let kern = before.map_or(0.0, |before| font.kern_unscaled(before, id));
        x += f64::from(kern) * per_unit;
        glyphs.push(id.with_scale_and_position(scale, point(x as f32, 0.0)));
        x += f64::from(font.h_advance_unscaled(id)) * per_unit;
        before = Some(id);
    }
    (glyphs, x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_measured_by_the_embedded_font() {
        // The letter M is 1,706 of 2,048 units wide.
        let expected = 100.0 * 1_706.0 / 2_048.0;
        assert!((width("M", 100.0, false) - expected).abs() < 0.001);
        assert!(width("Mile", 12.0, true) > width("Mile", 12.0, false));
    }

    #[test]
    fn letters_stand_on_the_baseline() {
        let mut rows = Vec::new();
        pixels("M", 100.0, false, |_, y, coverage| {
            if coverage > 0.5 {
                rows.push(y);
            }
        })
        .unwrap_or_default();
        // Capitals are 1,409 of 2,048 units high.
        assert_eq!((rows.iter().min(), rows.iter().max()), (Some(&-69), Some(&-1)));
    }
}

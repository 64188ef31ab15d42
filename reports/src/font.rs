//! The font of all figures, carried by the crate so that no figure depends on what a machine has
//! installed.
//!
//! SVG text names the font with the fallbacks Arial and Helvetica, whose letters have the same
//! widths.

use crate::error::DrawError;
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::OnceLock;

/// The family, as SVG names it and as the drawing library knows it.
const FAMILY: &str = "Liberation Sans, Arial, Helvetica, sans-serif";
static REGULAR: &[u8] = include_bytes!("../fonts/LiberationSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/LiberationSans-Bold.ttf");

/// Height from the lowest descender to the highest ascender, in units of the font size. The
/// library measures bitmap text by this height.
pub(crate) const HEIGHT_PER_EM: f64 = 2_288.0 / 2_048.0;

/// The font at `size` in the library's measure.
///
/// # Errors
/// The embedded font is damaged.
pub(crate) fn at(size: f64, bold: bool) -> Result<FontDesc<'static>, DrawError> {
    register()?;
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    Ok(FontDesc::new(FontFamily::Name(FAMILY), size, style))
}

/// Width of `text` in pixels at a font size of `size` pixels. A damaged font gives an estimate;
/// drawing will report it.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    // Measured large, because the library rounds to whole pixels.
    const ZOOM: f64 = 16.0;
    let measured = at(size * ZOOM * HEIGHT_PER_EM, bold)
        .and_then(|font| font.layout_box(text).map_err(DrawError::new))
        .map(|((left, _), (right, _))| f64::from(right - left) / ZOOM);
    measured.unwrap_or(text.chars().count() as f64 * size * 0.6)
}

fn register() -> Result<(), DrawError> {
    static REGISTERED: OnceLock<Result<(), DrawError>> = OnceLock::new();
    let register = || {
        let damaged = |_| DrawError("the embedded font is damaged".to_owned());
        register_font(FAMILY, FontStyle::Normal, REGULAR).map_err(damaged)?;
        register_font(FAMILY, FontStyle::Bold, BOLD).map_err(damaged)
    };
    REGISTERED.get_or_init(register).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_measured_by_the_embedded_font() {
        // The letter M is 1,706 of 2,048 units wide.
        let expected = 100.0 * 1_706.0 / 2_048.0;
        assert!((width("M", 100.0, false) - expected).abs() < 0.5);
        assert!(width("Mile", 12.0, true) > width("Mile", 12.0, false));
    }
}

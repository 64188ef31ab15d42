//! Figures as PDF: the SVG of a figure with its letters as outlines of the crate's own font, so that the
//! same figure is the same file, and no reader needs the font.

use crate::error::DrawError;
use crate::font;
use std::sync::{Arc, LazyLock};
use svg2pdf::usvg::{Options, Tree, fontdb::Database};
use svg2pdf::{ConversionOptions, PageOptions};

/// Pixels of a figure to an inch of paper, as browsers have it.
const PIXELS_PER_INCH: f32 = 96.0;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    font::FILES.iter().for_each(|file| fonts.load_font_data(file.to_vec()));
    Arc::new(fonts)
});

/// An SVG document as a PDF document of one page of its size.
///
/// # Errors
/// The document cannot be read or converted.
pub(crate) fn of(svg: &str) -> Result<Vec<u8>, DrawError> {
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(DrawError::new)?;
    let page = PageOptions { dpi: PIXELS_PER_INCH };
    // The library writes embedded fonts in an order that changes from run to run.
    let conversion = ConversionOptions { embed_text: false, ..ConversionOptions::default() };
    svg2pdf::to_pdf(&tree, conversion, page).map_err(DrawError::new)
}

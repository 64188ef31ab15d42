//! The charts with their captions.

use crate::charts::Figure;
use crate::error::ReportError;
use crate::write::FIGURES;
use maud::{Markup, PreEscaped, html};

/// Every figure, drawn in place.
///
/// # Errors
/// A figure cannot be drawn.
pub(super) fn section(figures: &[Figure]) -> Result<Markup, ReportError> {
    let drawn: Vec<(&Figure, String)> = figures
        .iter()
        .map(|figure| Ok((figure, figure.svg()?)))
        .collect::<Result<_, ReportError>>()?;
    Ok(html! {
        section aria-labelledby="figures" {
            h2 id="figures" { "Figures" }
            @for (figure, svg) in &drawn {
                figure id=(figure.name) {
                    div.card { (PreEscaped(svg)) }
                    figcaption {
                        h3 { (figure.title) }
                        p { (figure.caption) }
                        p.links {
                            @for extension in ["svg", "png", "csv"] {
                                a href=(format!("{FIGURES}/{}.{extension}", figure.name)) {
                                    (extension.to_uppercase())
                                }
                                " "
                            }
                        }
                    }
                }
            }
        }
    })
}

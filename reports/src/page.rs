//! `report.html`: one self-contained page, with no script and nothing from the network.
//!
//! Its parts are templates that escape every text put into them; only the drawings of this crate
//! go in as they are.

mod facts;
mod figures;
mod files;
mod money;
mod totals;

use crate::charts::Figure;
use crate::error::ReportError;
use crate::run::RunReport;
use crate::summary::Summary;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page/style.css");

/// The page of a run.
///
/// # Errors
/// A figure cannot be drawn.
pub fn render(
    run: &RunReport<'_>,
    summary: &Summary,
    figures: &[Figure],
) -> Result<String, ReportError> {
    let body = html! {
        header {
            h1 { (run.title) }
            @if let Some(description) = run.description {
                p.question { (description) }
            }
        }
        main {
            (facts::run(run, summary))
            (facts::key_figures(summary))
            (figures::section(figures)?)
            (totals::subnets(summary))
            (money::section(summary))
            (totals::canisters(run.history))
            (files::section(figures))
        }
        footer { p { "Made by icsim " (run.version) "." } }
    };
    Ok(document(run.title, body).into_string())
}

fn document(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – icsim report" }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}

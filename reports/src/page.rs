//! `report.html`: one self-contained page, with nothing from the network.
//!
//! Its parts are templates that escape every text put into them; only the drawings and the script of
//! this crate go in as they are. The script sorts and filters tables; without it the page is whole.

mod facts;
mod figures;
mod files;
mod money;
mod slowest;
mod table;
mod totals;
mod warnings;

use crate::analysis::Analysis;
use crate::charts::Figure;
use crate::error::ReportError;
use crate::run::RunReport;
use crate::summary::Summary;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// The page of a run.
///
/// # Errors
/// A figure cannot be drawn.
pub fn render(
    run: &RunReport<'_>,
    analysis: &Analysis,
    summary: &Summary,
    figures: &[Figure],
) -> Result<String, ReportError> {
    let body = html! {
        a.skip href="#main" { "Skip to the content" }
        header {
            h1 { (run.title) }
            @if let Some(description) = run.description {
                p.question { (description) }
            }
        }
        (contents())
        main id="main" {
            (warnings::section(run, analysis))
            (facts::run(run, summary))
            (facts::key_figures(summary))
            (figures::section(figures)?)
            (slowest::section(analysis)?)
            (totals::subnets(summary))
            (money::section(summary))
            (totals::canisters(run.history))
            (files::section(figures))
        }
        footer { p { "Made by icsim " (run.version) "." } }
        script { (PreEscaped(SCRIPT)) }
    };
    Ok(document(run.title, body).into_string())
}

/// Where the parts of the page are.
fn contents() -> Markup {
    let parts = [
        ("warnings", "Warnings"),
        ("run", "Run"),
        ("key-figures", "Key figures"),
        ("figures", "Figures"),
        ("slowest", "Slowest messages"),
        ("subnets", "Subnets"),
        ("canisters", "Canisters"),
        ("files", "Files"),
    ];
    html! {
        nav aria-label="Contents" {
            ul { @for (id, name) in parts { li { a href={ "#" (id) } { (name) } } } }
        }
    }
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

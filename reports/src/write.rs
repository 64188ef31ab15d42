//! Writes the files of a report into a directory.
//!
//! [`write_report`] writes all of them. A caller who wants to stop between two files calls the
//! single writers instead.

use crate::analysis::Analysis;
use crate::charts::Figure;
use crate::error::ReportError;
use crate::littles_law;
use crate::page;
use crate::run::RunReport;
use crate::summary::Summary;
use crate::tables::{Table, accounts, canisters, charges, messages, rounds};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

/// The folder of figures within a report.
pub const FIGURES: &str = "figures";
/// The summary's file.
pub const SUMMARY: &str = "summary.json";
/// The page's file.
pub const PAGE: &str = "report.html";

/// Every file of a report, by its path within the report's folder.
pub fn files() -> impl Iterator<Item = String> {
    let tables = Table::ALL.map(|table| table.file.to_owned());
    let figures = Figure::NAMES.into_iter().flat_map(|name| {
        ["svg", "png", "csv"].map(|extension| format!("{FIGURES}/{name}.{extension}"))
    });
    [SUMMARY, PAGE].map(str::to_owned).into_iter().chain(tables).chain(figures)
}

/// Writes the whole report of a run into the existing directory `dir`: tables, a summary,
/// figures with their data, and the page that shows them.
///
/// # Errors
/// A file cannot be written (the error names it), a figure cannot be drawn, or the run contradicts
/// itself.
pub fn write_report(dir: &Path, run: &RunReport<'_>) -> Result<Summary, ReportError> {
    let analysis = Analysis::of(run);
    littles_law::check(run.history, &analysis.messages)?;
    let summary = Summary::of(run, &analysis);
    write_tables(dir, run, &analysis)?;
    write_summary(dir, &summary)?;
    let figures = write_figures(dir, run, &analysis)?;
    write_page(dir, run, &summary, &figures)?;
    Ok(summary)
}

/// Writes `messages.csv`, `rounds.csv`, `canisters.csv`, `charges.csv` and `accounts.csv`.
///
/// # Errors
/// A file cannot be written.
pub fn write_tables(
    dir: &Path,
    run: &RunReport<'_>,
    analysis: &Analysis<'_>,
) -> Result<(), ReportError> {
    write_table(&dir.join(messages::TABLE.file), |file| {
        messages::write(file, &analysis.messages, &analysis.names)
    })?;
    write_table(&dir.join(rounds::TABLE.file), |file| rounds::write(file, run.history))?;
    write_table(&dir.join(canisters::TABLE.file), |file| canisters::write(file, run.history))?;
    let names = &analysis.names;
    write_table(&dir.join(charges::TABLE.file), |file| charges::write(file, run.history, names))?;
    write_table(&dir.join(accounts::TABLE.file), |file| accounts::write(file, run.history, names))
}

/// Writes `summary.json`.
///
/// # Errors
/// The file cannot be written.
pub fn write_summary(dir: &Path, summary: &Summary) -> Result<(), ReportError> {
    let path = dir.join(SUMMARY);
    let mut text =
        serde_json::to_string_pretty(summary).map_err(|error| ReportError::write(&path, error))?;
    text.push('\n');
    write_file(&path, text.as_bytes())
}

/// Draws the figures and writes each as SVG, PNG and CSV into the folder `figures`.
///
/// # Errors
/// A file or the folder cannot be written, or a figure cannot be drawn.
pub fn write_figures(
    dir: &Path,
    run: &RunReport<'_>,
    analysis: &Analysis<'_>,
) -> Result<[Figure; 3], ReportError> {
    let folder = dir.join(FIGURES);
    fs::create_dir_all(&folder).map_err(|error| ReportError::write(&folder, error))?;
    let figures = Figure::all(run, analysis).map_err(|error| ReportError::write(&folder, error))?;
    for figure in &figures {
        let path = |extension: &str| folder.join(figure.name).with_extension(extension);
        write_file(&path("svg"), figure.svg()?.as_bytes())?;
        write_file(&path("png"), &figure.png()?)?;
        write_file(&path("csv"), &figure.data)?;
    }
    Ok(figures)
}

/// Writes `report.html`.
///
/// # Errors
/// The file cannot be written, or a figure cannot be drawn.
pub fn write_page(
    dir: &Path,
    run: &RunReport<'_>,
    summary: &Summary,
    figures: &[Figure],
) -> Result<(), ReportError> {
    write_file(&dir.join(PAGE), page::render(run, summary, figures)?.as_bytes())
}

fn write_table(
    path: &Path,
    write: impl FnOnce(BufWriter<File>) -> csv::Result<()>,
) -> Result<(), ReportError> {
    let file = File::create(path).map_err(|error| ReportError::write(path, error))?;
    write(BufWriter::new(file)).map_err(|error| ReportError::write(path, error))
}

fn write_file(path: &Path, contents: &[u8]) -> Result<(), ReportError> {
    fs::write(path, contents).map_err(|error| ReportError::write(path, error))
}

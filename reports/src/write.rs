//! Writes the files of a report into a directory.
//!
//! [`write_report`] writes all of them. A caller who wants to stop between two files calls the
//! single writers instead.

use crate::analysis::Analysis;
use crate::charts::Figure;
use crate::charts::spec::Material;
use crate::error::ReportError;
use crate::littles_law;
use crate::page;
use crate::run::RunReport;
use crate::summary::Summary;
use crate::tables::{Table, accounts, canisters, charges, executions, log, messages, rounds};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// The folder of figures within a report.
pub const FIGURES: &str = "figures";
/// The summary's file.
pub const SUMMARY: &str = "summary.json";
/// The page's file.
pub const PAGE: &str = "report.html";

/// Every file of a report with figures of these names, by its path within the report's folder.
pub fn files<'a>(figures: impl Iterator<Item = &'a str>) -> impl Iterator<Item = String> {
    let tables = Table::ALL.map(|table| table.file.to_owned());
    let figures = figures.flat_map(|name| {
        ["svg", "png", "csv"].map(|extension| format!("{FIGURES}/{name}.{extension}"))
    });
    [SUMMARY, PAGE].map(str::to_owned).into_iter().chain(tables).chain(figures)
}

/// Writes the whole report of a run into the existing directory `dir`: tables, a summary, the
/// figures it wants with their data, and the page that shows them.
///
/// # Errors
/// A file cannot be written (the error names it), a figure cannot be drawn, or the run contradicts
/// itself.
pub fn write_report(dir: &Path, run: &RunReport<'_>) -> Result<Summary, ReportError> {
    let (analysis, summary) = checked(run)?;
    write_tables(dir, run, &analysis)?;
    write_summary(dir, &summary)?;
    let figures = write_figures(dir, run, &analysis)?;
    write_page(dir, run, &analysis, &summary, &figures)?;
    Ok(summary)
}

/// What [`write_report`] answers, without anything drawn or written.
///
/// # Errors
/// The run contradicts itself.
pub fn summarise(run: &RunReport<'_>) -> Result<Summary, ReportError> {
    Ok(checked(run)?.1)
}

fn checked<'a>(run: &RunReport<'a>) -> Result<(Analysis<'a>, Summary), ReportError> {
    let analysis = Analysis::of(run);
    littles_law::check(run.history, &analysis.messages)?;
    let summary = Summary::of(run, &analysis);
    Ok((analysis, summary))
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
    tables(dir, &Table::ALL, run, analysis)
}

/// Writes these tables and those that the trace knows more of: `executions.csv` and `log.csv`.
///
/// # Errors
/// A file cannot be written.
pub fn write_all_tables(
    dir: &Path,
    run: &RunReport<'_>,
    analysis: &Analysis<'_>,
) -> Result<(), ReportError> {
    tables(dir, &Table::EXPORTED, run, analysis)
}

fn tables(
    dir: &Path,
    tables: &[Table],
    run: &RunReport<'_>,
    analysis: &Analysis<'_>,
) -> Result<(), ReportError> {
    tables.iter().try_for_each(|described| {
        let path = dir.join(described.file);
        write_table(&path, |file| table(file, described, run, analysis))
    })
}

/// Writes one table as CSV.
///
/// # Errors
/// `out` cannot be written to.
pub fn table<W: Write>(
    out: W,
    table: &Table,
    run: &RunReport<'_>,
    analysis: &Analysis<'_>,
) -> csv::Result<()> {
    match table.file {
        file if file == messages::TABLE.file => {
            messages::write(out, &analysis.messages, &analysis.names)
        }
        file if file == rounds::TABLE.file => rounds::write(out, run.history),
        file if file == canisters::TABLE.file => canisters::write(out, run.history),
        file if file == executions::TABLE.file => executions::write(out, run.history),
        file if file == charges::TABLE.file => charges::write(out, run.history, &analysis.names),
        file if file == accounts::TABLE.file => accounts::write(out, run.history, &analysis.names),
        _ => log::write(out, run.history),
    }
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
) -> Result<Vec<Figure>, ReportError> {
    let folder = dir.join(FIGURES);
    let material = [Material { run, analysis, label: "" }];
    let figures =
        Figure::all(run.figures, &material).map_err(|error| ReportError::write(&folder, error))?;
    write_drawn(&folder, &figures)?;
    Ok(figures)
}

/// Writes figures into a folder: each as SVG, PNG and CSV.
///
/// # Errors
/// A file or the folder cannot be written, or a figure cannot be drawn.
pub fn write_drawn(folder: &Path, figures: &[Figure]) -> Result<(), ReportError> {
    fs::create_dir_all(folder).map_err(|error| ReportError::write(folder, error))?;
    for figure in figures {
        let path = |extension: &str| folder.join(format!("{}.{extension}", figure.name));
        write_file(&path("svg"), figure.svg()?.as_bytes())?;
        write_file(&path("png"), &figure.png()?)?;
        write_file(&path("csv"), &figure.data)?;
    }
    Ok(())
}

/// Writes `report.html`.
///
/// # Errors
/// The file cannot be written, or a figure cannot be drawn.
pub fn write_page(
    dir: &Path,
    run: &RunReport<'_>,
    analysis: &Analysis<'_>,
    summary: &Summary,
    figures: &[Figure],
) -> Result<(), ReportError> {
    write_file(&dir.join(PAGE), page::render(run, analysis, summary, figures)?.as_bytes())
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

//! Writes the files of a report into a directory.
//!
//! [`write_report`] writes all of them. A caller who wants to stop between two files calls the
//! single writers instead.

use crate::analysis::Analysis;
use crate::charts::Figure;
use crate::charts::spec::Material;
use crate::error::ReportError;
use crate::messages::whole;
use crate::metrics::WarmUp;
use crate::page;
use crate::reporter::{Made, Reporter};
use crate::run::RunReport;
use crate::summary::Summary;
use crate::tables::streamed::{Streamed, row_of};
use crate::tables::{Table, canisters, messages, rounds};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

/// The folder of figures within a report.
pub const FIGURES: &str = "figures";
/// The summary's file.
pub const SUMMARY: &str = "summary.json";
/// The page's file.
pub const PAGE: &str = "report.html";

/// The forms of a figure.
#[cfg(not(feature = "pdf"))]
const EXTENSIONS: &[&str] = &["svg", "png", "csv"];
/// The forms of a figure.
#[cfg(feature = "pdf")]
const EXTENSIONS: &[&str] = &["svg", "png", "csv", "pdf"];

/// Every file of a report with figures of these names, by its path within the report's folder.
pub fn files<'a>(figures: impl Iterator<Item = &'a str>) -> impl Iterator<Item = String> {
    let tables = Table::ALL.map(|table| table.file.to_owned());
    let figures = figures.flat_map(|name| {
        EXTENSIONS.iter().map(move |extension| format!("{FIGURES}/{name}.{extension}"))
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
    let wanted = (Table::ALL.as_slice(), run.figures);
    let mut reporter = Reporter::new(run.history, run.interfaces, wanted, WarmUp::None);
    reporter.take(&whole(run.history))?;
    let Made { analysis, tables, .. } = reporter.finish()?;
    write_made(dir, run, &analysis, tables)
}

/// Writes the report of a run that a [`Reporter`] has taken. Of the records in the run's history
/// only rounds and the deaths of canisters are looked at.
///
/// # Errors
/// A file cannot be written (the error names it), or a figure cannot be drawn.
pub fn write_made(
    dir: &Path,
    run: &RunReport<'_>,
    analysis: &Analysis,
    tables: Streamed,
) -> Result<Summary, ReportError> {
    let summary = Summary::of(run, analysis);
    write_tables(dir, &Table::ALL, run, tables)?;
    write_summary(dir, &summary)?;
    let figures = write_figures(dir, run, analysis)?;
    write_page(dir, run, analysis, &summary, &figures)?;
    Ok(summary)
}

/// What [`write_report`] answers, without anything drawn or written.
///
/// # Errors
/// The run contradicts itself.
pub fn summarise(run: &RunReport<'_>) -> Result<Summary, ReportError> {
    let analysis = Analysis::of(run);
    analysis.check()?;
    Ok(Summary::of(run, &analysis))
}

/// Writes tables as CSV, each into a file of its name.
///
/// # Errors
/// A file cannot be written.
pub fn write_tables(
    dir: &Path,
    wanted: &[Table],
    run: &RunReport<'_>,
    tables: Streamed,
) -> Result<(), ReportError> {
    tables.write(wanted, run.history, |table, rows| {
        let path = dir.join(table.file);
        let failed = |error: csv::Error| ReportError::write(&path, error);
        let file = File::create(&path).map_err(|error| ReportError::write(&path, error))?;
        let mut out = BufWriter::new(file);
        rows(&mut out).map_err(failed)?;
        out.flush().map_err(|error| ReportError::write(&path, error))
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
    analysis: &Analysis,
) -> csv::Result<()> {
    let (history, names) = (run.history, &analysis.names);
    let Some(row) = row_of(table) else {
        return match table.file {
            file if file == messages::TABLE.file => {
                let rows = analysis.messages.iter().map(|message| messages::row(message, names));
                write_rows(out, table, rows)
            }
            file if file == rounds::TABLE.file => rounds::write(out, history),
            _ => canisters::write(out, history),
        };
    };
    let records = history.subnets.iter().flat_map(|subnet| {
        subnet.records.iter().filter_map(|record| row(record, &subnet.name, names))
    });
    write_rows(out, table, records)
}

fn write_rows<W, Row>(out: W, table: &Table, rows: impl Iterator<Item = Row>) -> csv::Result<()>
where
    W: Write,
    Row: IntoIterator<Item = String>,
{
    let mut writer = table.begin(out)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(())
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
    analysis: &Analysis,
) -> Result<Vec<Figure>, ReportError> {
    let folder = dir.join(FIGURES);
    let material = [Material { run, analysis, label: "" }];
    let figures =
        Figure::all(run.figures, &material).map_err(|error| ReportError::write(&folder, error))?;
    write_drawn(&folder, &figures)?;
    Ok(figures)
}

/// Writes figures into a folder: each as SVG, PNG and CSV, and as PDF if the feature is on.
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
        #[cfg(feature = "pdf")]
        write_file(&path("pdf"), &figure.pdf()?)?;
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
    analysis: &Analysis,
    summary: &Summary,
    figures: &[Figure],
) -> Result<(), ReportError> {
    write_file(&dir.join(PAGE), page::render(run, analysis, summary, figures)?.as_bytes())
}

fn write_file(path: &Path, contents: &[u8]) -> Result<(), ReportError> {
    fs::write(path, contents).map_err(|error| ReportError::write(path, error))
}

//! The figures of a report, each with its caption and its data.

pub mod cycles;
pub mod latency;
pub mod rounds;

use crate::analysis::Analysis;
use crate::canvas;
use crate::error::{DrawError, ReportError};
use crate::run::RunReport;
use crate::scene::Scene;
use crate::tables::Table;

/// A figure before it is written.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name, which its files bear.
    pub name: &'static str,
    /// Its title, for headings.
    pub title: &'static str,
    /// What is seen, with sample sizes.
    pub caption: String,
    /// The drawing.
    pub scene: Scene,
    /// The data drawn, as CSV.
    pub data: Vec<u8>,
}

impl Figure {
    /// The names of the figures of a report, in order.
    pub const NAMES: [&str; 3] = [latency::NAME, rounds::NAME, cycles::NAME];

    /// The tables of their data.
    pub const TABLES: [Table; 3] = [latency::TABLE, rounds::TABLE, cycles::TABLE];

    /// Every figure of a report, in order.
    ///
    /// # Errors
    /// The data of a figure cannot be put into CSV.
    pub fn all(run: &RunReport<'_>, analysis: &Analysis<'_>) -> csv::Result<[Figure; 3]> {
        Ok([
            latency::figure(&analysis.latencies)?,
            rounds::figure(run.history, run.profile)?,
            cycles::figure(run.history)?,
        ])
    }

    /// The figure as an SVG document.
    ///
    /// # Errors
    /// The drawing library failed.
    pub fn svg(&self) -> Result<String, ReportError> {
        canvas::svg(&self.scene).map_err(|cause| self.error(cause))
    }

    /// The figure as a PNG file of twice its size.
    ///
    /// # Errors
    /// The drawing library failed.
    pub fn png(&self) -> Result<Vec<u8>, ReportError> {
        canvas::png(&self.scene).map_err(|cause| self.error(cause))
    }

    fn error(&self, cause: DrawError) -> ReportError {
        ReportError::Draw { figure: self.name, cause }
    }
}

/// A table in memory.
fn data<Row>(table: &Table, rows: impl Iterator<Item = Row>) -> csv::Result<Vec<u8>>
where
    Row: IntoIterator<Item = String>,
{
    let mut writer = table.begin(Vec::new())?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

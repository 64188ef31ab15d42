//! The tables of a sweep as Parquet, for tools that read columns: a fraction of the size of the CSV.

use super::table::{COMPARISON, RESULTS, SUMMARY};
use reports::export::parquet::{self, ParquetFailure};
use reports::tables::Kind;
use std::fs::File;
use std::io::{BufReader, BufWriter, Seek};
use std::path::Path;

/// Writes each table that a folder holds as CSV as Parquet beside it.
///
/// # Errors
/// A table cannot be read or written.
pub fn write(folder: &Path) -> Result<(), ParquetFailure> {
    for name in [RESULTS, SUMMARY, COMPARISON] {
        let path = folder.join(name);
        if path.exists() {
            convert(&path).map_err(|failure| match failure {
                Problem::Io(error) => ParquetFailure::Table(error.into()),
                Problem::Parquet(failure) => failure,
            })?;
        }
    }
    Ok(())
}

enum Problem {
    Io(std::io::Error),
    Parquet(ParquetFailure),
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Problem {
        Problem::Io(error)
    }
}

fn convert(path: &Path) -> Result<(), Problem> {
    let mut table = File::open(path)?;
    let mut reader = csv::Reader::from_reader(BufReader::new(&table));
    let head = reader.headers().map_err(|error| Problem::Parquet(error.into()))?.clone();
    let columns: Vec<(&str, Kind)> = head.iter().map(|name| (name, kind(name))).collect();
    table.rewind()?;
    let out = BufWriter::new(File::create(path.with_extension("parquet"))?);
    parquet::write_columns(out, &columns, BufReader::new(table)).map_err(Problem::Parquet)
}

/// What a column holds; swept fields hold texts, because they have units.
fn kind(name: &str) -> Kind {
    match name {
        "point" | "baseline" | "replication" | "n" => Kind::Integer,
        // Seeds use all of 64 bits, and values up to 128.
        "seed" | "value" => Kind::Cycles,
        "mean" | "std_dev" | "mean_ci95_low" | "mean_ci95_high" | "median" | "median_ci95_low"
        | "median_ci95_high" | "mean_difference" | "ci95_low" | "ci95_high" | "percent" => {
            Kind::Real
        }
        _ => Kind::Text,
    }
}

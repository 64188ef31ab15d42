//! `icsim trace export --format parquet`.

use reports::analysis::Analysis;
use reports::export::parquet;
use reports::store::Stored;
use reports::tables::Table;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

/// Writes every table into a folder as Parquet.
///
/// # Errors
/// A file cannot be written.
pub(super) fn write(stored: &Stored, folder: &Path) -> Result<(), String> {
    let failed =
        |error: &dyn std::fmt::Display| format!("cannot write `{}`: {error}", folder.display());
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let run = stored.report();
    let analysis = Analysis::of(&run);
    for table in Table::EXPORTED {
        let mut csv = Vec::new();
        reports::write::table(&mut csv, &table, &run, &analysis).map_err(|error| failed(&error))?;
        let path = folder.join(table.file).with_extension("parquet");
        let file = File::create(path).map_err(|error| failed(&error))?;
        parquet::write(BufWriter::new(file), &table, csv.as_slice())
            .map_err(|error| failed(&error))?;
    }
    Ok(())
}

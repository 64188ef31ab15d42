//! `icsim trace export --format parquet`.

use crate::run::stored;
use reports::export::parquet;
use reports::tables::Table;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Seek, Write};
use std::path::Path;

/// Writes every table of a stored run into a folder as Parquet.
///
/// # Errors
/// The run cannot be read, or a file cannot be written.
pub(super) fn write(run: &Path, folder: &Path) -> Result<(), String> {
    let failed =
        |error: &dyn std::fmt::Display| format!("cannot write `{}`: {error}", folder.display());
    let (stored, made) =
        stored::look(run, &Table::EXPORTED, &[]).map_err(|error| error.to_string())?;
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    made.tables.write(&Table::EXPORTED, &stored.history, |table, rows| {
        // By way of a file, since a table need not fit into memory.
        let mut csv = tempfile::tempfile().map_err(|error| failed(&error))?;
        let mut out = BufWriter::new(&csv);
        rows(&mut out).map_err(|error| failed(&error))?;
        out.flush().map_err(|error| failed(&error))?;
        drop(out);
        csv.rewind().map_err(|error| failed(&error))?;
        let path = folder.join(table.file).with_extension("parquet");
        let file = File::create(path).map_err(|error| failed(&error))?;
        parquet::write(BufWriter::new(file), table, BufReader::new(csv))
            .map_err(|error| failed(&error))
    })
}

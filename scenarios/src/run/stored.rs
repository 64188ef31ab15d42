//! Runs that were stored: read back from their folder, without running again.

use reports::ReportError;
use reports::charts::spec::Spec;
use reports::reporter::{LookError, Made};
use reports::store::{self, ReadError, Stored, Stream};
use reports::tables::Table;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// A stored run that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// There is nothing at the path.
    #[error("there is no `{}`; expected the results folder of a run, or its {}", .0.display(), store::FILE)]
    Missing(PathBuf),
    /// A folder without a trace.
    #[error(
        "the folder `{}` holds no {}; run the scenario again with --out, and not with --trace none",
        .0.display(), store::FILE
    )]
    NoTrace(PathBuf),
    /// A trace that cannot be read.
    #[error("`{}` is not a trace that can be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: ReadError,
    },
    /// What is made of it cannot be kept, or contradicts itself.
    #[error(transparent)]
    Report(ReportError),
}

/// Reads the run whose results folder, or whose trace, is at `path`, with all of its records.
///
/// # Errors
/// There is no trace, or it cannot be read.
pub fn open(path: &Path) -> Result<Stored, StoredError> {
    let file = find(path)?;
    let unreadable = |error| StoredError::Unreadable { path: file.clone(), error };
    let opened = File::open(&file).map_err(|error| unreadable(error.into()))?;
    store::read(BufReader::new(opened)).map_err(unreadable)
}

/// Looks at the run at `path` again without holding its records in memory: makes these tables,
/// and analyses it with the trees of the messages that `wanted` asks for.
///
/// # Errors
/// There is no trace, it cannot be read, or there is no room for temporary files.
pub fn look(path: &Path, tables: &[Table], wanted: &[Spec]) -> Result<(Stored, Made), StoredError> {
    let file = find(path)?;
    let unreadable = |error| StoredError::Unreadable { path: file.clone(), error };
    let opened = File::open(&file).map_err(|error| unreadable(error.into()))?;
    let stream = Stream::open(BufReader::new(opened)).map_err(unreadable)?;
    Made::of(stream, tables, wanted).map_err(|error| match error {
        LookError::Read(error) => unreadable(error),
        LookError::Report(error) => StoredError::Report(error),
    })
}

/// The figures that the scenario of the run at `path` asks for.
///
/// # Errors
/// There is no trace, or it cannot be read.
pub fn figures(path: &Path) -> Result<Vec<Spec>, StoredError> {
    let file = find(path)?;
    let unreadable = |error| StoredError::Unreadable { path: file.clone(), error };
    let opened = File::open(&file).map_err(|error| unreadable(error.into()))?;
    let head = store::read_head(BufReader::new(opened)).map_err(unreadable)?;
    Ok(head.figures)
}

/// The trace at a path, or in the folder there.
fn find(path: &Path) -> Result<PathBuf, StoredError> {
    let file = match path {
        path if path.is_dir() => path.join(store::FILE),
        path if !path.exists() => return Err(StoredError::Missing(path.to_owned())),
        path => path.to_owned(),
    };
    if file.exists() { Ok(file) } else { Err(StoredError::NoTrace(path.to_owned())) }
}

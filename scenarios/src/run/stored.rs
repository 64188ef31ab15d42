//! Runs that were stored: read back from their folder, without running again.

use reports::store::{self, ReadError, Stored};
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
}

/// Reads the run whose results folder, or whose trace, is at `path`.
///
/// # Errors
/// There is no trace, or it cannot be read.
pub fn open(path: &Path) -> Result<Stored, StoredError> {
    let file = match path {
        path if path.is_dir() => path.join(store::FILE),
        path if !path.exists() => return Err(StoredError::Missing(path.to_owned())),
        path => path.to_owned(),
    };
    if !file.exists() {
        return Err(StoredError::NoTrace(path.to_owned()));
    }
    let unreadable = |error| StoredError::Unreadable { path: file.clone(), error };
    let opened = File::open(&file).map_err(|error| unreadable(error.into()))?;
    store::read(BufReader::new(opened)).map_err(unreadable)
}

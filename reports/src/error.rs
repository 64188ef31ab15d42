//! What can go wrong when a report is written.

use crate::littles_law::LittlesLawBroken;
use std::io;
use std::path::{Path, PathBuf};

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The run contradicts itself: a fault of icsim.
    #[error("a fault of icsim itself: {0}")]
    Contradiction(#[from] LittlesLawBroken),
    /// A figure could not be drawn.
    #[error("cannot draw the figure `{figure}`: {cause}")]
    Draw {
        /// The figure's name.
        figure: String,
        /// What the drawing library said.
        cause: DrawError,
    },
}

impl ReportError {
    /// A failure to keep rows of tables.
    pub(crate) fn rows(source: csv::Error) -> Self {
        ReportError::write(&std::env::temp_dir(), source)
    }

    /// A failure to write `path`.
    pub(crate) fn write(path: &Path, source: impl Into<io::Error>) -> Self {
        ReportError::Write { path: path.to_owned(), source: source.into() }
    }
}

/// A failure of the drawing library, in its words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DrawError(pub(crate) String);

impl DrawError {
    /// Wraps an error of any drawing backend.
    pub(crate) fn new(cause: impl std::fmt::Display) -> Self {
        DrawError(cause.to_string())
    }
}

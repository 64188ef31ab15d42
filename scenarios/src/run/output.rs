//! The results folder, which appears whole or not at all.
//!
//! Files are written to a hidden folder beside the final name, which is renamed at the very end
//! and removed if anything goes wrong before.

use std::path::{Path, PathBuf};
use std::{fs, io};
use tempfile::TempDir;

/// A file that every results folder holds; its presence allows replacing the folder.
pub const MARK: &str = "scenario.toml";

/// Where results are to go, checked before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    path: PathBuf,
    force: bool,
}

/// Results cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder is there already.
    #[error("the output folder `{}` exists; choose another, or replace it with --force", .0.display())]
    Exists(PathBuf),
    /// `--force` would remove something that is no results folder.
    #[error(
        "`{}` exists and is no results folder of icsim (it holds no `{MARK}`), so --force does not replace it",
        .0.display()
    )]
    NotOurs(PathBuf),
    /// The file system said no.
    #[error("cannot write to `{}`: {error}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A writer said no.
    #[error("cannot write the results: {0}")]
    Writer(String),
}

impl Destination {
    /// The folder `path`, which must not exist; with `force` it may, if it holds results or
    /// nothing.
    ///
    /// # Errors
    /// The folder exists and may not be replaced.
    pub fn new(path: &Path, force: bool) -> Result<Destination, OutputError> {
        if fs::symlink_metadata(path).is_ok() {
            if !force {
                return Err(OutputError::Exists(path.to_owned()));
            }
            if !replaceable(path) {
                return Err(OutputError::NotOurs(path.to_owned()));
            }
        }
        Ok(Destination { path: path.to_owned(), force })
    }

    /// The folder's final name.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A hidden folder beside the final name. Dropped, it is gone.
    ///
    /// # Errors
    /// The folder that is to hold it cannot be written to.
    pub fn begin(&self) -> Result<TempDir, OutputError> {
        let parent = match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent)
            .and_then(|()| temporary().tempdir_in(parent))
            .map_err(|error| self.io(error))
    }

    /// Gives a finished folder its final name.
    ///
    /// # Errors
    /// The folder cannot be renamed, or one appeared there during the run.
    pub fn finish(&self, finished: TempDir) -> Result<(), OutputError> {
        Destination::new(&self.path, self.force)?;
        if fs::symlink_metadata(&self.path).is_ok() {
            return self.replace(finished);
        }
        fs::rename(finished.path(), &self.path).map_err(|error| self.io(error))?;
        // Nothing is left under its temporary name.
        let _ = finished.keep();
        Ok(())
    }

    /// Moves the old folder out of the way, and back if the new one cannot take its place.
    fn replace(&self, finished: TempDir) -> Result<(), OutputError> {
        let grave = self.begin()?;
        let old = grave.path().join("old");
        fs::rename(&self.path, &old).map_err(|error| self.io(error))?;
        if let Err(error) = fs::rename(finished.path(), &self.path) {
            let _ = fs::rename(&old, &self.path);
            return Err(self.io(error));
        }
        let _ = finished.keep();
        Ok(())
    }

    fn io(&self, error: io::Error) -> OutputError {
        OutputError::Io { path: self.path.clone(), error }
    }
}

/// A results folder, or an empty one.
fn replaceable(path: &Path) -> bool {
    let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    path.is_dir() && !path.is_symlink() && (path.join(MARK).is_file() || is_empty())
}

fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".icsim-");
    // By default only the owner may enter a temporary folder; this one becomes an ordinary one.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o777));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn write(destination: &Destination, content: &str) {
        let folder = destination.begin().expect("begins");
        fs::write(folder.path().join(MARK), content).expect("writes");
        destination.finish(folder).expect("finishes");
    }

    #[test]
    fn a_folder_appears_under_its_name_alone() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("a/out");
        write(&Destination::new(&out, false).expect("is free"), "1");
        assert_eq!(names(&parent.path().join("a")), ["out"]);
        assert!(matches!(Destination::new(&out, false), Err(OutputError::Exists(_))));
    }

    #[test]
    fn force_replaces_results_and_nothing_else() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("out");
        write(&Destination::new(&out, false).expect("is free"), "1");
        write(&Destination::new(&out, true).expect("may be replaced"), "2");
        assert_eq!(fs::read_to_string(out.join(MARK)).expect("is there"), "2");
        assert_eq!(names(parent.path()), ["out"]);
        let other = parent.path().join("photos");
        fs::create_dir(&other).expect("a folder");
        fs::write(other.join("cat.jpg"), "").expect("a file");
        assert!(matches!(Destination::new(&other, true), Err(OutputError::NotOurs(_))));
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let parent = tempfile::tempdir().expect("a folder");
        let destination = Destination::new(&parent.path().join("out"), false).expect("is free");
        drop(destination.begin().expect("begins"));
        assert!(names(parent.path()).is_empty());
    }
}

//! The results folder, which appears whole or not at all.
//!
//! Files are written to a hidden folder beside the final name, which is renamed at the very end
//! and removed if anything goes wrong before.

use reports::write::SUMMARY;
use std::path::{Path, PathBuf};
use std::{fs, io};
use tempfile::TempDir;

/// The effective scenario's file.
pub const SCENARIO: &str = "scenario.toml";
/// The effective profile's file.
pub const PROFILE: &str = "profile.toml";
/// What probes recorded.
pub const PROBES: &str = "probes.csv";
/// The field of `summary.json` that no other program writes: the version of icsim.
const MARK: &str = "icsim";

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
        "`{}` exists and is no results folder of icsim (it holds no `summary.json` that icsim wrote), \
         so --force does not replace it",
        .0.display()
    )]
    NotOurs(PathBuf),
    /// `--force` would remove a file of the user's.
    #[error(
        "`{}` holds `{}`, which icsim did not write, so --force does not replace it",
        folder.display(), file.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The file in it.
        file: PathBuf,
    },
    /// The results would take the place of what they are made from.
    #[error("the output folder `{}` holds `{}`, which this run reads; choose another", folder.display(), file.display())]
    HoldsInput {
        /// The folder.
        folder: PathBuf,
        /// What the run reads.
        file: PathBuf,
    },
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
    /// The folder `path`, which must not exist or be empty; with `force` it may also hold earlier
    /// results and nothing else.
    ///
    /// # Errors
    /// The folder exists and may not be replaced.
    pub fn new(path: &Path, force: bool) -> Result<Destination, OutputError> {
        if fs::symlink_metadata(path).is_ok() && !is_empty(path) {
            if !force {
                return Err(OutputError::Exists(path.to_owned()));
            }
            replaceable(path)?;
        }
        Ok(Destination { path: path.to_owned(), force })
    }

    /// Makes sure that the folder holds none of the files that the run reads.
    ///
    /// # Errors
    /// It holds one of them.
    pub fn spare(&self, inputs: &[PathBuf]) -> Result<(), OutputError> {
        // A folder that is not there holds nothing.
        let Ok(folder) = fs::canonicalize(&self.path) else { return Ok(()) };
        let lies_inside =
            |file: &&PathBuf| fs::canonicalize(file).is_ok_and(|file| file.starts_with(&folder));
        match inputs.iter().find(lies_inside) {
            Some(file) => {
                Err(OutputError::HoldsInput { folder: self.path.clone(), file: file.clone() })
            }
            None => Ok(()),
        }
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

/// A folder, and nothing in it.
fn is_empty(path: &Path) -> bool {
    !path.is_symlink() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// Makes sure that `path` is a results folder that holds results only.
fn replaceable(path: &Path) -> Result<(), OutputError> {
    if path.is_symlink() || !path.is_dir() || !is_marked(path) {
        return Err(OutputError::NotOurs(path.to_owned()));
    }
    let ours: Vec<PathBuf> = written(&figures(path)).map(PathBuf::from).collect();
    match foreign(path, Path::new(""), &ours) {
        Ok(None) => Ok(()),
        Ok(Some(file)) => Err(OutputError::Foreign { folder: path.to_owned(), file }),
        Err(error) => Err(OutputError::Io { path: path.to_owned(), error }),
    }
}

/// The folder's summary; null if there is none.
fn summary(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path.join(SUMMARY)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// Whether the folder's summary says that icsim wrote it.
fn is_marked(path: &Path) -> bool {
    summary(path).get(MARK).is_some_and(serde_json::Value::is_string)
}

/// The names of the figures that the folder's summary lists.
fn figures(path: &Path) -> Vec<String> {
    let summary = summary(path);
    let names = summary.get("figures").and_then(serde_json::Value::as_array);
    let names = names.into_iter().flatten().filter_map(serde_json::Value::as_str);
    names.map(str::to_owned).collect()
}

/// Every file of a results folder with figures of these names.
fn written(figures: &[String]) -> impl Iterator<Item = String> {
    let written = reports::write::files(figures.iter().map(String::as_str));
    [SCENARIO, PROFILE, PROBES, reports::store::FILE].map(str::to_owned).into_iter().chain(written)
}

/// Something below `folder` of `root` that is neither a file of ours nor a folder that holds some.
fn foreign(root: &Path, folder: &Path, ours: &[PathBuf]) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, folder.join(entry.file_name()));
        let found = match kind.is_dir() {
            true if ours.iter().any(|file| file.starts_with(&name)) => foreign(root, &name, ours)?,
            false if kind.is_file() && ours.contains(&name) => None,
            _ => Some(name),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
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
        fs::write(folder.path().join(SCENARIO), content).expect("writes");
        fs::write(folder.path().join(SUMMARY), r#"{ "icsim": "0.1.0", "figures": ["latency"] }"#)
            .expect("writes");
        fs::create_dir(folder.path().join("figures")).expect("a folder");
        fs::write(folder.path().join("figures/latency.svg"), "").expect("writes");
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
    fn an_empty_folder_is_as_good_as_none() {
        for force in [false, true] {
            let parent = tempfile::tempdir().expect("a folder");
            let out = parent.path().join("out");
            fs::create_dir(&out).expect("a folder");
            write(&Destination::new(&out, force).expect("is empty"), "1");
            assert_eq!(names(parent.path()), ["out"]);
            assert_eq!(fs::read_to_string(out.join(SCENARIO)).expect("is there"), "1");
        }
    }

    #[test]
    fn force_replaces_results() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("out");
        write(&Destination::new(&out, false).expect("is free"), "1");
        write(&Destination::new(&out, true).expect("may be replaced"), "2");
        assert_eq!(fs::read_to_string(out.join(SCENARIO)).expect("is there"), "2");
        assert_eq!(names(parent.path()), ["out"]);
    }

    #[test]
    fn force_spares_folders_that_are_not_of_icsim() {
        let parent = tempfile::tempdir().expect("a folder");
        let other = parent.path().join("photos");
        fs::create_dir(&other).expect("a folder");
        let refused = || matches!(Destination::new(&other, true), Err(OutputError::NotOurs(_)));
        fs::write(other.join("cat.jpg"), "").expect("a file");
        assert!(refused());
        fs::remove_file(other.join("cat.jpg")).expect("is there");
        fs::write(other.join(SCENARIO), "").expect("a file");
        assert!(refused());
        fs::write(other.join(SUMMARY), r#"{ "total": 3 }"#).expect("a file");
        assert!(refused());
        let file = parent.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(matches!(Destination::new(&file, true), Err(OutputError::NotOurs(_))));
    }

    #[test]
    fn force_spares_files_among_results() {
        for name in ["notes.txt", "figures/mine.svg", "plots/latency.svg"] {
            let parent = tempfile::tempdir().expect("a folder");
            let out = parent.path().join("out");
            write(&Destination::new(&out, false).expect("is free"), "1");
            fs::create_dir_all(out.join("plots")).expect("a folder");
            fs::write(out.join(name), "").expect("a file");
            if !name.starts_with("plots") {
                fs::remove_dir(out.join("plots")).expect("is empty");
            }
            let result = Destination::new(&out, true);
            assert!(matches!(result, Err(OutputError::Foreign { .. })), "{name}: {result:?}");
        }
    }

    #[test]
    fn what_the_run_reads_is_not_replaced() {
        let parent = tempfile::tempdir().expect("a folder");
        let out = parent.path().join("out");
        write(&Destination::new(&out, false).expect("is free"), "1");
        let destination = Destination::new(&out, true).expect("may be replaced");
        let inside = parent.path().join("out/../out").join(SCENARIO);
        let spared = destination.spare(&[inside]);
        assert!(matches!(spared, Err(OutputError::HoldsInput { .. })), "{spared:?}");
        let outside = parent.path().join("scenario.toml");
        fs::write(&outside, "").expect("a file");
        assert!(destination.spare(&[outside]).is_ok());
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let parent = tempfile::tempdir().expect("a folder");
        let destination = Destination::new(&parent.path().join("out"), false).expect("is free");
        drop(destination.begin().expect("begins"));
        assert!(names(parent.path()).is_empty());
    }
}

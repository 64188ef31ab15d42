//! The scenario file: its text, and how its path is shown.

use crate::diagnostics::{Mistake, Refusal};
use std::path::{Path, PathBuf};

/// The text of a scenario file.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The path as the user typed it.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// There is no such file, or it is no UTF-8 text.
    pub fn read(path: &Path) -> Result<Source, Refusal> {
        let empty = Source { path: path.to_owned(), text: String::new() };
        std::fs::read_to_string(path)
            .map(|text| Source { text, ..empty.clone() })
            .map_err(|error| Refusal::new(empty, vec![unreadable(path, &error)]))
    }

    /// The folder that paths in the scenario are relative to.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Mistake {
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => Mistake::new(format!(
            "there is no scenario file `{shown}`"
        ))
        .help("expected the path of a TOML file, such as `scenarios/library/ping-pong.toml`"),
        _ => Mistake::new(format!("the scenario file `{shown}` cannot be read: {error}")),
    }
}

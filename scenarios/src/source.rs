//! The scenario file: its text, and how its path is shown.
//!
//! A scenario can be made from several texts: its file, and what the command line changes. They
//! lie one behind the other in one text, so that a place anywhere is a single range of bytes.

use crate::diagnostics::{Mistake, Refusal};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The text of a scenario file.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The path as the user typed it.
    pub path: PathBuf,
    /// The whole text: the scenario file, then every further part.
    pub text: String,
    /// What follows the scenario file, in the order of the text.
    pub parts: Vec<Part>,
}

/// A further text of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How it is shown: a path, or what it is.
    pub name: String,
    /// Where it lies in [`Source::text`].
    pub range: Range<usize>,
}

impl Source {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// There is no such file, or it is no UTF-8 text.
    pub fn read(path: &Path) -> Result<Source, Refusal> {
        let empty = Source { path: path.to_owned(), ..Source::default() };
        std::fs::read_to_string(path)
            .map(|text| Source { text, ..empty.clone() })
            .map_err(|error| Refusal::new(empty, vec![unreadable(path, &error)]))
    }

    /// Adds a text and answers where it lies.
    pub fn add(&mut self, name: &str, text: &str) -> Range<usize> {
        let range = self.text.len()..self.text.len() + text.len();
        self.text.push_str(text);
        self.parts.push(Part { name: name.to_owned(), range: range.clone() });
        range
    }

    /// Where the scenario file itself lies in the text.
    pub fn own(&self) -> Range<usize> {
        0..self.parts.first().map_or(self.text.len(), |part| part.range.start)
    }

    /// The name and the range of the part that a place lies in.
    pub fn part_of(&self, place: &Range<usize>) -> (String, Range<usize>) {
        let part = self.parts.iter().rev().find(|part| part.range.start <= place.start);
        match part {
            Some(part) => (part.name.clone(), part.range.clone()),
            None => (self.path.display().to_string(), self.own()),
        }
    }

    /// The text with everything but `range` blanked out, so that places in it keep their numbers.
    pub fn blanked_outside(&self, range: &Range<usize>) -> String {
        format!("{:width$}{}", "", &self.text[range.clone()], width = range.start)
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

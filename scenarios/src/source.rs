//! The scenario file: its text, and how its path is shown.
//!
//! A scenario can be made from several texts: its file, the files it includes, and what the command
//! line changes. They lie one behind the other in one text, so that a place anywhere is a single range of bytes.

use crate::diagnostics::{Mistake, Refusal};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
    /// It is a file that the scenario includes.
    pub included: bool,
}

impl Source {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// There is no such file, or it is no UTF-8 text.
    pub fn read(path: &Path) -> Result<Source, Refusal> {
        let empty = Source { path: path.to_owned(), ..Source::default() };
        let mut source = std::fs::read_to_string(path)
            .map(|text| Source { text, ..empty.clone() })
            .map_err(|error| Refusal::new(empty, vec![unreadable(path, &error)]))?;
        let mistakes = source.include_all();
        if mistakes.is_empty() { Ok(source) } else { Err(Refusal::new(source, mistakes)) }
    }

    /// Adds the files that the scenario file includes.
    fn include_all(&mut self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        for (name, place) in includes(&self.text[self.own()]) {
            match std::fs::read_to_string(self.folder().join(&name)) {
                Ok(text) => {
                    self.add(&name, &text);
                    self.parts.iter_mut().last().into_iter().for_each(|part| part.included = true);
                }
                Err(error) => mistakes.push(not_included(&name, place, &error)),
            }
        }
        mistakes
    }

    /// The files that the scenario includes, relative to its folder.
    pub fn included(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.included)
    }

    /// The texts of the files that the scenario includes, each with its places as in the whole text.
    pub fn included_texts(&self) -> Vec<String> {
        self.included().map(|part| self.blanked_outside(&part.range)).collect()
    }

    /// Adds a text and answers where it lies.
    pub fn add(&mut self, name: &str, text: &str) -> Range<usize> {
        let range = self.text.len()..self.text.len() + text.len();
        self.text.push_str(text);
        self.parts.push(Part { name: name.to_owned(), range: range.clone(), included: false });
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

/// What a scenario file says it includes, with places. Whatever is wrong with the text is found when
/// its fields are read.
fn includes(text: &str) -> Vec<(String, Range<usize>)> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let Some(DeValue::Array(items)) = table.get_ref().get("include").map(Spanned::get_ref) else {
        return Vec::new();
    };
    let name =
        |item: &Spanned<DeValue<'_>>| Some((item.get_ref().as_str()?.to_owned(), item.span()));
    items.iter().filter_map(name).collect()
}

fn not_included(name: &str, place: Range<usize>, error: &std::io::Error) -> Mistake {
    let mistake = match error.kind() {
        std::io::ErrorKind::NotFound => {
            Mistake::at(place, format!("there is no file `{name}` to include"))
        }
        _ => Mistake::at(place, format!("the file `{name}` cannot be included: {error}")),
    };
    mistake.label("cannot be read").help("paths are relative to the scenario file")
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

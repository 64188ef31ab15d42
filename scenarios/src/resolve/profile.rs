//! The profile: a built-in one, with the scenario's differences merged over it.
//!
//! A difference is checked by laying it alone over the base and reading the result as a profile,
//! so every field a profile has can be set, and whatever is wrong has a place of its own.

use crate::diagnostics::{Mistake, Span, did_you_mean, nearest};
use crate::document::Tree;
use sim_core::profile::Profile;
use toml::{Spanned, Table, Value};

/// The key that names the profile to start from.
const BASE: &str = "base";

/// The effective profile, and what the scenario says of it. On a mistake, the base without the
/// difference that is wrong.
pub(super) fn resolve(
    entry: Option<&Spanned<Tree>>,
    mistakes: &mut Vec<Mistake>,
) -> (Profile, Value) {
    let Some(entry) = entry else {
        return (Profile::default(), Profile::DEFAULT.into());
    };
    let written = entry.get_ref().to_value();
    match entry.get_ref() {
        Tree::Leaf(name) => (named(name, entry.span(), mistakes), written),
        Tree::Table(entries) => {
            let profile = modified(entries, mistakes);
            let Value::Table(mut written) = written else { return (profile, written) };
            written.entry(BASE).or_insert(Profile::DEFAULT.into());
            (profile, Value::Table(written))
        }
    }
}

/// The profile of a file of its own: a whole one, or `base` and differences.
///
/// # Errors
/// Every mistake in it, or that it is no TOML.
pub fn of_text(text: &str) -> Result<Profile, Vec<Mistake>> {
    let tree: Spanned<Tree> = toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or(0..text.len());
        vec![Mistake::at(span, format!("this is not TOML: {}", error.message()))]
    })?;
    let mut mistakes = Vec::new();
    let (profile, _) = resolve(Some(&tree), &mut mistakes);
    if mistakes.is_empty() { Ok(profile) } else { Err(mistakes) }
}

fn named(name: &Value, span: Span, mistakes: &mut Vec<Mistake>) -> Profile {
    let name = match name {
        Value::String(name) => name,
        other => {
            let found = other.type_str();
            let message = format!("`profile`: found a value of type {found}, expected a name");
            mistakes.push(Mistake::at(span, message).help("or a table of differences"));
            return Profile::default();
        }
    };
    Profile::named(name).unwrap_or_else(|| {
        let mistake = Mistake::at(span, format!("there is no profile `{name}`"))
            .help(did_you_mean(name, "profiles", Profile::NAMES));
        mistakes.push(mistake);
        Profile::default()
    })
}

fn modified(entries: &[(Spanned<String>, Spanned<Tree>)], mistakes: &mut Vec<Mistake>) -> Profile {
    let (base, changes): (Vec<_>, Vec<_>) =
        entries.iter().partition(|(key, _)| key.get_ref() == BASE);
    let base = base.first().map_or_else(Profile::default, |(_, value)| {
        named(&value.get_ref().to_value(), value.span(), mistakes)
    });
    // A profile is plain data that reads back as itself, see the test below.
    let Ok(Value::Table(table)) = Value::try_from(&base) else { return base };
    let mut merge = Merge { path: Vec::new(), base: &table, merged: table.clone(), mistakes };
    for (key, value) in &changes {
        merge.change(key, value);
    }
    let mut profile: Profile =
        Value::Table(merge.merged).try_into().unwrap_or_else(|_| base.clone());
    if profile.name == base.name && !changes.is_empty() {
        profile.name.push_str(" (modified)");
    }
    profile
}

/// A walk over the differences.
struct Merge<'a> {
    path: Vec<String>,
    base: &'a Table,
    merged: Table,
    mistakes: &'a mut Vec<Mistake>,
}

impl Merge<'_> {
    fn change(&mut self, key: &Spanned<String>, value: &Spanned<Tree>) {
        if let Some(mistake) = self.unknown(key) {
            self.mistakes.push(mistake);
            return;
        }
        self.path.push(key.get_ref().clone());
        match value.get_ref() {
            Tree::Table(entries) if self.is_table() => {
                for (key, value) in entries {
                    self.change(key, value);
                }
            }
            other => self.set(other.to_value(), value.span()),
        }
        self.path.pop();
    }

    fn is_table(&self) -> bool {
        at(self.base, &self.path).is_some()
    }

    /// Sets the value at the path if the base with this one difference is a profile.
    fn set(&mut self, value: Value, span: Span) {
        let mut alone = self.base.clone();
        put(&mut alone, &self.path, value.clone());
        match Value::Table(alone).try_into::<Profile>() {
            Ok(_) => put(&mut self.merged, &self.path, value),
            Err(error) => {
                let path = self.path.join(".");
                let message = error.message().trim().replace("; expected", ", expected");
                self.mistakes.push(
                    Mistake::at(span, format!("`profile.{path}`: {message}")).label("not valid"),
                );
            }
        }
    }

    fn unknown(&self, key: &Spanned<String>) -> Option<Mistake> {
        let known = at(self.base, &self.path)?;
        let name = key.get_ref();
        if known.contains_key(name) || self.is_open(name, known) {
            return None;
        }
        let place = [&["profile".to_owned()], self.path.as_slice()].concat().join(".");
        let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
        if self.path.is_empty() {
            names.push(BASE);
        }
        let mistake = Mistake::at(key.span(), format!("there is no field `{name}` in `{place}`"))
            .label("not a field here")
            .help(did_you_mean(name, "fields", names));
        Some(mistake)
    }

    /// The tables of weights hold exceptions from a default; others may be added to them.
    fn is_open(&self, name: &str, known: &Table) -> bool {
        match self.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["metering", "operators" | "operators64"] => is_operator(name),
            ["metering", "system_api", "functions"] => {
                let near = nearest(name, known.keys().map(String::as_str));
                near.is_none_or(|near| strsim::osa_distance(near, name) > 2)
            }
            _ => false,
        }
    }
}

/// Whether the Wasm text format has an operator of that name. Its reader says so before it looks
/// at what follows the name.
fn is_operator(name: &str) -> bool {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
        return false;
    }
    let Err(error) = wat::parse_str(format!("(module (func {name}))")) else { return true };
    !error.to_string().contains("unknown operator")
}

fn at<'a>(table: &'a Table, path: &[String]) -> Option<&'a Table> {
    path.iter().try_fold(table, |table, key| table.get(key)?.as_table())
}

fn put(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            if let Some(Value::Table(inner)) = table.get_mut(key) {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_reads_back_as_itself() {
        for name in Profile::NAMES {
            let profile = Profile::named(name).expect("a listed name");
            let read: Profile =
                Value::try_from(&profile).expect("serialises").try_into().expect("reads back");
            assert_eq!(read, profile);
        }
    }

    #[test]
    fn operators_are_told_from_other_words() {
        for name in ["i32.add", "i32.const", "br_table", "memory.grow", "i8x16.shuffle", "else"] {
            assert!(is_operator(name), "{name}");
        }
        for name in ["i32.ad", "i32_add", "", "foo", "nop) (func"] {
            assert!(!is_operator(name), "{name}");
        }
    }
}

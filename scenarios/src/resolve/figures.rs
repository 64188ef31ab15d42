//! The figures a scenario chooses.

use crate::diagnostics::{Mistake, Span};
use crate::document::FigureEntry;
use reports::charts::kind::Kind;
use reports::charts::spec::Spec;
use sim_core::id::MessageId;
use std::collections::BTreeMap;
use toml::Spanned;

/// The figures in the order of the file; those of its own choice, if the file has none.
pub(super) fn resolve(entries: &[FigureEntry], mistakes: &mut Vec<Mistake>) -> Vec<Spec> {
    if entries.is_empty() {
        return Spec::defaults();
    }
    let mut names: BTreeMap<String, Span> = BTreeMap::new();
    let mut specs = Vec::new();
    for entry in entries {
        let spec = spec(entry, mistakes);
        let place = entry.name.as_ref().map_or(entry.kind.span(), Spanned::span);
        if names.insert(spec.name.clone(), place.clone()).is_some() {
            mistakes.push(same_name(&spec.name, place));
        }
        specs.push(spec);
    }
    specs
}

fn spec(entry: &FigureEntry, mistakes: &mut Vec<Mistake>) -> Spec {
    let kind = *entry.kind.get_ref();
    let name = entry.name.as_ref().map_or(kind.name(), |name| name.get_ref());
    if let Some(name) = entry.name.as_ref().filter(|name| !is_file_name(name.get_ref())) {
        mistakes.push(no_file_name(name));
    }
    mistakes.extend(entry.message.as_ref().and_then(|message| wrong_message(message, kind)));
    Spec {
        kind,
        name: name.to_owned(),
        title: entry.title.clone(),
        width: entry.width,
        message: entry.message.as_ref().and_then(|message| message.get_ref().parse().ok()),
    }
}

/// Whether files can bear the name everywhere.
fn is_file_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 80 && name.chars().all(plain)
}

fn no_file_name(name: &Spanned<String>) -> Mistake {
    Mistake::at(name.span(), format!("`{}` cannot be the name of files", name.get_ref()))
        .label("files bear this name")
        .help("use lower-case letters, digits, `-` and `_`")
}

fn same_name(name: &str, place: Span) -> Mistake {
    Mistake::at(place, format!("there are two figures of the name `{name}`"))
        .label("named like an earlier one")
        .help("give one of them another `name`")
}

fn wrong_message(message: &Spanned<String>, kind: Kind) -> Option<Mistake> {
    if kind != Kind::Timeline {
        let name = kind.name();
        return Some(
            Mistake::at(message.span(), format!("a figure of the kind `{name}` shows no message"))
                .label("only for `timeline`"),
        );
    }
    message.get_ref().parse::<MessageId>().err().map(|error| {
        Mistake::at(message.span(), error.to_string()).label("not the id of a message")
    })
}

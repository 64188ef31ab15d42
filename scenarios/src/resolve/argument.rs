//! Candid text to a message.

use super::interface::Signature;
use super::names::Names;
use super::references::{Substituted, substitute};
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::scenario::Argument;
use crate::source::Source;
use candid_parser::parse_idl_args;
use std::ops::Range;
use toml::Spanned;

/// Encodes an argument, against declared types if there are any; no text means `()`.
pub(super) fn encode(
    written: Option<&Spanned<String>>,
    signature: Option<Signature>,
    source: &Source,
    names: &Names,
    fallback: Span,
) -> Result<Argument, Mistake> {
    let text = written.map_or("()", |text| text.get_ref());
    let place = Place { text, span: written.map(Spanned::span).unwrap_or(fallback), source };
    let substituted = substitute(text, |name| names.principal_text(name)).map_err(|unknown| {
        let name = &unknown.name;
        if let Some(copies) = names.canisters.find(name) {
            let count = copies.len();
            let place = place.of(unknown.range);
            return Mistake::at(place, format!("`${name}` stands for {count} canisters"))
                .label("which of them?")
                .help(format!("give the name of one, such as `${name}-1`"));
        }
        Mistake::at(place.of(unknown.range), format!("there is no canister `{name}` for `${name}`"))
            .label("no canister of that name")
            .help(did_you_mean(name, "canisters", names.canisters.names()))
    })?;
    let bytes = to_bytes(&substituted, signature, &place)?;
    Ok(Argument { text: text.to_owned(), bytes: bytes.into() })
}

fn to_bytes(
    text: &Substituted,
    signature: Option<Signature>,
    place: &Place<'_>,
) -> Result<Vec<u8>, Mistake> {
    let arguments = parse_idl_args(&text.text).map_err(|error| syntax(&error, text, place))?;
    let Some(Signature { environment, types }) = signature else {
        return arguments.to_bytes().map_err(|error| {
            Mistake::at(place.span.clone(), format!("the argument cannot be encoded: {error}"))
        });
    };
    let declared: Vec<String> = types.iter().map(ToString::to_string).collect();
    let declared = declared.join(", ");
    let mismatch = |error: String| {
        Mistake::at(place.span.clone(), format!("the argument does not fit: {error}"))
            .label("does not fit")
            .help(format!("the module declares ({declared})"))
    };
    if arguments.args.len() > types.len() {
        let (given, taken) = (arguments.args.len(), types.len());
        return Err(mismatch(format!("{given} values given, {taken} taken")));
    }
    arguments.to_bytes_with_types(&environment, &types).map_err(|error| mismatch(error.to_string()))
}

fn syntax(error: &candid_parser::Error, text: &Substituted, place: &Place<'_>) -> Mistake {
    let report = error.report();
    let Some(label) = report.labels.first() else {
        return Mistake::at(place.span.clone(), format!("this is no Candid text: {error}"));
    };
    let range = text.original(label.range.start)..text.original(label.range.end);
    let mistake =
        Mistake::at(place.of(range), format!("this is no Candid text: {}", label.message))
            .label(label.message.clone());
    match report.notes.first() {
        Some(note) => mistake.help(note.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => mistake.help("expected values in parentheses, such as `(principal \"$pong\", 3)`"),
    }
}

/// The place in the scenario file of a range of a text that stands at `span`.
pub(super) fn place_within(text: &Spanned<String>, range: Range<usize>, source: &Source) -> Span {
    Place { text: text.get_ref(), span: text.span(), source }.of(range)
}

/// Where in the scenario file a piece of text stands.
struct Place<'a> {
    text: &'a str,
    span: Span,
    source: &'a Source,
}

impl Place<'_> {
    /// The place of a range of the text; of all of it if the file spells it with escapes.
    fn of(&self, range: Range<usize>) -> Span {
        let Some(raw) = self.source.text.get(self.span.clone()) else { return self.span.clone() };
        match raw.find(self.text) {
            Some(offset) if !self.text.is_empty() => {
                let base = self.span.start + offset;
                let end = range.end.clamp(range.start, self.text.len().max(range.start));
                base + range.start..base + end
            }
            _ => self.span.clone(),
        }
    }
}

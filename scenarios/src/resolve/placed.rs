//! Finds the place of what serde objects to in a tree of TOML values.

use crate::diagnostics::{Mistake, did_you_mean};
use crate::document::Tree;
use toml::{Spanned, Value};

/// The mistake behind serde's `message` on `entry`, at the key or value it speaks of.
pub(super) fn problem(message: &str, entry: &Spanned<Tree>) -> Mistake {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let entries = entry.get_ref().entries();
    match names.as_slice() {
        [found, known @ ..] if message.starts_with("unknown field") => {
            let key = entries.iter().find(|(key, _)| key.get_ref() == found);
            let span = key.map_or(entry.span(), |(key, _)| key.span());
            Mistake::at(span, format!("there is no field `{found}`"))
                .label("not a field here")
                .help(did_you_mean(found, "fields", known.iter().copied()))
        }
        [found, known @ ..] if message.starts_with("unknown variant") => {
            let is_found = |value: &Tree| *value == Tree::Leaf(Value::from(*found));
            let value = entries.iter().find(|(_, value)| is_found(value.get_ref()));
            let span = value.map_or(entry.span(), |(_, value)| value.span());
            Mistake::at(span, format!("`{found}` is not known here")).help(did_you_mean(
                found,
                "expected one of",
                known.iter().copied(),
            ))
        }
        [field, ..] if message.starts_with("missing field") => {
            Mistake::at(entry.span(), format!("the field `{field}` is missing"))
                .label(format!("`{field}` is expected here"))
        }
        _ => Mistake::at(entry.span(), message.trim()).label("not valid"),
    }
}

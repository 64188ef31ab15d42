//! Turns what the TOML reader objects to into mistakes, and sets the culprit aside.

use crate::diagnostics::{Mistake, Span, did_you_mean, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// What to change in the table so that reading can go on.
pub(super) enum Repair {
    /// Give the key at this place its nearest valid name.
    Rename(Span, String),
    /// Take the key away whose value lies at this place.
    Remove(Span),
    /// Take the whole table at this place away: it misses a field.
    Drop {
        /// The table.
        table: Span,
        /// The field.
        field: String,
    },
}

impl Repair {
    /// Changes the table and answers the name of the key that was touched, empty for an item of an
    /// array; `None` if there is nothing to touch.
    pub(super) fn apply(self, table: &mut DeTable<'_>) -> Option<String> {
        match self {
            Repair::Rename(span, name) => rename(table, &span, &name),
            Repair::Remove(span) => remove(table, &span),
            Repair::Drop { table: span, .. } => {
                remove_item(table, &span).or_else(|| remove_exactly(table, &span))
            }
        }
    }
}

/// The text is no TOML.
pub(super) fn syntax(error: &Error, text: &str) -> Mistake {
    let mut lines = error.message().lines();
    let first = lines.next().unwrap_or("the text cannot be read");
    let expected = lines.collect::<Vec<_>>().join("; ");
    let span = error.span().unwrap_or(text.len()..text.len());
    let mistake = Mistake::at(span, format!("this is not TOML: {first}"));
    if expected.is_empty() { mistake } else { mistake.help(expected) }
}

/// The first thing wrong with the fields.
pub(super) fn mistake_of(error: &Error, root: &DeTable<'_>) -> (Mistake, Repair) {
    let message = error.message();
    let span = error.span().unwrap_or(0..0);
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match names.as_slice() {
        [found, known @ ..] if message.starts_with("unknown field") => {
            unknown_field(found, known, span)
        }
        [found, known @ ..] if message.starts_with("unknown variant") => {
            let mistake = Mistake::at(span.clone(), format!("`{found}` is not known here"))
                .help(did_you_mean(found, "expected one of", known.iter().copied()));
            (mistake, Repair::Remove(span))
        }
        [field, ..] if message.starts_with("missing field") => {
            let mistake = Mistake::at(span.clone(), format!("the field `{field}` is missing"))
                .label(format!("`{field}` is expected here"));
            (mistake, Repair::Drop { table: span, field: (*field).to_owned() })
        }
        _ => (wrong_value(message, span.clone(), root), Repair::Remove(span)),
    }
}

fn unknown_field(found: &str, known: &[&str], span: Span) -> (Mistake, Repair) {
    let mistake = Mistake::at(span.clone(), format!("there is no field `{found}`"))
        .label("not a field here")
        .help(did_you_mean(found, "fields", known.iter().copied()));
    let repair = match nearest(found, known.iter().copied()) {
        Some(near) => Repair::Rename(span, near.to_owned()),
        None => Repair::Remove(span),
    };
    (mistake, repair)
}

fn wrong_value(message: &str, span: Span, root: &DeTable<'_>) -> Mistake {
    let plain = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "));
    let Some((found, expected)) = plain.and_then(|plain| plain.split_once(", expected ")) else {
        return Mistake::at(span, message.replace("; expected", ", expected")).label("not valid");
    };
    let expected = match expected {
        "u64" => "a whole number of at least 0",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    let key = key_of(root, &span).unwrap_or_default();
    let is_time = expected == "a string" && TIMES.contains(&key.as_str());
    let expected = if is_time { "a duration" } else { expected };
    let field = if key.is_empty() { key } else { format!("`{key}`: ") };
    let mistake = Mistake::at(span, format!("{field}found {found}, expected {expected}"))
        .label(format!("expected {expected}"));
    match found.split('`').nth(1) {
        Some(number) if is_time => {
            mistake.help(format!("for {number} seconds write \"{number}s\""))
        }
        _ => mistake,
    }
}

/// Fields that hold a duration.
const TIMES: [&str; 9] =
    ["duration", "warm_up", "start", "stop", "on", "off", "period", "peak", "freezing_threshold"];

/// Calls `visit` on every table below `table`, itself first, until it answers.
fn find<'i, T>(
    table: &mut DeTable<'i>,
    visit: &mut dyn FnMut(&mut DeTable<'i>) -> Option<T>,
) -> Option<T> {
    if let Some(found) = visit(table) {
        return Some(found);
    }
    table.iter_mut().find_map(|(_, value)| find_in_value(value.get_mut(), visit))
}

fn find_in_value<'i, T>(
    value: &mut DeValue<'i>,
    visit: &mut dyn FnMut(&mut DeTable<'i>) -> Option<T>,
) -> Option<T> {
    match value {
        DeValue::Table(table) => find(table, visit),
        DeValue::Array(items) => {
            items.iter_mut().find_map(|item| find_in_value(item.get_mut(), visit))
        }
        _ => None,
    }
}

fn rename(root: &mut DeTable<'_>, span: &Span, name: &str) -> Option<String> {
    find(root, &mut |table| {
        let key = table.keys().find(|key| key.span() == *span)?.clone();
        let value = table.remove(&key)?;
        if !table.keys().any(|other| other.get_ref() == name) {
            table.insert(Spanned::new(key.span(), name.to_owned().into()), value);
        }
        Some(key.into_inner().into_owned())
    })
}

/// Takes away the key at `span`, or the one whose value is the narrowest around it.
fn remove(root: &mut DeTable<'_>, span: &Span) -> Option<String> {
    let width = narrowest(root, span)?;
    find(root, &mut |table| {
        let touches = |(key, value): &(&Spanned<_>, &Spanned<DeValue<'_>>)| {
            key.span() == *span || (encloses(value, span) && value.span().len() == width)
        };
        let key: Spanned<_> = table.iter().find(touches)?.0.clone();
        table.remove(&key);
        Some(key.into_inner().into_owned())
    })
}

/// Takes away the item at `span` of an array of tables.
fn remove_item(root: &mut DeTable<'_>, span: &Span) -> Option<String> {
    find(root, &mut |table| {
        table.iter_mut().find_map(|(_, value)| {
            let DeValue::Array(items) = value.get_mut() else { return None };
            let before = items.len();
            *items = items.iter().filter(|item| item.span() != *span).cloned().collect();
            (items.len() < before).then(String::new)
        })
    })
}

/// Takes away the key whose value lies at `span`.
fn remove_exactly(root: &mut DeTable<'_>, span: &Span) -> Option<String> {
    find(root, &mut |table| {
        let key = table.iter().find(|(_, value)| value.span() == *span)?.0.clone();
        table.remove(&key);
        Some(key.into_inner().into_owned())
    })
}

fn narrowest(root: &mut DeTable<'_>, span: &Span) -> Option<usize> {
    let mut best: Option<usize> = None;
    find(root, &mut |table| {
        let widths =
            table.iter().filter(|(key, value)| key.span() == *span || encloses(value, span));
        let least = widths.map(|(_, value)| value.span().len()).min();
        best = best.into_iter().chain(least).min();
        None::<()>
    });
    best
}

fn encloses(value: &Spanned<DeValue<'_>>, span: &Span) -> bool {
    value.span().start <= span.start && span.end <= value.span().end
}

fn key_of(root: &DeTable<'_>, span: &Span) -> Option<String> {
    find(&mut root.clone(), &mut |table| {
        let (key, _) = table.iter().find(|(_, value)| value.span() == *span)?;
        Some(key.get_ref().to_string())
    })
}

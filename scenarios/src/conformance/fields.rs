//! Which fields of a recorded result are compared, and where they first differ.

use super::trace;
use crate::script::{describe, values};
use serde_json::Value;
use std::collections::BTreeSet;

/// A field that differs, with both values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    pub(super) field: String,
    pub(super) expected: String,
    pub(super) found: String,
}

/// Fields compared as they are, in the order in which a difference is looked for: what a message
/// did before what follows from it.
const COMPARED: [&str; 33] = [
    "at_submit",
    "reply",
    "rounds",
    "payload_bytes",
    "wasm_bytes",
    "id",
    "subnet",
    "bytes",
    "pages",
    "missing",
    "balance",
    "status",
    "version",
    "module_hash",
    "wasm_memory_pages",
    "stable_memory_pages",
    "globals",
    "execution_memory_usage",
    "canister_history_memory_usage",
    "message_memory_usage",
    "memory_usage",
    "certified_data",
    "heap_delta_debit",
    "install_code_debit",
    "reserved_balance",
    "consumed_cycles",
    "consumed_by_use_case",
    "executed",
    "scheduled_as_first",
    "compute_allocation",
    "memory_allocation",
    "freezing_threshold",
    "balances",
];

/// Fields that repeat the step.
const OF_THE_STEP: [&str; 6] = ["op", "c", "as", "method", "label", "note"];

/// Fields the model does not have: a hash over the signed message, the difference of two numbers that
/// are in the reply, the module that was installed.
const LEFT_OUT: [&str; 3] = ["message_id", "measured", "wasm_hex"];

/// Fields of a reject that are compared where they were recorded.
const OF_REJECT: [&str; 3] = ["code", "error_code", "error"];

/// What a reject says to people is worded differently in every version of the replica.
const TEXT_OF_REJECT: &str = "message";

/// True if a recorded result has a field that is compared.
pub(super) fn says_something(result: &Value) -> bool {
    let compared = |name: &String| {
        COMPARED.contains(&name.as_str()) || ["reject", "trace"].contains(&name.as_str())
    };
    result.as_object().is_some_and(|fields| fields.keys().any(compared))
}

/// Fields of recorded results that nothing here knows.
pub fn unknown(case: &Value) -> BTreeSet<String> {
    let mut unknown = BTreeSet::new();
    for result in case["results"].as_array().into_iter().flatten() {
        let names = result.as_object().into_iter().flat_map(|fields| fields.keys());
        let known = |name: &&String| {
            let name = name.as_str();
            COMPARED.contains(&name)
                || OF_THE_STEP.contains(&name)
                || LEFT_OUT.contains(&name)
                || ["reject", "trace"].contains(&name)
        };
        unknown.extend(names.filter(|name| !known(name)).cloned());
        let parts = result["reject"].as_object().into_iter().flat_map(|fields| fields.keys());
        let known = |name: &&String| OF_REJECT.contains(&name.as_str()) || *name == TEXT_OF_REJECT;
        unknown.extend(parts.filter(|name| !known(name)).map(|name| format!("reject.{name}")));
        let entries = result["trace"].as_array().into_iter().flatten();
        unknown.extend(entries.flat_map(trace::unknown).map(|name| format!("trace.{name}")));
    }
    unknown
}

/// The first field that differs.
pub(super) fn mismatch(expected: &Value, found: &Value) -> Option<Mismatch> {
    let reject = reject_mismatch(expected, found);
    reject.or_else(|| trace::mismatch(&expected["trace"], &found["trace"])).or_else(|| {
        COMPARED.into_iter().find_map(|field| {
            let wanted = &expected[field];
            // An answer that was not recorded was none, so there may be none.
            let stated = !wanted.is_null() || ["reply", "at_submit"].contains(&field);
            (stated && !same(wanted, &found[field]))
                .then(|| differing(field, wanted, &found[field], found))
        })
    })
}

/// Where no reject was recorded there was none; of one that was, what was recorded is compared.
fn reject_mismatch(expected: &Value, found: &Value) -> Option<Mismatch> {
    let (wanted, got) = (&expected["reject"], &found["reject"]);
    if wanted.is_null() != got.is_null() {
        let code = |reject: &Value| reject.get("code").unwrap_or(reject).clone();
        return Some(differing("reject", &code(wanted), &code(got), found));
    }
    let differs = |field: &&str| !wanted[*field].is_null() && wanted[*field] != got[*field];
    let field = OF_REJECT.into_iter().find(differs)?;
    Some(differing(&format!("reject.{field}"), &wanted[field], &got[field], found))
}

/// `at_submit` may be left out or false; a reply may be written out or described.
fn same(expected: &Value, found: &Value) -> bool {
    let no = |value: &Value| value.is_null() || *value == Value::Bool(false);
    expected == found || no(expected) && no(found) || same_reply(expected, found)
}

fn same_reply(one: &Value, other: &Value) -> bool {
    let described =
        |text: &str| values::hex(text, &values::Names::new()).map(|reply| describe(&reply));
    match (one, other) {
        (Value::String(whole), Value::Object(_)) => described(whole).is_ok_and(|one| one == *other),
        (Value::Object(_), Value::String(whole)) => {
            described(whole).is_ok_and(|other| *one == other)
        }
        _ => false,
    }
}

fn differing(field: &str, expected: &Value, found: &Value, whole: &Value) -> Mismatch {
    if let (Value::Object(wanted), Value::Object(got)) = (expected, found) {
        let part = wanted.keys().chain(got.keys()).find(|name| wanted.get(*name) != got.get(*name));
        if let Some(name) = part {
            return differing(&format!("{field}.{name}"), &expected[name], &found[name], whole);
        }
    }
    let mut text = short(found);
    if let Some(message) = whole["reject"]["message"].as_str() {
        text.push_str(&format!(" ({message})"));
    }
    Mismatch { field: field.to_owned(), expected: short(expected), found: text }
}

/// Names of the fields of two results that are worth showing, without traces.
pub(super) fn names<'a>(recorded: &'a Value, found: &'a Value) -> BTreeSet<&'a String> {
    let fields = [recorded, found].into_iter().flat_map(|result| result.as_object());
    let names = fields.flat_map(|fields| fields.keys());
    let hidden =
        |name: &str| OF_THE_STEP.contains(&name) || LEFT_OUT.contains(&name) || name == "trace";
    names.filter(|name| !hidden(name)).collect()
}

/// A value without the quotation marks of text.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| short(value), |text| short(&Value::from(text)).replace('"', ""))
}

/// A value on one line, cut if it is long.
pub(super) fn short(value: &Value) -> String {
    if value.is_null() {
        return "nothing".to_owned();
    }
    let text = value.to_string();
    match text.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_reply_that_was_not_recorded_differs() {
        let (expected, found) = (json!({ "op": "poll" }), json!({ "op": "poll", "reply": "00" }));
        assert_eq!(mismatch(&expected, &found).map(|m| m.field), Some("reply".to_owned()));
    }

    #[test]
    fn a_long_reply_may_be_written_out_or_described() {
        let bytes = vec![7; 5_000];
        let whole = json!({ "reply": values::to_hex(&bytes) });
        let described = json!({ "reply": describe(&bytes) });
        assert_eq!(mismatch(&whole, &described), None);
        assert_eq!(mismatch(&described, &whole), None);
        let other = json!({ "reply": values::to_hex(&bytes[1..]) });
        assert!(mismatch(&described, &other).is_some());
    }

    #[test]
    fn the_entry_of_a_table_that_differs_is_named() {
        let expected = json!({ "balances": { "a": "1", "b": "2" } });
        let found = json!({ "balances": { "a": "1", "b": "3" } });
        let mismatch = mismatch(&expected, &found).expect("b differs");
        assert_eq!((mismatch.field.as_str(), mismatch.found.as_str()), ("balances.b", "\"3\""));
    }

    #[test]
    fn fields_that_are_not_known_are_told() {
        let case = json!({ "results": [{ "op": "tick", "mood": 1, "trace": [{ "colour": 2 }] }] });
        assert_eq!(unknown(&case), ["mood".to_owned(), "trace.colour".to_owned()].into());
    }
}

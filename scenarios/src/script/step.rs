//! One step as it stands in the file: its fields, checked by name and type.

use super::values::{Names, canister};
use crate::diagnostics::nearest;
use serde_json::{Map, Value};
use sim_core::id::CanisterId;

/// What steps there are, with the fields each may have beside [`ANYWHERE`].
const STEPS: [(&str, &[&str]); 13] = [
    ("create", &["as", "subnet", "cycles", "id", "settings", "sender"]),
    ("install", &["c", "wat", "wasm_file", "wasm_hex", "arg", "mode", "sender"]),
    ("update", &["c", "method", "arg", "sender"]),
    ("submit", &["c", "method", "arg", "as", "sender"]),
    ("poll", &["id"]),
    ("query", &["c", "method", "arg", "sender"]),
    ("mgmt", &["c", "method", "arg", "subnet", "sender"]),
    ("settings", &["c", "settings", "sender"]),
    ("tick", &["n"]),
    ("advance", &["s", "ns"]),
    ("state", &["c"]),
    ("stable", &["c", "offset", "len"]),
    ("heap", &["c", "offset", "len"]),
];
/// Fields of every step; the others say something to people only.
const ANYWHERE: [&str; 4] = ["op", "label", "note", "desc"];

/// A step.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    fields: &'a Map<String, Value>,
    pub(super) op: &'static str,
}

impl<'a> Step<'a> {
    /// Reads what kind of step it is.
    ///
    /// # Errors
    /// It is none, or has a field it cannot have.
    pub(super) fn read(step: &'a Value) -> Result<Self, String> {
        let fields = step.as_object().ok_or(format!("expected an object, found {step}"))?;
        let ops = || STEPS.iter().map(|(op, _)| *op);
        let Some(op) = fields.get("op") else {
            return Err(format!("`op` is missing; expected one of {}", listed(ops())));
        };
        let name = op.as_str().ok_or(format!("`op`: expected a name, found {op}"))?;
        let Some((op, known)) = STEPS.iter().find(|(op, _)| *op == name) else {
            return Err(unknown("step", name, ops()));
        };
        let known = || known.iter().chain(&ANYWHERE).copied();
        match fields.keys().find(|name| known().all(|field| field != *name)) {
            Some(name) => Err(unknown("field", name, known())),
            None => Ok(Step { fields, op }),
        }
    }

    /// The value of a field; null if it is not there.
    pub(super) fn value(self, field: &str) -> &'a Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// A field that is text, if it is there.
    pub(super) fn text(self, field: &str) -> Result<Option<&'a str>, String> {
        match self.value(field) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            other => Err(wrong(field, "text", other)),
        }
    }

    /// A field that is text and has to be there; `what` says what it is.
    pub(super) fn needed(self, field: &str, what: &str) -> Result<&'a str, String> {
        self.text(field)?.ok_or_else(|| format!("`{field}` is missing: {what}"))
    }

    /// A field that is a whole number, or what it is if it is not there.
    pub(super) fn number(self, field: &str, otherwise: u64) -> Result<u64, String> {
        match self.value(field) {
            Value::Null => Ok(otherwise),
            value => value.as_u64().ok_or_else(|| wrong(field, "a whole number from 0 on", value)),
        }
    }

    /// The canister a step is about.
    pub(super) fn canister(self, names: &Names) -> Result<CanisterId, String> {
        canister(self.needed("c", "the name of a canister")?, names)
            .map_err(|problem| format!("`c`: {problem}"))
    }
}

fn wrong(field: &str, expected: &str, found: &Value) -> String {
    format!("`{field}`: expected {expected}, found {found}")
}

/// A name that is none of those known, with the nearest.
pub(super) fn unknown<'a>(
    kind: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    let near = nearest(name, known.clone());
    let hint = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    format!("unknown {kind} `{name}`; {hint}expected one of {}", listed(known))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem(step: &Value) -> String {
        Step::read(step).err().expect("is no step")
    }

    #[test]
    fn a_misspelt_step_is_told_with_the_nearest() {
        let problem = problem(&json!({ "op": "instal", "c": "a" }));
        assert!(problem.contains("unknown step `instal`; did you mean `install`?"), "{problem}");
    }

    #[test]
    fn a_misspelt_field_is_told_with_the_nearest() {
        let problem = problem(&json!({ "op": "install", "wasm_fil": "x.wasm" }));
        assert!(
            problem.contains("unknown field `wasm_fil`; did you mean `wasm_file`?"),
            "{problem}"
        );
    }

    #[test]
    fn a_field_of_another_type_is_told_with_what_was_expected() {
        let step = json!({ "op": "tick", "n": "three" });
        let step = Step::read(&step).expect("its names are right");
        let problem = step.number("n", 1).expect_err("it is text");
        assert_eq!(problem, "`n`: expected a whole number from 0 on, found \"three\"");
    }
}

//! Recordings of a real replica, replayed on the model and compared.
//!
//! Every case runs in a fresh world; the first field that differs is reported. What is compared:
//! reply or reject code and error code, rounds used, every trace entry's place, canister,
//! instructions and balance in order within (iteration, thread), all balances after each step, and
//! the fields of `state` that the model has.

use crate::script;
use serde_json::Value;
use std::fmt;
use std::path::Path;

/// How a case compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every compared field agrees.
    Agrees,
    /// The first difference.
    Differs(Difference),
    /// The case cannot be run, and why.
    Skipped(String),
}

/// Where recording and model part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Number of the step, from 1.
    pub step: usize,
    /// What the step does.
    pub op: String,
    /// The field that differs.
    pub field: String,
    /// What was recorded.
    pub expected: String,
    /// What the model says.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "step {} ({}): {}: expected {}, found {}",
            self.step, self.op, self.field, self.expected, self.found
        )
    }
}

/// Fields of a result that are compared as they are.
const PLAIN: [&str; 7] =
    ["rounds", "reply", "balances", "at_submit", "bytes", "missing", "wasm_bytes"];
/// Fields of `state` that the model has.
const STATE: [&str; 17] = [
    "balance",
    "status",
    "version",
    "execution_memory_usage",
    "canister_history_memory_usage",
    "memory_usage",
    "certified_data",
    "message_memory_usage",
    "reserved_balance",
    "heap_delta_debit",
    "install_code_debit",
    "consumed_by_use_case",
    "module_hash",
    "wasm_memory_pages",
    "stable_memory_pages",
    "globals",
    "scheduled_as_first",
];
/// Fields of a trace entry.
const TRACE: [&str; 6] = ["place", "canister", "iter", "thread", "instructions", "balance_after"];

/// Runs a case and compares it with its recorded results.
pub fn compare(case: &Value, folder: &Path) -> Verdict {
    let found = match script::run(&with_recorded_modules(case), folder) {
        Ok(found) => found,
        Err(error) => return Verdict::Skipped(error.to_string()),
    };
    let expected = case["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, (expected, found)) in expected.iter().zip(&found).enumerate() {
        if let Some((field, expected, found)) = difference(expected, found) {
            let op = expected_op(&case["steps"][index]);
            return Verdict::Differs(Difference { step: index + 1, op, field, expected, found });
        }
    }
    Verdict::Agrees
}

/// Long generated modules stand in the results only.
fn with_recorded_modules(case: &Value) -> Value {
    let mut case = case.clone();
    let steps = case["steps"].as_array().map_or(0, Vec::len);
    for index in 0..steps {
        let module = case["results"][index]["wasm_hex"].clone();
        let generated = |text: &str| text.contains("(generated;");
        let step = &mut case["steps"][index];
        if module.is_string() && step["wat"].as_str().is_some_and(generated) {
            step["wat"] = Value::Null;
            step["wasm_hex"] = module;
        }
    }
    case
}

fn expected_op(step: &Value) -> String {
    let part = |name: &str| step[name].as_str().map(|text| format!(" {text}")).unwrap_or_default();
    format!("{}{}{}", step["op"].as_str().unwrap_or("?"), part("c"), part("method"))
}

/// The first field that differs, with both values.
fn difference(expected: &Value, found: &Value) -> Option<(String, String, String)> {
    let reject = ["code", "error_code"];
    for field in reject {
        let pair = (&expected["reject"][field], &found["reject"][field]);
        if pair.0 != pair.1 {
            return Some(differing(&format!("reject.{field}"), pair.0, pair.1, found));
        }
    }
    if let Some(difference) = traces(&expected["trace"], &found["trace"]) {
        return Some(difference);
    }
    let state = STATE.iter().filter(|_| expected["op"] == "state");
    for field in PLAIN.iter().chain(state) {
        if let Some(wanted) = expected.get(*field)
            && *wanted != found[*field]
        {
            return Some(differing(field, wanted, &found[*field], found));
        }
    }
    None
}

fn differing(
    field: &str,
    expected: &Value,
    found: &Value,
    whole: &Value,
) -> (String, String, String) {
    let mut text = short(found);
    if let Some(message) = whole["reject"]["message"].as_str() {
        text.push_str(&format!(" ({message})"));
    }
    (field.to_owned(), short(expected), text)
}

/// Traces agree if, within each (iteration, thread), the same happened in the same order.
fn traces(expected: &Value, found: &Value) -> Option<(String, String, String)> {
    let entries = |trace: &Value| trace.as_array().cloned().unwrap_or_default();
    let (expected, found) = (entries(expected), entries(found));
    if let Some(place) = expected.iter().position(|entry| entry.get("omitted").is_some()) {
        return entries_differ(&expected[..place], &found[..place.min(found.len())]);
    }
    entries_differ(&expected, &found)
}

fn entries_differ(expected: &[Value], found: &[Value]) -> Option<(String, String, String)> {
    for (index, (wanted, got)) in expected.iter().zip(found).enumerate() {
        for field in TRACE {
            let unsaid = wanted.get(field).is_none_or(Value::is_null);
            if !unsaid && wanted[field] != got[field] {
                let name = format!("trace[{index}].{field} of {}", short(&wanted["what"]));
                return Some((name, short(&wanted[field]), short(&got[field])));
            }
        }
    }
    (expected.len() != found.len())
        .then(|| ("trace length".to_owned(), expected.len().to_string(), found.len().to_string()))
}

/// A value on one line, cut if it is long.
fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

//! A recorded script, run again step by step and compared.

use super::fields::{self, Mismatch};
use super::{Difference, Verdict};
use crate::script::{self, Runtimes};
use serde_json::Value;
use std::path::Path;

/// Runs a case and compares it with its recorded results.
pub(super) fn judge(case: &Value, folder: &Path, runtimes: &Runtimes) -> Verdict {
    let steps = case["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(expected) = case["results"].as_array() else {
        return Verdict::Skipped("it has no results to compare with".to_owned());
    };
    if steps.is_empty() {
        return Verdict::Skipped("it has no steps to run".to_owned());
    }
    if steps.len() != expected.len() {
        let (steps, results) = (steps.len(), expected.len());
        return Verdict::malformed(format!("it has {steps} steps, but {results} results"));
    }
    if expected.iter().all(|result| !fields::says_something(result)) {
        return Verdict::Skipped("its results hold nothing that is compared".to_owned());
    }
    let played = match script::run(&with_recorded_modules(case), folder, runtimes) {
        Ok(played) => played,
        Err(error) => return Verdict::malformed(error.to_string()),
    };
    for (index, (expected, found)) in expected.iter().zip(&played.results).enumerate() {
        if let Some(Mismatch { field, expected, found }) = fields::mismatch(expected, found) {
            let place = format!("step {} ({})", index + 1, words(&steps[index]));
            return Verdict::Differs(Difference { place, field, expected, found });
        }
    }
    match case["rounds"].as_u64() {
        Some(expected) if expected != played.rounds => Verdict::Differs(Difference {
            place: "in all".to_owned(),
            field: "rounds".to_owned(),
            expected: expected.to_string(),
            found: played.rounds.to_string(),
        }),
        _ => Verdict::Agrees,
    }
}

/// The case with the modules that were installed: where a step has a module in the text format, the
/// recording says which binary was made from it.
pub(super) fn with_recorded_modules(case: &Value) -> Value {
    let mut case = case.clone();
    let steps = case["steps"].as_array().map_or(0, Vec::len);
    for index in 0..steps {
        let module = case["results"][index]["wasm_hex"].clone();
        let step = &mut case["steps"][index];
        if module.is_string()
            && let Some(step) = step.as_object_mut()
            && step.remove("wat").is_some()
        {
            step.insert("wasm_hex".to_owned(), module);
        }
    }
    case
}

/// A step in a few words, such as `update a go`.
fn words(step: &Value) -> String {
    let part = |name: &str| step[name].as_str().map(|text| format!(" {text}")).unwrap_or_default();
    format!("{}{}{}", step["op"].as_str().unwrap_or("?"), part("c"), part("method"))
}

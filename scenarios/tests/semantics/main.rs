//! What canisters and clients may rely on, case by case. Each case names the ids it shows; `docs/semantics.md`
//! lists them all.
//!
//! A case is a script (`docs/scripts.md`) whose steps say what is expected of them. `candid` is an
//! argument in Candid text, `call` one for `proxy.wat`, `@name` a module beside this file, and `$n` the
//! id of the n-th canister.

mod arguments;
mod expect;

use scenarios::script::Runtimes;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/semantics")
}

/// Runs every case of a file and reports all that fail at once.
fn check(file: &str) {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path).expect("the cases are there");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("they are JSON");
    let runtimes = Runtimes::default();
    let failed = |case: &Value| failure(case, &runtimes).err();
    let failures: Vec<String> = cases.iter().filter_map(failed).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn failure(case: &Value, runtimes: &Runtimes) -> Result<(), String> {
    let name = format!("{} ({})", case["ids"], case["say"]);
    let steps = case["steps"].as_array().ok_or_else(|| format!("{name}: no steps"))?;
    let prepared: Vec<Value> =
        steps.iter().map(|step| arguments::prepare(step, &folder())).collect();
    let script = json!({ "config": case["config"], "steps": prepared });
    let played = scenarios::script::run(&script, &folder(), runtimes)
        .map_err(|error| format!("{name}: {error}"))?;
    let mut noted = None;
    for (number, (step, result)) in steps.iter().zip(&played.results).enumerate() {
        expect::check(&step["expect"], result, &mut noted)
            .map_err(|wrong| format!("{name}: step {}: {wrong}, in {result}", number + 1))?;
    }
    Ok(())
}

#[test]
fn life_cycle() {
    check("life_cycle.json");
}

#[test]
fn installing_code() {
    check("install.json");
}

#[test]
fn settings() {
    check("settings.json");
}

#[test]
fn calls_and_replies() {
    check("calls.json");
}

#[test]
fn queries_and_inspection() {
    check("queries.json");
}

#[test]
fn chunks_snapshots_logs_and_outcalls() {
    check("services.json");
}

#[test]
fn a_case_that_is_wrong_fails() {
    let case = json!({
        "ids": ["none"],
        "say": "an empty canister replies",
        "steps": [
            { "op": "create", "as": "a" },
            { "op": "query", "c": "a", "method": "q", "expect": { "ok": true } },
        ],
    });
    assert!(failure(&case, &Runtimes::default()).is_err());
}

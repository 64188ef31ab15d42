//! What canisters and clients may rely on, case by case. Each case is a test named by the ids it shows, so
//! `cargo test --test semantics S0194` runs the one that shows S0194; `docs/semantics.md` lists them all.
//!
//! A case is a script (`docs/scripts.md`) whose steps say what is expected of them. `candid` is an
//! argument in Candid text, `do` a program (`program.rs`) for the canister `@machine`, `call` a call for
//! `proxy.wat`, any other `@name` a module beside this file, and `$name` the id of a canister.

mod arguments;
mod expect;
mod listing;
mod machine;
mod program;
mod reading;
mod sized;

use libtest_mimic::{Arguments, Failed, Trial};
use scenarios::script::Runtimes;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/semantics")
}

/// Runs a case; the first step that does not come to what is expected of it is a failure.
fn run(case: &Value, runtimes: &Runtimes) -> Result<(), String> {
    let steps = case["steps"].as_array().ok_or("no steps")?;
    let ids = arguments::Ids::of(steps);
    let prepare = |(number, step): (usize, &Value)| {
        let prepared = arguments::prepare(step, &folder(), &ids);
        prepared.map_err(|wrong| format!("step {}: {wrong}", number + 1))
    };
    let prepared: Vec<Value> = steps.iter().enumerate().map(prepare).collect::<Result<_, _>>()?;
    let script = json!({ "config": case["config"], "steps": prepared });
    let played = scenarios::script::run(&script, &folder(), runtimes);
    let played = played.map_err(|error| error.to_string())?;
    let mut noted = expect::Noted::new();
    for (number, (step, result)) in steps.iter().zip(&played.results).enumerate() {
        expect::check(&step["expect"], result, &mut noted).map_err(|wrong| {
            let mut shown = result.to_string();
            shown.truncate(shown.floor_char_boundary(3_000));
            format!("step {}: {wrong}, in {shown}", number + 1)
        })?;
    }
    Ok(())
}

fn trial(file: &str, case: Value, runtimes: &Arc<Runtimes>) -> Trial {
    let ids = listing::ids(&case).join("_");
    let say = case["say"].as_str().unwrap_or_default();
    let name = format!("{}::{ids} {say}", file.trim_end_matches(".json"));
    let runtimes = Arc::clone(runtimes);
    Trial::test(name, move || run(&case, &runtimes).map_err(Failed::from))
}

/// A case that expects what is not so; it has to fail.
fn a_wrong_case() -> Value {
    json!({ "steps": [
        { "op": "create", "as": "a" },
        { "op": "query", "c": "a", "method": "q", "expect": { "ok": true } },
    ] })
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let runtimes = Arc::new(Runtimes::default());
    let mut trials = Vec::new();
    for (file, cases) in listing::scripts() {
        trials.extend(cases.into_iter().map(|case| trial(&file, case, &runtimes)));
    }
    trials.push(Trial::test("a_case_that_is_wrong_fails", move || {
        match run(&a_wrong_case(), &runtimes) {
            Ok(()) => Err("it did not".into()),
            Err(_) => Ok(()),
        }
    }));
    trials.push(Trial::test("every_id_is_tested_or_listed_once", || Ok(listing::check()?)));
    trials.push(Trial::test("the_table_in_the_docs_is_this_one", || Ok(listing::check_table()?)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

//! `icsim script`.

use super::arguments::ScriptArguments;
use super::{recordings, terminal};
use crate::conformance;
use crate::run::exit::Exit;
use crate::script::{self, Runtimes};
use serde_json::Value;

/// Runs every case of the file and prints it with its results.
pub(super) fn run(arguments: &ScriptArguments) -> Exit {
    match results(arguments) {
        Ok(results) => {
            terminal::line(&format!("{results:#}"));
            Exit::Good
        }
        Err(problem) => {
            eprintln!("icsim: {problem}");
            Exit::WrongInput
        }
    }
}

/// The file with the model's results in it: a recording of the model.
fn results(arguments: &ScriptArguments) -> Result<Value, String> {
    let file = recordings::read(&arguments.file)?;
    let (mut cases, runtimes) = (file.cases, Runtimes::default());
    for case in &mut cases {
        let case_name = conformance::name(case).to_owned();
        let played = script::run(case, &file.folder, &runtimes)
            .map_err(|error| format!("{}: case {case_name}: {error}", file.path.display()))?;
        case["rounds"] = played.rounds.into();
        case["results"] = Value::Array(played.results);
    }
    let mut whole = file.whole;
    if !whole.is_object() {
        whole = serde_json::json!({});
    }
    whole["cases"] = Value::Array(cases);
    Ok(whole)
}

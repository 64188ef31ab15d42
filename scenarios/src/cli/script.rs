//! `icsim script`.

use super::arguments::ScriptArguments;
use super::recordings;
use crate::run::exit::Exit;
use crate::script;
use serde_json::{Value, json};
use std::io::Write;

/// Runs every case of the file and prints it with its results.
pub(super) fn run(arguments: &ScriptArguments) -> Exit {
    match results(arguments) {
        Ok(results) => {
            // A closed pipe is no reason to fail: there is nobody left to tell.
            let _ = writeln!(std::io::stdout(), "{results:#}");
            Exit::Good
        }
        Err(problem) => {
            eprintln!("icsim: {problem}");
            Exit::WrongInput
        }
    }
}

fn results(arguments: &ScriptArguments) -> Result<Value, String> {
    let recordings = recordings::read(&arguments.file)?;
    let mut cases = recordings.cases;
    for case in &mut cases {
        let results = script::run(case, &recordings.folder)
            .map_err(|error| format!("{}: {error}", arguments.file.display()))?;
        case["results"] = Value::Array(results);
    }
    Ok(json!({ "cases": cases }))
}

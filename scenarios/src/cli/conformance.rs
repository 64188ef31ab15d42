//! `icsim conformance`.

use super::arguments::ConformanceArguments;
use super::recordings;
use crate::conformance::{Verdict, compare};
use crate::run::exit::Exit;
use crate::script;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Replays the recordings, prints what differs.
pub(super) fn run(arguments: &ConformanceArguments) -> Exit {
    let mut count = Count::default();
    for path in &arguments.files {
        let recordings = match recordings::read(path) {
            Ok(recordings) => recordings,
            Err(problem) => {
                eprintln!("icsim: {problem}");
                return Exit::WrongInput;
            }
        };
        let wanted =
            |case: &&Value| arguments.case.as_ref().is_none_or(|name| case["name"] == **name);
        for case in recordings.cases.iter().filter(wanted) {
            judge(case, &recordings.folder, arguments, &mut count);
        }
    }
    let Count { passed, failed, skipped } = count;
    print(&format!("{passed} passed, {failed} failed, {skipped} skipped"));
    if failed == 0 { Exit::Good } else { Exit::Disagreement }
}

fn judge(case: &Value, folder: &Path, arguments: &ConformanceArguments, count: &mut Count) {
    let name = case["name"].as_str().unwrap_or("a case without name");
    if arguments.case.is_some() {
        let results = script::run(case, folder).map(Value::Array).unwrap_or(Value::Null);
        print(&format!("{results:#}"));
    }
    let verdict = compare(case, folder);
    let (word, detail) = match &verdict {
        Verdict::Agrees => {
            count.passed += 1;
            ("passed", String::new())
        }
        Verdict::Differs(difference) => {
            count.failed += 1;
            ("failed", difference.to_string())
        }
        Verdict::Skipped(reason) => {
            count.skipped += 1;
            ("skipped", reason.clone())
        }
    };
    if arguments.json {
        print(&json!({ "case": name, "verdict": word, "detail": detail }).to_string());
    } else if verdict != Verdict::Agrees {
        print(&format!("{word} {name}: {detail}"));
    }
}

fn print(line: &str) {
    // A closed pipe is no reason to fail: there is nobody left to tell.
    let _ = writeln!(std::io::stdout(), "{line}");
}

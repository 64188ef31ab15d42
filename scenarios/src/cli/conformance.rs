//! `icsim conformance`.

use super::arguments::ConformanceArguments;
use super::recordings::{self, Recordings};
use super::terminal;
use crate::conformance::{self, Counts, Selection, Verdict};
use crate::run::exit::Exit;
use crate::script::{self, Runtimes};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Replays the recordings, prints what differs.
pub(super) fn run(arguments: &ConformanceArguments) -> Exit {
    let selection = Selection::new(&arguments.cases);
    let files = match read(&arguments.files, &selection) {
        Ok(files) => files,
        Err(problem) => {
            eprintln!("icsim: {problem}");
            return Exit::WrongInput;
        }
    };
    let mut counts = Counts::default();
    for file in &files {
        // Modules are seldom shared between files, and take room.
        let (runtimes, mut of_file) = (Runtimes::default(), Counts::default());
        let cases: Vec<Value> = file
            .cases
            .iter()
            .filter(|case| selection.wants(conformance::name(case)))
            .cloned()
            .collect();
        conformance::judge_all(&cases, &file.folder, &runtimes, |case, verdict| {
            counts.add(verdict);
            of_file.add(verdict);
            if arguments.json {
                terminal::line(&as_json(&file.path, case, verdict).to_string());
            } else {
                if !selection.is_all() {
                    print_trace(case, &file.folder, &runtimes);
                }
                report(case, verdict, &selection);
            }
        });
        note_unknown_fields(file, &cases);
        if files.len() > 1 && !arguments.json {
            terminal::line(&format!("{}: {of_file}", file.path.display()));
        }
    }
    terminal::line(&counts.to_string());
    if counts.failed == 0 { Exit::Good } else { Exit::Disagreement }
}

fn read(paths: &[std::path::PathBuf], selection: &Selection) -> Result<Vec<Recordings>, String> {
    let files: Vec<Recordings> =
        paths.iter().map(|path| recordings::read(path)).collect::<Result<_, _>>()?;
    let names = files.iter().flat_map(|file| file.cases.iter().map(conformance::name));
    selection.check(names).map_err(|unknown| unknown.to_string())?;
    Ok(files)
}

/// One line for a case that does not agree, and for one that was asked for by name.
fn report(case: &Value, verdict: &Verdict, selection: &Selection) {
    if *verdict != Verdict::Agrees || !selection.is_all() {
        let (word, name) = (verdict.word(), conformance::name(case));
        terminal::line(&format!("{word} {name}: {verdict}"));
    }
}

fn as_json(path: &Path, case: &Value, verdict: &Verdict) -> Value {
    let mut line = json!({
        "file": path.display().to_string(),
        "case": conformance::name(case),
        "verdict": verdict.word(),
    });
    match verdict {
        Verdict::Agrees => {}
        Verdict::Differs(difference) => {
            line["place"] = difference.place.clone().into();
            line["field"] = difference.field.clone().into();
            line["expected"] = difference.expected.clone().into();
            line["found"] = difference.found.clone().into();
        }
        Verdict::Malformed(problem) => line["problem"] = problem.clone().into(),
        Verdict::Skipped(reason) => line["reason"] = reason.clone().into(),
    }
    line
}

/// Every execution of a script beside the recorded one.
fn print_trace(case: &Value, folder: &Path, runtimes: &Runtimes) {
    if !case["steps"].is_array() {
        terminal::line(&format!("{case:#}"));
        return;
    }
    if let Ok(played) = script::run(&conformance::as_run(case), folder, runtimes) {
        for line in conformance::side_by_side(case, &played.results) {
            terminal::line(&line);
        }
    }
}

/// What a recording says and nobody compares is told, not passed over.
fn note_unknown_fields(file: &Recordings, cases: &[Value]) {
    let unknown: BTreeSet<String> = cases.iter().flat_map(conformance::unknown_fields).collect();
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.into_iter().map(|name| format!("`{name}`")).collect();
        let (path, names) = (file.path.display(), names.join(", "));
        eprintln!("icsim: note: {path}: recorded fields that are not compared: {names}");
    }
}

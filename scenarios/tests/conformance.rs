//! `icsim conformance` and `icsim script` from the command line.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn icsim(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.args(arguments).output().expect("icsim starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/conformance");
    folder.join(name).to_string_lossy().into_owned()
}

/// A file with a recorded case that agrees, one that does not, and one in words.
fn three_cases(folder: &Path) -> PathBuf {
    let steps = json!([{ "op": "create", "as": "a" }]);
    let result = |balance: &str| {
        json!([{ "op": "create", "as": "a", "rounds": 1, "balances": { "a": balance }, "trace": [{
            "place": "subnet", "canister": "", "round": 0, "iter": 0, "thread": 0,
            "what": "ingress provisional_create_canister_with_cycles", "instructions": 0,
            "round_instructions": 0, "heap_delta": 0, "balance_after": null }] }])
    };
    let file = json!({ "cases": [
        { "name": "right", "steps": steps, "results": result("100000000000000") },
        { "name": "wrong", "steps": steps, "results": result("7") },
        { "name": "words", "setup": "a canister" },
    ] });
    let path = folder.join("three.json");
    std::fs::write(&path, file.to_string()).expect("can be written");
    path
}

#[test]
fn disagreements_are_lines_and_the_last_line_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = icsim(&["conformance", &three_cases(folder.path()).to_string_lossy()]);
    assert_eq!(output.status.code(), Some(1));
    let expected = "\
failed wrong: step 1 (create): balances.a: expected \"7\", found \"100000000000000\"
skipped words: it has neither `steps` nor `kind` nor `op`: it is a fact in words
1 passed, 1 failed, 1 skipped
";
    assert_eq!(stdout(&output), expected);
}

#[test]
fn a_case_by_name_is_shown_beside_its_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = three_cases(folder.path());
    let output = icsim(&["conformance", &file.to_string_lossy(), "--case", "w*g"]);
    let said = stdout(&output);
    assert!(said.starts_with("step 1: create as=a\n"), "{said}");
    assert!(
        said.contains("  - balances: {\"a\":\"7\"}\n  + balances: {\"a\":\"100000000000000\"}")
    );
    assert!(said.ends_with("0 passed, 1 failed, 0 skipped\n"), "{said}");
}

#[test]
fn a_name_that_no_case_has_is_wrong_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = three_cases(folder.path());
    let output = icsim(&["conformance", &file.to_string_lossy(), "--case", "wrogn"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no case `wrogn`; did you mean `wrong`?"));
}

#[test]
fn each_case_is_an_object_for_machines() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = three_cases(folder.path());
    let output = icsim(&["conformance", "--json", &file.to_string_lossy()]);
    let said = stdout(&output);
    let lines: Vec<&str> = said.lines().collect();
    let object = |line: &str| -> Value { serde_json::from_str(line).expect("is JSON") };
    assert_eq!(lines.len(), 4);
    assert_eq!(object(lines[0])["verdict"], "passed");
    assert_eq!(object(lines[1])["field"], "balances.a");
    assert!(object(lines[2])["reason"].is_string());
    assert_eq!(lines[3], "1 passed, 1 failed, 1 skipped");
}

#[test]
fn several_files_are_counted_each_and_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = three_cases(folder.path()).to_string_lossy().into_owned();
    let output = icsim(&["conformance", &file, &file]);
    let said = stdout(&output);
    assert_eq!(said.matches(&format!("{file}: 1 passed, 1 failed, 1 skipped\n")).count(), 2);
    assert!(said.ends_with("\n2 passed, 2 failed, 2 skipped\n"), "{said}");
}

#[test]
fn what_cannot_be_read_is_wrong_input_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.json");
    let cases = [
        ("{\n  \"cases\": [,]\n}", "broken.json:2:13: this is no JSON"),
        ("[]", "expected an object with `cases` or with `steps`"),
        ("{ \"cases\": 7 }", "`cases`: expected a list, found 7"),
        ("{ \"cases\": [7] }", "`cases[0]`: expected an object, found 7"),
        ("{ \"cases\": [] }", "`cases` is empty"),
    ];
    for (text, expected) in cases {
        std::fs::write(&path, text).expect("can be written");
        for command in ["conformance", "script"] {
            let output = icsim(&[command, &path.to_string_lossy()]);
            assert_eq!(output.status.code(), Some(2), "{text}");
            assert!(stderr(&output).contains(expected), "{text}: {}", stderr(&output));
        }
    }
    let missing = icsim(&["conformance", "nowhere.json"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn fields_that_are_not_compared_are_noted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("more.json");
    let steps = json!([{ "op": "create", "as": "a" }]);
    let results = json!([{ "rounds": 1, "mood": "good", "trace": null }]);
    std::fs::write(&path, json!({ "steps": steps, "results": results }).to_string())
        .expect("works");
    let output = icsim(&["conformance", &path.to_string_lossy()]);
    assert!(stderr(&output).contains("recorded fields that are not compared: `mood`"));
}

#[test]
fn a_script_prints_a_recording_that_agrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = icsim(&["script", &fixture("counter.json")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let recording = folder.path().join("counter.json");
    std::fs::write(&recording, &output.stdout).expect("can be written");
    std::fs::create_dir(folder.path().join("wasm")).expect("can be made");
    let module = "wasm/Counter.classic.wasm";
    std::fs::copy(fixture(module), folder.path().join(module)).expect("can be copied");
    let output = icsim(&["conformance", &recording.to_string_lossy()]);
    assert_eq!(stdout(&output), "1 passed, 0 failed, 0 skipped\n");
}

#[test]
fn a_mistake_in_a_script_names_file_case_and_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("script.json");
    let text = json!({ "name": "mine", "steps": [{ "op": "create", "az": "a" }] }).to_string();
    std::fs::write(&path, text).expect("can be written");
    let output = icsim(&["script", &path.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("script.json: case mine: step 1 (create): unknown field `az`"), "{said}");
}

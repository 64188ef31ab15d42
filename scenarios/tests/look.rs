//! Looking again at stored runs: `icsim trace` and `icsim diff` from the outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const PING_PONG: &str = "library/ping-pong.toml";

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

/// A short run, stored as `name` in `folder`; answers its folder.
fn stored(folder: &TempDir, name: &str, more: &[&str]) -> String {
    let out = folder.path().join(name).to_string_lossy().into_owned();
    let arguments = ["run", PING_PONG, "--duration", "4s", "--out", &out];
    let output = icsim(&[&arguments[..], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    out
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_message_is_shown_with_what_it_led_to() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let listed = stdout(&icsim(&["trace", "show", &run]));
    let slowest = listed.lines().nth(1).expect("a message").split(' ').next().expect("an id");
    let output = icsim(&["trace", "show", &run, "--call", slowest]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let story = stdout(&output);
    assert!(story.contains("executed") && story.contains(slowest), "{story}");
}

#[test]
fn a_trace_is_exported_to_every_format() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let listed = stdout(&icsim(&["trace", "show", &run]));
    let id = listed.lines().nth(1).expect("a message").split(' ').next().expect("an id").to_owned();
    for (format, opening) in [
        ("jsonl", "{\"time_ns\":"),
        ("perfetto", "{\"displayTimeUnit\""),
        ("dot", "digraph calls"),
        ("mermaid", "sequenceDiagram"),
    ] {
        let output = icsim(&["trace", "export", &run, "--format", format, "--call", &id]);
        let text = stdout(&output);
        let is_tree = format == "dot" && text.starts_with("digraph causes");
        assert!(text.starts_with(opening) || is_tree, "{format}: {text}{}", stderr(&output));
    }
    let tables = folder.path().join("tables");
    let arguments =
        ["trace", "export", &run, "--format", "csv", "--out", &tables.to_string_lossy()];
    assert_eq!(icsim(&arguments).status.code(), Some(0));
    for table in ["messages.csv", "executions.csv", "charges.csv", "log.csv"] {
        assert!(tables.join(table).exists(), "{table}");
    }
    let again = icsim(&arguments);
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));
}

/// What is exported from a stored run is what the run itself wrote.
#[test]
fn a_stored_run_gives_the_tables_of_the_run() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let tables = folder.path().join("tables");
    icsim(&["trace", "export", &run, "--format", "csv", "--out", &tables.to_string_lossy()]);
    for table in ["messages.csv", "rounds.csv", "canisters.csv"] {
        let read = |folder: &Path| fs::read(folder.join(table)).expect("a table");
        assert!(read(Path::new(&run)) == read(&tables), "{table} differs");
    }
}

#[test]
fn runs_are_told_apart_where_they_part() {
    let folder = folder();
    let [a, same, other] = [
        stored(&folder, "a", &[]),
        stored(&folder, "same", &["--threads", "1"]),
        stored(&folder, "other", &["--seed", "1"]),
    ];
    let output = icsim(&["diff", &a, &same]);
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(0), "the traces are the same\n")
    );
    let output = icsim(&["diff", &a, &other]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).starts_with("the runs part at "), "{}", stdout(&output));
}

#[test]
fn a_run_without_messages_in_its_trace_says_what_to_do() {
    let folder = folder();
    let summary = stored(&folder, "summary", &["--trace", "summary"]);
    let output = icsim(&["trace", "show", &summary]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--trace messages"), "{}", stderr(&output));
    let none = stored(&folder, "none", &["--trace", "none"]);
    assert!(!Path::new(&none).join("trace.icsim").exists());
    let output = icsim(&["trace", "show", &none]);
    assert!(stderr(&output).contains("holds no trace.icsim"), "{}", stderr(&output));
    let output = icsim(&["trace", "show", "no/such/folder"]);
    assert!(stderr(&output).contains("there is no `no/such/folder`"), "{}", stderr(&output));
}

#[test]
fn a_message_that_is_not_there_is_named() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let output = icsim(&["trace", "show", &run, "--call", "7.7"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no message 7.7"), "{}", stderr(&output));
    let output = icsim(&["trace", "show", &run, "--call", "seven"]);
    assert!(stderr(&output).contains("such as 0.17"), "{}", stderr(&output));
}

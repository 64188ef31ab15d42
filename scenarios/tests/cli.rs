//! The `icsim` command line: help, refused arguments, exit codes.

use std::process::{Command, Output};

fn icsim(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.args(arguments).output().expect("icsim starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_reads_well() {
    let output = icsim(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn help_on_run_reads_well() {
    let output = icsim(&["run", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn an_unknown_flag_is_refused_with_the_nearest() {
    let output = icsim(&["run", "scenario.toml", "--sed", "7"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(stderr(&output));
}

#[test]
fn a_wrong_duration_is_refused() {
    let output = icsim(&["run", "scenario.toml", "--duration", "60 parsecs"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(stderr(&output));
}

#[test]
fn seeds_are_whole_numbers() {
    for arguments in [["--seed", "-1"], ["--seed", "abc"], ["--tie-seed", "1.5"]] {
        let output = icsim(&[&["run", "scenario.toml"], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        assert!(said.contains("a whole number from 0 to 2^64-1"), "{said}");
    }
}

#[test]
fn no_duration_is_refused() {
    let output = icsim(&["run", "scenario.toml", "--duration", "0s"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("more than 0"), "{}", stderr(&output));
}

#[test]
fn a_missing_scenario_is_refused() {
    let output = icsim(&["run", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(stderr(&output));
}

#[test]
fn an_output_folder_that_exists_is_refused() {
    let parent = tempfile::tempdir().expect("a folder");
    let out = parent.path().join("out");
    std::fs::create_dir(&out).expect("a folder");
    std::fs::write(out.join("notes.txt"), "").expect("a file");
    let output = icsim(&["run", "nowhere.toml", "--out", &out.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("exists"), "{}", stderr(&output));
}

#[test]
fn a_wrong_scenario_leaves_no_folder() {
    let parent = tempfile::tempdir().expect("a folder");
    let scenario = parent.path().join("wrong.toml");
    std::fs::write(&scenario, "titel = \"x\"\nduration = \"1s\"\n").expect("a file");
    let out = parent.path().join("out");
    let output = icsim(&["run", &scenario.to_string_lossy(), "--out", &out.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("wrong.toml:1:1"), "{}", stderr(&output));
    assert!(stderr(&output).contains("did you mean `title`?"), "{}", stderr(&output));
    assert_eq!(std::fs::read_dir(parent.path()).expect("a folder").count(), 1);
}

#[test]
fn help_on_inspect_reads_well() {
    let output = icsim(&["inspect", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_module_is_inspected() {
    let output = icsim(&["inspect", "canisters/PingPong.eop.wasm"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_module_that_would_be_refused_is_inspected_with_every_reason() {
    let output = icsim(&["inspect", "tests/fixtures/refused.wat"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_missing_module_is_refused() {
    let output = icsim(&["inspect", "nowhere.wasm"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nowhere.wasm cannot be read"), "{}", stderr(&output));
}

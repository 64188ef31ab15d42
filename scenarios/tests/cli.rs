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
fn help_on_script_reads_well() {
    let output = icsim(&["script", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}

#[test]
fn help_on_conformance_reads_well() {
    let output = icsim(&["conformance", "--help"]);
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

#[test]
fn the_starter_is_a_valid_scenario() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    let file = file.to_string_lossy();
    assert_eq!(icsim(&["new", &file]).status.code(), Some(0));
    let output = icsim(&["check", &file]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("valid at all 3 points of its sweep"), "{said}");
    assert_eq!(icsim(&["new", &file]).status.code(), Some(2), "nothing is written over");
}

#[test]
fn the_library_is_valid() {
    let entries = std::fs::read_dir("library").expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let paths: Vec<String> = paths.map(|path| path.to_string_lossy().into_owned()).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let output = icsim(&[&["check"], &paths[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_mistake_at_a_point_of_a_sweep_is_found_without_running() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    let starter = icsim(&["new"]).stdout;
    let text = String::from_utf8_lossy(&starter).replace("[10, 50, 250]", "[10, \"many\"]");
    std::fs::write(&file, text).expect("a file");
    let output = icsim(&["check", &file.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("many"), "{}", stderr(&output));
}

#[test]
fn an_expectation_in_vain_is_said_and_fails_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    let starter = icsim(&["new"]).stdout;
    let text = String::from_utf8_lossy(&starter).into_owned();
    let path = file.to_string_lossy().into_owned();
    let run = |that: &str| {
        let that = text.replace("latency.p99 < 20s and canister.ledger.failures == 0", that);
        std::fs::write(&file, that).expect("a file");
        icsim(&["run", &path, "--duration", "15s", "--quiet"])
    };
    assert_eq!(run("canister.ledger.failures == 0").status.code(), Some(0));
    let output = run("latency.p99 < 1ms");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("expected latency.p99 < 1ms, found"), "{}", stderr(&output));
    let unknown = run("latency.p98 < 1ms");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean `latency.p9"), "{}", stderr(&unknown));
}

#[test]
fn a_scenario_includes_others_and_mistakes_are_shown_in_theirs() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file");
        folder.path().join(name).to_string_lossy().into_owned()
    };
    let starter = String::from_utf8_lossy(&icsim(&["new"]).stdout).into_owned();
    write("base.toml", &starter);
    let main = write("main.toml", "include = [\"base.toml\"]\nduration = \"9s\"\n");
    let output = icsim(&["check", &main]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    write("base.toml", &starter.replace("nodes = 34", "nodes = \"many\""));
    let output = icsim(&["check", &main]);
    assert!(stderr(&output).contains("[base.toml:"), "{}", stderr(&output));
    let lost = write("lost.toml", "include = [\"bass.toml\"]\n");
    let output = icsim(&["check", &lost]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("lost.toml:1:12"), "{}", stderr(&output));
}

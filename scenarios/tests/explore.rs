//! `icsim explore` and `icsim replay`, as the tutorial has it: from a scenario to a regression test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const DOUBLE_SPEND: &str = "library/double-spend.toml";
const REPAIRED: &str = "canister.exchange.wasm=../canisters/ExchangeFixed.wasm";

fn icsim(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_icsim")).args(arguments).output().expect("icsim runs")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Explores the double spend; where the failure file is.
fn explored(folder: &Path) -> PathBuf {
    let file = folder.join("failure.json");
    let out = file.to_str().expect("a path");
    let output = icsim(&["explore", DOUBLE_SPEND, "--runs", "50", "--jobs", "1", "--out", out]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    file
}

fn replay(file: &Path, more: &[&str]) -> Output {
    icsim(&[&["replay", file.to_str().expect("a path")], more].concat())
}

#[test]
fn a_double_spend_is_found_and_can_be_kept_as_a_test() {
    let folder = TempDir::new().expect("a folder");
    let file = explored(folder.path());
    let told = text(&replay(&file, &["--expect-fail"]));
    assert!(told.contains("it goes wrong: expected query.ledger.paid"), "{told}");
    assert!(told.contains(", as recorded"), "{told}");
    assert_eq!(replay(&file, &["--expect-fail"]).status.code(), Some(0));
    assert_eq!(replay(&file, &["--expect-pass"]).status.code(), Some(1));
}

#[test]
fn the_repaired_exchange_passes_the_test_and_the_search() {
    let folder = TempDir::new().expect("a folder");
    let file = explored(folder.path());
    let failure = std::fs::read_to_string(&file).expect("it was written");
    let set = format!("\"set\": [\"{REPAIRED}\"],\n  \"seed\"");
    std::fs::write(&file, failure.replace("\"seed\"", &set)).expect("it can be changed");
    let output = replay(&file, &["--expect-pass"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains("has changed since"), "{}", text(&output));
    let out = folder.path().join("none.json");
    let out = out.to_str().expect("a path");
    let searched = ["explore", DOUBLE_SPEND, "--set", REPAIRED, "--runs", "60", "--out", out];
    let output = icsim(&[&searched[..], &["--check-determinism"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(!Path::new(out).exists());
}

#[test]
fn the_story_names_what_waits_what_happened_and_where_it_parts() {
    let folder = TempDir::new().expect("a folder");
    let file = explored(folder.path());
    let graph = folder.path().join("graph.dot");
    let told = replay(&file, &["--explain", "--graph", graph.to_str().expect("a path")]);
    let told = text(&told);
    for part in [
        "What has to wait\n  hold the ",
        "exchange executes `withdraw`",
        "exchange executes what follows the reply to `pay` of ledger",
        "```mermaid\nsequenceDiagram",
        "Where it parts from the nearest history that goes well",
    ] {
        assert!(told.contains(part), "{part}:\n{told}");
    }
    let dot = std::fs::read_to_string(graph).expect("it was written");
    assert!(dot.starts_with("digraph happens_before {") && dot.contains("reply callback"), "{dot}");
}

#[test]
fn the_world_is_shown_at_a_moment_and_explored_from_there() {
    let folder = TempDir::new().expect("a folder");
    let file = explored(folder.path());
    let told = text(&replay(&file, &["--until", "20s", "--fork", "10"]));
    assert!(told.contains("\nexchange: ") && told.contains("  globals  "), "{told}");
    assert!(told.contains("\nledger: "), "{told}");
    assert!(told.contains("explored onward: 10 runs"), "{told}");
    let output = replay(&file, &["--until", "yesterday"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_unknown_strategy_is_refused_with_those_there_are() {
    let output = icsim(&["explore", DOUBLE_SPEND, "--strategies", "luck"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no strategy `luck`; expected jitter, walk, pos"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}

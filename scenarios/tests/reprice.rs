//! A finished run under other prices.

use scenarios::reprice::{self, Change, Fate, RecordedRun};
use sim_core::ledger::UseCase;
use sim_core::profile::Profile;
use sim_core::units::Cycles;
use std::path::Path;
use std::process::Command;

/// Ten seconds of two subnets, as a results folder tells them.
fn recorded(folder: &Path) -> RecordedRun {
    let out = folder.join("out");
    let output = Command::new(env!("CARGO_BIN_EXE_icsim"))
        .args(["run", "library/ping-pong.toml", "--seed", "7", "--duration", "10s", "--out"])
        .arg(&out)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("icsim can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    reprice::read(&out).expect("is as icsim writes it")
}

fn run() -> RecordedRun {
    recorded(tempfile::tempdir().expect("a folder").path())
}

#[test]
fn the_same_prices_give_every_figure_again_to_the_cycle() {
    let run = run();
    let repriced = reprice::compute(&run, &run.profile);
    for (subnet, change) in run.subnets.iter().zip(&repriced.subnets) {
        assert_eq!(change.after, change.before, "{}", subnet.name);
    }
    for ((_, id), (name, change)) in &repriced.canisters {
        assert_eq!(change.after, change.before, "{name} ({id})");
    }
    assert!(repriced.total().before > Cycles::new(1_000_000_000_000));
    assert_eq!(repriced.exact_until(), None);
}

#[test]
fn a_dearer_message_costs_its_difference_times_the_messages() {
    let run = run();
    let mut dearer = run.profile.clone();
    // Exact for any number of nodes.
    dearer.fees.update_message_base += Cycles::new(13_000_000);
    let repriced = reprice::compute(&run, &dearer);
    let executions = |subnet: usize| {
        let paid = run.paid.iter().filter(|paid| paid.subnet == subnet);
        let executions = paid.filter(|paid| paid.charge.use_case() == UseCase::Execution);
        executions.map(|paid| u128::from(paid.count)).sum::<u128>()
    };
    for (place, subnet) in run.subnets.iter().enumerate() {
        let Change { before, after } = repriced.subnets[place];
        let each = 1_000_000 * u128::from(subnet.nodes);
        assert_eq!(after.get() - before.get(), executions(place) * each, "{}", subnet.name);
    }
}

#[test]
fn a_canister_that_could_not_have_paid_ends_what_is_exact() {
    let run = run();
    let mut ruinous = run.profile.clone();
    ruinous.fees.update_message_base = Cycles::new(50_000_000_000_000);
    let repriced = reprice::compute(&run, &ruinous);
    let until = repriced.exact_until().expect("is not exact to the end");
    assert!(repriced.fates.values().all(|(time, _)| *time >= until));
    assert!(repriced.fates.values().any(|(_, fate)| matches!(fate, Fate::Frozen | Fate::Died)));
}

#[test]
fn other_prices_are_a_profile_or_a_file_of_differences() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dearer.toml");
    std::fs::write(&path, "base = \"2024-06\"\n[fees]\nstorage_gib_second = \"254k/GiB/s\"\n")
        .expect("a file");
    let profile = reprice::profile(&path.to_string_lossy()).expect("is a profile");
    assert_eq!(profile.fees.storage_gib_second, Cycles::new(254_000));
    let before = Profile::named("2024-06").expect("is built in");
    assert_eq!(profile.fees.ten_instructions, before.fees.ten_instructions);
    assert_eq!(reprice::profile("2024-06").expect("is built in"), before);
}

#[test]
fn mistakes_in_other_prices_are_told_with_the_nearest_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wrong.toml");
    std::fs::write(&path, "[fees]\nupdate_mesage_base = \"5M\"\n").expect("a file");
    let error = reprice::profile(&path.to_string_lossy()).expect_err("has a mistake");
    assert!(matches!(error, reprice::ReadError::Mistakes(_)), "{error}");
    let error = reprice::profile("2025-01").expect_err("is no profile");
    assert!(error.to_string().contains("2026-mid"), "{error}");
}

#[test]
fn the_answer_is_there_for_programs_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = recorded(folder.path());
    let cheaper = reprice::profile("2024-06").expect("is built in");
    let repriced = reprice::compute(&run, &cheaper);
    let output = Command::new(env!("CARGO_BIN_EXE_icsim"))
        .args(["reprice", "--profile", "2024-06", "--json"])
        .arg(folder.path().join("out"))
        .output()
        .expect("icsim can be run");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(json["profile"], "2026-mid");
    assert_eq!(json["repriced"], "2024-06");
    assert_eq!(json["total"]["paid"], repriced.total().before.get().to_string());
    assert_eq!(json["total"]["would_pay"], repriced.total().after.get().to_string());
    assert_eq!(json["subnets"].as_array().map(Vec::len), Some(run.subnets.len()));
    assert_eq!(json["canisters"].as_array().map(Vec::len), Some(repriced.canisters.len()));
    let execution = &json["use_cases"]["execution"]["paid"];
    let expected = repriced.use_cases[UseCase::Execution as usize].before.get().to_string();
    assert_eq!(*execution, expected);
    assert_eq!(json["exact_until_ns"], serde_json::json!(repriced.exact_until()));
}

//! One seed gives one history: twice over, at any number of threads, in debug and release builds,
//! today and as recorded in `golden/digests.toml`.

use icsim_tests::{Run, library, root};
use sim_core::time::SimDuration;
use std::process::Command;

const SHORT: SimDuration = SimDuration::from_secs(15);

fn short(seed: u64) -> Run<'static> {
    Run::of("ping-pong", seed).lasting(SHORT)
}

#[test]
fn the_same_seed_gives_the_same_digest_on_one_thread_and_on_two() {
    let once = short(7).history();
    assert_eq!(once.digest, short(7).history().digest);
    assert_eq!(once.digest, short(7).on(2).history().digest);
}

#[test]
fn a_network_of_forty_subnets_gives_the_same_digest_at_any_number_of_threads() {
    let Golden { seed, digest, changes } = golden("mainnet");
    let run = Run { changes: &changes, ..Run::of("mainnet", seed) };
    for threads in [2, 7] {
        assert_eq!(run.on(threads).history().digest.to_string(), digest);
    }
}

#[test]
fn another_seed_gives_another_digest() {
    assert_ne!(short(7).history().digest, short(8).history().digest);
}

#[test]
fn a_tie_seed_gives_another_legal_order_of_the_same_workload() {
    let plain = short(7).history();
    let other = Run { tie_seed: Some(1), ..short(7) };
    assert_ne!(plain.digest, other.history().digest);
    assert_eq!(other.history().digest, other.on(2).history().digest);
}

/// A seed, the digest, and changes of scenarios that are too large for a debug build.
struct Golden {
    seed: u64,
    digest: String,
    changes: Vec<String>,
}

fn golden(scenario: &str) -> Golden {
    let path = root().join("tests/golden/digests.toml");
    let text = std::fs::read_to_string(path).expect("the golden digests are there");
    let table: toml::Table = text.parse().expect("they are TOML");
    let entry = &table[scenario];
    let changes = entry.get("set").and_then(toml::Value::as_array).into_iter().flatten();
    Golden {
        seed: entry["seed"].as_integer().expect("a seed") as u64,
        digest: entry["digest"].as_str().expect("a digest").to_owned(),
        changes: changes.map(|change| change.as_str().expect("a text").to_owned()).collect(),
    }
}

#[test]
fn library_scenarios_keep_their_golden_digests_and_what_they_expect() {
    let names = library();
    assert!(names.len() >= 12, "{names:?}");
    let (mut moved, mut broken) = (Vec::new(), Vec::new());
    for name in &names {
        let Golden { seed, digest: golden, changes } = golden(name);
        let (history, violations) = Run { changes: &changes, ..Run::of(name, seed) }.watched();
        broken.extend(violations.iter().map(|violation| format!("[{name}] {violation}")));
        if history.digest.to_string() != golden {
            moved.push(format!("[{name}] digest = \"{}\"", history.digest));
        }
    }
    assert!(moved.is_empty(), "these have moved:\n{}", moved.join("\n"));
    assert!(broken.is_empty(), "these do not hold:\n{}", broken.join("\n"));
}

#[test]
fn the_release_build_gives_the_golden_digest_too() {
    let Golden { seed, digest, .. } = golden("ping-pong");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--bin", "icsim", "--", "run", "--quiet", "--seed"])
        .arg(seed.to_string())
        .arg(Run::of("ping-pong", seed).path())
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains(&format!("trace digest {digest}")), "{printed}");
}

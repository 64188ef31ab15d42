//! `icsim calibrate`: a modelled canister stands in for one with code.

use reports::metrics::{self, Metric, WarmUp};
use scenarios::resolve;
use scenarios::run::engine;
use scenarios::source::Source;
use sim_core::world::{Continue, RunOptions, World};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Subnets and workloads: calls in sequence to the other subnet, a canister that grows, one that
/// relays.
const REST: &str = r#"title = "To be calibrated"
duration = "100s"
[[subnet]]
name = "left"
nodes = 13
[[subnet]]
name = "right"
nodes = 13
[network]
latency = { kind = "lognormal", median = "40ms", p99 = "120ms" }
[[workload]]
name = "play"
target = "ping"
method = "play"
arg = '(principal "$pong", 2)'
arrivals = { kind = "poisson", rate = "5/s" }
[[workload]]
name = "count"
target = "counter"
method = "inc"
arrivals = { kind = "poisson", rate = "10/s" }
[[workload]]
name = "relay"
target = "relay"
method = "forward"
arrivals = { kind = "poisson", rate = "5/s" }
"#;

fn with_code() -> String {
    let canisters = fs::canonicalize("canisters").expect("is there");
    let entry = |name: &str, subnet: &str, module: &str| {
        let path = canisters.join(module);
        let path = path.display();
        format!(
            "[[canister]]\nname = \"{name}\"\nsubnet = \"{subnet}\"\nwasm = '{path}'\ncycles = \"100T\"\n"
        )
    };
    let relay = entry("relay", "left", "relay.wat") + "init = '(principal \"$counter\")'\n";
    let others = [
        entry("ping", "left", "PingPong.wasm"),
        entry("pong", "right", "PingPong.wasm"),
        entry("counter", "right", "Counter.wasm"),
    ];
    format!("{REST}{}{relay}", others.concat())
}

fn icsim(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.args(arguments).output().expect("icsim starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn numbers(path: &Path, seed: u64) -> Vec<Metric> {
    let source = Source::read(path).expect("is there");
    let scenario = resolve::load(&source, None, &engine::runtime);
    let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
    let world = World::new(scenario.world(seed, None)).expect("is set up");
    let mut go_on = |_| Continue::Yes;
    let history = world.run(RunOptions { threads: 1, progress: &mut go_on }).expect("runs");
    metrics::of(&history, WarmUp::None).expect("is consistent")
}

fn value(metrics: &[Metric], name: &str) -> f64 {
    let metric = metrics.iter().find(|metric| metric.name == name);
    metric.and_then(|metric| metric.value).expect(name) as f64
}

#[test]
fn models_in_the_place_of_code_move_throughput_and_medians_by_less_than_5_percent() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, models) = (folder.path().join("code.toml"), folder.path().join("models.toml"));
    let replaced = folder.path().join("replaced.toml");
    fs::write(&code, with_code()).expect("a file");
    fs::write(&replaced, format!("include = [\"models.toml\"]\n{REST}")).expect("a file");
    let paths = [&code, &models].map(|path| path.to_string_lossy().into_owned());
    let output = icsim(&["calibrate", &paths[0], "--out", &paths[1], "--seed", "1", "--quiet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // Another seed: a model is no recording of the run that it was made from.
    let (before, after) = (numbers(&code, 2), numbers(&replaced, 2));
    for workload in ["", "workload.play.", "workload.count.", "workload.relay."] {
        for name in ["replied", "latency.p50"] {
            let name = format!("{workload}{name}");
            let change = value(&after, &name) / value(&before, &name) - 1.0;
            assert!(change.abs() < 0.05, "{name} changes by {change}");
        }
    }
    let burned = value(&after, "burned.total") / value(&before, "burned.total") - 1.0;
    assert!(burned.abs() < 0.05, "cycles burned change by {burned}");
}

#[test]
fn what_cannot_be_calibrated_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("code.toml");
    fs::write(&path, with_code()).expect("a file");
    let path = path.to_string_lossy();
    let unknown = icsim(&["calibrate", &path, "--canister", "pung"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean `p"), "{}", stderr(&unknown));
    let modelled = icsim(&["calibrate", "library/queue.toml"]);
    assert!(stderr(&modelled).contains("no canister with a module"), "{}", stderr(&modelled));
    let exists = icsim(&["calibrate", &path, "--out", &path]);
    assert!(stderr(&exists).contains("--force"), "{}", stderr(&exists));
}

/// Messages that lead to different calls are cases; copies share one entry.
#[test]
fn a_method_that_behaves_in_two_ways_has_two_cases() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("code.toml");
    let two_ways = with_code()
        .replace(
            "arg = '(principal \"$pong\", 2)'",
            "arg = ['(principal \"$pong\", 2)', '(principal \"$pong\", 0)']",
        )
        .replace("name = \"ping\"\n", "name = \"ping\"\ncount = 2\n");
    fs::write(&path, two_ways).expect("a file");
    let arguments =
        ["calibrate", &path.to_string_lossy(), "--canister", "ping", "--duration", "20s", "-q"];
    let output = icsim(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("name = \"ping\"\ncount = 2\n"), "{text}");
    assert_eq!(text.matches("[[canister.model.method.play.case]]").count(), 2, "{text}");
    assert!(text.contains("to = [\"pong\"]") && text.contains("in_sequence = true"), "{text}");
}

//! `[[probe]]`: values that are recorded every so often.

mod runs;

use runs::{assert_refused, load};
use scenarios::expect::run::run_and_record;
use scenarios::probe::Recording;
use sim_core::world::{Continue, RunOptions, World};

const COUNTERS: &str = r#"title = "Counters"
duration = "10s"
[[subnet]]
name = "only"
nodes = 13
[[canister]]
name = "counter"
count = 2
subnet = "only"
wasm = "../canisters/Counter.wasm"
cycles = "100T"
[[canister]]
name = "peer"
subnet = "only"
wasm = "../canisters/PingPong.wasm"
cycles = "100T"
[[workload]]
target = "counter-1"
method = "inc"
arrivals = { kind = "constant", rate = "1/s" }
"#;

fn probe(name: &str, value: &str, every: &str) -> String {
    format!("[[probe]]\nname = '{name}'\nvalue = '{value}'\nevery = '{every}'\n")
}

fn recorded(probes: &str) -> (String, Recording) {
    let scenario = load(&format!("{COUNTERS}\n{probes}")).unwrap_or_else(|said| panic!("{said}"));
    let world = World::new(scenario.world(7, None)).expect("sets up");
    let options = RunOptions { threads: 2, progress: &mut |_| Continue::Yes };
    let run = run_and_record(world, &scenario.invariants, &scenario.probes, options).expect("runs");
    (run.history.digest.to_string(), run.recording)
}

fn csv(recording: &Recording) -> String {
    let mut out = Vec::new();
    recording.write(&mut out).expect("writes");
    String::from_utf8(out).expect("is text")
}

#[test]
fn replies_become_columns_and_times_rows() {
    let probes = [
        probe("count", "query.counter-1.get()", "4s"),
        probe("each", "query.counter.get()", "5s"),
        probe("peer", "query.peer.stats()", "5s"),
        probe("running", "canister.peer.status", "5s"),
    ];
    let (_, recording) = recorded(&probes.concat());
    let text = csv(&recording);
    let mut lines = text.lines();
    let head = lines.next().expect("a head");
    let columns = ["time_ns", "count", "each[counter-1]", "each[counter-2]", "running"];
    assert!(columns.iter().all(|column| head.split(',').any(|found| found == *column)), "{head}");
    assert!(head.contains("peer.received") && head.contains("peer.sent"), "{head}");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let times: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(times, ["0", "4000000000", "5000000000", "8000000000"]);
    assert_eq!((rows[0][1], rows[2][1]), ("0", ""), "{text}");
    assert!(rows[1][1].parse::<u64>().is_ok_and(|count| count > 0), "{text}");
}

#[test]
fn recording_changes_nothing() {
    let (alone, nothing) = recorded("");
    assert_eq!(nothing, Recording::default());
    let often = probe("count", "sum(query.counter.get()) + open", "300ms");
    assert_eq!(recorded(&often).0, alone);
}

#[test]
fn a_canister_that_does_not_answer_leaves_its_cell_empty() {
    let stop = "[[action]]\nkind = 'stop'\ncanister = 'counter-1'\nat = '3s'\n";
    let (_, recording) = recorded(&[stop, &probe("count", "query.counter-1.get()", "8s")].concat());
    let text = csv(&recording);
    assert!(text.lines().nth(2).is_some_and(|row| row == "8000000000,"), "{text}");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (value, every, said) in [
        ("query.counter.got()", "1s", "queries: `get`"),
        ("latency.p99", "1s", "known only when the run is over"),
        ("counter", "1s", "there is no value `counter`"),
        ("open +", "1s", "found the end, expected a value"),
        ("open", "0s", "leaves no time"),
    ] {
        assert_refused(&format!("{COUNTERS}\n{}", probe("it", value, every)), said);
    }
    let twice = [probe("it", "open", "1s"), probe("it", "open", "1s")].concat();
    assert_refused(&format!("{COUNTERS}\n{twice}"), "a second probe is called `it`");
    let late = format!("{}\nfrom = \"10s\"\n", probe("it", "open", "1s"));
    assert_refused(&format!("{COUNTERS}\n{late}"), "when the run of 10s is over");
}

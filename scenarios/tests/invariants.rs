//! Expectations over time: checked round by round on canisters that really run.

mod runs;

use runs::assert_refused;
use scenarios::expect::Violation;
use scenarios::scenario::Scenario;

/// Two counters on two subnets, counted up once a second in turns by chance, and a modelled canister beside
/// them whose work takes several rounds.
const COUNTERS: &str = r#"title = "Counters"
duration = "20s"

[[subnet]]
name = "left"
nodes = 13
[[subnet]]
name = "right"
nodes = 34
[network]
latency = "40ms"

[[canister]]
name = "counter"
count = 2
subnet = ["left", "right"]
wasm = "../canisters/Counter.wasm"
cycles = "100T"

[[canister]]
name = "model"
subnet = "left"
cycles = "100T"
model.method.work = { instructions = { kind = "exponential", mean = "3B" }, reply = "1KiB" }

[[workload]]
target = "counter"
method = "inc"
arrivals = { kind = "constant", rate = "1/s" }
[[workload]]
target = "model"
method = "work"
arrivals = { kind = "poisson", rate = "40/min" }
"#;

/// The digest of a run under `[[expect]]` tables, and what did not hold.
fn outcome(expectations: &str, threads: usize) -> (String, Vec<Violation>) {
    let outcome = runs::outcome(&format!("{COUNTERS}\n{expectations}"), 7, threads);
    (outcome.digest, outcome.violations)
}

fn violations(expectations: &str) -> Vec<Violation> {
    outcome(expectations, 1).1
}

fn expect(that: &str, when: &str) -> String {
    format!("[[expect]]\nthat = '{that}'\nwhen = \"{when}\"\n")
}

#[test]
fn an_invariant_that_breaks_tells_when_where_and_what_was_found() {
    let found = violations(&expect("query.counter-1.get() < 5", "always"));
    let [violation] = found.as_slice() else { panic!("{found:?}") };
    let round = violation.round.as_ref().expect("found after a round");
    assert_eq!(
        (violation.found.as_str(), round.subnet.as_str()),
        ("query.counter-1.get() = 5", "left")
    );
    let said = violation.to_string();
    let begins = "expected query.counter-1.get() < 5 always, found query.counter-1.get() = 5 at ";
    assert!(said.starts_with(begins), "{said}");
    // The first round after which it does not hold: an earlier check would still have passed.
    let earlier = violation.time.as_nanos() - 1;
    let until =
        format!("{}from = \"{earlier}ns\"\n", expect("query.counter-1.get() >= 5", "always"));
    assert_eq!(violations(&until), [], "from then on it holds");
}

#[test]
fn what_holds_is_told_nowhere() {
    let found = violations(
        &[
            expect("query.counter-1.get() + query.counter-2.get() == sum(query.counter.get())", "always"),
            expect("query.counter.get() >= 0 and not canister.counter.frozen", "always"),
            expect("canister.counter.status == \"running\" and canister.counter.balance > 1T", "always"),
            expect("submitted >= replied + rejected and open < 20", "always"),
            expect("workload.counter.inc.replied <= canister.counter-1.executions + canister.counter-2.executions", "always"),
            expect("subnet.left.queued < 500 and burned.total >= subnet.left.burned.total", "always"),
            expect("query.counter-2.get() >= 8", "eventually"),
            expect("query.counter-2.get() == 4", "eventually within 15s"),
            expect("sum(query.counter.get()) > 12 and latency.p99 < 20s", "at the end"),
        ]
        .concat(),
    );
    assert_eq!(found, []);
}

#[test]
fn fields_of_replies_are_named_as_the_module_names_them() {
    let text = "[[canister]]\nname = \"peer\"\nsubnet = \"left\"\ncycles = \"100T\"\n\
        wasm = \"../canisters/PingPong.wasm\"\n";
    let broken = expect("query.peer.stats().received == 1 and query.peer.stats() == 1", "always");
    let found = violations(&format!("{text}{broken}"));
    assert_eq!(found[0].found, "query.peer.stats().received = 0");
    let whole = violations(&format!("{text}{}", expect("query.peer.stats() == 1", "always")));
    for field in ["received = 0", "sent = 0", "failures = 0"] {
        assert!(whole[0].found.contains(field), "{}", whole[0]);
    }
    let missing = expect("query.peer.stats().recieved == 0", "always");
    assert!(violations(&format!("{text}{missing}"))[0].found.contains("nothing there in {"));
}

#[test]
fn scenarios_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Scenario>();
}

#[test]
fn what_should_have_come_to_pass_by_then_is_missed_by_then() {
    let found = violations(&expect("query.counter-1.get() == 15", "eventually within 5s"));
    let [violation] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(violation.time.as_nanos(), 5_000_000_000, "{violation}");
    let never = violations(&expect("query.counter-1.get() == 1000", "eventually"));
    assert_eq!(never.len(), 1);
}

#[test]
fn what_comes_to_pass_after_its_deadline_is_late_however_seldom_it_is_checked() {
    let often = "every = \"15s\"\n";
    let counted = |number: u64, when: &str| {
        violations(&[&expect(&format!("query.counter-1.get() >= {number}"), when), often].concat())
    };
    assert_eq!(counted(5, "eventually"), [], "it is so at the end");
    let late = counted(5, "eventually within 5s");
    let [violation] = late.as_slice() else { panic!("{late:?}") };
    assert_eq!(violation.time.as_nanos(), 5_000_000_000, "{violation}");
    assert_eq!(counted(1, "eventually within 5s"), [], "it is looked at when its time is over");
}

#[test]
fn the_end_is_judged_by_the_last_state_and_by_metrics() {
    let text = expect("sum(query.counter.get()) == 3 and latency.p99 < 20s", "at the end");
    let found = violations(&text);
    let said: Vec<String> = found.iter().map(Violation::to_string).collect();
    let [said] = said.as_slice() else { panic!("{said:?}") };
    assert!(
        said.starts_with("expected sum(query.counter.get()) == 3 and latency.p99 < 20s, found ")
    );
}

#[test]
fn looking_changes_nothing() {
    let look = |every: &str| {
        let text = expect("sum(query.counter.get()) >= 0 and canister.model.heap >= 0", "always");
        format!("{text}{every}")
    };
    let (alone, _) = outcome("", 1);
    assert_eq!(outcome(&look(""), 1).0, alone);
    assert_eq!(outcome(&look("every = \"700ms\"\n"), 2).0, alone);
    assert_eq!(outcome(&look("from = \"5s\"\n"), 2).0, alone);
}

#[test]
fn times_between_checks_are_kept() {
    let text = format!("{}every = \"4s\"\n", expect("query.counter-1.get() < 5", "always"));
    let found = violations(&text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].time.as_nanos() % 4_000_000_000, 0, "{}", found[0]);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (that, when, said) in [
        ("query.counter-1.get(5) < 5", "always", "1 values given, 0 taken"),
        ("query.counter-1.got() < 5", "always", "queries: `get`"),
        ("query.counter-1.inc() < 5", "always", "is no query"),
        ("query.conter.get() < 5", "always", "did you mean `counter`?"),
        ("query.model.work() < 5", "always", "a modelled canister"),
        ("latency.p99 < 5s", "always", "known only when the run is over"),
        ("canister.counter-1.balence > 5", "always", "did you mean `canister.counter-1.balance`?"),
        ("canister.counter-1.balance", "at the end", "is a number"),
        ("canister.counter-1.balance >", "at the end", "found the end, expected a value"),
        ("canister.counter-1.balance > 1", "now and then", "expected \"at the end\", \"always\""),
    ] {
        assert_refused(&format!("{COUNTERS}\n{}", expect(that, when)), said);
    }
    let once = format!("{COUNTERS}\n{}every = \"1s\"\n", expect("open < 5", "at the end"));
    assert_refused(&once, "checked once");
    for from in ["20s", "25s"] {
        let late = format!("{COUNTERS}\n{}from = \"{from}\"\n", expect("open < 5", "always"));
        assert_refused(&late, &format!("it begins at {from}, when the run of 20s is over"));
    }
}

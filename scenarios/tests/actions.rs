//! `[[action]]`: every kind of action, from the scenario file to what it does to a run.

mod runs;

use runs::{Outcome, assert_refused};

/// A store that is filled once a second.
const STORE: &str = r#"title = "Store"
duration = "30s"

[[subnet]]
name = "only"
nodes = 13

[[canister]]
name = "store"
subnet = "only"
wasm = "../canisters/StableV1.wasm"
cycles = "100T"
[[canister]]
name = "counter"
subnet = "only"
wasm = "../canisters/Counter.wasm"
cycles = "100T"

[[workload]]
target = "store"
method = "put"
arg = '(1, "one")'
arrivals = { kind = "constant", rate = "1/s" }
stop = "25s"
"#;

fn outcome(more: &str) -> Outcome {
    runs::outcome(&format!("{STORE}\n{more}"), 7, 1)
}

fn action(kind: &str, canister: &str, at: &str, more: &str) -> String {
    format!("[[action]]\nkind = '{kind}'\ncanister = '{canister}'\nat = '{at}'\n{more}\n")
}

fn expect(that: &str, when: &str) -> String {
    format!("[[expect]]\nthat = '{that}'\nwhen = '{when}'\n")
}

/// Runs actions under expectations, which have to hold.
fn assert_holds(actions: &[String], expectations: &[String]) -> Outcome {
    let outcome = outcome(&[actions.concat(), expectations.concat()].concat());
    let said: Vec<String> = outcome.violations.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{said:?}");
    outcome
}

const NEW: &str = "wasm = '../canisters/StableV2.wasm'";

#[test]
fn an_upgrade_keeps_the_state_and_brings_the_new_code() {
    let version = |number, when| expect(&format!("query.store.info().0 == {number}"), when);
    let upgraded = assert_holds(
        &[action("upgrade", "store", "10s", NEW)],
        &[
            version(1, "eventually within 5s"),
            version(2, "at the end"),
            expect(
                "query.store.info().1 == 1 and workload.upgrade store.replied == 1",
                "at the end",
            ),
        ],
    );
    assert_eq!(upgraded.number("workload.upgrade store.submitted"), 1);
}

#[test]
fn a_module_too_large_for_one_message_goes_in_chunks() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.wat");
    let data = "x".repeat(2_300_000);
    let module =
        format!("(module (memory 1) (func (export \"canister_query ask\")) (data \"{data}\"))");
    std::fs::write(&path, module).expect("a file");
    let large = format!("wasm = '{}'", path.display());
    let installed = outcome(&action("reinstall", "counter", "2s", &large));
    let name = "workload.reinstall counter";
    assert_eq!(installed.number(&format!("{name}.replied")), 5, "clear, three chunks, install");
}

#[test]
fn a_canister_is_stopped_upgraded_and_started_one_after_the_other() {
    let more = format!("{NEW}\nstopped = true\nname = 'release'");
    let upgraded = assert_holds(
        &[action("upgrade", "store", "10s", &more)],
        &[
            expect("canister.store.status == \"stopped\"", "eventually"),
            expect(
                "canister.store.status == \"running\" and query.store.info().0 == 2",
                "at the end",
            ),
        ],
    );
    assert_eq!(upgraded.number("workload.release.replied"), 3);
    assert!(upgraded.number("workload.store.put.rejected") > 0, "while it was stopped");
}

#[test]
fn a_canister_is_stopped_and_started() {
    let stopped = assert_holds(
        &[action("stop", "store", "5s", ""), action("start", "store", "15s", "")],
        &[
            expect("canister.store.status == \"stopped\"", "eventually within 8s"),
            expect("canister.store.status == \"running\"", "at the end"),
        ],
    );
    assert!(stopped.number("workload.store.put.rejected") > 7);
}

#[test]
fn code_is_removed_and_installed_anew() {
    assert_holds(
        &[action("uninstall", "store", "5s", ""), action("install", "store", "15s", NEW)],
        &[
            expect("canister.store.heap == 0", "eventually within 8s"),
            expect("query.store.info().0 == 2", "at the end"),
        ],
    );
    let anew = expect("query.counter.get() == 0", "at the end");
    let count = |at: &str| action("call", "counter", at, "method = 'inc'");
    assert_holds(&[count("2s"), action("reinstall", "counter", "10s", "")], &[anew]);
}

#[test]
fn a_canister_is_deleted() {
    let deleted = outcome(
        &[
            action("delete", "counter", "5s", "stopped = true"),
            expect("subnet.only.canisters == 1", "at the end"),
        ]
        .concat(),
    );
    assert_eq!(deleted.violations, []);
}

#[test]
fn a_canister_is_topped_up_again_and_again() {
    let more = "cycles = '1T'\nevery = '5s'\nuntil = '18s'";
    assert_holds(
        &[action("top-up", "counter", "5s", more)],
        &[expect(
            "canister.counter.balance > 102T and canister.counter.balance < 103T",
            "at the end",
        )],
    );
}

#[test]
fn settings_change() {
    // A reserved hundredth of a core costs more in so many days than the canister has.
    let reserved = "name = 'reserve'\nsettings = { compute_allocation = 1 }";
    let frozen = "settings = { freezing_threshold = '100000d' }";
    let changed = assert_holds(
        &[action("settings", "store", "3s", reserved), action("settings", "store", "10s", frozen)],
        &[
            expect("not canister.store.frozen", "eventually within 9s"),
            expect("canister.store.frozen", "at the end"),
        ],
    );
    assert_eq!(changed.number("workload.settings store.replied"), 1);
    assert!(changed.number("workload.store.put.rejected") > 5, "it is frozen");
    let calm = assert_holds(&[], &[expect("not canister.store.frozen", "always")]);
    assert_eq!(calm.number("workload.store.put.rejected"), 0);
}

#[test]
fn a_method_is_called_every_so_often() {
    let more = "method = 'add'\narg = '(5)'\nevery = '6s'";
    assert_holds(
        &[action("call", "counter", "3s", more)],
        &[expect("query.counter.get() == 25", "at the end")],
    );
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (kind, canister, more, said) in [
        ("upgrad", "store", "", "did you mean `upgrade`?"),
        ("upgrade", "stor", "", "did you mean `store`?"),
        ("upgrade", "store", "wasm = 'StableV9.wasm'", "there is no module"),
        ("upgrade", "store", "arg = '(5)'", "the argument does not fit"),
        ("top-up", "store", "", "actions of kind `top-up` need `cycles`"),
        ("call", "store", "method = 'pot'", "methods: `put`"),
        ("call", "store", "method = 'put'\narg = '(5)'", "the argument does not fit"),
        ("stop", "store", "cycles = '5T'", "`cycles` means nothing for actions of kind `stop`"),
        ("stop", "store", "until = '5s'", "means nothing without `every`"),
        ("stop", "store", "sender = 'me'", "is no principal"),
        ("settings", "store", "settings = { memory = '5MiB' }", "there is no field `memory`"),
    ] {
        assert_refused(&format!("{STORE}\n{}", action(kind, canister, "5s", more)), said);
    }
}

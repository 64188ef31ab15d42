//! Copies, models, choices, networks and paces: what they come to, and what is said of mistakes.

use crate::support::{load, refused, with};
use insta::assert_snapshot;
use scenarios::scenario::{Code, Pace, Provenance, effective};
use sim_core::id::SubnetId;

/// A scenario with one of everything.
const RICH: &str = r#"title = "Rich"
duration = "60s"
warm_up = "5s"

[[subnet]]
name = "edge"
count = 2
nodes = 13
region = "eu"

[[subnet]]
name = "core"
nodes = 34
region = "us"
type = "system"
scheduler = "round-robin"

[network]
topology = "regions"
[network.round_trip.eu]
eu = "20ms"
us = { kind = "lognormal", median = "90ms", p99 = "200ms" }

[[canister]]
name = "app"
count = 4
subnet = "edge"
cycles = "100T"
settings = { compute_allocation = 10 }
[canister.model]
heap = "1MiB"
[canister.model.method.go]
instructions = { kind = "exponential", mean = "20M" }
reply = "200B"
reject = 0.01
calls = [{ to = ["store", "app-1"], choice = { kind = "zipf", exponent = 1.5 }, method = "go" }]
callback = "1M"

[[canister]]
name = "store"
subnet = "core"
cycles = "100T"
model.method.go = { query = true, reply = { kind = "uniform", min = "1KiB", max = "2KiB" } }

[[workload]]
name = "open"
target = "app"
target_choice = { kind = "zipf", exponent = 1.0 }
method = "go"
arrivals = { kind = "bursty", rate = "50/s", on = "1s", off = "9s" }

[[workload]]
name = "users"
target = ["app-1", "app-3"]
target_choice = { kind = "weighted", weights = [1, 2] }
method = "go"
arg = ["(1)", "(2)"]
arrivals = { kind = "closed", users = 5, think = { kind = "exponential", mean = "2s" } }
"#;

fn rich_with(from: &str, to: &str) -> String {
    assert!(RICH.contains(from), "the scenario holds no {from}");
    RICH.replacen(from, to, 1)
}

fn provenance() -> Provenance {
    Provenance {
        version: "1.2.3".to_owned(),
        scenario_file: "rich.toml".to_owned(),
        seed: 7,
        tie_seed: None,
        command: "icsim run rich.toml --seed 7".to_owned(),
    }
}

#[test]
fn copies_are_dealt_out_in_turns() {
    let scenario = load(RICH).unwrap_or_else(|refusal| panic!("{refusal}"));
    let homes: Vec<(&str, SubnetId)> =
        scenario.canisters.iter().map(|c| (&*c.name, c.id.subnet())).collect();
    let on = SubnetId::new;
    let expected =
        [("app-1", on(0)), ("app-2", on(1)), ("app-3", on(0)), ("app-4", on(1)), ("store", on(2))];
    assert_eq!(homes, expected);
    assert!(matches!(scenario.canisters[0].code, Code::Model(_)));
    assert!(matches!(scenario.workloads[1].pace, Pace::Closed { users: 5, .. }));
}

#[test]
fn the_effective_scenario_resolves_to_itself() {
    let first = effective(&load(RICH).expect("valid"), &provenance()).expect("serialises");
    let again = load(&first).unwrap_or_else(|refusal| panic!("{refusal}\n{first}"));
    let second = effective(&again, &provenance()).expect("serialises");
    assert_eq!(first, second);
    assert_snapshot!(first);
}

#[test]
fn an_argument_cannot_name_many_canisters_at_once() {
    let text = rich_with("arg = [\"(1)\", \"(2)\"]", "arg = '(principal \"$app\")'");
    assert_snapshot!(refused(&text));
}

#[test]
fn users_stay_with_one_subnet() {
    assert_snapshot!(refused(&rich_with("[\"app-1\", \"app-3\"]", "[\"app-1\", \"app-2\"]")));
}

#[test]
fn a_call_to_a_method_that_a_model_lacks() {
    assert_snapshot!(refused(&rich_with("method = \"go\" }]", "method = \"got\" }]")));
}

#[test]
fn a_field_that_means_nothing_for_the_kind_of_arrivals() {
    assert_snapshot!(refused(&rich_with("on = \"1s\", off", "think = \"1s\", off")));
}

#[test]
fn weights_that_do_not_fit() {
    assert_snapshot!(refused(&rich_with("weights = [1, 2]", "weights = [1, 2, 3]")));
}

#[test]
fn a_region_without_a_round_trip() {
    assert_snapshot!(refused(&rich_with(
        "us = { kind = \"lognormal\"",
        "asia = { kind = \"lognormal\""
    )));
}

#[test]
fn a_wrong_quantity_of_a_model() {
    assert_snapshot!(refused(&rich_with("mean = \"20M\"", "mean = \"20 million\"")));
}

#[test]
fn a_canister_without_code() {
    assert_snapshot!(refused(&with(&[("wasm = \"echo.wat\"\n", "")])));
}

#[test]
fn a_link_to_nowhere() {
    let network = "[network]\ntopology = \"links\"\n[[network.link]]\nfrom = \"left\"\nto = \"rihgt\"\n\
        latency = \"40ms\"\n";
    let old = "[network]\nlatency = { kind = \"fixed\", value = \"40ms\" }\n";
    assert_snapshot!(refused(&with(&[(old, network)])));
}

#[test]
fn fields_of_another_topology() {
    let latency = "latency = '40ms'\n";
    let trips = "round_trip = { eu = { eu = '20ms' } }\n";
    let link = "[[network.link]]\nfrom = 'left'\nto = 'right'\nlatency = '40ms'\n";
    for (topology, fields, said) in [
        (None, [latency, link], "`link` means nothing for a network of topology `mesh`"),
        (None, [latency, trips], "`round_trip` means nothing for a network of topology `mesh`"),
        (Some("ring"), [latency, trips], "`round_trip` belongs to `topology = \"regions\"`"),
        (Some("ring"), [latency, link], "`link` belongs to `topology = \"links\"`"),
        (Some("regions"), [trips, latency], "`latency` means nothing for a network of topology"),
        (Some("regions"), [trips, link], "`link` means nothing for a network of topology"),
        (Some("links"), [trips, link], "`round_trip` means nothing for a network of topology"),
        (
            Some("links"),
            [latency, link],
            "`latency` belongs to `topology = \"mesh\"` or `topology = \"ring\"`",
        ),
    ] {
        let topology = topology.map(|name| format!("topology = '{name}'\n")).unwrap_or_default();
        let network = format!("[network]\n{topology}{}", fields.concat());
        let old = "[network]\nlatency = { kind = \"fixed\", value = \"40ms\" }\n";
        let refusal = refused(&with(&[(old, &network)]));
        assert!(refusal.contains(said), "expected `{said}` in: {refusal}");
    }
}

#[test]
fn a_method_has_cases_or_says_itself_how_it_behaves() {
    let method = |text: &str| {
        let canister = "[[canister]]\nname = \"m\"\nsubnet = \"left\"\ncycles = \"100T\"\n";
        format!("{}\n{canister}{text}", with(&[]))
    };
    let cases = "model.method.go.case = [{ weight = 3, reply = \"1B\" }, { reply = \"2B\" }]";
    let scenario = load(&method(cases)).expect("valid");
    let Code::Model(behaviour) = &scenario.canisters.last().expect("is there").code else {
        panic!("a model");
    };
    let cases = behaviour.methods["go"].cases.as_ref().expect("two cases");
    assert_eq!(cases.weights(), [3, 1]);
    for (text, found) in [
        ("model.method.go = { reply = \"1B\", case = [{}] }", "says itself how it behaves"),
        ("model.method.go = { weight = 2 }", "has no `weight`"),
        ("model.method.go.case = [{ case = [{}] }]", "cases of its own"),
        ("model.method.go.case = [{ query = true }]", "belongs to the method"),
        ("model.method.go.case = [{ weight = 0 }]", "not all of them zero"),
    ] {
        let said = refused(&method(text));
        assert!(said.contains(found), "{text}: {said}");
    }
}

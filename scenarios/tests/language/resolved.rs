//! What a valid scenario comes to.

use crate::support::{load, with};
use candid::{Decode, Nat, Principal};
use insta::assert_snapshot;
use scenarios::scenario::{Provenance, effective};
use scenarios::source::Source;
use sim_core::profile::Profile;
use sim_core::units::{Cycles, Instructions};
use std::path::Path;

fn provenance(scenario_file: &str) -> Provenance {
    Provenance {
        version: "1.2.3".to_owned(),
        scenario_file: scenario_file.to_owned(),
        seed: 7,
        tie_seed: None,
        command: format!("icsim run {scenario_file} --seed 7"),
    }
}

#[test]
fn every_default_is_filled_in() {
    let scenario = load(&with(&[])).expect("a valid scenario");
    assert_snapshot!(effective(&scenario, &provenance("small.toml")).expect("serialises"));
}

#[test]
fn the_effective_scenario_resolves_to_itself() {
    let text =
        with(&[("[[subnet]]", "[profile]\nlimits.setup_instructions = \"1B\"\n\n[[subnet]]")]);
    let first = effective(&load(&text).expect("valid"), &provenance("a")).expect("serialises");
    let second = effective(&load(&first).expect("valid"), &provenance("a")).expect("serialises");
    assert_eq!(first, second);
}

#[test]
fn the_library_resolves() {
    let path = Path::new("library/ping-pong.toml");
    let source = Source::read(path).expect("is there");
    let scenario = scenarios::resolve::load(&source, None, &|_| {
        Ok(Box::new(crate::module_reader::ModuleReader))
    });
    let scenario = scenario.unwrap_or_else(|refusal| panic!("{refusal}"));
    assert_snapshot!(
        effective(&scenario, &provenance("library/ping-pong.toml")).expect("serialises")
    );
}

#[test]
fn arguments_are_encoded_as_the_module_declares_them() {
    let scenario = load(&with(&[])).expect("a valid scenario");
    let echo = scenario.canisters[1].id.principal();
    let sent = Decode!(&scenario.workloads[0].args.items()[0], Principal, Nat).expect("decodes");
    assert_eq!(sent, (Principal::from_slice(echo.as_slice()), Nat::from(3u8)));
}

#[test]
fn arguments_without_declared_types_are_encoded_as_written() {
    let text = with(&[
        ("target = \"ping\"", "target = \"echo\""),
        ("\"play\"", "\"store\""),
        ("(principal \"$echo\", 3)", "(\"$echo\", 3 : nat8)"),
    ]);
    let scenario = load(&text).expect("a valid scenario");
    let sent = Decode!(&scenario.workloads[0].args.items()[0], String, u8).expect("decodes");
    assert_eq!(sent, ("$echo".to_owned(), 3));
}

#[test]
fn profile_differences_are_merged_over_the_base() {
    let profile = "[profile]\nbase = \"2024-06\"\nfees.update_message_base = \"5M\"\n\
        limits.setup_instructions = \"1B\"\nmetering.operators = { \"i32.add\" = 2 }\n\n[[subnet]]";
    let effective = load(&with(&[("[[subnet]]", profile)])).expect("valid").profile;
    let mut expected = Profile::named("2024-06").expect("a built-in profile");
    expected.name.push_str(" (modified)");
    expected.fees.update_message_base = Cycles::new(5_000_000);
    expected.limits.setup_instructions = Instructions::new(1_000_000_000);
    expected.metering.operators.insert("i32.add".to_owned(), 2);
    assert_eq!(effective, expected);
}

#[test]
fn controllers_may_be_canisters() {
    let text = with(&[("\"2T\"", "\"2T\"\ncontrollers = [\"$ping\", \"2vxsx-fae\"]")]);
    let scenario = load(&text).expect("a valid scenario");
    let controllers = &scenario.canisters[1].controllers;
    assert_eq!(controllers[0], scenario.canisters[0].id.principal());
    assert_eq!(controllers[1], ic_principal::Principal::anonymous());
}

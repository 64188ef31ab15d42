//! Which System API function may be called from which entry point, and a contract violation
//! everywhere else, as the table of the interface specification 0.66 says
//! (`tests/data/system-api.json`).

use crate::kit::{Canister, profile, query, reject_to, reply_to, update, usual, wat};
use serde::Deserialize;
use sim_core::profile::Profile;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry};

/// Entry points as the specification abbreviates them: init, pre-upgrade, update, replicated query,
/// query, transform, composite query, reply and reject callback, those of composite queries,
/// cleanup, that of composite queries, inspection, timer, start.
const ENTRIES: &str = "I G U RQ NRQ TQ CQ Ry Rt CRy CRt C CC F T s";

/// Entry points the specification treats as others, with these: post-upgrade, heartbeat, the hook on
/// low memory.
const ALIKE: [(&str, &str); 3] = [("post-upgrade", "I"), ("heartbeat", "T"), (LOW_MEMORY, "T")];
const LOW_MEMORY: &str = "low memory";

/// What was allowed where in 2024, if that was not as it is now.
const IN_2024: [(&str, &str); 6] = [
    ("msg_reject_code", "Ry Rt CRy CRt"),
    ("msg_cycles_available", "U Rt Ry"),
    ("msg_cycles_available128", "U Rt Ry"),
    ("msg_cycles_accept", "U Rt Ry"),
    ("msg_cycles_accept128", "U Rt Ry"),
    ("cycles_burn128", "I G U Ry Rt C T"),
];

/// A row of the table.
#[derive(Deserialize)]
struct Function {
    name: String,
    /// One letter for each parameter: `i32`, `I` for `i64`, `p` as wide as addresses.
    params: String,
    results: String,
    entries: String,
}

fn entry(letters: &str) -> Entry {
    let closure = Closure { function: 0, environment: 0 };
    let (method, arg) = ("ask".into(), [].into());
    match letters {
        "I" => Entry::Init { arg },
        "G" => Entry::PreUpgrade,
        "U" => update("go", b""),
        "RQ" => query("ask", b""),
        "NRQ" => Entry::Query { method, arg },
        "TQ" => Entry::Transform { method, arg },
        "CQ" => Entry::CompositeQuery { method: "compose".into(), arg },
        "Ry" | "CRy" => reply_to(closure, b""),
        "Rt" | "CRt" => reject_to(closure, ErrorCode::CanisterStopped, ""),
        "C" | "CC" => Entry::Cleanup { closure },
        "F" => Entry::InspectMessage { method, arg },
        "T" => Entry::GlobalTimer,
        "post-upgrade" => Entry::PostUpgrade { arg },
        "heartbeat" => Entry::Heartbeat,
        LOW_MEMORY => Entry::OnLowWasmMemory,
        _ => Entry::Start,
    }
}

/// The type a letter stands for.
fn ty(letter: char, wasm64: bool) -> &'static str {
    match letter {
        'i' => "i32",
        'p' if !wasm64 => "i32",
        _ => "i64",
    }
}

impl Function {
    /// A module that calls the function from every entry point there is under `profile`.
    fn module(&self, profile: &Profile, wasm64: bool) -> String {
        let types = |letters: &str| -> String {
            letters.chars().map(|letter| format!(" {}", ty(letter, wasm64))).collect()
        };
        let constant = |letter| format!("({}.const 0)", ty(letter, wasm64));
        let arguments: String = self.params.chars().map(constant).collect();
        let call = match self.results.as_str() {
            "" => format!("(call $f {arguments})"),
            _ => format!("(drop (call $f {arguments}))"),
        };
        let address = ty('p', wasm64);
        let (name, params, results) = (&self.name, types(&self.params), types(&self.results));
        let hooks = ["init", "pre_upgrade", "post_upgrade", "inspect_message"];
        let tasks = ["global_timer", "heartbeat", "on_low_wasm_memory"];
        let tasks = &tasks[..if profile.limits.low_memory_hook { 3 } else { 2 }];
        let methods = ["update go", "query ask", "composite_query compose"];
        let exports = hooks.iter().chain(tasks).chain(&methods);
        let exports = exports.map(|name| format!(r#"(export "canister_{name}" (func $go))"#));
        let exports: String = exports.collect();
        format!(
            r#"(module (import "ic0" "{name}" (func $f (param{params}) (result{results})))
              (memory {address} 1) (table {address} 1 funcref)
              (elem ({address}.const 0) $callback)
              (func $callback (param {address}) {call}) (func $go {call}) (start $go) {exports})"#
        )
    }

    /// Entry points in which the function is refused under `profile`.
    fn refused(&self, profile: &Profile, wasm64: bool) -> Vec<&'static str> {
        let mut canister = Canister::new(profile, &wat(&self.module(profile, wasm64)));
        canister.surroundings.data_certificate = Some([].into());
        let refused = |letters: &&str| {
            canister.surroundings.composite = ["CRy", "CRt", "CC"].contains(letters);
            let outcome = canister.run(entry(letters)).outcome;
            canister.instance.rollback();
            outcome.is_err_and(|failure| {
                failure.code == ErrorCode::CanisterContractViolation
                    && failure.message.contains("cannot be executed in")
            })
        };
        entries(profile).filter(refused).collect()
    }

    /// How what is refused differs from where `allowed` does not allow it, in words.
    fn difference(&self, allowed: &str, profile: &Profile, wasm64: bool) -> Option<String> {
        let allowed: Vec<&str> = allowed.split_whitespace().collect();
        let forbidden = |entry: &&str| {
            let alike = ALIKE.iter().find(|(other, _)| other == entry);
            !allowed.contains(alike.map_or(entry, |(_, letters)| letters))
        };
        let expected: Vec<&str> = entries(profile).filter(forbidden).collect();
        let refused = self.refused(profile, wasm64);
        let wrong = refused != expected;
        wrong.then(|| format!("{}: refused in {refused:?}, not {expected:?}", self.name))
    }
}

/// Every entry point there is under `profile`.
fn entries(profile: &Profile) -> impl Iterator<Item = &'static str> {
    let low_memory = profile.limits.low_memory_hook;
    let others = ALIKE.iter().map(|(entry, _)| *entry);
    let others = others.filter(move |entry| low_memory || *entry != LOW_MEMORY);
    ENTRIES.split_whitespace().chain(others)
}

fn functions() -> Vec<Function> {
    serde_json::from_str(include_str!("../data/system-api.json")).expect("is valid")
}

/// True if the function has a successor and is not there for modules with 64-bit memory.
fn only_32(name: &str) -> bool {
    let narrow = ["msg_cycles_available", "msg_cycles_refunded", "msg_cycles_accept"];
    let others = ["canister_cycle_balance", "call_cycles_add", "mint_cycles"];
    narrow.contains(&name) || others.contains(&name) || name.starts_with("stable_")
}

#[test]
fn each_function_is_allowed_where_the_specification_says() {
    let profile = profile("2026-mid");
    let mut wrong = Vec::new();
    for function in functions() {
        for wasm64 in [false, true] {
            if wasm64 && only_32(&function.name) {
                continue;
            }
            wrong.extend(function.difference(&function.entries, &profile, wasm64));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn some_functions_were_allowed_elsewhere_in_2024() {
    let profile = profile("2024-06");
    let all = functions();
    let mut wrong = Vec::new();
    for (name, allowed) in IN_2024 {
        let function = all.iter().find(|function| function.name == name);
        let function = function.expect("is in the table");
        wrong.extend(function.difference(allowed, &profile, false));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_with_64_bit_memory_have_no_functions_that_have_successors() {
    for function in functions().iter().filter(|function| only_32(&function.name)) {
        let module = wat(&function.module(&usual(), true));
        assert!(crate::kit::compile(&module).is_err(), "{}", function.name);
    }
}

#[test]
fn what_needs_a_call_under_construction_is_refused_without_one_even_where_allowed() {
    let names = ["call_data_append", "call_on_cleanup", "call_cycles_add"];
    let all = functions();
    for function in all.iter().filter(|function| names.contains(&function.name.as_str())) {
        let mut canister = Canister::wat(&function.module(&usual(), false));
        let name = &function.name;
        assert_eq!(canister.fail(entry("U")), ErrorCode::CanisterContractViolation, "{name}");
    }
}

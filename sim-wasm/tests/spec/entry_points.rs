//! Which System API function may be called from which entry point, and a contract violation
//! everywhere else, as the table of the interface specification 0.66 says
//! (`tests/data/system-api.json`).

use crate::kit::{Canister, profile, query, reject_to, reply_to, update, wat};
use serde::Deserialize;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry};

/// Entry points as the specification abbreviates them: init, pre-upgrade, update, replicated query,
/// query, transform, composite query, reply and reject callback, those of composite queries,
/// cleanup, that of composite queries, inspection, timer, start.
const ENTRIES: &str = "I G U RQ NRQ TQ CQ Ry Rt CRy CRt C CC F T s";

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
    /// A module that calls the function from every entry point.
    fn module(&self, wasm64: bool) -> String {
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
        let hooks = ["init", "pre_upgrade", "global_timer", "inspect_message", "update go"];
        let methods = ["query ask", "composite_query compose"];
        let exports = hooks.iter().chain(&methods);
        let exports = exports.map(|name| format!(r#"(export "canister_{name}" (func $go))"#));
        let exports: String = exports.collect();
        format!(
            r#"(module (import "ic0" "{name}" (func $f (param{params}) (result{results})))
              (memory {address} 1) (table {address} 1 funcref)
              (elem ({address}.const 0) $callback)
              (func $callback (param {address}) {call}) (func $go {call}) (start $go) {exports})"#
        )
    }

    /// Entry points in which the function is refused.
    fn refused(&self, wasm64: bool) -> Vec<&'static str> {
        let mut canister = Canister::new(&profile("2026-mid"), &wat(&self.module(wasm64)));
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
        ENTRIES.split_whitespace().filter(refused).collect()
    }
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
    let mut wrong = Vec::new();
    for function in functions() {
        let allowed: Vec<&str> = function.entries.split_whitespace().collect();
        let expected: Vec<&str> =
            ENTRIES.split_whitespace().filter(|entry| !allowed.contains(entry)).collect();
        for wasm64 in [false, true] {
            if wasm64 && only_32(&function.name) {
                continue;
            }
            let refused = function.refused(wasm64);
            if refused != expected {
                wrong.push(format!("{}: refused in {refused:?}, not {expected:?}", function.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn replicated_queries_handled_no_cycles_in_2024() {
    let accept = functions().into_iter().find(|function| function.name == "msg_cycles_accept");
    let module = wat(&accept.expect("is in the table").module(false));
    let mut canister = Canister::new(&profile("2024-06"), &module);
    assert_eq!(canister.fail(entry("RQ")), ErrorCode::CanisterContractViolation);
}

#[test]
fn modules_with_64_bit_memory_have_no_functions_that_have_successors() {
    for function in functions().iter().filter(|function| only_32(&function.name)) {
        let module = wat(&function.module(true));
        assert!(crate::kit::compile(&module).is_err(), "{}", function.name);
    }
}

#[test]
fn what_needs_a_call_under_construction_is_refused_without_one_even_where_allowed() {
    let names = ["call_data_append", "call_on_cleanup", "call_cycles_add"];
    let all = functions();
    for function in all.iter().filter(|function| names.contains(&function.name.as_str())) {
        let mut canister = Canister::wat(&function.module(false));
        let name = &function.name;
        assert_eq!(canister.fail(entry("U")), ErrorCode::CanisterContractViolation, "{name}");
    }
}

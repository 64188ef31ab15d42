//! Which System API function may be called from which entry point, and a contract violation
//! everywhere else.

use crate::kit::{Canister, query, reject_to, reply_to, update};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry};

/// Entry points: init, pre-upgrade, update, replicated query, reply and reject callback, cleanup,
/// timer, start.
const ENTRIES: &str = "I G U RQ Ry Rt C T s";

fn entry(letters: &str) -> Entry {
    let closure = Closure { function: 0, environment: 0 };
    match letters {
        "I" => Entry::Init { arg: [].into() },
        "G" => Entry::PreUpgrade,
        "U" => update("go", b""),
        "RQ" => query("ask", b""),
        "Ry" => reply_to(closure, b""),
        "Rt" => reject_to(closure, ErrorCode::CanisterStopped, ""),
        "C" => Entry::Cleanup { closure },
        "T" => Entry::GlobalTimer,
        _ => Entry::Start,
    }
}

/// A module that calls the function from every entry point.
fn module(name: &str, params: &str, result: &str) -> String {
    let arguments: String = params.split_whitespace().map(|ty| format!("({ty}.const 0)")).collect();
    let call = match result {
        "" => format!("(call $f {arguments})"),
        _ => format!("(drop (call $f {arguments}))"),
    };
    format!(
        r#"(module (import "ic0" "{name}" (func $f (param {params}) (result {result})))
          (memory 1) (table 1 funcref) (elem (i32.const 0) $callback)
          (func $callback (param i32) {call}) (func $go {call}) (start $go)
          (export "canister_init" (func $go)) (export "canister_pre_upgrade" (func $go))
          (export "canister_global_timer" (func $go)) (export "canister_update go" (func $go))
          (export "canister_query ask" (func $query)) (func $query {call}))"#
    )
}

#[test]
fn each_function_is_allowed_where_the_specification_says() {
    let all = "I G U RQ Ry Rt C T";
    for (names, params, result, allowed) in [
        ("msg_arg_data_size", "", "i32", "I U RQ Ry"),
        ("msg_arg_data_copy", "i32 i32 i32", "", "I U RQ Ry"),
        ("msg_caller_size canister_self_size subnet_self_size canister_status", "", "i32", all),
        ("data_certificate_present", "", "i32", all),
        ("canister_version time canister_cycle_balance", "", "i64", all),
        ("canister_cycle_balance128 canister_liquid_cycle_balance128", "i32", "", all),
        ("msg_reject_code", "", "i32", "Ry Rt C"),
        ("msg_reject_msg_size", "", "i32", "Rt"),
        ("msg_deadline", "", "i64", "U RQ Ry Rt"),
        ("msg_reply", "", "", "U RQ Ry Rt"),
        ("msg_reply_data_append msg_reject", "i32 i32", "", "U RQ Ry Rt"),
        ("msg_cycles_available", "", "i64", "U RQ Ry Rt"),
        ("msg_cycles_accept", "i64", "i64", "U RQ Ry Rt"),
        ("msg_cycles_refunded", "", "i64", "Ry Rt"),
        ("cycles_burn128", "i64 i64 i32", "", "I G U RQ Ry Rt C T"),
        ("call_new", "i32 i32 i32 i32 i32 i32 i32 i32", "", "U Ry Rt T"),
        ("certified_data_set", "i32 i32", "", "I G U Ry Rt T"),
        ("global_timer_set", "i64", "i64", "I G U Ry Rt C T"),
        ("performance_counter", "i32", "i64", ENTRIES),
        ("is_controller", "i32 i32", "i32", ENTRIES),
        ("in_replicated_execution stable_size", "", "i32", ENTRIES),
        ("stable64_size", "", "i64", ENTRIES),
        ("stable64_grow", "i64", "i64", ENTRIES),
        ("debug_print", "i32 i32", "", ENTRIES),
        ("msg_method_name_size data_certificate_size", "", "i32", ""),
        ("accept_message", "", "", ""),
    ] {
        for name in names.split_whitespace() {
            let mut canister = Canister::wat(&module(name, params, result));
            for letters in ENTRIES.split_whitespace() {
                let outcome = canister.run(entry(letters)).outcome.map(|_| ());
                canister.instance.rollback();
                let expected = allowed.split_whitespace().any(|entry| entry == letters);
                let violation = Err(ErrorCode::CanisterContractViolation);
                let expected = if expected { Ok(()) } else { violation };
                assert_eq!(outcome.map_err(|f| f.code), expected, "{name} in {letters}");
            }
        }
    }
}

#[test]
fn what_needs_a_call_under_construction_is_refused_without_one_even_where_allowed() {
    for (name, params) in [
        ("call_data_append", "i32 i32"),
        ("call_on_cleanup", "i32 i32"),
        ("call_cycles_add", "i64"),
        ("call_with_best_effort_response", "i32"),
    ] {
        let mut canister = Canister::wat(&module(name, params, ""));
        assert_eq!(canister.fail(entry("U")), ErrorCode::CanisterContractViolation, "{name}");
    }
}

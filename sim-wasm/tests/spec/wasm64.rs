//! Modules whose memory and table have 64-bit addresses.

use crate::kit::{Canister, compile_under, profile, reply, reply_to, update, wat};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Effects};

/// A module with an update method `go`.
fn module(imports: &str, body: &str) -> String {
    format!(
        r#"(module {imports} (memory i64 1) (table i64 4 funcref)
          (func (export "canister_update go") {body}))"#
    )
}

fn instructions(imports: &str, body: &str) -> u64 {
    Canister::wat(&module(imports, body)).run(update("go", b"")).instructions.get()
}

#[test]
fn the_width_is_known_and_old_profiles_refuse_it() {
    let module = wat(&module("", ""));
    let program = compile_under(&profile("2026-mid"), &module).expect("is accepted");
    assert!(program.is_wasm64());
    let refused = compile_under(&profile("2024-06"), &module).map(|_| ()).expect_err("is refused");
    assert_eq!(refused.code, ErrorCode::CanisterInvalidWasm);
}

#[test]
fn bulk_operations_cost_one_for_each_byte_or_element_of_a_wide_length() {
    let nothing = instructions("", "");
    // Three constants, the weight of 100, and the length; one page becomes dirty.
    let fill = "(memory.fill (i64.const 0) (i32.const 7) (i64.const 1000))";
    assert_eq!(instructions("", fill), nothing + 3 + 100 + 1_000 + 4_000);
    let copy = "(memory.copy (i64.const 0) (i64.const 8) (i64.const 1000))";
    assert_eq!(instructions("", copy), nothing + 3 + 100 + 1_000);
    let table = "(table.copy (i64.const 0) (i64.const 1) (i64.const 2))";
    assert_eq!(instructions("", table), nothing + 3 + 100 + 2);
}

#[test]
fn a_length_beyond_all_bounds_ends_in_a_clean_error() {
    let fill = "(memory.fill (i64.const 0) (i32.const 7) (i64.const -1))";
    let mut canister = Canister::wat(&module("", fill));
    assert_eq!(canister.fail(update("go", b"")), ErrorCode::CanisterInstructionLimitExceeded);
}

#[test]
fn a_dirty_page_costs_four_times_as_much_and_a_store_two() {
    let store = "(i64.store (i64.const 0) (i64.const 1))";
    assert_eq!(instructions("", store), instructions("", "") + 4 + 4_000);
}

#[test]
fn addresses_beyond_memory_are_contract_violations() {
    let imports = r#"(import "ic0" "msg_reply_data_append" (func $append (param i64 i64)))"#;
    for (at, size) in [("-1", "1"), ("0x1_0000_0000", "1"), ("65536", "1")] {
        let body = format!("(call $append (i64.const {at}) (i64.const {size}))");
        let mut canister = Canister::wat(&module(imports, &body));
        assert_eq!(canister.fail(update("go", b"")), ErrorCode::CanisterContractViolation);
    }
}

#[test]
fn a_heap_grows_to_its_own_limit() {
    let module = |pages: u64| {
        wat(&format!(
            r#"(module (import "ic0" "msg_reply" (func $reply)) (memory i64 1)
              (func (export "canister_update go")
                (if (i64.eq (memory.grow (i64.const {pages})) (i64.const 1)) (then (call $reply)))))"#
        ))
    };
    let mut profile = profile("2026-mid");
    profile.limits.heap64 = sim_core::units::Bytes::new(10 << 16);
    let answered = |pages| {
        let mut canister = Canister::new(&profile, &module(pages));
        canister.succeed(update("go", b"")).response.is_some()
    };
    assert!(answered(9));
    assert!(!answered(10));
}

#[test]
fn callbacks_take_an_environment_of_64_bits() {
    let mut canister = Canister::wat(
        r#"(module (import "ic0" "msg_reply" (func $reply))
          (import "ic0" "msg_reply_data_append" (func $append (param i64 i64)))
          (memory i64 1) (table i64 2 funcref) (elem (i64.const 1) $callback)
          (func $callback (param i64)
            (i64.store (i64.const 0) (local.get 0))
            (call $append (i64.const 0) (i64.const 8)) (call $reply)))"#,
    );
    let closure = Closure { function: 1, environment: 0x0102_0304_0506_0708 };
    let effects: Effects = canister.succeed(reply_to(closure, b""));
    assert_eq!(reply(&effects), closure.environment.to_le_bytes());
}

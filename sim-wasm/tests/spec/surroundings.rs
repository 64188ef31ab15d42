//! What a canister sees of the world around it.

use crate::kit::{Canister, profile, reply, update, wat};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{CanisterStatus, Entry, Response};

/// A canister whose method `go` replies with `size` bytes that `body` wrote to the heap.
fn replying(imports: &str, body: &str, size: u32) -> Canister {
    Canister::wat(&format!(
        r#"(module {imports} (import "ic0" "msg_reply" (func $reply))
          (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
          (memory 1) (data (i32.const 1000) "colour/key_1")
          (export "canister_update go" (func $go)) (export "canister_query ask" (func $go))
          (func $go {body} (call $append (i32.const 0) (i32.const {size})) (call $reply)))"#
    ))
}

#[test]
fn the_status_is_a_number() {
    let imports = r#"(import "ic0" "canister_status" (func $status (result i32)))"#;
    let mut canister = replying(imports, "(i32.store (i32.const 0) (call $status))", 4);
    for (status, number) in
        [(CanisterStatus::Running, 1), (CanisterStatus::Stopping, 2), (CanisterStatus::Stopped, 3)]
    {
        canister.surroundings.status = status;
        assert_eq!(canister.update("go", b""), [number, 0, 0, 0]);
    }
}

#[test]
fn setting_the_timer_answers_with_its_former_value() {
    let imports = r#"(import "ic0" "global_timer_set" (func $set (param i64) (result i64)))"#;
    let body = "(i64.store (i32.const 0) (call $set (i64.const 5)))
        (i64.store (i32.const 8) (call $set (i64.const 6)))";
    let mut canister = replying(imports, body, 16);
    canister.surroundings.global_timer = 4;
    let effects = canister.succeed(update("go", b""));
    assert_eq!(reply(&effects), [4_u64.to_le_bytes(), 5_u64.to_le_bytes()].concat());
    assert_eq!(effects.global_timer, Some(6));
}

#[test]
fn environment_variables_are_found_by_name_and_by_number() {
    let imports = r#"(import "ic0" "env_var_count" (func $count (result i32)))
        (import "ic0" "env_var_name_size" (func $size (param i32) (result i32)))
        (import "ic0" "env_var_value_copy" (func $copy (param i32 i32 i32 i32 i32)))
        (import "ic0" "env_var_name_exists" (func $exists (param i32 i32) (result i32)))"#;
    let body = "(i32.store8 (i32.const 0) (call $count))
        (i32.store8 (i32.const 1) (call $size (i32.const 1)))
        (i32.store8 (i32.const 2) (call $exists (i32.const 1000) (i32.const 5)))
        (call $copy (i32.const 1000) (i32.const 6) (i32.const 3) (i32.const 1) (i32.const 2))";
    let mut canister = replying(imports, body, 5);
    canister.surroundings.environment =
        [("colour".into(), "red".into()), ("depth".into(), "5".into())].into();
    assert_eq!(canister.update("go", b""), [2, 5, 0, b'e', b'd']);
    canister.surroundings.environment = [("colour".into(), "red".into())].into();
    assert_eq!(canister.fail(update("go", b"")), ErrorCode::CanisterContractViolation);
}

#[test]
fn prices_of_signatures_depend_on_known_keys_and_curves() {
    let imports = r#"(import "ic0" "cost_sign_with_schnorr"
        (func $cost (param i32 i32 i32 i32) (result i32)))"#;
    let body = "(i32.store8 (i32.const 16)
            (call $cost (i32.const 1007) (i32.const 5) (i32.const 1) (i32.const 0)))
        (i32.store8 (i32.const 17)
            (call $cost (i32.const 1007) (i32.const 5) (i32.const 2) (i32.const 0)))
        (i32.store8 (i32.const 18)
            (call $cost (i32.const 1000) (i32.const 5) (i32.const 0) (i32.const 0)))";
    let reply = replying(imports, body, 19).update("go", b"");
    let expected = [&10_000_000_000_u128.to_le_bytes()[..], &[0, 1, 2]].concat();
    assert_eq!(reply, expected);
}

#[test]
fn the_root_key_has_the_length_of_one() {
    let imports = r#"(import "ic0" "root_key_size" (func $size (result i32)))"#;
    let mut canister = replying(imports, "(i32.store (i32.const 0) (call $size))", 4);
    assert_eq!(canister.update("go", b""), [133, 0, 0, 0]);
}

#[test]
fn queries_outside_of_consensus_may_reply_more_and_see_a_certificate() {
    let imports = r#"(import "ic0" "data_certificate_present" (func $present (result i32)))"#;
    let body = "(drop (memory.grow (i32.const 60))) (i32.store (i32.const 0) (call $present))";
    let mut canister = replying(imports, body, 3 << 20);
    canister.surroundings.data_certificate = Some([1, 2, 3].into());
    let query = Entry::Query { method: "ask".into(), arg: [].into() };
    let effects = canister.run(query).outcome.expect("succeeds");
    let Some(Response::Reply(payload)) = &effects.response else { panic!("it replies") };
    assert_eq!((payload.len(), payload[0]), (3 << 20, 1));
    canister.instance.rollback();
    assert_eq!(canister.fail(update("go", b"")), ErrorCode::CanisterContractViolation);
}

#[test]
fn inspection_reads_the_message_and_accepts_it_once() {
    let module = |accepts: &str| {
        format!(
            r#"(module (import "ic0" "accept_message" (func $accept))
              (import "ic0" "msg_method_name_size" (func $size (result i32)))
              (import "ic0" "msg_arg_data_size" (func $arg (result i32)))
              (func (export "canister_inspect_message")
                (if (i32.ne (call $size) (i32.const 5)) (then unreachable))
                (if (i32.ne (call $arg) (i32.const 2)) (then unreachable)) {accepts}))"#
        )
    };
    let inspect = || Entry::InspectMessage { method: "hello".into(), arg: [1, 2].into() };
    let accepted = |accepts: &str| {
        let outcome = Canister::wat(&module(accepts)).run(inspect()).outcome;
        outcome.map(|effects| effects.accepted).map_err(|failure| failure.code)
    };
    assert_eq!(accepted(""), Ok(false));
    assert_eq!(accepted("(call $accept)"), Ok(true));
    let twice = accepted("(call $accept) (call $accept)");
    assert_eq!(twice, Err(ErrorCode::CanisterContractViolation));
}

#[test]
fn a_message_may_touch_only_so_much_stable_memory() {
    // From the replica's own tests: three pages, two of them touched before.
    let module = |size: u32| {
        format!(
            r#"(module (import "ic0" "stable_grow" (func $grow (param i32) (result i32)))
              (import "ic0" "stable_read" (func $read (param i32 i32 i32)))
              (import "ic0" "stable_write" (func $write (param i32 i32 i32))) (memory 1)
              (func (export "canister_update go") (drop (call $grow (i32.const 10)))
                (call $read (i32.const 0) (i32.const 100) (i32.const 5))
                (call $write (i32.const 4094) (i32.const 0) (i32.const 5))
                (call $write (i32.const 4094) (i32.const 10) (i32.const {size}))))"#
        )
    };
    let mut profile = profile("2026-mid");
    profile.limits.stable_access = sim_core::units::Bytes::new(3 * 4_096);
    let run = |size| Canister::new(&profile, &wat(&module(size))).run(update("go", b"")).outcome;
    assert!(run(8_194).is_ok());
    let failure = run(8_195).expect_err("fails");
    assert_eq!(failure.code, ErrorCode::CanisterMemoryAccessLimitExceeded);
}

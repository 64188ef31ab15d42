//! Answering: replies, rejects, and what goes wrong.

use crate::kit::{Canister, query, reject_to, update};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry, Response};

const ECHO: &str = r#"
(module
  (import "ic0" "msg_arg_data_size" (func $size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reject" (func $reject (param i32 i32)))
  (import "ic0" "trap" (func $trap (param i32 i32)))
  (import "ic0" "debug_print" (func $print (param i32 i32)))
  (memory 1) (data (i32.const 0) "no, thanks")
  (func (export "canister_update echo")
    (call $copy (i32.const 100) (i32.const 0) (call $size))
    (call $append (i32.const 100) (call $size))
    (call $reply))
  (func (export "canister_query echo_query")
    (call $copy (i32.const 100) (i32.const 0) (call $size))
    (call $append (i32.const 100) (call $size))
    (call $reply))
  (func (export "canister_update refuse") (call $reject (i32.const 0) (i32.const 10)))
  (func (export "canister_update twice") (call $reply) (call $reply))
  (func (export "canister_update late") (call $reply) (call $append (i32.const 0) (i32.const 1)))
  (func (export "canister_update silent"))
  (func (export "canister_update trap") (call $print (i32.const 0) (i32.const 2))
    (call $trap (i32.const 0) (i32.const 10)))
  (func (export "canister_update far") (call $append (i32.const 65530) (i32.const 7)))
  (func (export "canister_update far_copy") (call $copy (i32.const -1) (i32.const 0) (i32.const 1)))
  (func (export "canister_update past_arg") (call $copy (i32.const 0) (i32.const 1) (call $size))))"#;

#[test]
fn an_update_and_a_query_answer_with_their_argument() {
    let mut canister = Canister::wat(ECHO);
    assert_eq!(canister.update("echo", b"hello"), b"hello");
    assert_eq!(canister.query("echo_query", b""), b"");
}

#[test]
fn a_reject_carries_its_text() {
    let response = Canister::wat(ECHO).succeed(update("refuse", b"")).response;
    let Some(Response::Reject(reject)) = response else { panic!("{response:?}") };
    assert_eq!((reject.code, &*reject.message), (ErrorCode::CanisterRejectedMessage, "no, thanks"));
}

#[test]
fn a_method_may_end_without_an_answer() {
    assert_eq!(Canister::wat(ECHO).succeed(update("silent", b"")).response, None);
}

#[test]
fn a_call_is_answered_once() {
    let mut canister = Canister::wat(ECHO);
    for method in ["twice", "late"] {
        assert_eq!(canister.fail(update(method, b"")), ErrorCode::CanisterContractViolation);
    }
    canister.surroundings.responded = true;
    assert_eq!(canister.fail(update("echo", b"")), ErrorCode::CanisterContractViolation);
}

#[test]
fn a_range_outside_of_the_memory_or_the_argument_violates_the_contract() {
    let mut canister = Canister::wat(ECHO);
    for method in ["far", "far_copy", "past_arg"] {
        let code = canister.fail(update(method, b"argument"));
        assert_eq!(code, ErrorCode::CanisterContractViolation, "{method}");
    }
}

#[test]
fn a_trap_keeps_its_message_and_what_was_printed() {
    let finished = Canister::wat(ECHO).run(update("trap", b""));
    let failure = finished.outcome.expect_err("traps");
    assert_eq!(failure.code, ErrorCode::CanisterCalledTrap);
    assert!(failure.message.contains("no, thanks"), "{failure}");
    assert_eq!(finished.log, [b"no"[..].into(), b"[TRAP]: no, thanks"[..].into()]);
}

#[test]
fn a_missing_method_is_not_found() {
    let mut canister = Canister::wat(ECHO);
    for entry in [update("other", b""), query("refuse", b"")] {
        let finished = canister.run(entry);
        let code = finished.outcome.expect_err("is missing").code;
        assert_eq!((code, finished.instructions.get()), (ErrorCode::CanisterMethodNotFound, 0));
    }
}

#[test]
fn a_hook_that_is_not_exported_does_nothing() {
    let mut canister = Canister::wat(ECHO);
    for entry in [Entry::Start, Entry::PreUpgrade, Entry::Heartbeat] {
        assert_eq!(canister.succeed(entry), Default::default());
    }
}

#[test]
fn a_callback_has_to_be_a_function_of_the_right_type() {
    let mut canister = Canister::wat(
        r#"(module (table 3 funcref) (elem (i32.const 0) $f $g) (func $f) (func $g (param i32)))"#,
    );
    let enter = |function| {
        reject_to(Closure { function, environment: 0 }, ErrorCode::CanisterStopped, "stopped")
    };
    canister.succeed(enter(1));
    for function in [0, 2, 3, u64::MAX] {
        assert_eq!(canister.fail(enter(function)), ErrorCode::CanisterContractViolation);
    }
}

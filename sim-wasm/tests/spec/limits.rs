//! The limits of the System API, each at its edge: what is just allowed, and what is one more.
//! Amounts are those of the profile or, where the interface fixes them, of its specification.

use crate::kit::{Canister, PEER, profile, reply, update, wat};
use sim_core::id::CanisterId;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Effects, Entry, Failure, Response};
use sim_core::units::{Bytes, Cycles};

/// Everything the tests import.
const IMPORTS: &str = r#"
  (import "ic0" "msg_arg_data_copy" (func $arg (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_reject" (func $reject (param i32 i32)))
  (import "ic0" "msg_cycles_available" (func $available (result i64)))
  (import "ic0" "canister_cycle_balance" (func $balance (result i64)))
  (import "ic0" "certified_data_set" (func $certify (param i32 i32)))
  (import "ic0" "debug_print" (func $print (param i32 i32)))
  (import "ic0" "trap" (func $trap (param i32 i32)))
  (import "ic0" "performance_counter" (func $counter (param i32) (result i64)))
  (import "ic0" "env_var_name_exists" (func $variable (param i32 i32) (result i32)))
  (import "ic0" "cost_sign_with_ecdsa" (func $signature (param i32 i32 i32 i32) (result i32)))
  (import "ic0" "is_controller" (func $controls (param i32 i32) (result i32)))
  (import "ic0" "stable_grow" (func $stable_grow (param i32) (result i32)))
  (import "ic0" "stable_size" (func $stable_size (result i32)))
  (import "ic0" "stable64_grow" (func $stable64_grow (param i64) (result i64)))
  (import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
  (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_data_append" (func $data (param i32 i32)))
  (import "ic0" "call_with_best_effort_response" (func $timeout (param i32)))
  (import "ic0" "call_perform" (func $perform (result i32)))"#;

/// A canister whose method `go` runs `body`, in which `$n` is the argument.
fn canister(body: &str) -> Canister {
    let id: String = PEER.principal().as_slice().iter().map(|b| format!("\\{b:02x}")).collect();
    let text = format!(
        r#"(module {IMPORTS} (memory 200) (data (i32.const 0) "{id}")
          (export "canister_update go" (func $go)) (export "canister_query ask" (func $go))
          (func $new_call (param $name i32)
            (call $new (i32.const 0) (i32.const 10) (i32.const 100) (local.get $name)
              (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
          (func $answer (param $value i64)
            (i64.store (i32.const 40) (local.get $value))
            (call $append (i32.const 40) (i32.const 8)) (call $reply))
          (func $go (local $n i32) (local $total i64)
            (call $arg (i32.const 32) (i32.const 0) (i32.const 4))
            (local.set $n (i32.load (i32.const 32)))
            {body}))"#
    );
    Canister::new(&profile("2026-mid"), &wat(&text))
}

/// Runs `go` with the argument `n`, without committing.
fn run(canister: &mut Canister, n: u32) -> Result<Effects, Failure> {
    let finished = canister.run(update("go", &n.to_le_bytes()));
    canister.instance.rollback();
    finished.outcome
}

/// Checks that `n` is allowed and one more breaks the contract.
fn assert_edge(canister: &mut Canister, n: u64) -> Effects {
    let n = u32::try_from(n).expect("is small");
    let allowed = run(canister, n).expect("is allowed");
    let beyond = run(canister, n + 1).expect_err("is one too many");
    assert_eq!(beyond.code, ErrorCode::CanisterContractViolation, "{beyond}");
    allowed
}

#[test]
fn a_reply_has_two_mebibytes_at_most_however_it_is_put_together() {
    let whole = "(call $append (i32.const 0) (local.get $n)) (call $reply)";
    let pieces = "(call $append (i32.const 0) (i32.const 1000000))
        (call $append (i32.const 0) (i32.sub (local.get $n) (i32.const 1000000))) (call $reply)";
    for body in [whole, pieces] {
        let effects = assert_edge(&mut canister(body), 2 << 20);
        assert_eq!(reply(&effects).len(), 2 << 20);
    }
}

#[test]
fn a_reply_outside_of_consensus_has_three_mebibytes_at_most() {
    let mut canister = canister("(call $append (i32.const 0) (local.get $n)) (call $reply)");
    let mut ask = |n: u32| {
        let (method, arg) = ("ask".into(), n.to_le_bytes().to_vec().into());
        let outcome = canister.run(Entry::Query { method, arg }).outcome;
        canister.instance.rollback();
        outcome.map(|effects| reply(&effects).len()).map_err(|failure| failure.code)
    };
    assert_eq!(ask(3 << 20), Ok(3 << 20));
    assert_eq!(ask((3 << 20) + 1), Err(ErrorCode::CanisterContractViolation));
}

#[test]
fn a_reject_is_no_longer_than_a_reply() {
    let mut canister = canister("(call $reject (i32.const 64) (local.get $n))");
    let effects = assert_edge(&mut canister, 2 << 20);
    assert!(matches!(effects.response, Some(Response::Reject(_))));
}

#[test]
fn certified_data_has_32_bytes_at_most() {
    let effects = assert_edge(&mut canister("(call $certify (i32.const 0) (local.get $n))"), 32);
    assert_eq!(effects.certified_data.map(|data| data.len()), Some(32));
}

#[test]
fn method_name_and_argument_of_a_call_have_ten_mebibytes_together() {
    let body = "(call $new_call (i32.const 100))
        (call $data (i32.const 64) (local.get $n)) (drop (call $perform))";
    let effects = assert_edge(&mut canister(body), (10 << 20) - 100);
    assert_eq!(effects.calls[0].arg.len(), (10 << 20) - 100);
}

#[test]
fn a_method_name_is_no_longer_than_a_whole_call() {
    let mut canister = canister("(call $new_call (local.get $n)) (drop (call $perform))");
    let effects = assert_edge(&mut canister, 10 << 20);
    assert_eq!(effects.calls[0].method.len(), 10 << 20);
}

#[test]
fn a_callee_is_a_principal_of_29_bytes_at_most() {
    let body = "(call $new (i32.const 0) (local.get $n) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))";
    assert_edge(&mut canister(body), 29);
}

#[test]
fn a_controller_asked_for_is_a_principal_of_29_bytes_at_most() {
    let body = "(drop (call $controls (i32.const 0) (local.get $n)))";
    assert_edge(&mut canister(body), 29);
}

#[test]
fn so_many_calls_to_one_canister_are_sent_as_its_queue_takes() {
    let mut canister = canister(
        "(loop $next
          (call $new_call (i32.const 1))
          (local.set $total (i64.add (local.get $total) (i64.extend_i32_u (call $perform))))
          (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $answer (local.get $total))",
    );
    canister.surroundings.balance = Cycles::new(1 << 100);
    let effects = run(&mut canister, 502).expect("is allowed");
    // Those that are not sent answer with 2.
    assert_eq!((effects.calls.len(), reply(&effects)), (500, 4_u64.to_le_bytes().to_vec()));
}

#[test]
fn a_best_effort_response_is_waited_for_300_seconds_at_most() {
    let mut canister = canister(
        "(call $new_call (i32.const 1)) (call $timeout (local.get $n)) (drop (call $perform))",
    );
    let mut timeout = |n| run(&mut canister, n).expect("is allowed").calls[0].timeout;
    assert_eq!(
        [timeout(0), timeout(299), timeout(300), timeout(301)].map(Option::unwrap),
        [0, 299, 300, 300]
    );
}

#[test]
fn sixteen_kibibytes_of_a_trap_message_are_kept() {
    let mut canister = canister(
        "(memory.fill (i32.const 64) (i32.const 120) (i32.const 100000))
        (call $trap (i32.const 64) (local.get $n))",
    );
    let mut kept = |n| {
        let failure = run(&mut canister, n).expect_err("traps");
        assert_eq!(failure.code, ErrorCode::CanisterCalledTrap);
        failure.message.chars().filter(|letter| *letter == 'x').count()
    };
    assert_eq!((kept(16_384), kept(16_385)), (16_384, 16_384));
}

#[test]
fn thirty_two_kibibytes_of_a_printed_line_are_kept() {
    let mut canister = canister("(call $print (i32.const 64) (local.get $n))");
    let mut kept = |n: u32| {
        let finished = canister.run(update("go", &n.to_le_bytes()));
        canister.instance.rollback();
        finished.log[0].len()
    };
    assert_eq!((kept(32_768), kept(32_769)), (32_768, 32_768));
}

#[test]
fn there_are_two_performance_counters() {
    let mut canister = canister("(call $answer (call $counter (local.get $n)))");
    canister.surroundings.call_context_instructions = sim_core::units::Instructions::new(1_000);
    let mut count = |n| {
        let outcome = run(&mut canister, n);
        outcome.map(|effects| u64::from_le_bytes(reply(&effects).try_into().expect("8 bytes")))
    };
    let (own, with_earlier) = (count(0).expect("exists"), count(1).expect("exists"));
    assert_eq!(with_earlier, own + 1_000);
    assert_eq!(count(2).expect_err("is none").code, ErrorCode::CanisterContractViolation);
}

#[test]
fn the_name_of_an_environment_variable_has_128_bytes_at_most() {
    let body = "(memory.fill (i32.const 0) (i32.const 120) (i32.const 1000))
        (drop (call $variable (i32.const 0) (local.get $n)))";
    assert_edge(&mut canister(body), 128);
}

#[test]
fn the_name_of_a_key_has_100_bytes_at_most() {
    let body = "(drop (call $signature (i32.const 0) (local.get $n) (i32.const 0) (i32.const 0)))";
    assert_edge(&mut canister(body), 100);
}

#[test]
fn amounts_beyond_64_bits_are_no_answers_of_64_bits() {
    let mut canister = canister(
        "(call $answer (if (result i64) (local.get $n)
          (then (call $available)) (else (call $balance))))",
    );
    for (balance, available) in [(u128::from(u64::MAX), 1 << 64), (1 << 64, u128::from(u64::MAX))] {
        canister.surroundings.balance = Cycles::new(balance);
        canister.surroundings.cycles_available = Cycles::new(available);
        let fits = |amount: u128| amount <= u128::from(u64::MAX);
        assert_eq!(run(&mut canister, 0).is_ok(), fits(balance));
        assert_eq!(run(&mut canister, 1).is_ok(), fits(available));
    }
}

#[test]
fn stable_memory_grows_up_to_its_limit_and_not_further() {
    let limit = profile("2026-mid").limits.stable_memory.get() >> 16;
    let body = format!(
        "(drop (call $stable64_grow (i64.const {})))
        (call $answer (call $stable64_grow (i64.extend_i32_u (local.get $n))))",
        limit - 1
    );
    let mut canister = canister(&body);
    canister.surroundings.freezing_threshold = Cycles::ZERO;
    let mut grow = |n| reply(&run(&mut canister, n).expect("is allowed"));
    assert_eq!(grow(1), (limit - 1).to_le_bytes());
    assert_eq!(grow(2), u64::MAX.to_le_bytes());
}

#[test]
fn functions_of_32_bits_end_at_four_gibibytes_of_stable_memory() {
    let grown = "(drop (call $stable_grow (i32.const 65535)))
        (call $answer (i64.extend_i32_u (call $stable_grow (local.get $n))))";
    let mut canister = canister(grown);
    let mut grow = |n| reply(&run(&mut canister, n).expect("is allowed"));
    assert_eq!(grow(1), 65_535_u64.to_le_bytes());
    assert_eq!(grow(2), u64::from(u32::MAX).to_le_bytes());
    let beyond = "(drop (call $stable64_grow (i64.extend_i32_u (local.get $n))))
        (drop (call $stable_size))";
    assert!(run(&mut self::canister(beyond), 65_536).is_ok());
    assert!(run(&mut self::canister(beyond), 65_537).is_err());
}

#[test]
fn what_is_written_to_stable_memory_lies_within_it() {
    let body = "(drop (call $stable64_grow (i64.const 1)))
        (call $stable_write (i64.extend_i32_u (local.get $n)) (i64.const 0) (i64.const 36))";
    let mut canister = canister(body);
    assert!(run(&mut canister, 65_500).is_ok());
    assert!(run(&mut canister, 65_501).is_err());
}

#[test]
fn the_heap_of_32_bits_has_four_gibibytes_at_most() {
    let body = "(call $answer (i64.extend_i32_u (memory.grow (local.get $n))))";
    let mut canister = canister(body);
    let pages = |outcome: Result<Effects, Failure>| reply(&outcome.expect("is allowed"));
    assert_eq!(pages(run(&mut canister, 65_337)), u64::from(u32::MAX).to_le_bytes());
    assert_eq!(pages(run(&mut canister, 1)), 200_u64.to_le_bytes());
}

#[test]
fn the_limit_of_the_settings_ends_an_update_whose_heap_grows_beyond_it() {
    let mut canister = canister("(drop (memory.grow (local.get $n)))");
    canister.surroundings.wasm_memory_limit = Some(Bytes::new(210 << 16));
    assert!(run(&mut canister, 10).is_ok());
    let failure = run(&mut canister, 11).expect_err("is beyond the limit");
    assert_eq!(failure.code, ErrorCode::CanisterWasmMemoryLimitExceeded);
}

#[test]
fn only_principals_of_canisters_have_queues_of_their_own() {
    let mut canister = canister(
        "(call $new_call (i32.const 1)) (call $answer (i64.extend_i32_u (call $perform)))",
    );
    canister.surroundings.busy_queues = [(CanisterId::MANAGEMENT, 0)].into();
    assert_eq!(run(&mut canister, 0).expect("is allowed").calls.len(), 1);
    canister.surroundings.busy_queues = [(PEER, 0)].into();
    assert_eq!(run(&mut canister, 0).expect("is allowed").calls.len(), 0);
}

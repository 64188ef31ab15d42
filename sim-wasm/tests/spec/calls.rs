//! Calls to other canisters, and the cycles that go with them.

use crate::kit::{Canister, PEER, SUBNET, reply, reply_to, update};
use sim_core::id::CanisterId;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Effects};
use sim_core::units::{Bytes, Cycles};
use std::sync::Arc;

/// `call N` makes N calls to the peer with a five-byte argument and replies with the sum of what
/// `call_perform` answered.
fn caller() -> Canister {
    let id: String = PEER.principal().as_slice().iter().map(|b| format!("\\{b:02x}")).collect();
    Canister::wat(&format!(
        r#"
(module
  (import "ic0" "msg_arg_data_size" (func $size (result i32)))
  (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "msg_cycles_accept" (func $accept (param i64) (result i64)))
  (import "ic0" "canister_cycle_balance128" (func $balance (param i32)))
  (import "ic0" "call_new" (func $new (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "ic0" "call_on_cleanup" (func $cleanup (param i32 i32)))
  (import "ic0" "call_data_append" (func $data (param i32 i32)))
  (import "ic0" "call_cycles_add128" (func $add (param i64 i64)))
  (import "ic0" "call_with_best_effort_response" (func $timeout (param i32)))
  (import "ic0" "call_perform" (func $perform (result i32)))
  (memory 100) (table 3 funcref) (elem (i32.const 0) $call $f)
  (data (i32.const 0) "{id}") (data (i32.const 20) "ping") (data (i32.const 30) "hello")
  (func $f (param i32))
  (func $start (call $new (i32.const 0) (i32.const 10) (i32.const 20) (i32.const 4)
    (i32.const 1) (i32.const 11) (i32.const 1) (i32.const 12)))
  (func $call (param i32) (local $sum i32)
    (call $copy (i32.const 100) (i32.const 0) (call $size))
    (loop $l
      (call $start)
      (call $data (i32.const 30) (i32.const 5))
      (local.set $sum (i32.add (local.get $sum) (call $perform)))
      (i32.store (i32.const 100) (i32.sub (i32.load (i32.const 100)) (i32.const 1)))
      (br_if $l (i32.load (i32.const 100))))
    (i32.store (i32.const 100) (local.get $sum))
    (call $append (i32.const 100) (i32.const 4)) (call $reply))
  (func (export "canister_update call") (call $call (i32.const 0)))
  (func (export "canister_update full")
    (call $start)
    (call $cleanup (i32.const 1) (i32.const 13))
    (call $add (i64.const 0) (i64.const 1000))
    (call $timeout (i32.const 400))
    (drop (call $perform)))
  (func (export "canister_update replaced")
    (call $start) (call $add (i64.const 0) (i64.const 1000)) (call $start)
    (call $balance (i32.const 100)) (call $append (i32.const 100) (i32.const 16)) (call $reply))
  (func (export "canister_update greedy")
    (call $start) (call $add (i64.const 1) (i64.const 0)))
  (func (export "canister_update large")
    (call $start) (call $data (i32.const 0) (i32.const 3145728)) (drop (call $perform)))
  (func (export "canister_update no_new") (drop (call $perform)))
  (func (export "canister_update no_new_data") (call $data (i32.const 0) (i32.const 0)))
  (func (export "canister_update accept")
    (i64.store (i32.const 100) (call $accept (i64.const 70)))
    (i64.store (i32.const 108) (call $accept (i64.const 70)))
    (call $append (i32.const 100) (i32.const 16)) (call $reply)))"#
    ))
}

fn call(canister: &mut Canister, count: u32) -> (u32, Effects) {
    let effects = canister.succeed(update("call", &count.to_le_bytes()));
    let sum = crate::kit::reply(&effects).try_into().expect("four bytes");
    (u32::from_le_bytes(sum), effects)
}

#[test]
fn a_call_carries_all_that_was_set() {
    let mut canister = caller();
    let effects = canister.succeed(update("full", b""));
    let [call] = effects.calls.as_slice() else { panic!("one call") };
    let closure = |environment| Closure { function: 1, environment };
    assert_eq!((call.callee, &*call.method), (PEER.principal(), "ping"));
    assert_eq!((call.on_reply, call.on_reject), (closure(11), closure(12)));
    assert_eq!(call.on_cleanup, Some(closure(13)));
    assert_eq!(call.cycles, Cycles::new(1_000));
    assert_eq!(call.timeout, Some(300), "waits are capped");
    assert_eq!(call.hold, canister.surroundings.fees.call_hold(Bytes::new(4)));
}

#[test]
fn a_call_below_the_freezing_threshold_is_not_sent() {
    let mut canister = caller();
    let hold = canister.surroundings.fees.call_hold(Bytes::new(9));
    canister.surroundings.balance = hold + hold + canister.surroundings.freezing_threshold;
    let (sum, effects) = call(&mut canister, 3);
    assert_eq!((sum, effects.calls.len()), (2, 2));
}

#[test]
fn callbacks_may_spend_all() {
    let mut canister = caller();
    canister.surroundings.balance = canister.surroundings.fees.call_hold(Bytes::new(9));
    let closure = Closure { function: 0, environment: 0 };
    let effects = canister.succeed(reply_to(closure, &1u32.to_le_bytes()));
    assert_eq!(effects.calls.len(), 1);
}

#[test]
fn a_full_queue_takes_no_call() {
    let mut canister = caller();
    let (sum, effects) = call(&mut canister, 501);
    assert_eq!((sum, effects.calls.len()), (2, 500));
    canister.surroundings.busy_queues = Arc::new([(CanisterId::on(SUBNET, 7), 0), (PEER, 2)]);
    let (sum, effects) = call(&mut canister, 5);
    assert_eq!((sum, effects.calls.len()), (6, 2));
}

#[test]
fn cycles_of_a_replaced_call_come_back() {
    let mut canister = caller();
    let balance = canister.surroundings.balance.get();
    assert_eq!(canister.update("replaced", b""), balance.to_le_bytes());
}

#[test]
fn misuse_violates_the_contract() {
    let mut canister = caller();
    for method in ["greedy", "no_new", "no_new_data"] {
        let code = canister.fail(update(method, b""));
        assert_eq!(code, ErrorCode::CanisterContractViolation, "{method}");
    }
}

#[test]
fn a_request_may_be_as_large_as_a_local_one() {
    let effects = caller().succeed(update("large", b""));
    assert_eq!(effects.calls[0].arg.len(), 3 << 20);
}

#[test]
fn no_more_cycles_are_accepted_than_are_available() {
    let mut canister = caller();
    canister.surroundings.cycles_available = Cycles::new(100);
    let effects = canister.succeed(update("accept", b""));
    assert_eq!(effects.cycles_accepted, Cycles::new(100));
    assert_eq!(crate::kit::reply(&effects), [70u64.to_le_bytes(), 30u64.to_le_bytes()].concat());
}

const MINT: &str = r#"
(module
  (import "ic0" "mint_cycles" (func $mint (param i64) (result i64)))
  (import "ic0" "mint_cycles128" (func $mint128 (param i64 i64 i32)))
  (import "ic0" "canister_cycle_balance128" (func $balance (param i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (func (export "canister_update go")
    (i64.store (i32.const 0) (call $mint (i64.const 5)))
    (call $mint128 (i64.const 1) (i64.const 2) (i32.const 8))
    (call $balance (i32.const 24))
    (call $append (i32.const 0) (i32.const 40))
    (call $reply)))"#;

#[test]
fn the_canister_that_mints_cycles_has_them_at_once() {
    let mut canister = Canister::wat(MINT);
    canister.surroundings.canister = CanisterId::CYCLES_MINTING;
    let before = canister.surroundings.balance;
    let effects = canister.succeed(update("go", b""));
    let large = (1 << 64) + 2;
    assert_eq!(effects.cycles_minted, Cycles::new(large + 5));
    let after = (before + effects.cycles_minted).get();
    let told =
        [5u64.to_le_bytes().to_vec(), large.to_le_bytes().to_vec(), after.to_le_bytes().to_vec()];
    assert_eq!(reply(&effects), told.concat());
}

#[test]
fn a_balance_of_128_bits_is_not_exceeded_by_minting() {
    let mut canister = Canister::wat(MINT);
    canister.surroundings.canister = CanisterId::CYCLES_MINTING;
    canister.surroundings.balance = Cycles::new(u128::MAX - 100);
    assert_eq!(canister.succeed(update("go", b"")).cycles_minted, Cycles::new(100));
}

#[test]
fn no_other_canister_mints_cycles() {
    let failure = Canister::wat(MINT).run(update("go", b"")).outcome.expect_err("fails");
    assert_eq!(failure.code, ErrorCode::CanisterContractViolation);
    assert!(failure.message.contains("rkp4c-7iaaa-aaaaa-aaaca-cai"), "{failure}");
}

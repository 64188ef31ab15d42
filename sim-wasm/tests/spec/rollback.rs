//! A failed message leaves nothing behind; a dropped one neither.

use crate::kit::{Canister, query, update};
use sim_core::reject::ErrorCode;

/// Every method changes heap, global, stable memory and sizes; `get` tells them all.
const STATE: &str = r#"
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "stable64_grow" (func $stable_grow (param i64) (result i64)))
  (import "ic0" "stable64_size" (func $stable_size (result i64)))
  (import "ic0" "stable64_write" (func $stable_write (param i64 i64 i64)))
  (import "ic0" "stable64_read" (func $stable_read (param i64 i64 i64)))
  (memory 1 10) (table 4 funcref) (elem (i32.const 0) $f) (data $d "xyz")
  (global $g (mut i64) (i64.const 1))
  (func $f)
  (func $change
    (global.set $g (i64.add (global.get $g) (i64.const 1)))
    (i32.store (i32.const 5000) (i32.add (i32.load (i32.const 5000)) (i32.const 1)))
    (if (i64.eqz (call $stable_size)) (then (drop (call $stable_grow (i64.const 1)))))
    (call $stable_write (i64.const 9) (i64.const 5000) (i64.const 4)))
  (func (export "canister_update change") (call $change) (call $reply))
  (func (export "canister_update change_and_trap") (call $change) (unreachable))
  (func (export "canister_update change_and_spin") (call $change) (loop $l (br $l)))
  (func (export "canister_update grow_and_trap") (call $change)
    (drop (memory.grow (i32.const 2))) (i32.store (i32.const 70000) (i32.const 7)) (unreachable))
  (func (export "canister_update grow") (drop (memory.grow (i32.const 2)))
    (i32.store (i32.const 70000) (i32.const 7)) (call $reply))
  (func (export "canister_update set_table")
    (table.set (i32.const 1) (ref.func $f)) (data.drop $d) (call $reply))
  (func (export "canister_update init_from_segment")
    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (call $reply))
  (func (export "canister_update call_table") (call_indirect (i32.const 1)) (call $reply))
  (func (export "canister_query get")
    (i64.store (i32.const 0) (global.get $g))
    (i64.store (i32.const 8) (i64.load (i32.const 5000)))
    (i64.store (i32.const 16) (call $stable_size))
    (if (i64.ne (call $stable_size) (i64.const 0))
      (then (call $stable_read (i64.const 24) (i64.const 9) (i64.const 4))))
    (i32.store (i32.const 28) (memory.size))
    (call $append (i32.const 0) (i32.const 32)) (call $reply))
  (elem declare func $f))"#;

/// Global, heap, pages of stable memory, stable memory, pages of heap.
fn state(canister: &mut Canister) -> [u64; 5] {
    let bytes = canister.query("get", b"");
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    [word(0), word(8), word(16), word(24) & 0xffff_ffff, word(24) >> 32]
}

#[test]
fn what_is_committed_stays() {
    let mut canister = Canister::wat(STATE);
    assert_eq!(state(&mut canister), [1, 0, 0, 0, 1]);
    let effects = canister.succeed(update("change", b""));
    assert_eq!(effects.dirty_pages, 2);
    assert_eq!(state(&mut canister), [2, 1, 1, 1, 1]);
    canister.update("grow", b"");
    assert_eq!(state(&mut canister), [2, 1, 1, 1, 3]);
    assert_eq!(canister.instance.memory().heap.get(), 3 * 65_536);
}

#[test]
fn failed_messages_leave_every_memory_as_it_was() {
    let mut canister = Canister::wat(STATE).limited(100_000, 10_000);
    canister.update("change", b"");
    for (method, code) in [
        ("change_and_trap", ErrorCode::CanisterTrapped),
        ("change_and_spin", ErrorCode::CanisterInstructionLimitExceeded),
        ("grow_and_trap", ErrorCode::CanisterTrapped),
    ] {
        assert_eq!(canister.fail(update(method, b"")), code, "{method}");
        canister.instance.commit();
        assert_eq!(state(&mut canister), [2, 1, 1, 1, 1], "{method}");
    }
    canister.update("change", b"");
    assert_eq!(state(&mut canister), [3, 2, 1, 2, 1]);
}

#[test]
fn a_task_that_is_dropped_has_changed_nothing() {
    let mut canister = Canister::wat(STATE);
    for method in ["change", "grow"] {
        assert!(canister.run(update(method, b"")).outcome.is_ok());
        canister.instance.rollback();
        assert_eq!(state(&mut canister), [1, 0, 0, 0, 1], "{method}");
    }
}

#[test]
fn a_query_pays_for_no_dirty_pages() {
    let mut canister = Canister::wat(
        r#"(module (memory 1)
          (func $f (i32.store (i32.const 0) (i32.const 1)))
          (export "canister_update set" (func $f)) (export "canister_query ask" (func $f)))"#,
    );
    let asked = canister.run(query("ask", b"")).instructions;
    canister.instance.rollback();
    assert_eq!(asked.get(), 4);
    assert_eq!(canister.run(update("set", b"")).instructions.get(), 1_004);
}

#[test]
fn an_aborted_task_has_changed_nothing_and_can_run_again() {
    let mut canister = Canister::wat(STATE).limited(100_000, 5_000);
    let task = canister.task(update("change_and_spin", b""));
    for _ in 0..2 {
        canister.instance.start(task.clone());
        canister.instance.abort();
        assert_eq!(state(&mut canister), [1, 0, 0, 0, 1]);
    }
}

#[test]
fn tables_and_segments_start_afresh_with_every_message() {
    let mut canister = Canister::wat(STATE);
    canister.update("change", b"");
    canister.update("set_table", b"");
    assert_eq!(canister.fail(update("call_table", b"")), ErrorCode::CanisterTrapped);
    canister.update("init_from_segment", b"");
    assert_eq!(state(&mut canister), [2, 1, 1, 1, 1]);
}

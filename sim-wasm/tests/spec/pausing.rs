//! Long messages run in slices; how they are cut changes nothing.

use crate::kit::{Canister, profile_in, update, usual, wat};
use proptest::prelude::*;
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Runtime, Step};
use sim_wasm::{Options, WasmiRuntime};

/// Loops, calls, bulk operations and System API calls; replies with sums that a repeated or a lost
/// operator would change.
const WORK: &str = r#"
(module
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (import "ic0" "time" (func $time (result i64)))
  (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
  (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
  (import "ic0" "performance_counter" (func $counter (param i32) (result i64)))
  (memory 1) (global $g (mut i64) (i64.const 0))
  (func $add (param i64) (global.set $g (i64.add (global.get $g) (local.get 0))))
  (func (export "canister_update work") (local $k i32)
    (drop (call $grow (i64.const 1)))
    (loop $l
      (call $add (i64.extend_i32_u (local.get $k)))
      (call $add (i64.rem_u (call $time) (i64.const 1000003)))
      (memory.fill (i32.const 100) (local.get $k) (i32.const 333))
      (call $add (i64.load (i32.const 200)))
      (call $write (i64.extend_i32_u (i32.mul (local.get $k) (i32.const 500)))
        (i64.const 100) (i64.const 40))
      (local.set $k (i32.add (local.get $k) (i32.const 1)))
      (br_if $l (i32.lt_u (local.get $k) (i32.const 100))))
    (call $add (call $counter (i32.const 0)))
    (i64.store (i32.const 0) (global.get $g))
    (call $append (i32.const 0) (i32.const 8))
    (call $reply))
  (func (export "canister_update spin") (loop $l (br $l)))
  (func (export "canister_update trap") (drop (call $grow (i64.const 1))) (unreachable)))"#;

fn work(message: u64, slice: u64) -> (Result<Vec<u8>, ErrorCode>, u64, Vec<u64>) {
    let mut canister = Canister::wat(WORK).limited(message, slice);
    let (finished, slices) = canister.run_slices(update("work", b""));
    let outcome = finished.outcome.map(|effects| crate::kit::reply(&effects));
    (outcome.map_err(|failure| failure.code), finished.instructions.get(), slices)
}

#[test]
fn slices_add_up_to_the_unsliced_count() {
    let limit = 10_000_000;
    let (outcome, total, _) = work(limit, limit);
    assert!(outcome.is_ok());
    for slice in [1, 7, 100, 333, 501, 1_000, 4_999, 65_537, total - 1, total, total + 1] {
        let (sliced, instructions, slices) = work(limit, slice);
        assert_eq!((&sliced, instructions), (&outcome, total), "slices of {slice}");
        assert_eq!(slices.iter().sum::<u64>(), total, "slices of {slice}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_cut_and_any_limit_give_the_same(limit in 1u64..200_000, slice in 1u64..50_000) {
        let (outcome, total, _) = work(limit, limit);
        let (sliced, instructions, slices) = work(limit, slice);
        prop_assert_eq!((sliced, instructions), (outcome, total));
        prop_assert_eq!(slices.iter().sum::<u64>(), total);
    }
}

#[test]
fn an_overshoot_is_taken_from_the_next_slice() {
    // In fuel, nothing is overshot: code stops before the block that does not fit.
    let profile = profile_in("2026-mid", MeteringMode::Counter);
    let mut canister = Canister::new(&profile, &wat(WORK)).limited(10_000_000, 10_000);
    let (_, slices) = canister.run_slices(update("work", b""));
    let mut sum = 0;
    for (number, slice) in (1..).zip(&slices[..slices.len() - 1]) {
        sum += slice;
        assert!((number * 10_000..number * 10_000 + 2_000).contains(&sum), "{slices:?}");
    }
}

#[test]
fn the_message_limit_is_the_same_for_every_cut() {
    let (_, total, _) = work(10_000_000, 10_000_000);
    for limit in [total - 1_001, total / 2, 500, 1] {
        let (outcome, instructions, _) = work(limit, limit);
        assert_eq!(outcome, Err(ErrorCode::CanisterInstructionLimitExceeded));
        assert_eq!(instructions, limit);
        for slice in [100, 1_001, limit / 2 + 1] {
            let (sliced, instructions, slices) = work(limit, slice);
            assert_eq!(sliced, Err(ErrorCode::CanisterInstructionLimitExceeded));
            assert_eq!((instructions, slices.iter().sum::<u64>()), (limit, limit));
        }
    }
}

#[test]
fn an_endless_loop_ends_at_the_limit() {
    let mut canister = Canister::wat(WORK).limited(1_000_000, 10_000);
    let (finished, slices) = canister.run_slices(update("spin", b""));
    let code = finished.outcome.expect_err("never ends").code;
    assert_eq!(code, ErrorCode::CanisterInstructionLimitExceeded);
    assert_eq!(finished.instructions.get(), 1_000_000);
    assert_eq!(slices.len(), 100);
}

#[test]
fn a_paused_task_moves_between_threads() {
    let mut canister = Canister::wat(WORK).limited(10_000_000, 10_000);
    let task = canister.task(update("work", b""));
    assert!(matches!(canister.instance.start(task), Step::Paused { .. }));
    let mut instance = canister.instance;
    let finished = std::thread::spawn(move || {
        loop {
            if let Step::Finished(finished) = instance.resume() {
                return finished;
            }
        }
    });
    let finished = finished.join().expect("does not panic");
    assert_eq!(finished.instructions.get(), work(10_000_000, 10_000_000).1);
}

#[test]
fn thousands_of_tasks_may_be_paused_at_once() {
    let limit = 10_000_000;
    let (outcome, total, _) = work(limit, limit);
    // Far fewer canisters stay live when nothing is under way.
    let options = Options { live_instances: 10, ..Options::default() };
    let runtime = WasmiRuntime::with_options(&usual(), options);
    let program = runtime.expect("is sound").compile(&wat(WORK)).expect("is accepted");
    let instance = |_| Canister::of(program.instantiate().expect("can be")).limited(limit, 20_000);
    let mut canisters: Vec<_> = (0..3_000).map(instance).collect();
    for canister in &mut canisters {
        let task = canister.task(update("work", b""));
        assert!(matches!(canister.instance.start(task), Step::Paused { .. }));
    }
    for canister in &mut canisters {
        let finished = loop {
            if let Step::Finished(finished) = canister.instance.resume() {
                break finished;
            }
        };
        assert_eq!(finished.instructions.get(), total);
        let replied = finished.outcome.map(|effects| crate::kit::reply(&effects));
        assert_eq!(replied.map_err(|failure| failure.code), outcome);
        canister.instance.commit();
    }
}

#[test]
fn an_aborted_task_leaves_nothing_and_costs_the_same_when_it_starts_over() {
    let mut canister = Canister::wat(WORK).limited(10_000_000, 20_000);
    let before = canister.instance.memory();
    for pauses in 0..3 {
        let task = canister.task(update("work", b""));
        assert!(matches!(canister.instance.start(task), Step::Paused { .. }));
        for _ in 0..pauses {
            assert!(matches!(canister.instance.resume(), Step::Paused { .. }));
        }
        canister.instance.abort();
        assert_eq!(canister.instance.memory(), before);
        assert_eq!(canister.instance.globals(), ["I64(0)"]);
        assert!(
            canister.instance.read_heap(0, 65_536).expect("is the heap").iter().all(|b| *b == 0)
        );
    }
    let (finished, slices) = canister.run_slices(update("work", b""));
    let (outcome, total, _) = work(10_000_000, 20_000);
    assert_eq!((finished.instructions.get(), slices.iter().sum::<u64>()), (total, total));
    let replied = finished.outcome.map(|effects| crate::kit::reply(&effects));
    assert_eq!(replied.map_err(|failure| failure.code), outcome);
}

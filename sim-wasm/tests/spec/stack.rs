//! The stack: how deep calls nest, and that finding out leaves no trace.

use crate::kit::{Canister, profile_in, update, wat};
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;
use sim_core::units::Bytes;

/// Recurses without end; each call costs eleven instructions and takes the smallest frame of a
/// function that does anything after a call.
const ENDLESS: &str = r#"(module
  (memory 1)
  (global $depth (export "depth") (mut i32) (i32.const 0))
  (func $f (call $f) (call $f))
  (func (export "canister_update endless") (i32.store (i32.const 0) (i32.const 7)) (call $f))
  (func (export "canister_update look") (drop (i32.load (i32.const 0)))))"#;

/// Recurses as often as the argument has bytes, and a little more.
const AS_OFTEN: &str = r#"(module
  (import "ic0" "msg_arg_data_size" (func $size (result i32)))
  (global $left (export "left") (mut i32) (i32.const 0))
  (global $done (export "done") (mut i32) (i32.const 0))
  (func $f
    (if (global.get $left)
      (then
        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
        (call $f)
        (global.set $done (i32.add (global.get $done) (i32.const 1))))))
  (func (export "canister_update go") (global.set $left (call $size)) (call $f)))"#;

const MODES: [MeteringMode; 2] = [MeteringMode::Counter, MeteringMode::Fuel];

#[test]
fn endless_recursion_ends_where_the_stack_does() {
    for mode in MODES {
        let mut canister = Canister::new(&profile_in("2024-06", mode), &wat(ENDLESS));
        let finished = canister.run(update("endless", b""));
        let failure = finished.outcome.expect_err("the stack is used up");
        assert_eq!(failure.code, ErrorCode::CanisterTrapped);
        assert!(failure.message.ends_with("stack overflow"), "{failure}");
        // The first function costs nine, and one page of heap was changed.
        assert_eq!(finished.instructions.get(), 9 + 163_828 * 11 + 1_000);
        assert_eq!(canister.instance.read_heap(0, 1), Some(vec![0]));
    }
}

#[test]
fn what_is_deep_but_fits_is_as_if_nothing_had_been_counted() {
    let arg = vec![0; 150_000];
    for mode in MODES {
        let mut canister = Canister::new(&profile_in("2024-06", mode), &wat(AS_OFTEN));
        let first = canister.run(update("go", &arg));
        canister.instance.commit();
        assert_eq!(first.outcome.map(|_| ()), Ok(()));
        assert_eq!(canister.instance.globals(), ["I32(0)", "I32(150000)"]);
        let second = canister.run(update("go", &arg));
        assert_eq!(second.instructions, first.instructions);
    }
}

#[test]
fn a_task_that_has_been_paused_before_it_nests_deeply_goes_on_as_it_would_have() {
    let arg = vec![0; 150_000];
    for mode in MODES {
        let canister = || Canister::new(&profile_in("2024-06", mode), &wat(AS_OFTEN));
        let whole = canister().run(update("go", &arg)).instructions.get();
        let mut canister = canister().limited(40_000_000_000, 7_777);
        let (finished, slices) = canister.run_slices(update("go", &arg));
        assert_eq!(finished.outcome.map(|_| ()), Ok(()));
        assert_eq!((slices.iter().sum::<u64>(), finished.instructions.get()), (whole, whole));
        assert!(slices.len() as u64 >= whole / 7_777, "{} slices", slices.len());
        canister.instance.commit();
        assert_eq!(canister.instance.globals(), ["I32(0)", "I32(150000)"]);
    }
}

#[test]
fn a_smaller_stack_is_used_up_sooner() {
    let mut profile = profile_in("2024-06", MeteringMode::Counter);
    profile.limits.wasm_stack = Bytes::new(1 << 20);
    let mut canister = Canister::new(&profile, &wat(ENDLESS));
    let counted = canister.run(update("endless", b"")).instructions.get();
    assert_eq!(counted, 9 + 32_756 * 11 + 1_000);
}

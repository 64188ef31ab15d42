//! The interpreter: its known faults, its limits, and its answers to bad code.

use crate::kit::{Canister, profile_in, reply, update, wat};
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;

#[test]
fn a_comparison_before_a_select_decides_by_its_operand() {
    // `$b` is computed last, `$a` decides.
    for (comparison, operand, expected) in [
        ("i32.eqz (local.get $a)", 0, 1),
        ("i32.eqz (local.get $a)", 5, 2),
        ("i32.eq (local.get $a) (i32.const 0)", 0, 1),
        ("i32.eq (local.get $a) (i32.const 0)", 5, 2),
        ("i32.eq (i32.const 5) (local.get $a)", 5, 1),
        ("i32.ne (local.get $a) (i32.const 0)", 0, 2),
        ("i32.ne (local.get $a) (i32.const 0)", 5, 1),
    ] {
        let mut canister = Canister::wat(&format!(
            r#"(module
              (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
              (import "ic0" "msg_reply" (func $reply))
              (memory 1)
              (func $choose (param $a i32) (result i32) (local $b i32)
                (local.set $b (i32.add (local.get $a) (i32.const 3)))
                (select (i32.const 1) (i32.const 2) ({comparison})))
              (func (export "canister_update go")
                (i32.store8 (i32.const 0) (call $choose (i32.const {operand})))
                (call $append (i32.const 0) (i32.const 1)) (call $reply)))"#
        ));
        assert_eq!(canister.update("go", b""), [expected], "{comparison} of {operand}");
    }
}

#[test]
fn bad_code_traps() {
    for body in [
        "unreachable",
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
        "(drop (i32.load (i32.const 65533)))",
        "(drop (i32.trunc_f32_s (f32.const nan)))",
        "(call_indirect (i32.const 0))",
        "(call_indirect (i32.const 9))",
        "(memory.fill (i32.const 65535) (i32.const 0) (i32.const 2))",
        "(call $deep)",
    ] {
        let mut canister = Canister::wat(&format!(
            r#"(module (memory 1) (table 1 funcref) (func $deep (call $deep))
              (func (export "canister_update go") {body}))"#
        ));
        let finished = canister.run(update("go", b""));
        assert!(finished.log[0].starts_with(b"[TRAP]: "), "{body}");
        let code = finished.outcome.expect_err("traps").code;
        assert_eq!(code, ErrorCode::CanisterTrapped, "{body}");
    }
}

#[test]
fn memory_grows_to_its_limit_and_no_further() {
    let mut canister = Canister::wat(
        r#"(module (memory 1 3)
          (func (export "canister_update go")
            (if (i32.ne (memory.grow (i32.const 2)) (i32.const 1)) (then (unreachable)))
            (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
            (if (i32.ne (memory.grow (i32.const 0x7fffffff)) (i32.const -1))
              (then (unreachable)))))"#,
    );
    canister.succeed(update("go", b""));
    assert_eq!(canister.instance.memory().heap.get(), 3 * 65_536);
}

#[test]
fn growing_a_table_does_not_repeat_what_came_before() {
    let module = wat(r#"(module
          (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
          (import "ic0" "msg_reply" (func $reply))
          (memory 1) (table $t 1 funcref) (global $begun (mut i32) (i32.const 0))
          (func (export "canister_update go")
            (global.set $begun (i32.add (global.get $begun) (i32.const 1)))
            (i32.store8 (i32.const 1) (table.grow $t (ref.null func) (i32.const 1000)))
            (i32.store8 (i32.const 0) (global.get $begun))
            (i32.store16 (i32.const 2) (table.size $t))
            (call $append (i32.const 0) (i32.const 4)) (call $reply)))"#);
    for mode in [MeteringMode::Counter, MeteringMode::Fuel, MeteringMode::Native] {
        let used = [1, 7, 300, 1_000_000].map(|slice| {
            let mut canister = Canister::new(&profile_in("2026-mid", mode), &module);
            canister = canister.limited(1_000_000, slice);
            let finished = canister.run(update("go", b""));
            let effects = finished.outcome.expect("succeeds");
            // It began once, the table had one element, and has 1,001.
            assert_eq!(reply(&effects), [1, 1, 0xe9, 0x03], "{mode:?}, slices of {slice}");
            finished.instructions.get()
        });
        assert_eq!(used, [used[3]; 4], "{mode:?}");
    }
}

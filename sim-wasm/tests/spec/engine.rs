//! The interpreter: its known faults, its limits, and its answers to bad code.

use crate::kit::{Canister, update};
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

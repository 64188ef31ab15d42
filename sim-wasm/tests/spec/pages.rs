//! Charges for touching memory, as from July 2026: 5,000 instructions for each 4 KiB of the 64 KiB
//! around what is first read, and again around what is first written.

use crate::kit::{Canister, profile_in, query, update, wat};
use proptest::prelude::*;
use sim_core::profile::MeteringMode;
use sim_core::runtime::{Entry, Finished};
use sim_core::units::Instructions;
use std::collections::BTreeSet;

/// One access, read or written, to a page of 64 KiB that has not been touched.
const PAGE: u64 = 80_000;

const MODES: [MeteringMode; 2] = [MeteringMode::Counter, MeteringMode::Fuel];

fn canister(module: &str, mode: MeteringMode) -> Canister {
    Canister::new(&profile_in("2026-08", mode), &wat(module))
}

/// What an update `go` with `body` costs beyond the same in the profile before, whose pages are
/// unchanged.
fn charged(body: &str, arg: &[u8], mode: MeteringMode) -> u64 {
    let module = format!(
        r#"(module
          (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
          (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
          (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
          (import "ic0" "stable64_read" (func $read (param i64 i64 i64)))
          (import "ic0" "stable64_write" (func $write (param i64 i64 i64)))
          (memory 4)
          (data $d "abc")
          (func (export "canister_update go") (local $a i32) {body}))"#
    );
    let finished = canister(&module, mode).run(update("go", arg));
    let mut before = profile_in("2026-mid", mode);
    before.metering.dirty_heap_page = Instructions::ZERO;
    before.metering.dirty_stable_page = Instructions::ZERO;
    let expected = Canister::new(&before, &wat(&module)).run(update("go", arg));
    let answer = |finished: &Finished| finished.outcome.as_ref().map(|e| e.response.clone()).ok();
    assert_eq!(answer(&finished), answer(&expected));
    finished.instructions.get() - expected.instructions.get()
}

#[test]
fn each_page_costs_once_to_access_and_once_to_write() {
    let load = "(drop (i32.load (i32.const 8)))";
    let store = "(i32.store (i32.const 4096) (i32.const 0))";
    for mode in MODES {
        for (body, pages) in [
            (load.to_owned(), 1),
            (store.to_owned(), 2),
            ([load, store].concat(), 2),
            ([store, load].concat(), 2),
            ([load, load].concat(), 1),
            // Across the end of a page; each side counts.
            ("(drop (i64.load (i32.const 65532)))".to_owned(), 2),
            ("(i64.store (i32.const 65532) (i64.const 0))".to_owned(), 4),
            ("(drop (i32.load8_u (i32.const 65535)))".to_owned(), 1),
            ("(memory.fill (i32.const 65000) (i32.const 0) (i32.const 1000))".to_owned(), 4),
            ("(memory.fill (i32.const 65000) (i32.const 0) (i32.const 0))".to_owned(), 0),
            ("(memory.copy (i32.const 0) (i32.const 65536) (i32.const 9))".to_owned(), 3),
            ("(memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))".to_owned(), 2),
            ("(drop (v128.load (i32.const 65530)))".to_owned(), 2),
            ("(drop (v128.load8_lane 0 (i32.const 65535) (v128.const i64x2 0 0)))".to_owned(), 1),
            ("(drop (memory.grow (i32.const 1)))".to_owned(), 0),
            (
                "(drop (memory.grow (i32.const 1))) (i32.store (i32.const 262144) (i32.const 0))"
                    .to_owned(),
                2,
            ),
        ] {
            assert_eq!(charged(&body, b"", mode), pages * PAGE, "{body} in {mode:?}");
        }
    }
}

#[test]
fn addresses_known_only_when_the_code_runs_are_charged_as_well() {
    let walk = |access: &str| {
        format!(
            "(loop $l {access} (local.set $a (i32.add (local.get $a) (i32.const 4096)))
               (br_if $l (i32.lt_u (local.get $a) (i32.const 262144))))"
        )
    };
    for mode in MODES {
        let load = walk("(drop (i32.load offset=4 (local.get $a)))");
        assert_eq!(charged(&load, b"", mode), 4 * PAGE);
        let store = walk("(i32.store (i32.add (local.get $a) (i32.const 8)) (i32.const 0))");
        assert_eq!(charged(&store, b"", mode), 8 * PAGE);
    }
}

#[test]
fn functions_of_the_system_charge_for_what_they_touch() {
    for mode in MODES {
        for (body, pages) in [
            ("(call $copy (i32.const 0) (i32.const 0) (i32.const 4))", 2),
            ("(call $copy (i32.const 0) (i32.const 0) (i32.const 0))", 0),
            ("(call $append (i32.const 65534) (i32.const 4))", 2),
            ("(call $append (i32.const 0) (i32.const 4)) (drop (i32.load (i32.const 4)))", 1),
        ] {
            assert_eq!(charged(body, &[0; 4], mode), pages * PAGE, "{body} in {mode:?}");
        }
    }
}

#[test]
fn stable_memory_is_charged_like_the_heap() {
    let grow = "(drop (call $grow (i64.const 4)))";
    let write = "(call $write (i64.const 0) (i64.const 0) (i64.const 8))";
    let read = "(call $read (i64.const 100) (i64.const 4096) (i64.const 8))";
    for mode in MODES {
        assert_eq!(charged(grow, b"", mode), 0);
        // Heap read, stable memory accessed and written.
        assert_eq!(charged(&[grow, write].concat(), b"", mode), 3 * PAGE);
        // Stable memory read, heap accessed and written.
        assert_eq!(charged(&[grow, read].concat(), b"", mode), 3 * PAGE);
        assert_eq!(charged(&[grow, write, read].concat(), b"", mode), 4 * PAGE);
    }
}

#[test]
fn every_message_begins_anew_and_queries_are_not_charged_for_writes() {
    let module = r#"(module (memory 1)
      (func $f (export "canister_update go") (i64.store (i32.const 0) (i64.const 0)))
      (export "canister_query ask" (func $f)))"#;
    for mode in MODES {
        let mut canister = canister(module, mode);
        for _ in 0..2 {
            let finished = canister.run(update("go", b""));
            canister.instance.commit();
            assert_eq!(finished.instructions.get(), 4 + 2 * PAGE);
            assert_eq!(finished.outcome.map(|effects| effects.dirty_pages), Ok(16));
        }
        assert_eq!(canister.run(query("ask", b"")).instructions.get(), 4 + PAGE);
        canister.instance.rollback();
        let outside = Entry::Query { method: "ask".into(), arg: [].into() };
        assert_eq!(canister.run(outside).instructions.get(), 4 + PAGE);
    }
}

#[test]
fn wide_addresses_cost_the_same() {
    let module = r#"(module (memory i64 2)
      (func (export "canister_update go")
        (i64.store (i64.const 65532) (i64.const 17)) (drop (i64.load (i64.const 0)))))"#;
    for mode in MODES {
        let finished = canister(module, mode).run(update("go", b""));
        // Loads and stores with wide addresses weigh two.
        assert_eq!(finished.instructions.get(), 9 + 4 * PAGE);
    }
}

#[test]
fn a_charge_can_use_up_the_limit_but_is_noticed_only_where_code_is_stopped() {
    let module = |more: &str| {
        format!(
            r#"(module (memory 1) (func $f)
              (func (export "canister_update go") (i32.store (i32.const 0) (i32.const 1)) {more}))"#
        )
    };
    let run = |more: &str| {
        let canister = canister(&module(more), MeteringMode::Counter);
        canister.limited(1_000, 1_000).run(update("go", b""))
    };
    assert!(run("").outcome.is_ok());
    assert_eq!(run("").instructions.get(), 1_000);
    assert!(run("(call $f)").outcome.is_err());
}

#[test]
fn slices_add_up_to_what_is_charged_in_one_piece() {
    let body = r#"(module (memory 4)
      (func (export "canister_update go") (local $a i32)
        (loop $l (i32.store (local.get $a) (local.get $a))
          (local.set $a (i32.add (local.get $a) (i32.const 64)))
          (br_if $l (i32.lt_u (local.get $a) (i32.const 262144))))))"#;
    for mode in MODES {
        let whole = canister(body, mode).run(update("go", b"")).instructions.get();
        let mut canister = canister(body, mode).limited(40_000_000, 1_000);
        let (finished, slices) = canister.run_slices(update("go", b""));
        assert_eq!((finished.instructions.get(), slices.iter().sum::<u64>()), (whole, whole));
    }
}

/// Does what its argument says: pairs of what to do and an address, up to the first of kind 4.
const ACCESSES: &str = r#"
  (call $copy (i32.const 1000) (i32.const 0) (i32.const 800))
  (local.set $a (i32.const 1000))
  (block $done
    (loop $next
      (block $load (block $store (block $load_byte (block $store_byte
        (br_table $load $store $load_byte $store_byte $done (i32.load (local.get $a))))
        (i32.store8 (i32.load offset=4 (local.get $a)) (i32.const 0))
        (local.set $a (i32.add (local.get $a) (i32.const 8))) (br $next))
        (drop (i32.load8_u (i32.load offset=4 (local.get $a))))
        (local.set $a (i32.add (local.get $a) (i32.const 8))) (br $next))
        (i64.store (i32.load offset=4 (local.get $a)) (i64.const 0))
        (local.set $a (i32.add (local.get $a) (i32.const 8))) (br $next))
      (drop (i64.load (i32.load offset=4 (local.get $a))))
      (local.set $a (i32.add (local.get $a) (i32.const 8))) (br $next)))"#;

/// Near the ends of pages, granules, and anywhere. Not where the argument is.
fn address() -> impl Strategy<Value = u32> {
    let end = prop::sample::select(vec![65_536u32, 131_072, 196_608]);
    prop_oneof![
        4 => (end, -10i32..10).prop_map(|(at, by)| at.wrapping_add_signed(by)),
        1 => 4_096u32..262_136,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]
    #[test]
    fn random_accesses_are_charged_by_the_pages_they_touch(
        accesses in prop::collection::vec((0u32..4, address()), 0..40)
    ) {
        // The argument is written to the first page.
        let (mut accessed, mut written) = (BTreeSet::from([0]), BTreeSet::from([0]));
        let mut arg = Vec::new();
        for (what, at) in &accesses {
            arg.extend([what.to_le_bytes(), at.to_le_bytes()].concat());
            let last = if *what < 2 { at + 7 } else { *at };
            accessed.extend([at >> 16, last >> 16]);
            if what % 2 == 1 {
                written.extend([at >> 16, last >> 16]);
            }
        }
        arg.resize(800, 4);
        arg[accesses.len() * 8..].chunks_exact_mut(4).for_each(|word| word.copy_from_slice(&[4, 0, 0, 0]));
        let charges = (accessed.len() + written.len()) as u64;
        prop_assert_eq!(charged(ACCESSES, &arg, MeteringMode::Fuel), charges * PAGE);
    }
}

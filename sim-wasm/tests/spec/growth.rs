//! Memory that grows raises the freezing threshold, and may not freeze the canister.

use crate::kit::{Canister, profile, query, reply_to, update, wat};
use sim_core::fees::IdleUse;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry};
use sim_core::units::{Bytes, Cycles};

const GROW_HEAP: &str = "(drop (memory.grow (i32.const 10)))";
const GROW_STABLE: &str = "(drop (call $grow (i64.const 10)))";

/// A canister that does `body` in every entry point.
fn canister(body: &str) -> Canister {
    let exports = ["init", "global_timer", "update go", "query ask"];
    let exports: String =
        exports.iter().map(|name| format!(r#"(export "canister_{name}" (func $go))"#)).collect();
    let module = format!(
        r#"(module (import "ic0" "stable64_grow" (func $grow (param i64) (result i64)))
          (memory 1) (table 1 funcref) (elem (i32.const 0) $callback)
          (func $callback (param i32) {body}) (func $go {body}) {exports})"#
    );
    Canister::new(&profile("2026-mid"), &wat(&module))
}

/// What it costs to keep eleven pages for as long as the threshold says.
fn threshold(canister: &Canister) -> Cycles {
    let view = &canister.surroundings;
    let idle = IdleUse { memory: Bytes::new(11 << 16), ..IdleUse::default() };
    view.fees.freezing_threshold(idle, view.freezing_seconds, Cycles::ZERO)
}

fn with_balance(body: &str, short_by: u128) -> Canister {
    let mut canister = canister(body);
    canister.surroundings.idle.memory = Bytes::new(1 << 16);
    canister.surroundings.freezing_seconds = 2_592_000;
    canister.surroundings.freezing_threshold = Cycles::ZERO;
    let balance = threshold(&canister).saturating_sub(Cycles::new(short_by));
    canister.surroundings.balance = balance;
    canister
}

#[test]
fn updates_and_tasks_may_not_freeze_the_canister() {
    for body in [GROW_HEAP, GROW_STABLE] {
        for entry in [update("go", b""), Entry::GlobalTimer] {
            assert!(with_balance(body, 0).run(entry.clone()).outcome.is_ok());
            let mut canister = with_balance(body, 1);
            let before = canister.instance.memory();
            assert_eq!(canister.fail(entry), ErrorCode::InsufficientCyclesInMemoryGrow);
            assert_eq!(canister.instance.memory(), before);
        }
    }
}

#[test]
fn installs_queries_and_callbacks_are_not_checked() {
    let closure = Closure { function: 0, environment: 0 };
    for body in [GROW_HEAP, GROW_STABLE] {
        for entry in [Entry::Init { arg: [].into() }, query("ask", b""), reply_to(closure, b"")] {
            let outcome = with_balance(body, 1).run(entry).outcome;
            assert!(outcome.is_ok(), "{outcome:?}");
        }
    }
}

#[test]
fn growth_that_fails_anyway_is_not_checked() {
    let too_much = "(drop (memory.grow (i32.const 65536)))";
    assert!(with_balance(too_much, 1).run(update("go", b"")).outcome.is_ok());
}

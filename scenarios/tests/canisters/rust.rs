//! The programs made with `ic-cdk`.

use crate::kit::{House, Mode, principal};
use candid::{CandidType, Nat};
use serde::Deserialize;

#[derive(CandidType, Deserialize)]
struct Stats {
    entries: u64,
    ticks: u64,
    stable_pages: u64,
    cycles: u128,
}

fn stats(house: &mut House, kitchen: sim_core::id::CanisterId) -> Stats {
    house.query::<(Stats,)>(kitchen, "stats", "()").0
}

#[test]
fn the_counter_counts_from_its_argument_and_an_upgrade_keeps_the_count() {
    let file = "rust/counter.wasm";
    let (mut house, counter) = House::with(file, "(opt (40 : nat))");
    assert_eq!(house.update::<(Nat,)>(counter, "inc", "()"), (Nat::from(41u32),));
    let trap = house.raw(counter, "boom", crate::kit::candid("()")).expect_err("traps");
    assert!(trap.message.contains("boom"), "{}", trap.message);
    house.install(counter, Mode::upgrade(None), file, "()").expect("can be upgraded");
    assert_eq!(house.query::<(Nat,)>(counter, "get", "()"), (Nat::from(41u32),));
}

#[test]
fn a_stable_map_survives_an_upgrade() {
    let file = "rust/kitchen.wasm";
    let (mut house, kitchen) = House::with(file, "()");
    for key in 0..200 {
        let put = format!("({key} : nat64, \"value {key}\")");
        assert_eq!(house.update::<(Option<String>,)>(kitchen, "put", &put), (None,));
    }
    let replaced = house.update::<(Option<String>,)>(kitchen, "put", "(7 : nat64, \"seven\")");
    assert_eq!(replaced, (Some("value 7".to_owned()),));
    house.install(kitchen, Mode::upgrade(None), file, "()").expect("can be upgraded");
    let get = |house: &mut House, key: u64| {
        house.query::<(Option<String>,)>(kitchen, "get", &format!("({key} : nat64)")).0
    };
    assert_eq!(get(&mut house, 7), Some("seven".to_owned()));
    assert_eq!(get(&mut house, 199), Some("value 199".to_owned()));
    assert_eq!(get(&mut house, 200), None);
    let stats = stats(&mut house, kitchen);
    assert_eq!(stats.entries, 200);
    // One page for the manager of memories, and a bucket of 128 for each of two memories.
    assert_eq!(stats.stable_pages, 257);
    assert!(stats.cycles > 99_000_000_000_000);
}

#[test]
fn a_timer_ticks_until_it_is_stopped() {
    let (mut house, kitchen) = House::with("rust/kitchen.wasm", "()");
    house.update::<()>(kitchen, "start", "(5 : nat64)");
    house.wait(21);
    assert_eq!(stats(&mut house, kitchen).ticks, 4);
    house.update::<()>(kitchen, "stop", "()");
    house.wait(20);
    assert_eq!(stats(&mut house, kitchen).ticks, 4);
}

#[test]
fn calls_with_and_without_a_deadline_are_answered() {
    let (mut house, first) = House::with("rust/kitchen.wasm", "()");
    let second = house.add("rust/kitchen.wasm", "()");
    let play = format!("({}, 5 : nat64)", principal(second));
    let played = house.update::<(Result<u64, String>,)>(first, "play", &play);
    assert_eq!(played, (Ok(5),));
    let bounded = format!("({}, 10 : nat32)", principal(second));
    let played = house.update::<(Result<u64, String>,)>(first, "play_bounded", &bounded);
    assert_eq!(played, (Ok(8),));
}

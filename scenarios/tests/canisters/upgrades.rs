//! What Motoko's programs keep over an upgrade.

use crate::kit::{House, Mode, Options, Persistence};
use candid::Nat;
use sim_core::id::CanisterId;

fn nat(number: u64) -> Nat {
    Nat::from(number)
}

fn put(house: &mut House, canister: CanisterId, key: u64, value: &str) {
    house.update::<()>(canister, "put", &format!("({key} : nat, \"{value}\")"));
}

#[test]
fn classical_stable_variables_survive_and_the_cache_does_not() {
    let (mut house, store) = House::with("StableV1.wasm", "()");
    put(&mut house, store, 1, "one");
    put(&mut house, store, 2, "two");
    let info = |house: &mut House| house.query::<(Nat, Nat, Nat)>(store, "info", "()");
    assert_eq!(info(&mut house), (nat(1), nat(2), nat(2)));
    house.install(store, Mode::upgrade(None), "StableV2.wasm", "()").expect("can be upgraded");
    assert_eq!(info(&mut house), (nat(2), nat(2), nat(0)));
    let two = house.query::<(Option<String>,)>(store, "get", "(2 : nat)");
    assert_eq!(two, (Some("two".to_owned()),));
    assert_eq!(house.query::<(Nat,)>(store, "extra", "()"), (nat(1),));
}

#[test]
fn upgrade_hooks_run_before_and_after() {
    let (mut house, legacy) = House::with("LegacyV1.wasm", "()");
    put(&mut house, legacy, 1, "one");
    put(&mut house, legacy, 2, "two");
    for upgrades in 1..=2 {
        let upgraded = house.install(legacy, Mode::upgrade(None), "LegacyV1.wasm", "()");
        upgraded.expect("can be upgraded");
        let info = house.query::<(Nat, Nat, Nat)>(legacy, "info", "()");
        assert_eq!(info, (nat(2), nat(upgrades), nat(2)));
    }
}

#[test]
fn a_persistent_heap_is_kept_if_the_upgrade_says_so() {
    let (mut house, store) = House::with("StableV1.eop.wasm", "()");
    put(&mut house, store, 1, "one");
    put(&mut house, store, 2, "two");
    let wasm_memory_persistence = Some(Persistence::keep);
    let options = Options { wasm_memory_persistence, ..Options::default() };
    let keep = Mode::upgrade(Some(options));
    house.install(store, keep, "StableV2.eop.wasm", "()").expect("can be upgraded");
    let info = house.query::<(Nat, Nat, Nat)>(store, "info", "()");
    assert_eq!(info, (nat(2), nat(2), nat(0)));
    let two = house.query::<(Option<String>,)>(store, "get", "(2 : nat)");
    assert_eq!(two, (Some("two".to_owned()),));
    let silent = house.install(store, Mode::upgrade(None), "StableV2.eop.wasm", "()");
    assert!(silent.expect_err("has to say").message.contains("upgrade option"));
}

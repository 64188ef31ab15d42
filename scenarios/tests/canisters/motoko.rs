//! The programs in Motoko, each with classical and with enhanced orthogonal persistence.

use crate::kit::{House, candid, principal, stranger, user};
use candid::{CandidType, Int, Nat, Principal};
use serde::Deserialize;
use sim_core::id::CanisterId;

fn nat(number: u64) -> Nat {
    Nat::from(number)
}

/// Both modules of a program, each in a house of its own.
fn both(program: &str, arg: &str) -> [(House, CanisterId); 2] {
    ["wasm", "eop.wasm"].map(|ending| House::with(&format!("{program}.{ending}"), arg))
}

#[test]
fn the_counter_counts() {
    for (mut house, counter) in both("Counter", "()") {
        assert_eq!(house.update::<(Nat,)>(counter, "inc", "()"), (nat(1),));
        assert_eq!(house.update::<(Nat,)>(counter, "add", "(41 : nat)"), (nat(42),));
        assert_eq!(house.query::<(Nat,)>(counter, "get", "()"), (nat(42),));
        house.update::<()>(counter, "reset", "()");
        assert_eq!(house.query::<(Nat,)>(counter, "get", "()"), (nat(0),));
    }
}

#[test]
fn peers_call_one_another_in_every_way() {
    for ending in ["wasm", "eop.wasm"] {
        let file = format!("PingPong.{ending}");
        let (mut house, ping) = House::with(&file, "()");
        let pong = house.add(&file, "()");
        let peer = principal(pong);
        let call = |house: &mut House, method: &str, arg: &str| {
            house.update::<(Nat,)>(ping, method, arg).0
        };
        assert_eq!(call(&mut house, "play", &format!("({peer}, 3 : nat)")), nat(3));
        assert_eq!(call(&mut house, "fanout", &format!("({peer}, 4 : nat)")), nat(10));
        assert_eq!(call(&mut house, "boundedPing", &format!("({peer}, 10 : nat32)")), nat(42));
        let failed = house.update::<(String,)>(ping, "tryFail", &format!("({peer})"));
        assert_eq!(failed, ("asked to fail".to_owned(),));
    }
}

#[derive(CandidType, Deserialize)]
struct Ticks {
    ticks: Nat,
    oneshots: Nat,
    last: Int,
}

#[test]
fn timers_go_off_once_and_again() {
    for (mut house, ticker) in both("Ticker", "()") {
        house.update::<()>(ticker, "start", "(5 : nat)");
        house.wait(21);
        let get = |house: &mut House| house.query::<(Ticks,)>(ticker, "get", "()").0;
        let ticks = get(&mut house);
        assert_eq!((ticks.ticks, ticks.oneshots), (nat(4), nat(1)));
        assert!(ticks.last > 1_767_225_620_000_000_000u64);
        house.update::<()>(ticker, "stop", "()");
        house.wait(20);
        assert_eq!(get(&mut house).ticks, nat(4));
    }
}

#[test]
fn a_heart_beats_in_every_round_and_calls_its_peer() {
    for (mut house, heart) in both("Heartbeat", "()") {
        house.update::<()>(heart, "setPeer", &format!("(opt {})", principal(heart)));
        let get = |house: &mut House| house.query::<(Nat, Nat)>(heart, "get", "()");
        let (beats, acks) = get(&mut house);
        house.wait(10);
        let (later, acks_later) = get(&mut house);
        assert_eq!(later, beats + nat(10));
        assert!(acks_later >= acks + nat(9), "{acks_later}");
    }
}

#[test]
fn tokens_move_and_certify_and_are_inspected() {
    let init = format!("(record {{ minter = principal \"{}\"; supply = 1_000 : nat }})", user());
    for (mut house, token) in both("Token", &init) {
        #[derive(CandidType, Deserialize, PartialEq, Debug)]
        #[expect(non_camel_case_types, reason = "Candid names")]
        enum Answer {
            ok(Nat),
            err(String),
        }
        let to = format!("principal \"{}\"", stranger());
        let transfer = |house: &mut House, amount: u64| {
            house.update::<(Answer,)>(token, "transfer", &format!("({to}, {amount} : nat)")).0
        };
        assert_eq!(transfer(&mut house, 300), Answer::ok(nat(1)));
        assert_eq!(transfer(&mut house, 701), Answer::err("insufficient funds".to_owned()));
        assert_eq!(house.query::<(Nat,)>(token, "balance_of", &format!("({to})")), (nat(300),));
        // A composite query asks another canister, here itself.
        let via = format!("({}, {to})", principal(token));
        assert_eq!(house.query::<(Nat,)>(token, "via", &via), (nat(300),));
        let view = house.sandbox.canister(token).expect("is there");
        assert_eq!(view.certified_data, b"1");
        let trap = house.raw(token, "bad", candid("()")).expect_err("traps");
        assert!(trap.message.contains("deliberate trap"), "{}", trap.message);
    }
}

#[test]
fn work_grows_with_what_is_asked_for() {
    for (mut house, burn) in both("Burn", "()") {
        // The generator of D. Lehmer and D. Knuth, three steps from one.
        let mut expected = 1u64;
        for _ in 0..3 {
            expected = expected.wrapping_mul(6_364_136_223_846_793_005);
            expected = expected.wrapping_add(1_442_695_040_888_963_407);
        }
        assert_eq!(house.update::<(Nat,)>(burn, "cpu", "(3 : nat)"), (nat(expected),));
        assert_eq!(house.update::<(Nat,)>(burn, "alloc", "(10_000 : nat)"), (nat(10_000),));
        assert_eq!(house.update::<(u64,)>(burn, "stable_", "(20 : nat64)"), (20,));
        let few = house.query::<(u64,)>(burn, "instr", "()").0;
        assert!((1..1_000_000).contains(&few), "{few}");
    }
}

#[derive(CandidType, Deserialize, PartialEq, Debug)]
#[expect(non_camel_case_types, reason = "Candid names")]
enum Status {
    running,
    stopping,
    stopped,
}

#[derive(CandidType, Deserialize)]
struct ChildStatus {
    status: Status,
    module_hash: Option<Vec<u8>>,
}

#[test]
fn canisters_create_inspect_and_delete_others() {
    for (mut house, manager) in both("Mgmt", "()") {
        let child = house.update::<(Principal,)>(manager, "spawn", "(7 : nat)").0;
        let arg = format!("(principal \"{child}\")");
        let status = house.update::<(ChildStatus,)>(manager, "status", &arg).0;
        assert_eq!(status.status, Status::running);
        assert!(status.module_hash.is_some_and(|hash| hash.len() == 32));
        house.update::<()>(manager, "destroy", &arg);
        let child = CanisterId::from_principal(&child).expect("is a canister's");
        assert!(house.sandbox.canister(child).is_none());
    }
}

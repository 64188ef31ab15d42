//! Canisters compiled from Motoko: start, init, calls and callbacks.

use crate::kit::{Canister, PEER, reply, reply_to, scenario_canister, usual};
use crate::kit::{profile, update};
use sim_core::runtime::{Entry, Response};

/// Candid for no arguments.
const NOTHING: &[u8] = b"DIDL\0\0";

fn nat(value: u8) -> Vec<u8> {
    [b"DIDL\0\x01\x7d", &[value][..]].concat()
}

fn install(name: &str) -> Canister {
    let mut canister = Canister::new(&usual(), &scenario_canister(name));
    canister.succeed(Entry::Start);
    canister.succeed(Entry::Init { arg: NOTHING.into() });
    canister
}

/// `(principal of the peer, rounds : nat)`
fn play_argument(rounds: u8) -> Vec<u8> {
    let peer = PEER.principal();
    let id = peer.as_slice();
    [b"DIDL\0\x02\x68\x7d\x01", &[id.len() as u8][..], id, &[rounds]].concat()
}

fn count(name: &str) {
    let mut counter = install(name);
    for expected in 1..=3 {
        assert_eq!(counter.update("inc", NOTHING), nat(expected));
    }
    assert_eq!(counter.query("get", NOTHING), nat(3));
}

#[test]
fn a_counter_counts() {
    count("Counter.wasm");
}

#[test]
fn a_counter_with_64_bit_memory_counts() {
    count("Counter.eop.wasm");
}

#[test]
fn a_call_is_sent_and_its_reply_leads_to_a_reply() {
    play("PingPong.wasm");
}

#[test]
fn a_call_is_sent_with_64_bit_memory_too() {
    play("PingPong.eop.wasm");
}

fn play(name: &str) {
    let mut canister = install(name);
    assert!(canister.query("stats", NOTHING).starts_with(b"DIDL"));
    let effects = canister.succeed(update("play", &play_argument(1)));
    assert_eq!(effects.response, None);
    let [call] = effects.calls.as_slice() else { panic!("one call is made") };
    assert_eq!(call.callee, PEER.principal());
    assert_eq!(&*call.method, "ping");
    assert_eq!(*call.arg, *nat(0));
    let effects = canister.succeed(reply_to(call.on_reply, &nat(1)));
    assert_eq!(effects.calls, []);
    assert_eq!(reply(&effects), nat(1));
}

#[test]
fn a_reject_reaches_the_caller() {
    let mut canister = install("PingPong.wasm");
    let effects = canister.succeed(update("play", &play_argument(1)));
    let on_reject = effects.calls[0].on_reject;
    let code = sim_core::reject::ErrorCode::CanisterStopped;
    let effects = canister.succeed(crate::kit::reject_to(on_reject, code, "stopped"));
    assert!(matches!(effects.response, Some(Response::Reject(_))), "{effects:?}");
}

#[test]
fn counts_are_those_recorded_on_a_replica() {
    let profile = profile("2024-06");
    let module = scenario_canister("PingPong.wasm");
    let mut canister = Canister::new(&profile, &module);
    let compile = crate::kit::compile_under(&profile, &module).expect("is accepted").compile_cost();
    let start = canister.run(Entry::Start).instructions;
    canister.instance.commit();
    let init = canister.run(Entry::Init { arg: NOTHING.into() }).instructions;
    canister.instance.commit();
    assert_eq!((compile + start + init).get(), 690_107_007);
    let play = canister.run(update("play", &play_argument(2)));
    assert_eq!(play.instructions.get(), 27_103);
    canister.instance.rollback();
    assert_eq!(canister.run(update("ping", &nat(0))).instructions.get(), 7_697);
}

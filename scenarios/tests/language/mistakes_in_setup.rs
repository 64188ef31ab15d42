//! What is said of a scenario whose canisters cannot be installed.

use crate::support::{load, source, with};
use insta::assert_snapshot;
use scenarios::diagnostics::{Look, Refusal};
use scenarios::setup;
use sim_core::reject::ErrorCode;
use sim_core::runtime::Failure;
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles};
use sim_core::world::SetupError;

/// The echo canister comes second, after ping.
const ECHO: usize = 1;

fn shown(text: &str, error: &SetupError) -> String {
    let scenario = load(text).expect("a valid scenario");
    let mistake = setup::mistake(error, &scenario);
    Refusal::new(source(text), vec![mistake]).render(Look::Plain { width: 100 })
}

fn install_failed(code: ErrorCode, message: &str) -> SetupError {
    let failure = Failure { code, message: message.to_owned() };
    SetupError::InstallFailed { index: ECHO, canister: "echo".into(), failure }
}

#[test]
fn cycles_below_the_creation_fee() {
    let error = SetupError::CyclesBelowCreationFee {
        index: ECHO,
        canister: "echo".into(),
        given: Cycles::new(2_000_000_000_000),
        fee: Cycles::new(13_076_923_076_923),
    };
    assert_snapshot!(shown(&with(&[]), &error));
}

#[test]
fn endless_init() {
    let error = install_failed(
        ErrorCode::CanisterInstructionLimitExceeded,
        "canister_init used more than 10_000_000_000 instructions",
    );
    assert_snapshot!(shown(&with(&[]), &error));
}

#[test]
fn init_that_traps() {
    let error = install_failed(ErrorCode::CanisterCalledTrap, "expected a principal");
    let text = with(&[("cycles = \"2T\"", "cycles = \"2T\"\ninit = '(3 : nat8)'")]);
    assert_snapshot!(shown(&text, &error));
}

#[test]
fn init_that_costs_too_much() {
    let error = install_failed(ErrorCode::CanisterOutOfCycles, "needs 3_000 cycles, has 2");
    assert_snapshot!(shown(&with(&[]), &error));
}

#[test]
fn rounds_too_short_to_simulate() {
    let error = SetupError::ShortBlockInterval {
        index: 1,
        subnet: "right".into(),
        nodes: 34,
        interval: SimDuration::from_nanos(5),
        least: SimDuration::from_millis(1),
    };
    assert_snapshot!(shown(&with(&[]), &error));
}

#[test]
fn ingress_too_large() {
    let error = SetupError::IngressTooLarge {
        index: 0,
        workload: "ping.play".into(),
        bytes: Bytes::new(3 << 20),
        limit: Bytes::new(2 << 20),
    };
    assert_snapshot!(shown(&with(&[]), &error));
}

//! Blames a world that cannot be set up on a place in the scenario file.

use crate::diagnostics::{Mistake, Span};
use crate::scenario::{Canister, Scenario, Workload};
use sim_core::reject::ErrorCode;
use sim_core::runtime::Failure;
use sim_core::world::SetupError;

/// The mistake behind an error of `World::new` on a world made from `scenario`.
pub fn mistake(error: &SetupError, scenario: &Scenario) -> Mistake {
    match error {
        SetupError::CyclesBelowCreationFee { index, fee, .. } => {
            at_canister(scenario, *index, error, |canister| canister.places.cycles.clone())
                .label("too few")
                .help(format!("give it at least {fee} cycles, and more for what it is to do"))
        }
        SetupError::InstallFailed { index, failure, .. } => match scenario.canisters.get(*index) {
            Some(canister) => install_failed(canister, failure),
            None => Mistake::new(error.to_string()),
        },
        SetupError::NoSubnet { index, .. } | SetupError::CanisterIdOutOfOrder { index, .. } => {
            at_canister(scenario, *index, error, |canister| canister.places.name.clone())
        }
        SetupError::ShortBlockInterval { index, .. } => {
            let mistake = match scenario.subnets.get(*index) {
                Some(subnet) => Mistake::at(subnet.nodes_place.clone(), error.to_string()),
                None => Mistake::new(error.to_string()),
            };
            mistake
                .label("rounds too short")
                .help("raise `block_interval` under `[profile.timing]`, or the number of nodes")
        }
        SetupError::IngressTooLarge { workload, .. } => {
            at_workload(scenario, workload, error, |workload| {
                workload.arg_place.clone().unwrap_or_else(|| workload.place.clone())
            })
            .label("too large")
        }
        SetupError::NoTarget { workload, .. } => {
            at_workload(scenario, workload, error, |workload| workload.place.clone())
        }
    }
}

fn at_workload(
    scenario: &Scenario,
    name: &str,
    error: &SetupError,
    place: impl Fn(&Workload) -> Span,
) -> Mistake {
    match scenario.workloads.iter().find(|workload| workload.name == name) {
        Some(workload) => Mistake::at(place(workload), error.to_string()),
        None => Mistake::new(error.to_string()),
    }
}

fn at_canister(
    scenario: &Scenario,
    index: usize,
    error: &SetupError,
    place: impl Fn(&Canister) -> Span,
) -> Mistake {
    match scenario.canisters.get(index) {
        Some(canister) => Mistake::at(place(canister), error.to_string()),
        None => Mistake::new(error.to_string()),
    }
}

fn install_failed(canister: &Canister, failure: &Failure) -> Mistake {
    let places = &canister.places;
    let code = places.init.clone().unwrap_or_else(|| places.code.clone());
    let (place, label, help) = match failure.code {
        ErrorCode::CanisterInstructionLimitExceeded => (
            places.code.clone(),
            "its `init` runs longer than allowed",
            "it may loop for ever; if it only takes long, raise `setup_instructions` under \
             `[profile.limits]`",
        ),
        ErrorCode::CanisterOutOfCycles => {
            (places.cycles.clone(), "too few", "give the canister more cycles")
        }
        ErrorCode::CanisterTrapped
        | ErrorCode::CanisterCalledTrap
        | ErrorCode::CanisterContractViolation => (
            code,
            "its `init` refused this",
            "check that `init` is the argument that `canister_init` of the module expects",
        ),
        _ => (places.code.clone(), "this module", "the module cannot be installed as it is"),
    };
    let name = &canister.name;
    Mistake::at(place, format!("canister `{name}` could not be installed: {failure}"))
        .label(label)
        .help(help)
}

//! `scenario.toml` of a results folder: the scenario as it ran, every default filled in.

use super::{Canister, Scenario, Workload};
use crate::document::{ArrivalsEntry, WarmUpEntry};
use reports::charts::spec::Spec;
use reports::metrics::WarmUp;
use reports::theme::Width;
use serde::Serialize;
use sim_core::distribution::Distribution;
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::Cycles;
use toml::Value;

/// What a run was made from, for the head of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The version of icsim.
    pub version: String,
    /// The path of the scenario file as typed.
    pub scenario_file: String,
    /// The seed.
    pub seed: u64,
    /// The second seed.
    pub tie_seed: Option<u64>,
    /// The command that makes the same run again.
    pub command: String,
}

/// The scenario as TOML, with its origin in comments.
///
/// # Errors
/// The scenario holds a value TOML cannot express.
pub fn effective(scenario: &Scenario, provenance: &Provenance) -> Result<String, toml::ser::Error> {
    let body = toml::to_string(&Effective::of(scenario))?;
    Ok(format!("{}\n{body}", header(provenance)))
}

fn header(provenance: &Provenance) -> String {
    let Provenance { version, scenario_file, seed, tie_seed, command } = provenance;
    let tie = tie_seed.map_or("none".to_owned(), |seed| seed.to_string());
    format!(
        "# The scenario as it ran, every default filled in.\n\
         # icsim {version}, seed {seed}, tie seed {tie}\n\
         # again: {command}\n\
         # Paths are relative to the folder of {scenario_file}\n"
    )
}

#[derive(Serialize)]
struct Effective<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    duration: SimDuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    warm_up: Option<WarmUpEntry>,
    profile: &'a Value,
    subnet: Vec<SubnetOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<NetworkOut<'a>>,
    canister: Vec<CanisterOut<'a>>,
    workload: Vec<WorkloadOut<'a>>,
    figure: Vec<FigureOut<'a>>,
}

#[derive(Serialize)]
struct SubnetOut<'a> {
    name: &'a str,
    nodes: u64,
    #[serde(rename = "type")]
    kind: SubnetKind,
    cost_schedule: CostSchedule,
}

#[derive(Serialize)]
struct NetworkOut<'a> {
    latency: &'a Distribution,
}

#[derive(Serialize)]
struct CanisterOut<'a> {
    name: &'a str,
    subnet: &'a str,
    wasm: &'a str,
    cycles: Cycles,
    init: &'a str,
    controllers: Vec<String>,
}

#[derive(Serialize)]
struct WorkloadOut<'a> {
    name: &'a str,
    target: &'a str,
    method: &'a str,
    arg: &'a str,
    sender: String,
    start: SimDuration,
    stop: SimDuration,
    arrivals: ArrivalsEntry,
}

#[derive(Serialize)]
struct FigureOut<'a> {
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    width: Width,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl<'a> FigureOut<'a> {
    fn of(spec: &'a Spec) -> Self {
        FigureOut {
            kind: spec.kind.name(),
            name: &spec.name,
            title: spec.title.as_deref(),
            width: spec.width,
            message: spec.message.map(|id| id.to_string()),
        }
    }
}

impl<'a> Effective<'a> {
    fn of(scenario: &'a Scenario) -> Self {
        let subnet = |subnet: &'a sim_core::network::SubnetSpec| SubnetOut {
            name: &subnet.name,
            nodes: subnet.nodes,
            kind: subnet.kind,
            cost_schedule: subnet.cost_schedule,
        };
        Effective {
            title: &scenario.title,
            description: scenario.description.as_deref(),
            duration: scenario.duration,
            warm_up: Some(scenario.warm_up).filter(|w| *w != WarmUp::None).map(WarmUpEntry),
            profile: &scenario.profile_entry,
            subnet: scenario.subnets.iter().map(subnet).collect(),
            network: scenario.latency.as_ref().map(|latency| NetworkOut { latency }),
            canister: scenario.canisters.iter().map(|c| CanisterOut::of(c, scenario)).collect(),
            workload: scenario.workloads.iter().map(WorkloadOut::of).collect(),
            figure: scenario.figures.iter().map(FigureOut::of).collect(),
        }
    }
}

impl<'a> CanisterOut<'a> {
    fn of(canister: &'a Canister, scenario: &'a Scenario) -> Self {
        CanisterOut {
            name: &canister.name,
            subnet: &scenario.subnets[canister.id.subnet().index()].name,
            wasm: &canister.wasm,
            cycles: canister.cycles,
            init: &canister.init.text,
            controllers: canister.controllers.iter().map(|id| id.to_text()).collect(),
        }
    }
}

impl<'a> WorkloadOut<'a> {
    fn of(workload: &'a Workload) -> Self {
        WorkloadOut {
            name: &workload.name,
            target: &workload.target_name,
            method: &workload.method,
            arg: &workload.arg.text,
            sender: workload.sender.to_text(),
            start: workload.window.start.since(SimTime::ZERO),
            stop: workload.window.stop.since(SimTime::ZERO),
            arrivals: workload.arrivals,
        }
    }
}

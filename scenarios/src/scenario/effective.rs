//! `scenario.toml` of a results folder: the scenario as it ran, every default filled in.

mod canisters;
mod workloads;

use super::Scenario;
use crate::document::{ActionEntry, FaultEntry, Topology, WarmUpEntry};
use crate::expect::{Expectation, When};
use crate::resolve::{Links, Subnet};
use canisters::CanisterOut;
pub use canisters::entry_of_model;
use reports::charts::spec::Spec;
use reports::metrics::WarmUp;
use reports::theme::Width;
use serde::Serialize;
use sim_core::distribution::Distribution;
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::scheduler::Policy;
use sim_core::time::{SimDuration, SimTime};
use toml::Value;
use workloads::WorkloadOut;

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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    action: Vec<&'a ActionEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fault: Vec<&'a FaultEntry>,
    figure: Vec<FigureOut<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expect: Vec<ExpectOut<'a>>,
}

#[derive(Serialize)]
struct ExpectOut<'a> {
    that: &'a str,
    when: When,
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<SimDuration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<SimDuration>,
}

impl<'a> ExpectOut<'a> {
    fn of(expectation: &'a Expectation) -> Self {
        let from = expectation.from.since(SimTime::ZERO);
        ExpectOut {
            that: expectation.text(),
            when: expectation.when,
            every: expectation.every,
            from: Some(from).filter(|from| *from > SimDuration::ZERO),
        }
    }
}

#[derive(Serialize)]
struct SubnetOut<'a> {
    name: &'a str,
    nodes: u64,
    #[serde(rename = "type")]
    kind: SubnetKind,
    cost_schedule: CostSchedule,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduler: Option<Policy>,
}

#[derive(Serialize)]
struct NetworkOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    topology: Option<Topology>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<&'a Distribution>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    link: Vec<LinkOut<'a>>,
}

#[derive(Serialize)]
struct LinkOut<'a> {
    from: &'a str,
    to: &'a str,
    latency: &'a Distribution,
    #[serde(skip_serializing_if = "Option::is_none")]
    back: Option<&'a Distribution>,
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
        Effective {
            title: &scenario.title,
            description: scenario.description.as_deref(),
            duration: scenario.duration,
            warm_up: Some(scenario.warm_up).filter(|w| *w != WarmUp::None).map(WarmUpEntry),
            profile: &scenario.profile_entry,
            subnet: scenario.subnets.iter().map(SubnetOut::of).collect(),
            network: NetworkOut::of(scenario),
            canister: scenario.canisters.iter().map(|c| CanisterOut::of(c, scenario)).collect(),
            workload: scenario.workloads.iter().map(WorkloadOut::of).collect(),
            action: scenario.actions.iter().map(|plan| &plan.entry).collect(),
            fault: scenario.faults.iter().map(|plan| &plan.entry).collect(),
            figure: scenario.figures.iter().map(FigureOut::of).collect(),
            expect: scenario.invariants.list().iter().map(ExpectOut::of).collect(),
        }
    }
}

impl<'a> SubnetOut<'a> {
    fn of(subnet: &'a Subnet) -> Self {
        SubnetOut {
            name: &subnet.spec.name,
            nodes: subnet.spec.nodes,
            kind: subnet.spec.kind,
            cost_schedule: subnet.spec.cost_schedule,
            region: subnet.region.as_deref(),
            scheduler: subnet.spec.scheduler,
        }
    }
}

impl<'a> NetworkOut<'a> {
    /// Rings and regions come out as the links they are made of.
    fn of(scenario: &'a Scenario) -> Option<Self> {
        match &scenario.links {
            Links::Mesh(None) => None,
            Links::Mesh(latency) => {
                Some(NetworkOut { topology: None, latency: latency.as_ref(), link: Vec::new() })
            }
            Links::Each(links) => {
                let topology = Some(Topology::Links);
                Some(NetworkOut { topology, latency: None, link: pairs(scenario, links) })
            }
        }
    }
}

/// Links with their ways back.
fn pairs<'a>(
    scenario: &'a Scenario,
    links: &'a [(usize, usize, Distribution)],
) -> Vec<LinkOut<'a>> {
    let name = |subnet: usize| scenario.subnets[subnet].spec.name.as_str();
    let back = |from: usize, to: usize| {
        let mut back = links.iter().filter(|(a, b, _)| (*a, *b) == (to, from));
        back.next().map(|(_, _, latency)| latency)
    };
    let forth = links.iter().filter(|(from, to, _)| from < to);
    forth
        .map(|(from, to, latency)| LinkOut {
            from: name(*from),
            to: name(*to),
            latency,
            back: back(*from, *to).filter(|back| *back != latency),
        })
        .collect()
}

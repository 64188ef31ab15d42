//! A scenario in which every name, number and argument is settled.

mod effective;

pub use effective::{Provenance, effective};

use crate::arrivals::{Window, arrivals};
use crate::diagnostics::Span;
use crate::document::ArrivalsEntry;
use crate::source::Source;
use ic_principal::Principal;
use reports::charts::spec::Spec;
use reports::metrics::WarmUp;
use sim_core::distribution::Distribution;
use sim_core::id::CanisterId;
use sim_core::network::{Network, SubnetSpec};
use sim_core::profile::Profile;
use sim_core::runtime::{Payload, Program, Runtime};
use sim_core::time::SimDuration;
use sim_core::units::Cycles;
use sim_core::world::{CanisterSpec, WorkloadSpec, WorldSpec};
use std::path::PathBuf;
use std::sync::Arc;
use toml::Value;

/// What canisters see as the time when a run starts: 2026-01-01 00:00 UTC, in nanoseconds since
/// 1970. Arbitrary, and fixed so that equal seeds give equal runs.
pub const START_TIME: u64 = 1_767_225_600_000_000_000;

/// A scenario ready to run.
#[derive(Clone)]
pub struct Scenario {
    /// One line that names it.
    pub title: String,
    /// What it asks and what to look at.
    pub description: Option<String>,
    /// The profile with the scenario's differences.
    pub profile: Profile,
    /// The profile as the scenario names it: a name, or a table with `base` and differences.
    pub profile_entry: Value,
    /// Executes the canisters.
    pub runtime: Arc<dyn Runtime>,
    /// Simulated time.
    pub duration: SimDuration,
    /// What sweeps leave out at the beginning.
    pub warm_up: WarmUp,
    /// Subnets, in the order of the file.
    pub subnets: Vec<SubnetSpec>,
    /// Where the nodes of each subnet stand in the scenario file.
    pub nodes_places: Vec<Span>,
    /// Latency of every link; `None` if there is one subnet only and no link.
    pub latency: Option<Distribution>,
    /// Canisters, in the order of the file.
    pub canisters: Vec<Canister>,
    /// Workloads, in the order of the file.
    pub workloads: Vec<Workload>,
    /// Figures wanted; those of its own choice, if the file chooses none.
    pub figures: Vec<Spec>,
}

/// A canister of a scenario.
#[derive(Clone)]
pub struct Canister {
    /// Its name.
    pub name: Arc<str>,
    /// Its id; the subnet follows from it.
    pub id: CanisterId,
    /// The path of its module as written.
    pub wasm: String,
    /// The compiled module.
    pub program: Arc<dyn Program>,
    /// Cycles it is given.
    pub cycles: Cycles,
    /// The argument of `canister_init`.
    pub init: Argument,
    /// Its controllers.
    pub controllers: Vec<Principal>,
    /// Where the fields stand that a failed set-up is blamed on.
    pub places: CanisterPlaces,
}

/// An argument as text and as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Candid text as written, with `"$name"` in it.
    pub text: String,
    /// The encoded message.
    pub bytes: Payload,
}

/// Places of a canister's fields in the scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanisterPlaces {
    /// The value of `name`.
    pub name: Span,
    /// The value of `wasm`.
    pub wasm: Span,
    /// The value of `cycles`.
    pub cycles: Span,
    /// The value of `init`, if given.
    pub init: Option<Span>,
}

/// A workload of a scenario.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name; names its random stream.
    pub name: String,
    /// The canister called.
    pub target: CanisterId,
    /// The name of that canister.
    pub target_name: String,
    /// The method called.
    pub method: Arc<str>,
    /// The argument.
    pub arg: Argument,
    /// Who sends.
    pub sender: Principal,
    /// The process of arrivals.
    pub arrivals: ArrivalsEntry,
    /// From when until when.
    pub window: Window,
    /// Where its target stands in the scenario file.
    pub place: Span,
    /// Where its argument stands in the scenario file, if it is given.
    pub arg_place: Option<Span>,
}

impl Scenario {
    /// What the simulator runs under a seed and, if given, a second seed that breaks ties.
    pub fn world(&self, seed: u64, tie_seed: Option<u64>) -> WorldSpec {
        WorldSpec {
            profile: self.profile.clone(),
            seed,
            tie_seed,
            start_time: START_TIME,
            duration: self.duration,
            network: self.network(),
            runtime: self.runtime.clone(),
            canisters: self.canisters.iter().map(Canister::spec).collect(),
            workloads: self.workloads.iter().map(Workload::spec).collect(),
        }
    }

    /// The files it was read from: the scenario file, and every module.
    pub fn files(&self, source: &Source) -> Vec<PathBuf> {
        let inputs = self.inputs().map(|name| source.folder().join(name));
        std::iter::once(source.path.clone()).chain(inputs).collect()
    }

    /// The files that the scenario file names, relative to its folder.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.canisters.iter().map(|canister| canister.wasm.as_str())
    }

    fn network(&self) -> Network {
        // A network of one subnet has no link, so this latency is never drawn from.
        let none = Distribution::Fixed { value: SimDuration::ZERO };
        Network::mesh(self.subnets.clone(), self.latency.as_ref().unwrap_or(&none))
    }
}

impl Canister {
    fn spec(&self) -> CanisterSpec {
        CanisterSpec {
            id: self.id,
            name: self.name.clone(),
            controllers: self.controllers.clone().into(),
            cycles: self.cycles,
            program: self.program.clone(),
            init_arg: self.init.bytes.clone(),
        }
    }
}

impl Workload {
    fn spec(&self) -> WorkloadSpec {
        WorkloadSpec {
            name: self.name.clone(),
            target: self.target,
            method: self.method.clone(),
            arg: self.arg.bytes.clone(),
            sender: self.sender,
            arrivals: arrivals(self.arrivals, self.window),
        }
    }
}

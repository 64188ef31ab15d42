//! A scenario in which every name, number and argument is settled.

mod actions;
mod effective;
mod faults;

pub use actions::{ActionPlan, Deed};
pub use effective::{Provenance, effective, entry_of_model};
pub use faults::{FaultPlan, Lasts};

use crate::arrivals::{Process, Window};
use crate::diagnostics::Span;
use crate::document::{ChoiceEntry, ExploreEntry, SettingsEntry};
use crate::expect::Invariants;
use crate::resolve::{Links, Subnet};
use crate::source::Source;
use ic_principal::Principal;
use reports::charts::spec::Spec;
use reports::metrics::WarmUp;
use sim_core::choice::Choice;
use sim_core::distribution::Distribution;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::modelled::{Behaviour, Modelled};
use sim_core::network::{Link, Network};
use sim_core::profile::Profile;
use sim_core::runtime::{Payload, Program, Runtime};
use sim_core::time::SimDuration;
use sim_core::units::Cycles;
use sim_core::world::{self, CanisterSpec, InitialSettings, WorkloadSpec, WorldSpec};
use std::collections::BTreeSet;
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
    pub subnets: Vec<Subnet>,
    /// How they are linked.
    pub links: Links,
    /// Canisters, in the order of the file.
    pub canisters: Vec<Canister>,
    /// Workloads, in the order of the file.
    pub workloads: Vec<Workload>,
    /// Figures wanted; those of its own choice, if the file chooses none.
    pub figures: Vec<Spec>,
    /// What is done to canisters meanwhile, in the order of the file.
    pub actions: Vec<ActionPlan>,
    /// What goes wrong, in the order of the file.
    pub faults: Vec<FaultPlan>,
    /// What has to hold in a run.
    pub invariants: Invariants,
    /// How `icsim explore` judges.
    pub explore: ExploreEntry,
}

/// A canister of a scenario.
#[derive(Clone)]
pub struct Canister {
    /// Its name.
    pub name: Arc<str>,
    /// The name of its entry in the file, which the copies of one share.
    pub entry: Arc<str>,
    /// Its id; the subnet follows from it.
    pub id: CanisterId,
    /// What it does.
    pub code: Code,
    /// Cycles it is given.
    pub cycles: Cycles,
    /// The argument of `canister_init`.
    pub init: Argument,
    /// Its controllers.
    pub controllers: Vec<Principal>,
    /// What differs from the settings of a new canister.
    pub settings: SettingsEntry,
    /// Where the fields stand that a failed set-up is blamed on.
    pub places: CanisterPlaces,
}

/// What a canister does.
#[derive(Clone)]
pub enum Code {
    /// A module.
    Wasm {
        /// Its path as written.
        path: String,
        /// The compiled module.
        program: Arc<dyn Program>,
    },
    /// A behaviour.
    Model(Arc<Behaviour>),
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
    /// The value of `wasm` or `model`.
    pub code: Span,
    /// The value of `cycles`.
    pub cycles: Span,
    /// The value of `init`, if given.
    pub init: Option<Span>,
}

/// A workload of a scenario.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name; names its random streams.
    pub name: String,
    /// The canisters called.
    pub targets: Choice<CanisterId>,
    /// The names of those canisters.
    pub target_names: Vec<String>,
    /// How one of them is chosen; all alike if it is not said.
    pub target_choice: Option<ChoiceEntry>,
    /// The method called.
    pub method: Arc<str>,
    /// The arguments.
    pub args: Choice<Payload>,
    /// The arguments as text.
    pub arg_texts: Vec<String>,
    /// How one of them is chosen; all alike if it is not said.
    pub arg_choice: Option<ChoiceEntry>,
    /// Who sends.
    pub sender: Principal,
    /// What the next message waits for.
    pub pace: Pace,
    /// From when until when.
    pub window: Window,
    /// Where its target stands in the scenario file.
    pub place: Span,
    /// Where its argument stands in the scenario file, if it is given.
    pub arg_place: Option<Span>,
}

/// What a workload's next message waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Nothing but its time.
    Open {
        /// The process of arrivals.
        process: Process,
        /// The file it was read from, if any.
        file: Option<String>,
    },
    /// The answer to the user's message before, and the user's thinking.
    Closed {
        /// How many users there are.
        users: u32,
        /// How long they think.
        think: Distribution,
    },
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
            canisters: self.canisters.iter().map(|canister| canister.spec(seed)).collect(),
            workloads: self.workloads.iter().flat_map(Workload::specs).collect(),
            actions: self.actions.iter().flat_map(|plan| plan.specs(seed)).collect(),
            faults: self.faults.iter().flat_map(|plan| plan.specs(seed)).collect(),
        }
    }

    /// The files it was read from: the scenario file, and every file it names.
    pub fn files(&self, source: &Source) -> Vec<PathBuf> {
        let included = source.included().map(|part| part.name.as_str());
        let inputs = included.chain(self.inputs()).map(|name| source.folder().join(name));
        std::iter::once(source.path.clone()).chain(inputs).collect()
    }

    /// The files that the scenario file names, relative to its folder.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        let modules = self.canisters.iter().filter_map(|canister| match &canister.code {
            Code::Wasm { path, .. } => Some(path.as_str()),
            Code::Model(_) => None,
        });
        let traces = self.workloads.iter().filter_map(|workload| match &workload.pace {
            Pace::Open { file, .. } => file.as_deref(),
            Pace::Closed { .. } => None,
        });
        let upgrades = self.faults.iter().filter_map(|plan| plan.entry.wasm.as_ref());
        let installed = self.actions.iter().filter_map(|plan| plan.entry.wasm.as_ref());
        let more = upgrades.chain(installed).map(|wasm| wasm.get_ref().as_str());
        modules.chain(traces).chain(more)
    }

    fn network(&self) -> Network {
        let subnets = self.subnets.iter().map(|subnet| subnet.spec.clone()).collect();
        match &self.links {
            Links::Mesh(latency) => {
                // A network of one subnet has no link, so this latency is never drawn from.
                let none = Distribution::Fixed { value: SimDuration::ZERO };
                Network::mesh(subnets, latency.as_ref().unwrap_or(&none))
            }
            Links::Each(links) => {
                let mut network = Network::without_links(subnets);
                for (from, to, latency) in links {
                    let (from, to) = (SubnetId::new(*from as u16), SubnetId::new(*to as u16));
                    network.add_link(from, to, Link { latency: latency.clone() });
                }
                network
            }
        }
    }
}

impl Canister {
    fn spec(&self, seed: u64) -> CanisterSpec {
        let program: Arc<dyn Program> = match &self.code {
            Code::Wasm { program, .. } => program.clone(),
            Code::Model(behaviour) => Arc::new(Modelled::new(behaviour.clone(), seed, &self.name)),
        };
        CanisterSpec {
            id: self.id,
            name: self.name.clone(),
            controllers: self.controllers.clone().into(),
            cycles: self.cycles,
            program,
            init_arg: self.init.bytes.clone(),
            settings: InitialSettings {
                compute_allocation: self.settings.compute_allocation,
                memory_allocation: self.settings.memory_allocation,
                freezing_threshold: self.settings.freezing_threshold,
            },
        }
    }
}

impl Workload {
    /// One for each subnet that has targets of it.
    fn specs(&self) -> Vec<WorkloadSpec> {
        let homes: BTreeSet<SubnetId> =
            self.targets.items().iter().map(|target| target.subnet()).collect();
        let spec = |subnet| WorkloadSpec {
            name: self.name.clone(),
            targets: self.targets.clone(),
            method: self.method.clone(),
            args: self.args.clone(),
            sender: self.sender,
            subnet,
            pace: self.pace(),
        };
        homes.into_iter().map(spec).collect()
    }

    fn pace(&self) -> world::Pace {
        let Window { start, stop } = self.window;
        match &self.pace {
            Pace::Open { process, .. } => world::Pace::Open(process.within(self.window)),
            Pace::Closed { users, think } => {
                world::Pace::Closed { users: *users, think: think.clone(), start, stop }
            }
        }
    }
}

//! A world: the network with its canisters and clients, ready to run.

use crate::history::History;
use crate::id::CanisterId;
use crate::network::Network;
use crate::profile::Profile;
use crate::random::Stream;
use crate::runtime::{Failure, Payload, Program};
use crate::time::{SimDuration, SimTime};
use crate::units::Cycles;
use ic_principal::Principal;
use std::sync::Arc;

/// Everything that fixes a run.
pub struct WorldSpec {
    /// Prices, limits, durations.
    pub profile: Profile,
    /// The seed of all random streams.
    pub seed: u64,
    /// The second seed: breaks ties between events of one instant, and orders what a block
    /// includes. `None` keeps the order of arrival.
    pub tie_seed: Option<u64>,
    /// What canisters see as the time at the start of the run, nanoseconds since 1970.
    pub start_time: u64,
    /// How long to simulate.
    pub duration: SimDuration,
    /// Subnets and links.
    pub network: Network,
    /// Canisters that exist when the run starts.
    pub canisters: Vec<CanisterSpec>,
    /// Clients that send ingress messages.
    pub workloads: Vec<WorkloadSpec>,
}

/// A canister that exists when the run starts.
pub struct CanisterSpec {
    /// Its id; the subnet follows from it.
    pub id: CanisterId,
    /// Its name in the scenario.
    pub name: Arc<str>,
    /// Who may control it.
    pub controllers: Arc<[Principal]>,
    /// What it is given; the creation fee is taken from this.
    pub cycles: Cycles,
    /// Its code.
    pub program: Arc<dyn Program>,
    /// The argument of `canister_init`.
    pub init_arg: Payload,
}

/// A source of ingress messages.
pub struct WorkloadSpec {
    /// Its name in the scenario; names its random stream.
    pub name: String,
    /// The canister called.
    pub target: CanisterId,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Who sends.
    pub sender: Principal,
    /// When.
    pub arrivals: Box<dyn Arrivals>,
}

/// The times at which a workload sends.
pub trait Arrivals: Send {
    /// The next arrival after `previous` (the start of the run for the first), or `None` if there
    /// are no more.
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime>;
}

/// A world could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The network has no subnet of that id.
    #[error("canister `{canister}` is placed on a subnet that does not exist")]
    NoSubnet {
        /// Index into [`WorldSpec::canisters`].
        index: usize,
        /// Its name.
        canister: Arc<str>,
    },
    /// Two canisters have the same id, or ids on a subnet do not count up from zero in order.
    #[error("canister `{canister}` has id {id}, but the next free id of its subnet is {expected}")]
    CanisterIdOutOfOrder {
        /// Index into [`WorldSpec::canisters`].
        index: usize,
        /// Its name.
        canister: Arc<str>,
        /// The id given.
        id: CanisterId,
        /// The id expected.
        expected: CanisterId,
    },
    /// The cycles given do not pay for the creation.
    #[error(
        "canister `{canister}` is given {given} cycles, below the creation fee of {fee} cycles on its subnet"
    )]
    CyclesBelowCreationFee {
        /// Index into [`WorldSpec::canisters`].
        index: usize,
        /// Its name.
        canister: Arc<str>,
        /// What it was given.
        given: Cycles,
        /// The fee.
        fee: Cycles,
    },
    /// `(start)` or `canister_init` failed, or the canister cannot pay for them.
    #[error("canister `{canister}` could not be installed: {failure}")]
    InstallFailed {
        /// Index into [`WorldSpec::canisters`].
        index: usize,
        /// Its name.
        canister: Arc<str>,
        /// Why.
        failure: Failure,
    },
    /// A workload's target does not exist.
    #[error("workload `{workload}` targets {target}, which does not exist")]
    NoTarget {
        /// Index into [`WorldSpec::workloads`].
        index: usize,
        /// The workload's name.
        workload: String,
        /// The canister it wants.
        target: CanisterId,
    },
}

/// The model contradicted itself: a fault of icsim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelFault {
    /// Cycles appeared or vanished.
    #[error("cycles are not conserved on {place}: {expected} cycles expected, {found} found")]
    CyclesNotConserved {
        /// The subnet, or the whole network.
        place: String,
        /// What the accounts say.
        expected: Cycles,
        /// What canisters, messages and call contexts hold.
        found: Cycles,
    },
}

/// How to run a world; nothing here changes its history.
pub struct RunOptions<'a> {
    /// Threads of the host to use, at least 1.
    pub threads: usize,
    /// Called now and then with the simulated time reached; answers whether to go on.
    pub progress: &'a mut dyn FnMut(SimTime) -> Continue,
}

/// Whether a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continue {
    /// Go on.
    Yes,
    /// End the run; it has no result.
    Stop,
}

/// A run ended without a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The progress callback asked for it.
    #[error("interrupted at {0} of simulated time")]
    Interrupted(SimTime),
    /// The model contradicted itself.
    #[error(transparent)]
    Fault(#[from] ModelFault),
}

/// A network of subnets with canisters, set up and ready to run.
pub struct World {
    _spec: WorldSpec,
}

impl World {
    /// Creates and installs the canisters.
    ///
    /// # Errors
    /// The first canister or workload that cannot be set up.
    pub fn new(spec: WorldSpec) -> Result<World, SetupError> {
        Ok(World { _spec: spec })
    }

    /// Runs to the end and returns the history.
    ///
    /// # Errors
    /// The run was interrupted, or the model contradicted itself.
    pub fn run(self, options: RunOptions<'_>) -> Result<History, RunError> {
        let _ = options;
        Err(RunError::Interrupted(SimTime::ZERO))
    }
}

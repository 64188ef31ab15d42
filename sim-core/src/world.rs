//! A world: the network with its canisters and clients, ready to run.

mod clients;

use crate::action::ActionSpec;
use crate::choice::Choice;
use crate::distribution::Distribution;
use crate::engine::{Engine, ProcessId};
use crate::fault::FaultSpec;
use crate::history::History;
use crate::id::{CanisterId, SubnetId};
use crate::ledger::Ledger;
use crate::network::{Network, SubnetSpec};
use crate::profile::Profile;
use crate::random::Stream;
use crate::runtime::{Failure, Payload, Program, Runtime};
use crate::subnet::{Subnet, SubnetEvent, SubnetSetup, SubnetStream};
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles};
use clients::{FirstArrival, set_up_actions, set_up_clients};
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
    /// For code that is installed during the run.
    pub runtime: Arc<dyn Runtime>,
    /// Clients that send ingress messages.
    pub workloads: Vec<WorkloadSpec>,
    /// What is done to canisters meanwhile.
    pub actions: Vec<ActionSpec>,
    /// What goes wrong.
    pub faults: Vec<FaultSpec>,
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
    /// What differs from the settings of a new canister.
    pub settings: InitialSettings,
}

/// Settings of a canister that exists when the run starts; what is not given is as for a new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InitialSettings {
    /// Percent of an execution thread that is set aside for it, 0 to 100.
    pub compute_allocation: Option<u64>,
    /// Memory that is set aside for it.
    pub memory_allocation: Option<Bytes>,
    /// Time of idle cost below which it is frozen.
    pub freezing_threshold: Option<SimDuration>,
}

/// A source of ingress messages.
pub struct WorkloadSpec {
    /// Its name in the scenario; names its random stream.
    pub name: String,
    /// The canisters called; one of them for each message.
    pub targets: Choice<CanisterId>,
    /// The method called.
    pub method: Arc<str>,
    /// The payloads; one of them for each message.
    pub args: Choice<Payload>,
    /// Who sends.
    pub sender: Principal,
    /// Where: what is chosen for another subnet is not sent. A workload with targets on several
    /// subnets is given once for each, and their common random streams make them one.
    pub subnet: SubnetId,
    /// When.
    pub pace: Pace,
}

/// What a workload's next message waits for.
pub enum Pace {
    /// Nothing: messages are sent at their times, whatever becomes of those before.
    Open(Box<dyn Arrivals>),
    /// The answer to the one before: so many users send, wait, and think.
    Closed {
        /// How many.
        users: u32,
        /// How long each thinks before a message.
        think: Distribution,
        /// When they begin to think of their first.
        start: SimTime,
        /// From when on they send no more.
        stop: SimTime,
    },
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
    /// The profile gives a subnet of this size rounds too short to simulate.
    #[error(
        "a block interval of {interval} on subnet `{subnet}` of {nodes} nodes is too short; at least {least} is expected"
    )]
    ShortBlockInterval {
        /// Index of the subnet.
        index: usize,
        /// Its name.
        subnet: String,
        /// Its nodes.
        nodes: u64,
        /// The shortest block interval it can draw.
        interval: SimDuration,
        /// The shortest that is simulated.
        least: SimDuration,
    },
    /// An ingress message that no subnet takes.
    #[error(
        "workload `{workload}` sends messages of {bytes} bytes; a subnet takes at most {limit}"
    )]
    IngressTooLarge {
        /// Index into [`WorldSpec::workloads`].
        index: usize,
        /// The workload's name.
        workload: String,
        /// What its messages have.
        bytes: Bytes,
        /// The limit.
        limit: Bytes,
    },
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
    engine: Engine<Subnet>,
    seed: u64,
    tie_seed: Option<u64>,
    duration: SimDuration,
    reached: SimTime,
}

impl World {
    /// Creates and installs the canisters.
    ///
    /// # Errors
    /// The first canister or workload that cannot be set up.
    pub fn new(spec: WorldSpec) -> Result<World, SetupError> {
        check_block_intervals(&spec)?;
        let limit = spec.profile.limits.ingress_message;
        let mut subnets = subnets(&spec);
        let lookahead = lookahead(&spec);
        let (seed, tie_seed, duration) = (spec.seed, spec.tie_seed, spec.duration);
        for (index, canister) in spec.canisters.into_iter().enumerate() {
            set_up_canister(&mut subnets, index, canister)?;
        }
        let mut arrivals = Vec::new();
        for (index, workload) in spec.workloads.into_iter().enumerate() {
            arrivals.extend(set_up_clients(&mut subnets, index, workload, seed, limit)?);
        }
        let actions = set_up_actions(&mut subnets, spec.actions);
        let first_rounds: Vec<_> = subnets.iter_mut().map(Subnet::first_round).collect();
        let mut engine = Engine::new(subnets, lookahead, tie_seed);
        let mut schedule = |subnet: usize, time, event: SubnetEvent| {
            engine.schedule(ProcessId::new(subnet as u32), time, event.class(), event);
        };
        for (subnet, time) in first_rounds.into_iter().enumerate() {
            schedule(subnet, time, SubnetEvent::Round);
        }
        for FirstArrival { subnet, client, time } in arrivals {
            schedule(subnet, time, SubnetEvent::ClientSends(client));
        }
        for (subnet, time, step) in actions {
            schedule(subnet, time, SubnetEvent::ActionContinues(step));
        }
        Ok(World { engine, seed, tie_seed, duration, reached: SimTime::ZERO })
    }

    /// Runs to the end and returns the history.
    ///
    /// # Errors
    /// The run was interrupted, or the model contradicted itself.
    pub fn run(mut self, options: RunOptions<'_>) -> Result<History, RunError> {
        self.run_until(self.end(), options)?;
        self.finish()
    }

    /// Goes on until everything before `until` has happened, or everything of the run.
    ///
    /// # Errors
    /// The run was interrupted.
    pub fn run_until(&mut self, until: SimTime, options: RunOptions<'_>) -> Result<(), RunError> {
        let until = until.min(self.end());
        let RunOptions { threads, progress } = options;
        let reached = &mut self.reached;
        let finished = self.engine.run(until, threads, &mut |time| {
            *reached = time;
            progress(time) == Continue::Yes
        });
        if !finished {
            return Err(RunError::Interrupted(self.reached));
        }
        self.reached = self.reached.max(until);
        Ok(())
    }

    /// Everything before this has happened.
    pub fn reached(&self) -> SimTime {
        self.reached
    }

    /// When the run ends.
    pub fn end(&self) -> SimTime {
        SimTime::ZERO + self.duration
    }

    /// Ends the run where it is and returns the history.
    ///
    /// # Errors
    /// The model contradicted itself.
    pub fn finish(self) -> Result<History, RunError> {
        let events = self.engine.events();
        let (subnets, digest, pending) = self.engine.finish();
        let on_the_way: Cycles = pending.iter().map(SubnetEvent::cycles).sum();
        let (subnets, ledgers): (Vec<_>, Vec<_>) = subnets
            .into_iter()
            .map(Subnet::finish)
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .unzip();
        check_crossings(&ledgers, on_the_way)?;
        let World { seed, tie_seed, duration, .. } = self;
        Ok(History { seed, tie_seed, duration, digest, events, subnets })
    }

    pub(crate) fn subnets(&self) -> impl DoubleEndedIterator<Item = &Subnet> {
        self.engine.processes()
    }

    pub(crate) fn subnet_mut(&mut self, id: SubnetId) -> Option<&mut Subnet> {
        self.engine.process_mut(ProcessId::new(id.index() as u32))
    }
}

fn subnets(spec: &WorldSpec) -> Vec<Subnet> {
    let profile = Arc::new(spec.profile.clone());
    let faults: Arc<[FaultSpec]> = spec.faults.clone().into();
    let subnet = |(id, subnet): (SubnetId, &SubnetSpec)| {
        let stream = |(peer, peer_spec): (SubnetId, &SubnetSpec)| {
            let latency = spec.network.route(id, peer);
            let entity = format!("{} -> {}", subnet.name, peer_spec.name);
            let random = Stream::new(spec.seed, &entity, "latency");
            let kind = peer_spec.kind;
            SubnetStream::new(latency, kind, &profile.timing, &profile.limits, random)
        };
        Subnet::new(SubnetSetup {
            id,
            spec: subnet.clone(),
            profile: profile.clone(),
            start_time: spec.start_time,
            seed: spec.seed,
            tie_seed: spec.tie_seed,
            streams: spec.network.subnets().map(stream).collect(),
            runtime: spec.runtime.clone(),
            faults: faults.clone(),
        })
    };
    spec.network.subnets().map(subnet).collect()
}

/// Shorter rounds than this would take for ever to simulate.
const LEAST_BLOCK_INTERVAL: SimDuration = SimDuration::from_millis(1);

fn check_block_intervals(spec: &WorldSpec) -> Result<(), SetupError> {
    for (id, subnet) in spec.network.subnets() {
        let interval = spec.profile.timing.shortest_block_interval(subnet.nodes);
        if interval < LEAST_BLOCK_INTERVAL {
            return Err(SetupError::ShortBlockInterval {
                index: id.index(),
                subnet: subnet.name.clone(),
                nodes: subnet.nodes,
                interval,
                least: LEAST_BLOCK_INTERVAL,
            });
        }
    }
    Ok(())
}

/// No subnet reaches another in less than this: a message leaves at the end of the round it was
/// made in, is certified, and travels.
fn lookahead(spec: &WorldSpec) -> SimDuration {
    let timing = &spec.profile.timing;
    let round = |(_, subnet): (SubnetId, &SubnetSpec)| timing.shortest_block_interval(subnet.nodes);
    let shortest_round = spec.network.subnets().map(round).min().unwrap_or_default();
    let travel = spec.network.least_latency().unwrap_or_default().max(timing.latency_floor);
    shortest_round + timing.certification + travel
}

pub(crate) fn set_up_canister(
    subnets: &mut [Subnet],
    index: usize,
    spec: CanisterSpec,
) -> Result<(), SetupError> {
    let canister = spec.name.clone();
    let Some(subnet) = subnets.get_mut(spec.id.subnet().index()) else {
        return Err(SetupError::NoSubnet { index, canister });
    };
    let expected = CanisterId::on(spec.id.subnet(), subnet.canister_count() as u32);
    if spec.id != expected {
        return Err(SetupError::CanisterIdOutOfOrder { index, canister, id: spec.id, expected });
    }
    if let Err(fee) = subnet.create(&spec) {
        let given = spec.cycles;
        return Err(SetupError::CyclesBelowCreationFee { index, canister, given, fee });
    }
    subnet.install(spec).map_err(|failure| SetupError::InstallFailed { index, canister, failure })
}

/// What left one subnet and has not arrived at another is on its way.
fn check_crossings(ledgers: &[Ledger], on_the_way: Cycles) -> Result<(), ModelFault> {
    let departed: Cycles = ledgers.iter().map(|ledger| ledger.crossings().0).sum();
    let arrived: Cycles = ledgers.iter().map(|ledger| ledger.crossings().1).sum();
    let found = arrived + on_the_way;
    if found == departed {
        return Ok(());
    }
    let place = "the links between subnets".to_owned();
    Err(ModelFault::CyclesNotConserved { place, expected: departed, found })
}

//! A world: the network with its canisters and clients, ready to run.

mod error;

pub use error::{ModelFault, RunError, SetupError};

use crate::action::ActionSpec;
use crate::choice::Choice;
use crate::delivery::Choices;
use crate::distribution::Distribution;
use crate::engine::{Engine, ProcessId, Spreading};
use crate::fault::FaultSpec;
use crate::history::History;
use crate::id::{CanisterId, SubnetId};
use crate::ledger::Ledger;
use crate::network::{Network, SubnetSpec};
use crate::profile::Profile;
use crate::random::Stream;
use crate::runtime::{Payload, Program, Runtime};
use crate::subnet::{Client, NextStep, Subnet, SubnetEvent, SubnetSetup, SubnetStream};
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles};
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
        let mut subnets = subnets(&spec);
        let lookahead = lookahead(&spec);
        let (seed, tie_seed, duration) = (spec.seed, spec.tie_seed, spec.duration);
        for (index, canister) in spec.canisters.into_iter().enumerate() {
            set_up_canister(&mut subnets, index, canister)?;
        }
        let mut arrivals = Vec::new();
        for (index, workload) in spec.workloads.into_iter().enumerate() {
            arrivals.extend(set_up_clients(&mut subnets, index, workload, seed)?);
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

    /// Lets somebody choose on each subnet which messages wait (see [`crate::delivery`]).
    pub fn choose(&mut self, mut choices: impl FnMut(SubnetId) -> Box<dyn Choices>) {
        for (index, subnet) in self.engine.processes_mut().enumerate() {
            subnet.choose(choices(SubnetId::new(index as u16)));
        }
    }

    /// Runs to the end and returns the history.
    ///
    /// # Errors
    /// The run was interrupted, or the model contradicted itself.
    pub fn run(self, options: RunOptions<'_>) -> Result<History, RunError> {
        self.run_telling(options).map(|(history, _)| history)
    }

    /// Spreads work over threads wherever that saves so many nanoseconds a window by estimate, instead
    /// of [`WORTH_SPREADING`](crate::engine::WORTH_SPREADING): always, if none.
    pub fn spreading_from(mut self, nanos: u64) -> World {
        self.engine.spread_from(nanos);
        self
    }

    /// Runs to the end and returns the history, and what of it was done on several threads.
    ///
    /// # Errors
    /// The run was interrupted, or the model contradicted itself.
    pub fn run_telling(
        mut self,
        options: RunOptions<'_>,
    ) -> Result<(History, Spreading), RunError> {
        self.run_until(self.end(), options)?;
        let spreading = self.spreading();
        Ok((self.finish()?, spreading))
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

    /// What of the run so far was done on several threads.
    pub fn spreading(&self) -> Spreading {
        self.engine.spreading()
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

struct FirstArrival {
    subnet: usize,
    client: usize,
    time: SimTime,
}

/// One client for an open workload, one for each user of a closed one.
fn set_up_clients(
    subnets: &mut [Subnet],
    index: usize,
    workload: WorkloadSpec,
    seed: u64,
) -> Result<Vec<FirstArrival>, SetupError> {
    let longest = workload.args.items().iter().map(|arg| arg.len()).max().unwrap_or(0);
    let bytes = Bytes::of_len(workload.method.len() + longest);
    let receiver = subnets.get(workload.subnet.index());
    let limit = receiver.map_or(Bytes::ZERO, Subnet::largest_ingress);
    if receiver.is_some() && bytes > limit {
        return Err(SetupError::IngressTooLarge { index, workload: workload.name, bytes, limit });
    }
    let exists = |target: &CanisterId| {
        let subnet = subnets.get(target.subnet().index());
        subnet.is_some_and(|subnet| target.local() < subnet.canister_count())
    };
    if let Some(target) = workload.targets.items().iter().find(|target| !exists(target)) {
        let target = *target;
        return Err(SetupError::NoTarget { index, workload: workload.name, target });
    }
    let subnet = workload.subnet.index();
    let Some(known) = subnets.get_mut(subnet) else { return Ok(Vec::new()) };
    let mut arrivals = Vec::new();
    for mut client in Client::of(workload, seed) {
        let first = client.first();
        let client = known.add_client(client);
        arrivals.extend(first.map(|time| FirstArrival { subnet, client, time }));
    }
    Ok(arrivals)
}

/// Where and when actions begin, and their first steps; those on no subnet are dropped.
fn set_up_actions(
    subnets: &mut [Subnet],
    actions: Vec<ActionSpec>,
) -> Vec<(usize, SimTime, NextStep)> {
    let mut beginnings = Vec::new();
    for action in actions {
        let (index, times) = (action.subnet.index(), action.times.clone());
        let Some(subnet) = subnets.get_mut(index) else { continue };
        let first = NextStep { action: subnet.add_action(action), step: 0 };
        beginnings.extend(times.into_iter().map(|time| (index, time, first)));
    }
    beginnings
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

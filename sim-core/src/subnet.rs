//! A subnet: one logical process that lives in rounds.
//!
//! In the order of a round: [`block`](mod@block) chooses what ingress and stream messages go in and
//! inducts them, [`round`](mod@round) executes canisters on virtual threads, [`charging`](mod@charging)
//! takes the price of memory, [`stream`](mod@stream) carries output to other subnets, and
//! [`clients`](mod@clients) send ingress in between.

mod actions;
mod audit;
mod best_effort;
mod block;
mod certificate;
mod charging;
mod clients;
mod event;
mod faults;
mod handing_over;
mod held;
mod ingress_pool;
mod inside;
mod long_install;
mod look;
mod management;
mod management_queue;
mod manual;
mod queries;
mod round;
mod routing;
mod set_up;
mod stream;
mod summary;

pub(crate) use actions::NextStep;
pub(crate) use clients::Client;
pub(crate) use event::SubnetEvent;
pub(crate) use stream::{Slice, SubnetStream};

use crate::canister::Canister;
use crate::engine::{Context, EventQueue, Process, ProcessId};
use crate::execution::{Executor, MessageIds, Place};
use crate::fault::FaultSpec;
use crate::fees::{FeeSchedule, StorageUse};
use crate::history::SubnetHistory;
use crate::id::{CanisterId, MessageId, SubnetId};
use crate::ledger::{Burned, Ledger};
use crate::message::outcome;
use crate::network::SubnetSpec;
use crate::profile::Profile;
use crate::queues::OutputQueues;
use crate::random::Stream;
use crate::record::{Event, Record, RoundSummary};
use crate::roster::Roster;
use crate::runtime::{Response, Runtime};
use crate::scheduler::Scheduler;
use crate::sink::Contents;
use crate::time::{SimDuration, SimTime};
use crate::units::Bytes;
use crate::world::ModelFault;
use actions::Actions;
use faults::Faults;
use ingress_pool::IngressPool;
use management_queue::ManagementQueue;
use routing::Loopback;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

const NANOS_PER_DAY: u64 = 86_400_000_000_000;

/// What a round gives to the world.
struct RoundOutput {
    /// When the next round begins.
    end: SimTime,
    slices: Vec<Departure>,
    /// Users that have their answer, and when they send again.
    users: Vec<(SimTime, usize)>,
    /// Actions that go on now that a message of theirs is answered, and when.
    steps: Vec<(SimTime, NextStep)>,
}

/// A stream slice on its way.
struct Departure {
    /// Number of the receiving subnet.
    peer: u32,
    arrival: SimTime,
    slice: Slice,
}

/// What a subnet is made from.
pub(crate) struct SubnetSetup {
    pub(crate) id: SubnetId,
    pub(crate) spec: SubnetSpec,
    pub(crate) profile: Arc<Profile>,
    /// What canisters see as the time at the start of the run, nanoseconds since 1970.
    pub(crate) start_time: u64,
    pub(crate) seed: u64,
    /// Orders what a block includes; without it, the order of arrival.
    pub(crate) tie_seed: Option<u64>,
    /// To every subnet, in order of id; the one to itself stays unused.
    pub(crate) streams: Vec<SubnetStream>,
    /// For code that is installed during the run.
    pub(crate) runtime: Arc<dyn Runtime>,
    /// What goes wrong in the run.
    pub(crate) faults: Arc<[FaultSpec]>,
}

pub(crate) struct Subnet {
    id: SubnetId,
    spec: SubnetSpec,
    profile: Arc<Profile>,
    fees: Arc<FeeSchedule>,
    start_time: u64,
    tie_seed: Option<u64>,
    canisters: Roster,
    clients: Vec<Client>,
    actions: Actions,
    /// Users of closed workloads by the message whose answer they wait for.
    waiting_users: BTreeMap<MessageId, usize>,
    streams: Vec<SubnetStream>,
    block_intervals: Stream,
    /// Known to the block makers, in no block yet.
    ingress: IngressPool,
    /// Ingress messages made so far.
    ingress_made: u64,
    height: u64,
    /// When the last round of each day began, nanoseconds since 1970, and its height.
    days: VecDeque<(u64, u64)>,
    /// Memory that executions changed since the last checkpoint.
    heap_delta: Bytes,
    /// Calls to the management canister that wait for their turn.
    management: ManagementQueue,
    /// Answers of the management canister to other canisters.
    management_output: OutputQueues,
    /// Calls to the management canister whose answer is on its way.
    delayed: Vec<management::Delayed>,
    /// What canisters get as random bytes.
    randomness: Stream,
    /// Delays and contents of what comes from outside the network.
    outside: Stream,
    /// Messages of this subnet to itself, inducted in the next round.
    loopback: Loopback,
    /// Hashes of modules compiled before.
    compiled: BTreeSet<[u8; 32]>,
    runtime: Arc<dyn Runtime>,
    faults: Faults,
    /// Messages that somebody makes wait; without anybody, all are taken in as soon as they can be.
    held: Option<Box<held::Held>>,
    scheduler: Box<dyn Scheduler>,
    /// Answers to ingress messages, if somebody asked to keep them.
    ingress_history: Option<BTreeMap<MessageId, Response>>,
    /// When the current round began.
    round_start: SimTime,
    /// When the next one begins, unless the subnet stalls.
    next_round: SimTime,
    /// How far the round has come: later than what its executions have done so far.
    clock: SimTime,
    ledger: Ledger,
    /// How full the subnet is.
    storage: StorageUse,
    /// The ledger's burned cycles at the end of the previous round.
    burned_before: Burned,
    messages: MessageIds,
    answered: Vec<(MessageId, Response)>,
    records: Vec<Record>,
    /// What new messages say, for a sink.
    contents: Contents,
    /// Payloads of new records, for the digest.
    content: Vec<u8>,
    /// How many records are in the digest.
    traced: usize,
    scratch: Vec<u8>,
    /// Estimated nanoseconds of the host.
    effort: u64,
    fault: Option<ModelFault>,
}

impl Subnet {
    pub(crate) fn new(setup: SubnetSetup) -> Self {
        let SubnetSetup { id, spec, profile, start_time, seed, tie_seed, streams, runtime, faults } =
            setup;
        let faults = Faults::new(faults, seed, &spec.name);
        let scheduler = spec.scheduler.unwrap_or(profile.scheduler).make();
        let fees = Arc::new(FeeSchedule::on(&profile, &spec));
        let block_intervals = Stream::new(seed, &spec.name, "block interval");
        let randomness = Stream::new(seed, &spec.name, "raw_rand");
        let outside = Stream::new(seed, &spec.name, "outside");
        Subnet {
            id,
            spec,
            profile,
            fees,
            start_time,
            tie_seed,
            canisters: Roster::default(),
            clients: Vec::new(),
            actions: Actions::default(),
            waiting_users: BTreeMap::new(),
            streams,
            block_intervals,
            ingress: IngressPool::default(),
            ingress_made: 0,
            heap_delta: Bytes::ZERO,
            management: ManagementQueue::default(),
            management_output: OutputQueues::default(),
            delayed: Vec::new(),
            randomness,
            outside,
            loopback: Loopback::default(),
            compiled: BTreeSet::new(),
            runtime,
            faults,
            held: None,
            scheduler,
            ingress_history: None,
            height: 0,
            days: VecDeque::new(),
            round_start: SimTime::ZERO,
            next_round: SimTime::ZERO,
            clock: SimTime::ZERO,
            ledger: Ledger::default(),
            storage: StorageUse::WITHOUT_END,
            burned_before: Burned::default(),
            messages: MessageIds::new(id),
            answered: Vec::new(),
            records: Vec::new(),
            contents: Contents::default(),
            content: Vec::new(),
            traced: 0,
            scratch: Vec::new(),
            effort: 0,
            fault: None,
        }
    }

    /// Ends the set-up. The first round begins anywhere within one block interval.
    pub(crate) fn first_round(&mut self) -> SimTime {
        self.burned_before = *self.ledger.burned();
        self.record_charges(SimTime::ZERO);
        let mean = self.profile.timing.mean_block_interval(self.spec.nodes);
        self.next_round = SimTime::from_nanos(self.block_intervals.below(mean.as_nanos()));
        self.next_round
    }

    /// How many canisters were created.
    pub(crate) fn canister_count(&self) -> usize {
        self.canisters.len()
    }

    /// Adds a client and returns its number, for [`SubnetEvent::ClientSends`].
    pub(crate) fn add_client(&mut self, client: Client) -> usize {
        self.clients.push(client);
        self.clients.len() - 1
    }

    /// Lends an execution what it needs, beside the canisters.
    fn executor(&mut self) -> (Executor<'_>, &mut Roster) {
        let executor = Executor {
            subnet: self.id,
            profile: &self.profile,
            fees: &self.fees,
            storage: self.storage,
            batch_time: self.start_time.saturating_add(self.round_start.as_nanos()),
            place: Place { clock: self.round_start, iteration: 0, thread: 0 },
            ledger: &mut self.ledger,
            messages: &mut self.messages,
            records: &mut self.records,
            content: &mut self.content,
            contents: &mut self.contents,
            answered: &mut self.answered,
        };
        (executor, &mut self.canisters)
    }

    /// What canisters see as the time of this round, nanoseconds since 1970.
    fn unix_time(&self) -> u64 {
        self.start_time.saturating_add(self.round_start.as_nanos())
    }

    fn canister_mut(&mut self, id: CanisterId) -> Option<&mut Canister> {
        let own = id.subnet() == self.id;
        let canister = if own { self.canisters.get_mut(id.local()) } else { None };
        canister.filter(|canister| !canister.deleted)
    }

    fn record(&mut self, time: SimTime, event: Event) {
        self.records.push(Record { time, event });
    }

    /// Ends the run: the books are checked once more.
    ///
    /// # Errors
    /// Cycles appeared or vanished.
    pub(crate) fn finish(mut self) -> Result<(SubnetHistory, Ledger), ModelFault> {
        self.check_cycles();
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let records = std::mem::take(&mut self.records);
        let contents = self.contents.take();
        Ok((SubnetHistory { records, contents, ..self.outline() }, self.ledger))
    }
}

impl Process for Subnet {
    type Event = SubnetEvent;

    fn handle<Q: EventQueue<SubnetEvent>>(
        &mut self,
        event: SubnetEvent,
        context: &mut Context<'_, SubnetEvent, Q>,
    ) {
        match event {
            SubnetEvent::Slice(slice) => self.receive_slice(*slice),
            SubnetEvent::ClientSends(client) => self.client_sends(client, context),
            SubnetEvent::ActionContinues(step) => self.take_step(step, context),
            SubnetEvent::IngressArrives(ingress) => self.ingress.push(*ingress),
            SubnetEvent::Round if self.faults.resumes(self.id, context.now()) > context.now() => {
                let end = self.faults.resumes(self.id, context.now());
                self.next_round = end;
                context.schedule(end, SubnetEvent::Round.class(), SubnetEvent::Round);
            }
            SubnetEvent::Round => {
                let output = self.run_round(context.now());
                self.next_round = output.end;
                context.schedule(output.end, SubnetEvent::Round.class(), SubnetEvent::Round);
                for (time, client) in output.users {
                    let event = SubnetEvent::ClientSends(client);
                    context.schedule(time, event.class(), event);
                }
                for (time, step) in output.steps {
                    let event = SubnetEvent::ActionContinues(step);
                    context.schedule(time, event.class(), event);
                }
                for Departure { peer, arrival, slice } in output.slices {
                    let event = SubnetEvent::Slice(Box::new(slice));
                    context.send(ProcessId::new(peer), arrival, event.class(), event);
                }
            }
        }
        self.trace_new_records(context);
    }

    fn effort(&self) -> u64 {
        self.effort
    }
}

/// What a round costs the host besides what it executes, in nanoseconds.
const ROUND_EFFORT: u64 = 5_000;
/// What a message costs besides its code.
const MESSAGE_EFFORT: u64 = 1_500;

impl Subnet {
    /// One round, from block to certification.
    fn run_round(&mut self, start: SimTime) -> RoundOutput {
        self.begin_round(start);
        self.effort += ROUND_EFFORT;
        self.meet_faults();
        let block = self.make_block();
        let mut summary = RoundSummary {
            height: self.height,
            ingress: block.ingress.len() as u64,
            stream_messages: block.stream_messages() as u64,
            ..RoundSummary::default()
        };
        self.time_out();
        self.induct(block);
        summary.queued = self.queued_messages();
        self.execute(&mut summary, 0);
        self.end_execution();
        let executed = self.profile.timing.execution_time(summary.busiest_thread);
        summary.duration = self.sample_block_interval().max(executed);
        let end = self.round_start + summary.duration;
        let certified = end + self.profile.timing.certification;
        self.route_output();
        self.shed_best_effort();
        let users = self.users_answered(certified);
        let steps = self.steps_answered(certified);
        let slices = self.certify(certified);
        self.record_charges(self.round_start);
        self.summarise(summary);
        self.rest();
        if cfg!(debug_assertions) {
            self.check_cycles();
        }
        RoundOutput { end, slices, users, steps }
    }

    fn begin_round(&mut self, start: SimTime) {
        self.height += 1;
        self.round_start = start;
        self.clock = start;
        let now = self.unix_time();
        let day = |time: u64| time / NANOS_PER_DAY;
        match self.days.back_mut() {
            Some(last) if day(last.0) == day(now) => *last = (now, self.height),
            _ => self.days.push_back((now, self.height)),
        }
        if self.days.len() as u64 > self.profile.management.node_metrics_days.max(1) {
            self.days.pop_front();
        }
    }

    /// What follows the execution of a round, whatever was executed.
    fn end_execution(&mut self) {
        self.end_query_epoch();
        self.finish_stopping();
        self.reduce_debits();
        self.charge_storage();
        self.abort_surplus_executions();
    }

    fn end_query_epoch(&mut self) {
        let epoch = self.profile.management.query_epoch;
        if epoch != 0 && self.height.is_multiple_of(epoch) {
            self.canisters.awake_mut().for_each(|(_, canister)| canister.queries.end_epoch());
        }
    }

    /// Lets canisters that have nothing to do fall asleep.
    fn rest(&mut self) {
        self.scheduler.note(&mut self.canisters);
        self.canisters.settle();
    }

    fn reduce_debits(&mut self) {
        let limits = &self.profile.limits;
        for (_, canister) in self.canisters.awake_mut() {
            let debit = canister.heap_delta_debit;
            canister.heap_delta_debit = debit.saturating_sub(limits.heap_delta_rate);
            let debit = canister.install_code_debit;
            canister.install_code_debit = debit.saturating_sub(limits.install_code_rate);
        }
    }

    fn sample_block_interval(&mut self) -> SimDuration {
        let timing = &self.profile.timing;
        let mean = timing.mean_block_interval(self.spec.nodes);
        let shortest = timing.shortest_block_interval(self.spec.nodes);
        let width = (mean - shortest).as_nanos().saturating_mul(2).saturating_add(1);
        shortest + SimDuration::from_nanos(self.block_intervals.below(width))
    }

    /// From this moment clients can read answers and peers may pull streams.
    fn certify(&mut self, certified: SimTime) -> Vec<Departure> {
        for (message, response) in std::mem::take(&mut self.answered) {
            let outcome = outcome(&response);
            self.record(certified, Event::Completed { message, outcome });
            if let Some(history) = &mut self.ingress_history {
                history.insert(message, response);
            }
        }
        let mut departures = Vec::new();
        for (peer, stream) in (0u32..).zip(&mut self.streams) {
            if !self.faults.is_empty() {
                self.faults.set_link(self.id, SubnetId::new(peer as u16), stream, certified);
            }
            if let Some((arrival, slice)) = stream.cut_slice(self.id, certified, &mut self.ledger) {
                departures.push(Departure { peer, arrival, slice });
            }
        }
        departures
    }

    fn trace_new_records<Q: EventQueue<SubnetEvent>>(
        &mut self,
        context: &mut Context<'_, SubnetEvent, Q>,
    ) {
        self.scratch.clear();
        for record in &self.records[self.traced..] {
            record.encode(&mut self.scratch);
        }
        self.traced = self.records.len();
        context.trace(&self.scratch);
        context.trace(&self.content);
        self.content.clear();
    }
}

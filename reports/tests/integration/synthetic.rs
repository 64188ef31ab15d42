//! A history that looks like a run's, made without an engine: two subnets, about 300 ingress
//! messages in a minute, most of which lead to a call, within the subnet or to the other one.

use reports::RunReport;
use reports::candid::Interfaces;
use reports::charts::spec::Spec;
use sim_core::distribution::{Distribution, exponential};
use sim_core::history::{CanisterSummary, Digest, History, SubnetHistory};
use sim_core::id::{CanisterId, MessageId, SubnetId};
use sim_core::profile::Profile;
use sim_core::random::Stream;
use sim_core::record::{EntryKind, Event, Outcome, Record, RoundSummary};
use sim_core::reject::ErrorCode;
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::{Arc, LazyLock};

const MS: fn(u64) -> SimDuration = SimDuration::from_millis;
const CERTIFICATION: SimDuration = SimDuration::from_millis(200);

/// The report of `history` under `profile`, with fixed words.
pub(crate) fn report<'a>(history: &'a History, profile: &'a Profile) -> RunReport<'a> {
    static FIGURES: LazyLock<Vec<Spec>> = LazyLock::new(Spec::defaults);
    RunReport {
        history,
        profile,
        title: "Two subnets, ping-pong",
        description: Some("What does a call cost that leaves its subnet?"),
        scenario_file: "scenarios/library/ping-pong.toml",
        command: "icsim run scenarios/library/ping-pong.toml --seed 7",
        version: "0.1.0",
        figures: &FIGURES,
        interfaces: Interfaces::NONE,
        disappointments: &[],
    }
}

/// A run in which nothing happened.
pub(crate) fn empty() -> History {
    History {
        seed: 0,
        tie_seed: None,
        duration: SimDuration::ZERO,
        digest: Digest([0; 32]),
        events: 0,
        subnets: Vec::new(),
    }
}

/// A minute of two subnets.
pub(crate) fn history() -> History {
    let duration = SimDuration::from_secs(60);
    let mut world = World::new(duration);
    world.ingress(duration);
    world.close_rounds();
    let subnets = world.subnets.into_iter().map(Subnet::finish).collect();
    let digest = Digest(std::array::from_fn(|place| (place * 37 + 11) as u8));
    History { seed: 7, tie_seed: None, duration, digest, events: 4_321, subnets }
}

/// The same minute, with long names, more subnets and cycles burned for everything.
pub(crate) fn crowded() -> History {
    let mut history = history();
    history.tie_seed = Some(u64::MAX);
    history.subnets[0].name = "a subnet whose name is rather long".to_owned();
    for place in 2..5 {
        let mut subnet = history.subnets[place % 2].clone();
        subnet.id = SubnetId::new(place as u16);
        subnet.name = format!("copy-{place}");
        // Messages are sent and answered once, whatever is copied.
        subnet.records.retain(|record| {
            !matches!(record.event, Event::Submitted { .. } | Event::Completed { .. })
        });
        history.subnets.push(subnet);
    }
    for record in history.subnets.iter_mut().flat_map(|subnet| &mut subnet.records) {
        if let Event::Round(round) = &mut record.event {
            round.burned = round.burned.map(|amount| Cycles::new(amount.get() + 3_000_000));
        }
    }
    history
}

struct Subnet {
    id: SubnetId,
    name: &'static str,
    nodes: u64,
    rounds: Vec<(SimTime, RoundSummary)>,
    records: Vec<Record>,
    sequence: u64,
}

impl Subnet {
    fn new(index: u16, name: &'static str, nodes: u64, duration: SimDuration) -> Self {
        let mut random = Stream::new(7, name, "rounds");
        let mean = Profile::default().timing.mean_block_interval(nodes);
        let (mut start, mut rounds) = (SimTime::ZERO, Vec::new());
        while start + mean < SimTime::ZERO + duration {
            let share = 90 + random.below(21);
            let length = SimDuration::from_nanos(mean.as_nanos() / 100 * share);
            let height = rounds.len() as u64 + 1;
            rounds.push((start, RoundSummary { height, duration: length, ..Default::default() }));
            start = start + length;
        }
        let id = SubnetId::new(index);
        Subnet { id, name, nodes, rounds, records: Vec::new(), sequence: 0 }
    }

    fn message(&mut self) -> MessageId {
        self.sequence += 1;
        MessageId::new(self.id, self.sequence)
    }

    /// The first round that starts at `time` or later.
    fn round_after(&self, time: SimTime) -> Option<usize> {
        let place = self.rounds.partition_point(|(start, _)| *start < time);
        (place < self.rounds.len()).then_some(place)
    }

    fn end(&self, round: usize) -> SimTime {
        self.rounds[round].0 + self.rounds[round].1.duration
    }

    fn record(&mut self, time: SimTime, event: Event) {
        self.records.push(Record { time, event });
    }

    /// Executes something in a round; returns when.
    fn execute(
        &mut self,
        round: usize,
        message: MessageId,
        canister: CanisterId,
        entry: EntryKind,
        instructions: u64,
        failure: Option<ErrorCode>,
    ) -> SimTime {
        let thread = (canister.local() % 4) as u32;
        let (start, summary) = &mut self.rounds[round];
        let time = *start + SimDuration::from_nanos(summary.instructions.get() / 2);
        summary.executions += 1;
        summary.iterations = summary.iterations.max(1 + summary.executions / 4);
        summary.instructions += Instructions::new(instructions);
        summary.busiest_thread =
            summary.busiest_thread.max(Instructions::new(2_000_000 + instructions));
        let cost = 590_000 + u128::from(instructions) * 4 / 10;
        summary.burned[0] += Cycles::new(cost);
        let event = Event::Executed {
            message: Some(message),
            canister,
            entry,
            iteration: summary.iterations as u32 - 1,
            thread,
            instructions: Instructions::new(instructions),
            duration: SimDuration::from_nanos(instructions / 2),
            cost: Cycles::new(cost),
            balance: Cycles::ZERO,
            heap_delta: Bytes::ZERO,
            resumed: false,
            failure,
        };
        self.record(time, event);
        time
    }

    /// Writes into every execution what it left of the canister's balance.
    fn spend(&mut self) {
        let mut balances = [GIVEN; 2];
        for record in &mut self.records {
            if let Event::Executed { canister, cost, balance, .. } = &mut record.event {
                let left = &mut balances[canister.local()];
                *left = left.saturating_sub(*cost);
                *balance = *left;
            }
        }
    }

    fn finish(mut self) -> SubnetHistory {
        for (start, round) in std::mem::take(&mut self.rounds) {
            self.record(start, Event::Round(Box::new(round)));
        }
        self.records.sort_by_key(|record| record.time);
        self.spend();
        let canisters = (0..2).map(|local| canister(&self, local)).collect();
        SubnetHistory {
            id: self.id,
            name: self.name.to_owned(),
            nodes: self.nodes,
            kind: Default::default(),
            cost_schedule: Default::default(),
            records: self.records,
            contents: Vec::new(),
            canisters,
        }
    }
}

/// What every canister is given, and below what it is frozen.
const GIVEN: Cycles = Cycles::new(6_000_000_000);
const THRESHOLD: Cycles = Cycles::new(500_000_000);

fn canister(subnet: &Subnet, local: u32) -> CanisterSummary {
    let id = CanisterId::on(subnet.id, local);
    let mut summary = CanisterSummary {
        id,
        name: format!("{}-{}", if local == 0 { "front" } else { "store" }, subnet.name).into(),
        module_hash: (local == 0).then_some([0xab; 32]),
        cycles_given: GIVEN,
        balance: Cycles::ZERO,
        freezing_threshold: THRESHOLD,
        held: Cycles::ZERO,
        burned: Default::default(),
        executions: 0,
        failures: 0,
        instructions: Instructions::ZERO,
        calls: 0,
        heap: Bytes::new(3 << 20),
        stable: Bytes::new(1 << 16),
        memory: Bytes::new((3 << 20) + (1 << 16) + 40_000),
    };
    for record in &subnet.records {
        match &record.event {
            Event::Executed { canister, instructions, cost, failure, .. } if *canister == id => {
                summary.executions += 1;
                summary.failures += u64::from(failure.is_some());
                summary.instructions += *instructions;
                summary.burned[0] += *cost;
            }
            Event::Called { caller, .. } if *caller == id => summary.calls += 1,
            _ => {}
        }
    }
    summary.balance = summary.cycles_given.saturating_sub(summary.burned[0]);
    summary
}

struct World {
    subnets: [Subnet; 2],
    random: Stream,
    link: Distribution,
}

impl World {
    fn new(duration: SimDuration) -> Self {
        World {
            subnets: [Subnet::new(0, "left", 13, duration), Subnet::new(1, "right", 34, duration)],
            random: Stream::new(7, "world", "workload"),
            link: Distribution::Lognormal { median: MS(40), p99: MS(120) },
        }
    }

    fn ingress(&mut self, duration: SimDuration) {
        let mut time = SimTime::ZERO;
        loop {
            time = time + exponential(MS(200), &mut self.random);
            if time >= SimTime::ZERO + duration {
                return;
            }
            let home = usize::from(self.random.below(10) >= 6);
            // Not everything is finished when the run ends.
            let _ = self.live(time, home);
        }
    }

    /// The life of an ingress message to the first canister of a subnet; none once it is over.
    fn live(&mut self, sent: SimTime, home: usize) -> Option<()> {
        let front = CanisterId::on(self.subnets[home].id, 0);
        let id = self.subnets[home].message();
        let bytes = Bytes::new(120 + self.random.below(200));
        let method: Arc<str> = "start".into();
        let workload: Arc<str> = format!("clients of {}", self.subnets[home].name).into();
        let event = Event::Submitted { message: id, workload, canister: front, method, bytes };
        self.subnets[home].record(sent, event);
        let round = self.subnets[home].round_after(sent + MS(100))?;
        self.include(home, round, id, bytes, sent);
        let work = 2_000_000 + self.random.below(30_000_000);
        let executed = self.subnets[home].execute(round, id, front, EntryKind::Update, work, None);
        let (round, outcome) = match self.random.below(10) {
            0..4 => self.call(home, home, round, id, executed)?,
            4..9 => self.call(home, 1 - home, round, id, executed)?,
            _ => (round, Outcome::Reply(Bytes::new(8))),
        };
        let subnet = &mut self.subnets[home];
        let end = subnet.end(round);
        subnet.record(end, Event::Responded { message: id, outcome });
        subnet.record(end + CERTIFICATION, Event::Completed { message: id, outcome });
        Some(())
    }

    fn include(&mut self, home: usize, round: usize, id: MessageId, bytes: Bytes, sent: SimTime) {
        let subnet = &mut self.subnets[home];
        let fee = Cycles::new(1_200_000 + 2_000 * u128::from(bytes.get()));
        let start = subnet.rounds[round].0;
        subnet.rounds[round].1.ingress += 1;
        subnet.rounds[round].1.queued += 1;
        subnet.rounds[round].1.burned[2] += fee;
        if let Some(before) = round.checked_sub(1).filter(|before| sent < subnet.end(*before)) {
            subnet.rounds[before].1.ingress_waiting += 1;
        }
        subnet.record(start, Event::Inducted { message: id, fee });
    }

    /// A call from the first canister of `home` to the second of `there`; gives the round of its
    /// callback, and how the caller then answers.
    fn call(
        &mut self,
        home: usize,
        there: usize,
        round: usize,
        parent: MessageId,
        made: SimTime,
    ) -> Option<(usize, Outcome)> {
        let caller = CanisterId::on(self.subnets[home].id, 0);
        let callee = CanisterId::on(self.subnets[there].id, 1);
        let id = self.subnets[home].message();
        let event = Event::Called {
            message: id,
            parent: Some(parent),
            caller,
            callee: callee.principal(),
            method: "put".into(),
            bytes: Bytes::new(64 + self.random.below(900)),
            cycles: Cycles::new(u128::from(self.random.below(2)) * 1_000_000),
        };
        self.subnets[home].record(made, event);
        self.subnets[home].rounds[round].1.burned[1] += Cycles::new(1_260_000);
        let served = self.travel(home, there, round)?;
        self.subnets[there].rounds[served].1.stream_messages += u64::from(home != there);
        let start = self.subnets[there].rounds[served].0;
        let inducted = if home == there { made } else { start };
        self.subnets[there].record(inducted, Event::Inducted { message: id, fee: Cycles::ZERO });
        let failure = (self.random.below(20) == 0).then_some(ErrorCode::CanisterCalledTrap);
        let work = 5_000_000 + self.random.below(90_000_000);
        let executed =
            self.subnets[there].execute(served, id, callee, EntryKind::Update, work, failure);
        let reply = Outcome::Reply(Bytes::new(16));
        let outcome = failure.map_or(reply, Outcome::Reject);
        self.subnets[there].record(executed, Event::Responded { message: id, outcome });
        let back = self.travel(there, home, served)?;
        let entry = match outcome {
            Outcome::Reply(_) => EntryKind::ReplyCallback,
            Outcome::Reject(_) => EntryKind::RejectCallback,
        };
        self.subnets[home].execute(back, id, caller, entry, 900_000, None);
        Some((back, outcome))
    }

    /// The round in which a message made in a round arrives: the same or the next at home, else
    /// when it was certified and carried over.
    fn travel(&mut self, from: usize, to: usize, round: usize) -> Option<usize> {
        let end = self.subnets[from].end(round);
        if from == to {
            let is_late = self.random.below(4) == 0;
            let rounds = &mut self.subnets[to].rounds;
            rounds[round].1.left_over += u64::from(is_late);
            let arrival = round + usize::from(is_late);
            rounds.get_mut(arrival)?.1.queued += u64::from(is_late);
            return Some(arrival);
        }
        self.subnets[from].rounds[round].1.in_streams += 1;
        let link = self.link.sample(&mut self.random);
        let arrival = self.subnets[to].round_after(end + CERTIFICATION + link)?;
        self.subnets[to].rounds[arrival].1.queued += 1;
        Some(arrival)
    }

    fn close_rounds(&mut self) {
        for subnet in &mut self.subnets {
            for (_, round) in &mut subnet.rounds {
                let storage = 90_000 * u128::from(round.duration.as_nanos() / 1_000_000);
                round.burned[3] = Cycles::new(storage / 10);
            }
        }
    }
}

//! A run as named numbers, for sweeps: integers where the model is integer, which is everywhere.
//!
//! Names are made of parts with dots between them, such as `latency.p99`,
//! `workload.ping-across.replied` or `subnet.left.burned.execution`.

use crate::latency::{Answers, Latencies, Sample};
use crate::littles_law::{self, LittlesLawBroken};
use crate::messages::{self, Message};
use crate::names::Names;
use crate::quantiles::Quantiles;
use crate::rounds;
use crate::statistics::mser;
use sim_core::history::{CanisterSummary, History, SubnetHistory};
use sim_core::ledger::UseCase;
use sim_core::record::Outcome;
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::Cycles;

/// One number of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: String,
    /// Its unit; empty for counts.
    pub unit: &'static str,
    /// The number; none if there was nothing to observe.
    pub value: Option<u128>,
}

/// Every unit a metric can have.
pub const UNITS: [&str; 6] = ["", "ns", "cycles", "instructions", "messages", "bytes"];

/// The metric that sweeps add: how many expectations of the scenario were in vain.
pub const DISAPPOINTED: &str = "expectations.failed";

const ANSWERS: [&str; 4] = ["submitted", "replied", "rejected", "open"];
const LATENCIES: [&str; 5] = ["p50", "p90", "p99", "mean", "max"];
const SUBNET: [&str; 6] = [
    "rounds",
    "rounds.time",
    "executions",
    "instructions",
    "instructions.busiest_thread",
    "queued.max",
];
const CANISTER: [&str; 7] =
    ["balance", "burned", "executions", "failures", "instructions", "calls", "memory"];

/// The names that the metrics of a run can have.
pub fn names(workloads: &[&str], subnets: &[&str], canisters: &[&str]) -> Vec<String> {
    let sample = |prefix: &str| {
        let answers = ANSWERS.map(|name| format!("{prefix}{name}"));
        let latencies = LATENCIES.map(|name| format!("{prefix}latency.{name}"));
        answers.into_iter().chain(latencies).collect::<Vec<_>>()
    };
    let burned = |prefix: &str| {
        let uses = UseCase::ALL.iter().map(|use_case| use_case.name()).chain(["total"]);
        uses.map(|name| format!("{prefix}burned.{name}")).collect::<Vec<_>>()
    };
    let mut names = vec!["warm_up".to_owned()];
    names.extend(["", "calls.same_subnet.", "calls.cross_subnet."].into_iter().flat_map(sample));
    names.extend(workloads.iter().flat_map(|name| sample(&format!("workload.{name}."))));
    names.extend(burned(""));
    for subnet in subnets {
        names.extend(SUBNET.map(|name| format!("subnet.{subnet}.{name}")));
        names.extend(burned(&format!("subnet.{subnet}.")));
    }
    for canister in canisters {
        names.extend(CANISTER.map(|name| format!("canister.{canister}.{name}")));
    }
    names
}

/// What is left out at the beginning of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WarmUp {
    /// Nothing.
    #[default]
    None,
    /// So much time.
    Fixed(SimDuration),
    /// What MSER-5 finds in the latencies of ingress messages.
    Mser5,
}

impl WarmUp {
    /// When it ends, if that does not depend on the run.
    pub fn fixed(self) -> Option<SimTime> {
        match self {
            WarmUp::None => Some(SimTime::ZERO),
            WarmUp::Fixed(time) => Some(SimTime::ZERO + time),
            WarmUp::Mser5 => None,
        }
    }

    /// When it ends in a run.
    pub(crate) fn end(self, messages: &[Message]) -> SimTime {
        match self {
            WarmUp::None => SimTime::ZERO,
            WarmUp::Fixed(time) => SimTime::ZERO + time,
            WarmUp::Mser5 => settled(messages),
        }
    }
}

/// When the first ingress message after the warm-up was sent; the start of the run if the run is
/// too short to tell.
fn settled(messages: &[Message]) -> SimTime {
    let replied = |message: &&Message| {
        message.is_ingress() && matches!(message.answer(), Some(Outcome::Reply(_)))
    };
    let mut sample: Vec<(SimTime, f64)> = messages
        .iter()
        .filter(replied)
        .filter_map(|message| Some((message.sent, message.latency_ns()? as f64)))
        .collect();
    sample.sort_by_key(|(sent, _)| *sent);
    let latencies: Vec<f64> = sample.iter().map(|(_, latency)| *latency).collect();
    let first = mser::truncation(&latencies).and_then(|count| sample.get(count));
    first.map_or(SimTime::ZERO, |(sent, _)| *sent)
}

/// The numbers of a run, in a fixed order. Messages sent and rounds begun during the warm-up are
/// left out; what canisters hold is as it was at the end.
///
/// # Errors
/// The run contradicts Little's law.
pub fn of(history: &History, warm_up: WarmUp) -> Result<Vec<Metric>, LittlesLawBroken> {
    let names = Names::new(history);
    let messages = messages::join(history, &names);
    littles_law::check(history, &messages)?;
    let from = warm_up.end(&messages);
    let mut latencies = Latencies::default();
    messages.iter().filter(|message| message.sent >= from).for_each(|m| latencies.add(m));
    Ok(of_samples(history, from, &latencies))
}

/// The numbers of a run whose messages were counted as they came: those sent from `from` on.
/// Of the records of `history` only rounds are looked at.
pub fn of_samples(history: &History, from: SimTime, latencies: &Latencies) -> Vec<Metric> {
    let mut list = List(Vec::new());
    list.put("warm_up", "ns", Some(from.as_nanos().into()));
    list.messages(latencies);
    list.network(history, from);
    history.subnets.iter().for_each(|subnet| list.subnet(subnet, from));
    let canisters = history.canisters();
    canisters.for_each(|canister| list.canister(canister));
    list.0
}

struct List(Vec<Metric>);

impl List {
    fn put(&mut self, name: impl Into<String>, unit: &'static str, value: Option<u128>) {
        self.0.push(Metric { name: name.into(), unit, value });
    }

    fn messages(&mut self, latencies: &Latencies) {
        let Latencies { ingress, same_subnet, cross_subnet, workloads } = latencies;
        self.sample("", ingress);
        self.sample("calls.same_subnet.", same_subnet);
        self.sample("calls.cross_subnet.", cross_subnet);
        for (name, sample) in workloads {
            self.sample(&format!("workload.{name}."), sample);
        }
    }

    fn sample(&mut self, prefix: &str, sample: &Sample) {
        let Answers { submitted, replied, rejected, open } = sample.answers;
        for (name, count) in ANSWERS.into_iter().zip([submitted, replied, rejected, open]) {
            self.put(format!("{prefix}{name}"), "", Some(count.into()));
        }
        let Quantiles { p50_ns, p90_ns, p99_ns, mean_ns, .. } = Quantiles::of(&sample.replies);
        let greatest = sample.replies.greatest();
        for (name, nanos) in LATENCIES.into_iter().zip([p50_ns, p90_ns, p99_ns, mean_ns, greatest])
        {
            self.put(format!("{prefix}latency.{name}"), "ns", nanos.map(u128::from));
        }
    }

    fn network(&mut self, history: &History, from: SimTime) {
        let mut burned = [Cycles::ZERO; UseCase::COUNT];
        for (_, round) in history.subnets.iter().flat_map(rounds::of).filter(|(t, _)| *t >= from) {
            burned.iter_mut().zip(round.burned).for_each(|(sum, amount)| *sum += amount);
        }
        self.burned("", &burned);
    }

    fn burned(&mut self, prefix: &str, burned: &[Cycles; UseCase::COUNT]) {
        for (use_case, amount) in UseCase::ALL.iter().zip(burned) {
            self.put(format!("{prefix}burned.{}", use_case.name()), "cycles", Some(amount.get()));
        }
        let total: Cycles = burned.iter().copied().sum();
        self.put(format!("{prefix}burned.total"), "cycles", Some(total.get()));
    }

    fn subnet(&mut self, subnet: &SubnetHistory, from: SimTime) {
        let prefix = format!("subnet.{}.", subnet.name);
        let mut burned = [Cycles::ZERO; UseCase::COUNT];
        let (mut count, mut time, mut executions) = (0u128, 0u128, 0u128);
        let (mut instructions, mut busiest, mut queued) = (0u128, 0u128, 0u128);
        for (_, round) in rounds::of(subnet).filter(|(start, _)| *start >= from) {
            count += 1;
            time += u128::from(round.duration.as_nanos());
            executions += u128::from(round.executions);
            instructions += u128::from(round.instructions.get());
            busiest += u128::from(round.busiest_thread.get());
            queued = queued.max(round.queued.into());
            burned.iter_mut().zip(round.burned).for_each(|(sum, amount)| *sum += amount);
        }
        self.put(format!("{prefix}rounds"), "", Some(count));
        self.put(format!("{prefix}rounds.time"), "ns", Some(time));
        self.put(format!("{prefix}executions"), "", Some(executions));
        self.put(format!("{prefix}instructions"), "instructions", Some(instructions));
        self.put(format!("{prefix}instructions.busiest_thread"), "instructions", Some(busiest));
        self.put(format!("{prefix}queued.max"), "messages", Some(queued));
        self.burned(&prefix, &burned);
    }

    fn canister(&mut self, canister: &CanisterSummary) {
        let prefix = format!("canister.{}.", canister.name);
        let burned: Cycles = canister.burned.iter().copied().sum();
        for (name, unit, value) in [
            ("balance", "cycles", canister.balance.get()),
            ("burned", "cycles", burned.get()),
            ("executions", "", canister.executions.into()),
            ("failures", "", canister.failures.into()),
            ("instructions", "instructions", canister.instructions.get().into()),
            ("calls", "", canister.calls.into()),
            ("memory", "bytes", canister.memory.get().into()),
        ] {
            self.put(format!("{prefix}{name}"), unit, Some(value));
        }
    }
}

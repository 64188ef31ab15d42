//! `summary.json`: the run in one page for machines, and as a short table for a terminal.
//!
//! Keys come in the order of the fields below. Amounts of cycles have up to 128 bits and are
//! written as decimal strings; all other numbers are plain (seeds and instructions have up to 64
//! bits, so read them with a reader that keeps integers whole). Times are in nanoseconds.

mod text;

pub(crate) use text::quantile_cells;

use crate::analysis::Analysis;
use crate::latency::{Answers, Sample};
use crate::quantiles::Quantiles;
use crate::revenue::Revenue;
use crate::rounds;
use crate::run::RunReport;
use crate::steady::Steady;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sim_core::history::SubnetHistory;
use sim_core::ledger::UseCase;
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::units::Cycles;

/// A run in key figures.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Version of icsim; tells a results folder from any other.
    #[serde(rename = "icsim")]
    pub version: String,
    /// The scenario's title.
    pub title: String,
    /// The scenario file.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The second seed, if ties were broken by one.
    pub tie_seed: Option<u64>,
    /// Simulated time in nanoseconds.
    pub duration_ns: u64,
    /// When the warm-up ended. Messages sent before are counted nowhere in the summary; rounds, and
    /// what they burned, are those of the whole run.
    pub warm_up_ns: u64,
    /// Name of the profile.
    pub profile: String,
    /// The trace digest in hex.
    pub digest: String,
    /// Events the engine handled.
    pub events: u64,
    /// Totals of each subnet, in the scenario's order.
    pub subnets: Vec<SubnetTotals>,
    /// What users and callers waited for.
    pub latency: LatencyQuantiles,
    /// The same for each workload, by name.
    pub workloads: Vec<WorkloadTotals>,
    /// The names of the figures beside it.
    pub figures: Vec<String>,
    /// The command that repeats the run.
    pub command: String,
}

/// Totals of one subnet.
#[derive(Clone, Debug, Serialize)]
pub struct SubnetTotals {
    /// Its name.
    pub name: String,
    /// Its nodes.
    pub nodes: u64,
    /// What it is for.
    #[serde(rename = "type")]
    pub kind: SubnetKind,
    /// Whether its canisters pay.
    pub cost_schedule: CostSchedule,
    /// Its canisters at the end of the run.
    pub canisters: u64,
    /// Rounds that came to their end.
    pub rounds: u64,
    /// Executions in them, slices counted singly.
    pub executions: u64,
    /// Instructions in them, on all threads.
    pub instructions: u64,
    /// Ingress messages to its canisters.
    pub ingress: Answers,
    /// Calls that its canisters made.
    pub calls: Answers,
    /// Cycles burned in its rounds, without what setting up its canisters cost.
    pub burned: Burned,
    /// Cycles that its canisters burned outside its rounds: what setting them up cost.
    pub burned_set_up: Burned,
    /// What the cycles burned in its rounds are worth.
    pub revenue: Revenue,
}

/// Cycles burned, by use case; in JSON an object of decimal strings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Burned(pub [Cycles; UseCase::COUNT]);

impl Burned {
    /// All use cases together.
    pub fn total(&self) -> Cycles {
        self.0.iter().copied().sum()
    }

    pub(crate) fn add(&mut self, amounts: &[Cycles; UseCase::COUNT]) {
        for (sum, amount) in self.0.iter_mut().zip(amounts) {
            *sum += *amount;
        }
    }

    fn subtract(&mut self, amounts: &[Cycles; UseCase::COUNT]) {
        for (sum, amount) in self.0.iter_mut().zip(amounts) {
            *sum = sum.saturating_sub(*amount);
        }
    }
}

impl Serialize for Burned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(UseCase::COUNT))?;
        for (use_case, amount) in UseCase::ALL.iter().zip(self.0) {
            map.serialize_entry(use_case.name(), &amount.get().to_string())?;
        }
        map.end()
    }
}

/// Quantiles of the three samples of latency.
#[derive(Clone, Debug, Serialize)]
pub struct LatencyQuantiles {
    /// Ingress messages, from sending to the certified reply.
    pub ingress: KindLatency,
    /// Calls within a subnet, from the call to the start of its reply callback.
    pub same_subnet_calls: KindLatency,
    /// Calls between subnets, likewise.
    pub cross_subnet_calls: KindLatency,
}

/// Latency of the replies to messages of one kind, and how many got none.
#[derive(Clone, Debug, Serialize)]
pub struct KindLatency {
    /// Of the replies.
    #[serde(flatten)]
    pub quantiles: Quantiles,
    /// Messages that were rejected; they are not among the `n`.
    pub rejected: u64,
    /// Messages without an answer by the end of the run; they are not either.
    pub open: u64,
}

impl KindLatency {
    fn of(sample: &Sample) -> Self {
        let Answers { rejected, open, .. } = sample.answers;
        KindLatency { quantiles: Quantiles::of(&sample.replies), rejected, open }
    }
}

/// Totals of one workload.
#[derive(Clone, Debug, Serialize)]
pub struct WorkloadTotals {
    /// Its name.
    pub name: String,
    /// Its ingress messages.
    pub ingress: Answers,
    /// Latency of the replies to them.
    pub latency: Quantiles,
}

impl WorkloadTotals {
    fn of((name, sample): (&String, &Sample)) -> Self {
        let latency = Quantiles::of(&sample.replies);
        WorkloadTotals { name: name.clone(), ingress: sample.answers, latency }
    }
}

impl Summary {
    /// Sums a run up.
    pub fn of(run: &RunReport<'_>, analysis: &Analysis) -> Self {
        let history = run.history;
        let latencies = &analysis.steady.latencies;
        Summary {
            version: run.version.to_owned(),
            title: run.title.to_owned(),
            scenario: run.scenario_file.to_owned(),
            seed: history.seed,
            tie_seed: history.tie_seed,
            duration_ns: history.duration.as_nanos(),
            warm_up_ns: analysis.steady.from.as_nanos(),
            profile: run.profile.name.clone(),
            digest: history.digest.to_string(),
            events: history.events,
            subnets: totals(run, &analysis.steady),
            latency: LatencyQuantiles {
                ingress: KindLatency::of(&latencies.ingress),
                same_subnet_calls: KindLatency::of(&latencies.same_subnet),
                cross_subnet_calls: KindLatency::of(&latencies.cross_subnet),
            },
            workloads: latencies.workloads.iter().map(WorkloadTotals::of).collect(),
            figures: run.figures.iter().map(|spec| spec.name.clone()).collect(),
            command: run.command.to_owned(),
        }
    }
}

fn totals(run: &RunReport<'_>, steady: &Steady) -> Vec<SubnetTotals> {
    let answers = steady.ingress.iter().zip(&steady.calls);
    let total = |(subnet, (ingress, calls)): (&SubnetHistory, (&Answers, &Answers))| SubnetTotals {
        ingress: *ingress,
        calls: *calls,
        ..round_totals(run, subnet)
    };
    run.history.subnets.iter().zip(answers).map(total).collect()
}

fn round_totals(run: &RunReport<'_>, subnet: &SubnetHistory) -> SubnetTotals {
    let revenue = |burned: Cycles| {
        Revenue::of(burned, run.history.duration, subnet.nodes, &run.profile.currency)
    };
    let mut totals = SubnetTotals {
        name: subnet.name.clone(),
        nodes: subnet.nodes,
        kind: subnet.kind,
        cost_schedule: subnet.cost_schedule,
        canisters: subnet.canisters.len() as u64,
        rounds: 0,
        executions: 0,
        instructions: 0,
        ingress: Answers::default(),
        calls: Answers::default(),
        burned: Burned::default(),
        burned_set_up: Burned::default(),
        revenue: revenue(Cycles::ZERO),
    };
    for (_, round) in rounds::of(subnet) {
        totals.rounds += 1;
        totals.executions += round.executions;
        totals.instructions = totals.instructions.saturating_add(round.instructions.get());
        totals.burned.add(&round.burned);
    }
    subnet.canisters.iter().for_each(|canister| totals.burned_set_up.add(&canister.burned));
    totals.burned_set_up.subtract(&totals.burned.0);
    totals.revenue = revenue(totals.burned.total());
    totals
}

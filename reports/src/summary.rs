//! `summary.json`: the run in one page for machines, and as a short table for a terminal.
//!
//! Keys come in the order of the fields below. Amounts of cycles have up to 128 bits and are
//! written as decimal strings; all other numbers are plain (seeds and instructions have up to 64
//! bits, so read them with a reader that keeps integers whole). Times are in nanoseconds.

mod text;

pub(crate) use text::quantile_cells;

use crate::analysis::Analysis;
use crate::messages::Message;
use crate::quantiles::Quantiles;
use crate::rounds;
use crate::run::RunReport;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sim_core::history::SubnetHistory;
use sim_core::ledger::UseCase;
use sim_core::record::Outcome;
use sim_core::units::Cycles;

/// A run in key figures.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
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
    /// Version of icsim.
    pub version: String,
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
    /// Its canisters at the end of the run.
    pub canisters: u64,
    /// Rounds that came to their end.
    pub rounds: u64,
    /// Executions in them, slices counted singly.
    pub executions: u64,
    /// Instructions in them, on all threads.
    pub instructions: u64,
    /// Ingress messages whose answer was certified.
    pub ingress_completed: u64,
    /// Ingress messages and calls to its canisters that were rejected; calls to what is no
    /// canister of any subnet count where the caller is.
    pub rejects: u64,
    /// Cycles burned in its rounds.
    pub burned: Burned,
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
    /// Ingress messages, from sending to the certified answer.
    pub ingress: Quantiles,
    /// Calls within a subnet, from the call to the start of its callback.
    pub same_subnet_calls: Quantiles,
    /// Calls between subnets, likewise.
    pub cross_subnet_calls: Quantiles,
}

impl Summary {
    /// Sums a run up.
    pub fn of(run: &RunReport<'_>, analysis: &Analysis<'_>) -> Self {
        let history = run.history;
        let latencies = &analysis.latencies;
        Summary {
            title: run.title.to_owned(),
            scenario: run.scenario_file.to_owned(),
            seed: history.seed,
            tie_seed: history.tie_seed,
            duration_ns: history.duration.as_nanos(),
            profile: run.profile.name.clone(),
            digest: history.digest.to_string(),
            events: history.events,
            subnets: totals(&history.subnets, &analysis.messages),
            latency: LatencyQuantiles {
                ingress: Quantiles::of_sorted(&latencies.ingress),
                same_subnet_calls: Quantiles::of_sorted(&latencies.same_subnet),
                cross_subnet_calls: Quantiles::of_sorted(&latencies.cross_subnet),
            },
            version: run.version.to_owned(),
            command: run.command.to_owned(),
        }
    }

    /// Cycles burned on all subnets.
    pub fn burned(&self) -> Burned {
        let mut sum = Burned::default();
        self.subnets.iter().for_each(|subnet| sum.add(&subnet.burned.0));
        sum
    }
}

fn totals(subnets: &[SubnetHistory], messages: &[Message<'_>]) -> Vec<SubnetTotals> {
    let mut totals: Vec<SubnetTotals> = subnets.iter().map(round_totals).collect();
    for message in messages {
        let place = message.callee_subnet.or(message.caller_subnet);
        if let Some(total) = place.and_then(|place| totals.get_mut(place)) {
            let is_completed = message.is_ingress() && message.finished.is_some();
            total.ingress_completed += u64::from(is_completed);
            total.rejects += u64::from(matches!(message.outcome, Some(Outcome::Reject(_))));
        }
    }
    totals
}

fn round_totals(subnet: &SubnetHistory) -> SubnetTotals {
    let mut totals = SubnetTotals {
        name: subnet.name.clone(),
        nodes: subnet.nodes,
        canisters: subnet.canisters.len() as u64,
        rounds: 0,
        executions: 0,
        instructions: 0,
        ingress_completed: 0,
        rejects: 0,
        burned: Burned::default(),
    };
    for (_, round) in rounds::of(subnet) {
        totals.rounds += 1;
        totals.executions += round.executions;
        totals.instructions = totals.instructions.saturating_add(round.instructions.get());
        totals.burned.add(&round.burned);
    }
    totals
}

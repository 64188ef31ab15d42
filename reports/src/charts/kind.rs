//! The kinds of figures there are.

use super::{
    Figure, balances, boxes, budget, cycles, entitlement, fairness, knee, latency, load, loads,
    map, quantiles, queues, revenue, rounds, throughput, timeline, traffic,
};
use crate::charts::spec::{Material, Spec};
use crate::tables::Table;
use serde::{Deserialize, Serialize};

/// A kind of figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Distribution functions of latency.
    Latency,
    /// Quantiles of latency by kind of message and workload.
    Quantiles,
    /// Box plots of latency.
    Boxes,
    /// Messages sent and answered, for each second.
    Throughput,
    /// Throughput against offered load, with the knee.
    Knee,
    /// Quantiles of latency against offered load.
    Load,
    /// Load of rounds and queues, subnet by subnet.
    Rounds,
    /// Queue depth and utilisation of all subnets, as lines.
    Queues,
    /// Utilisation of every subnet over time, as a heat map.
    Utilisation,
    /// Queue depth of every subnet over time, as a heat map.
    Backlog,
    /// How much of their instruction budget rounds used.
    Budget,
    /// How evenly canisters were executed.
    Fairness,
    /// What canisters executed against what they were entitled to.
    Entitlement,
    /// Cycles burned by use case.
    Cycles,
    /// Revenue of subnets.
    Revenue,
    /// Balances of canisters.
    Balances,
    /// Calls between subnets, as a matrix.
    Traffic,
    /// Subnets and the calls between them, as a map.
    Network,
    /// One message and all it led to, over time.
    Timeline,
}

impl Kind {
    /// Every kind, in the order of a report.
    pub const ALL: [Kind; 19] = [
        Kind::Latency,
        Kind::Quantiles,
        Kind::Boxes,
        Kind::Throughput,
        Kind::Knee,
        Kind::Load,
        Kind::Rounds,
        Kind::Queues,
        Kind::Utilisation,
        Kind::Backlog,
        Kind::Budget,
        Kind::Fairness,
        Kind::Entitlement,
        Kind::Cycles,
        Kind::Revenue,
        Kind::Balances,
        Kind::Traffic,
        Kind::Network,
        Kind::Timeline,
    ];

    /// The kinds of a report whose scenario chooses none.
    pub const DEFAULT: [Kind; 8] = [
        Kind::Latency,
        Kind::Throughput,
        Kind::Rounds,
        Kind::Utilisation,
        Kind::Cycles,
        Kind::Balances,
        Kind::Traffic,
        Kind::Timeline,
    ];

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name, which scenarios and files bear.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Latency => latency::NAME,
            Kind::Quantiles => quantiles::NAME,
            Kind::Boxes => boxes::NAME,
            Kind::Throughput => throughput::NAME,
            Kind::Knee => knee::NAME,
            Kind::Load => load::NAME,
            Kind::Rounds => rounds::NAME,
            Kind::Queues => queues::NAME,
            Kind::Utilisation => loads::UTILISATION,
            Kind::Backlog => loads::BACKLOG,
            Kind::Budget => budget::NAME,
            Kind::Fairness => fairness::NAME,
            Kind::Entitlement => entitlement::NAME,
            Kind::Cycles => cycles::NAME,
            Kind::Revenue => revenue::NAME,
            Kind::Balances => balances::NAME,
            Kind::Traffic => traffic::NAME,
            Kind::Network => map::NAME,
            Kind::Timeline => timeline::NAME,
        }
    }

    /// The table of its data.
    pub const fn table(self) -> Table {
        match self {
            Kind::Latency => latency::TABLE,
            Kind::Quantiles => quantiles::TABLE,
            Kind::Boxes => boxes::TABLE,
            Kind::Throughput => throughput::TABLE,
            Kind::Knee => knee::TABLE,
            Kind::Load => load::TABLE,
            Kind::Rounds => rounds::TABLE,
            Kind::Queues => queues::TABLE,
            Kind::Utilisation => loads::UTILISATION_TABLE,
            Kind::Backlog => loads::BACKLOG_TABLE,
            Kind::Budget => budget::TABLE,
            Kind::Fairness => fairness::TABLE,
            Kind::Entitlement => entitlement::TABLE,
            Kind::Cycles => cycles::TABLE,
            Kind::Revenue => revenue::TABLE,
            Kind::Balances => balances::TABLE,
            Kind::Traffic => traffic::TABLE,
            Kind::Network => map::TABLE,
            Kind::Timeline => timeline::TABLE,
        }
    }

    /// Whether it draws several runs into one figure; the others draw the first.
    pub const fn overlays(self) -> bool {
        matches!(
            self,
            Kind::Latency
                | Kind::Quantiles
                | Kind::Boxes
                | Kind::Throughput
                | Kind::Knee
                | Kind::Load
                | Kind::Budget
        )
    }

    /// Draws one.
    ///
    /// # Errors
    /// The data cannot be put into CSV.
    pub fn draw(self, spec: &Spec, runs: &[Material<'_>]) -> csv::Result<Figure> {
        let Some(first) = runs.first() else {
            return Ok(Figure::of_nothing(spec));
        };
        let figure = match self {
            Kind::Latency => latency::figure(spec, runs)?,
            Kind::Quantiles => quantiles::figure(spec, runs)?,
            Kind::Boxes => boxes::figure(spec, runs)?,
            Kind::Throughput => throughput::figure(spec, runs)?,
            Kind::Knee => knee::figure(spec, runs)?,
            Kind::Load => load::figure(spec, runs)?,
            Kind::Rounds => rounds::figure(first.run.history, first.run.profile)?,
            Kind::Queues => queues::figure(spec, first)?,
            Kind::Utilisation => loads::utilisation(spec, first)?,
            Kind::Backlog => loads::backlog(spec, first)?,
            Kind::Budget => budget::figure(spec, runs)?,
            Kind::Fairness => fairness::figure(spec, first)?,
            Kind::Entitlement => entitlement::figure(spec, first)?,
            Kind::Cycles => cycles::figure(first.run.history)?,
            Kind::Revenue => revenue::figure(spec, first)?,
            Kind::Balances => balances::figure(spec, first)?,
            Kind::Traffic => traffic::figure(spec, first)?,
            Kind::Network => map::figure(spec, first)?,
            Kind::Timeline => timeline::figure(spec, first)?,
        };
        Ok(figure.named(spec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_name_kinds_as_files_are_named() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).ok(), Some(kind.name().into()));
            assert_eq!(Kind::named(kind.name()), Some(kind));
            assert_eq!(kind.table().file, format!("figures/{}.csv", kind.name()));
        }
    }
}

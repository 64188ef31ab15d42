//! The network: a graph with subnets as nodes and links as edges.

use crate::distribution::Distribution;
use crate::id::SubnetId;
use crate::time::SimDuration;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::{Deserialize, Serialize};

/// A subnet's place in the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubnetSpec {
    /// Its name in the scenario.
    pub name: String,
    /// How many nodes it has, at least 1.
    pub nodes: u64,
    /// What it is for.
    pub kind: SubnetKind,
    /// Whether its canisters pay.
    pub cost_schedule: CostSchedule,
}

/// What a subnet is for (`SubnetType`, `rs/registry/subnet_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubnetKind {
    /// Canisters of anybody.
    #[default]
    Application,
    /// Canisters of the network itself: everything but signatures is free.
    System,
    /// Canisters of verified developers: no cycles are reserved for memory.
    Verified,
}

/// Whether the canisters of a subnet pay (`CanisterCyclesCostSchedule`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostSchedule {
    /// The prices of the profile.
    #[default]
    Normal,
    /// Nothing: the subnet is rented as a whole.
    Free,
}

/// A directed connection between two subnets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Time a stream slice takes from the one to the other.
    pub latency: Distribution,
}

/// Subnets and the links between them.
#[derive(Clone, Debug, Default)]
pub struct Network {
    graph: DiGraph<SubnetSpec, Link, u32>,
}

impl Network {
    /// A network in which every subnet is linked to every other with the same latency.
    pub fn mesh(subnets: Vec<SubnetSpec>, latency: &Distribution) -> Self {
        let mut network = Network::default();
        for subnet in subnets {
            network.graph.add_node(subnet);
        }
        let indices: Vec<_> = network.graph.node_indices().collect();
        for &from in &indices {
            for &to in indices.iter().filter(|&&to| to != from) {
                network.graph.add_edge(from, to, Link { latency: latency.clone() });
            }
        }
        network
    }

    /// The subnets, in the scenario's order.
    pub fn subnets(&self) -> impl Iterator<Item = (SubnetId, &SubnetSpec)> {
        self.graph.node_weights().enumerate().map(|(i, spec)| (SubnetId::new(i as u16), spec))
    }

    /// The link from one subnet to another, if there is one.
    pub fn link(&self, from: SubnetId, to: SubnetId) -> Option<&Link> {
        let node = |subnet: SubnetId| NodeIndex::new(subnet.index());
        let edge = self.graph.find_edge(node(from), node(to))?;
        self.graph.edge_weight(edge)
    }

    /// The shortest time any link can take; `None` without links.
    pub fn least_latency(&self) -> Option<SimDuration> {
        self.graph.edge_weights().map(|link| link.latency.least()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mesh_links_every_ordered_pair() {
        let subnet =
            |name: &str| SubnetSpec { name: name.to_owned(), nodes: 13, ..SubnetSpec::default() };
        let latency = Distribution::Fixed { value: SimDuration::from_millis(40) };
        let network = Network::mesh(vec![subnet("a"), subnet("b"), subnet("c")], &latency);
        let id = SubnetId::new;
        assert!(network.link(id(0), id(2)).is_some() && network.link(id(2), id(0)).is_some());
        assert_eq!(network.link(id(1), id(1)), None);
        assert_eq!(network.least_latency(), Some(SimDuration::from_millis(40)));
    }
}

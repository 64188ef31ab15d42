//! The network: a graph with subnets as nodes and links as edges.

use crate::distribution::Distribution;
use crate::id::SubnetId;
use crate::random::Stream;
use crate::scheduler::Policy;
use crate::time::SimDuration;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

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
    /// Its own scheduling policy, if not the profile's.
    pub scheduler: Option<Policy>,
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

/// The links that a message travels from one subnet to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route(Vec<Distribution>);

impl Route {
    /// A route over one link.
    pub fn direct(latency: Distribution) -> Route {
        Route(vec![latency])
    }

    /// Draws the time for the whole route: the sum over its links.
    pub fn sample(&self, random: &mut Stream) -> SimDuration {
        self.0.iter().fold(SimDuration::ZERO, |sum, latency| sum + latency.sample(random))
    }
}

/// Subnets and the links between them.
#[derive(Clone, Debug, Default)]
pub struct Network {
    graph: DiGraph<SubnetSpec, Link, u32>,
}

impl Network {
    /// A network in which every subnet is linked to every other with the same latency.
    pub fn mesh(subnets: Vec<SubnetSpec>, latency: &Distribution) -> Self {
        let count = subnets.len();
        let mut network = Network::without_links(subnets);
        for from in 0..count {
            for to in (0..count).filter(|to| *to != from) {
                let (from, to) = (NodeIndex::new(from), NodeIndex::new(to));
                network.graph.add_edge(from, to, Link { latency: latency.clone() });
            }
        }
        network
    }

    /// Subnets that cannot reach one another yet.
    pub fn without_links(subnets: Vec<SubnetSpec>) -> Self {
        let mut network = Network::default();
        for subnet in subnets {
            network.graph.add_node(subnet);
        }
        network
    }

    /// Adds a link; one from or to a subnet that does not exist, or to itself, is left out.
    pub fn add_link(&mut self, from: SubnetId, to: SubnetId, link: Link) {
        let count = self.graph.node_count();
        if from != to && from.index() < count && to.index() < count {
            self.graph.update_edge(NodeIndex::new(from.index()), NodeIndex::new(to.index()), link);
        }
    }

    /// The route with the fewest links from one subnet to another, if there is one; of several, the
    /// one over the earlier subnets of the scenario.
    pub fn route(&self, from: SubnetId, to: SubnetId) -> Option<Route> {
        if let Some(link) = self.link(from, to) {
            return Some(Route::direct(link.latency.clone()));
        }
        let reached = self.reached_from(from);
        let mut links = Vec::new();
        let mut at = to;
        while at != from {
            let before = *reached.get(&at)?;
            links.push(self.link(before, at)?.latency.clone());
            at = before;
        }
        links.reverse();
        (!links.is_empty()).then_some(Route(links))
    }

    /// Every subnet that can be reached, with the one before it on the way there.
    fn reached_from(&self, from: SubnetId) -> BTreeMap<SubnetId, SubnetId> {
        let mut before = BTreeMap::new();
        let mut waiting = VecDeque::from([from]);
        while let Some(at) = waiting.pop_front() {
            let neighbours = self.graph.neighbors(NodeIndex::new(at.index()));
            let mut next: Vec<SubnetId> =
                neighbours.map(|node| SubnetId::new(node.index() as u16)).collect();
            next.sort_unstable();
            for subnet in next {
                if subnet != from && !before.contains_key(&subnet) {
                    before.insert(subnet, at);
                    waiting.push_back(subnet);
                }
            }
        }
        before
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

    #[test]
    fn a_route_takes_the_fewest_links() {
        let subnet =
            |name: &str| SubnetSpec { name: name.to_owned(), nodes: 13, ..SubnetSpec::default() };
        let mut network =
            Network::without_links(["a", "b", "c", "d", "e"].map(subnet).into_iter().collect());
        let id = SubnetId::new;
        for (from, to, millis) in [(0, 1, 1), (1, 2, 10), (2, 3, 100), (3, 0, 1_000)] {
            let value = SimDuration::from_millis(millis);
            let link = Link { latency: Distribution::Fixed { value } };
            network.add_link(id(from), id(to), link.clone());
            network.add_link(id(to), id(from), link);
        }
        let mut random = Stream::new(1, "test", "route");
        let mut travel = |from, to| network.route(id(from), id(to)).map(|r| r.sample(&mut random));
        assert_eq!(travel(0, 1), Some(SimDuration::from_millis(1)));
        assert_eq!(travel(0, 2), Some(SimDuration::from_millis(11)));
        assert_eq!(travel(2, 0), Some(SimDuration::from_millis(11)));
        assert_eq!(travel(0, 4), None);
    }
}

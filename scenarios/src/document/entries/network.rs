//! `[[subnet]]` and `[network]`.

use super::super::Tree;
use serde::{Deserialize, Serialize};
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::scheduler::Policy;
use std::collections::BTreeMap;
use toml::Spanned;

/// A subnet, or several alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubnetEntry {
    /// Its name.
    pub name: Spanned<String>,
    /// How many nodes it has.
    pub nodes: Spanned<u64>,
    /// `application`, `system` or `verified`; what it is decides what is free.
    #[serde(default, rename = "type")]
    pub kind: SubnetKind,
    /// `normal`, or `free` if the subnet is rented as a whole.
    #[serde(default)]
    pub cost_schedule: CostSchedule,
    /// How many there are, called `name-1`, `name-2` and so on; one, called `name`, if not given.
    pub count: Option<Spanned<u64>>,
    /// Where it is, for a network of regions.
    pub region: Option<Spanned<String>>,
    /// Its scheduling policy; the profile's if not given.
    pub scheduler: Option<Policy>,
}

/// The links.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkEntry {
    /// Which subnets are linked.
    pub topology: Option<Spanned<Topology>>,
    /// Of every link of a mesh or ring: a duration, or a `sim_core::distribution::Distribution`.
    pub latency: Option<Spanned<Tree>>,
    /// Time from region to region and back, as a table of tables of durations or distributions.
    pub round_trip: Option<Spanned<RoundTrips>>,
    /// The links one by one.
    #[serde(default)]
    pub link: Vec<LinkEntry>,
}

/// Times from region to region and back.
pub type RoundTrips = BTreeMap<String, BTreeMap<String, Spanned<Tree>>>;

/// Which subnets are linked to which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topology {
    /// Every one to every other, with the same latency.
    #[default]
    Mesh,
    /// Each to the next, the last to the first.
    Ring,
    /// Every one to every other, with a latency that depends on where they are.
    Regions,
    /// As `[[network.link]]` says.
    Links,
}

impl Topology {
    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Topology::Mesh => "mesh",
            Topology::Ring => "ring",
            Topology::Regions => "regions",
            Topology::Links => "links",
        }
    }
}

/// A link in both directions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkEntry {
    /// The name of a subnet.
    pub from: Spanned<String>,
    /// The name of another.
    pub to: Spanned<String>,
    /// Latency: a duration, or a distribution.
    pub latency: Spanned<Tree>,
    /// Latency of the way back; the same if not given.
    pub back: Option<Spanned<Tree>>,
}

//! `[[subnet]]` and `[network]`.

use super::super::Tree;
use crate::schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::network::{CostSchedule, SubnetKind};
use sim_core::scheduler::Policy;
use std::collections::BTreeMap;
use toml::Spanned;

/// A subnet, or several alike.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubnetEntry {
    /// Its name.
    #[schemars(with = "String")]
    pub name: Spanned<String>,
    /// How many nodes it has.
    #[schemars(with = "u64")]
    pub nodes: Spanned<u64>,
    /// `application`, `system` or `verified`; what it is decides what is free.
    #[serde(default, rename = "type")]
    #[schemars(with = "schema::SubnetKind")]
    pub kind: SubnetKind,
    /// `normal`, or `free` if the subnet is rented as a whole.
    #[serde(default)]
    #[schemars(with = "schema::CostSchedule")]
    pub cost_schedule: CostSchedule,
    /// How many there are, called `name-1`, `name-2` and so on; one, called `name`, if not given.
    #[schemars(with = "Option<u64>")]
    pub count: Option<Spanned<u64>>,
    /// Where it is, for a network of regions.
    #[schemars(with = "Option<String>")]
    pub region: Option<Spanned<String>>,
    /// Its scheduling policy; the profile's if not given.
    #[schemars(with = "Option<schema::Policy>")]
    pub scheduler: Option<Policy>,
}

/// The links.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkEntry {
    /// Which subnets are linked.
    #[schemars(with = "Option<Topology>")]
    pub topology: Option<Spanned<Topology>>,
    /// Of every link of a mesh or ring: a duration, or a `sim_core::distribution::Distribution`.
    #[schemars(with = "Option<schema::Quantity>")]
    pub latency: Option<Spanned<Tree>>,
    /// Time from region to region and back, as a table of tables of durations or distributions.
    #[schemars(with = "Option<BTreeMap<String, BTreeMap<String, schema::Quantity>>>")]
    pub round_trip: Option<Spanned<RoundTrips>>,
    /// The links one by one.
    #[serde(default)]
    pub link: Vec<LinkEntry>,
}

/// Times from region to region and back.
pub type RoundTrips = BTreeMap<String, BTreeMap<String, Spanned<Tree>>>;

/// Which subnets are linked to which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
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
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkEntry {
    /// The name of a subnet.
    #[schemars(with = "String")]
    pub from: Spanned<String>,
    /// The name of another.
    #[schemars(with = "String")]
    pub to: Spanned<String>,
    /// Latency: a duration, or a distribution.
    #[schemars(with = "schema::Quantity")]
    pub latency: Spanned<Tree>,
    /// Latency of the way back; the same if not given.
    #[schemars(with = "Option<schema::Quantity>")]
    pub back: Option<Spanned<Tree>>,
}

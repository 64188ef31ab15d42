//! Less of a scenario: fewer workloads, messages and canisters, less time.

use serde::{Deserialize, Serialize};
use sim_core::id::CanisterId;
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use sim_core::world::{Arrivals, Pace, WorldSpec};
use std::collections::BTreeMap;

/// What of a scenario is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reduction {
    /// How many messages of a workload are sent at most, or by how many users; 0 for none at all.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<String, u64>,
    /// A shorter run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<SimDuration>,
    /// Canisters that do not exist, by name; the last ones of their subnets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

impl Reduction {
    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        *self == Reduction::default()
    }

    /// Takes away what is left out.
    pub fn apply(&self, spec: &mut WorldSpec) {
        spec.duration = self.duration.unwrap_or(spec.duration);
        spec.canisters.retain(|canister| !self.without.iter().any(|name| **name == *canister.name));
        spec.workloads.retain(|workload| self.messages.get(&workload.name) != Some(&0));
        for workload in &mut spec.workloads {
            let Some(&most) = self.messages.get(&workload.name) else { continue };
            match &mut workload.pace {
                Pace::Open(arrivals) => {
                    let whole = std::mem::replace(arrivals, Box::new(Nothing));
                    *arrivals = Box::new(First { whole, left: most });
                }
                Pace::Closed { users, .. } => {
                    *users = (*users).min(u32::try_from(most).unwrap_or(u32::MAX));
                }
            }
        }
    }

    /// Names of canisters that could be left out next: the last of each subnet, if no workload
    /// calls it.
    pub fn spare_canisters(spec: &WorldSpec) -> Vec<String> {
        let mut last: BTreeMap<_, (CanisterId, String)> = BTreeMap::new();
        for canister in &spec.canisters {
            last.insert(canister.id.subnet(), (canister.id, canister.name.to_string()));
        }
        let is_called = |id: CanisterId| {
            spec.workloads.iter().any(|workload| workload.targets.items().contains(&id))
        };
        last.into_values().filter(|(id, _)| !is_called(*id)).map(|(_, name)| name).collect()
    }
}

struct Nothing;

impl Arrivals for Nothing {
    fn next(&mut self, _: SimTime, _: &mut Stream) -> Option<SimTime> {
        None
    }
}

/// The first so many arrivals of a process.
struct First {
    whole: Box<dyn Arrivals>,
    left: u64,
}

impl Arrivals for First {
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime> {
        self.left = self.left.checked_sub(1)?;
        self.whole.next(previous, random)
    }
}

//! Actions of a scenario, and what becomes of them under a seed.

use crate::document::ActionEntry;
use crate::schedule::Schedule;
use ic_principal::Principal;
use sim_core::action::{ActionSpec, Step};
use sim_core::id::CanisterId;
use sim_core::random::Stream;
use sim_core::time::SimTime;
use std::sync::Arc;

/// An action of a scenario.
#[derive(Clone, Debug)]
pub struct ActionPlan {
    /// As written.
    pub entry: ActionEntry,
    /// Its name; names its random stream.
    pub name: String,
    /// When it takes place.
    pub schedule: Schedule,
    /// What is done, by canister.
    pub about: Vec<Deed>,
}

/// What is done to one canister.
#[derive(Clone, Debug)]
pub struct Deed {
    /// The canister.
    pub canister: CanisterId,
    /// Who does it; the operator if nobody is named.
    pub sender: Principal,
    /// What.
    pub steps: Arc<[Step]>,
}

impl ActionPlan {
    /// What is done in a run from `seed`.
    pub(super) fn specs(&self, seed: u64) -> Vec<ActionSpec> {
        let mut random = Stream::new(seed, &self.name, "action times");
        let times: Vec<SimTime> = self.schedule.times(&mut random);
        let spec = |deed: &Deed| ActionSpec {
            name: self.name.as_str().into(),
            subnet: deed.canister.subnet(),
            sender: deed.sender,
            times: times.clone(),
            steps: deed.steps.clone(),
        };
        self.about.iter().map(spec).collect()
    }
}

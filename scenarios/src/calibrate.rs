//! Calibration: what canisters with code did in a run, as modelled canisters that do the like.
//!
//! | module | what it is |
//! |---|---|
//! | [`subjects`] | which canisters: one, or all copies of an entry |
//! | [`observe`] | every message such a canister handled, from the records of a run |
//! | [`cases`] | messages of a method that behave alike, brought together |
//! | [`behaviour`] | a case with fitted distributions |
//! | [`replacement`] | the scenario with models in the place of code; their entries as TOML |
//! | [`comparison`] | what the replacement changes: throughput and latency |

pub mod behaviour;
pub mod cases;
pub mod comparison;
pub mod observe;
pub mod replacement;
pub mod subjects;

use crate::scenario::Scenario;
use behaviour::{FittedMethod, Modelling};
use observe::Observed;
use sim_core::history::History;
use sim_core::modelled::Behaviour;
use std::collections::BTreeMap;
use std::sync::Arc;
use subjects::Subject;

/// A subject with the behaviour that was found in a run.
#[derive(Clone, Debug)]
pub struct Calibrated {
    /// Which canisters.
    pub subject: Subject,
    /// What they do.
    pub behaviour: Arc<Behaviour>,
    /// How well each method is described, by name.
    pub methods: BTreeMap<Arc<str>, FittedMethod>,
    /// What the model leaves out, in words.
    pub left_out: Vec<String>,
}

/// The behaviour of each subject in a run of a scenario.
pub fn calibrate(scenario: &Scenario, history: &History, subjects: &[Subject]) -> Vec<Calibrated> {
    subjects.iter().map(|subject| one(scenario, history, subject)).collect()
}

fn one(scenario: &Scenario, history: &History, subject: &Subject) -> Calibrated {
    let ids = subject.members.iter().map(|place| scenario.canisters[*place].id).collect();
    let observed = Observed::of(history, &ids);
    let mut modelling = Modelling::new(scenario);
    let methods = modelling.methods(&observed);
    let limits = &scenario.profile.limits;
    let behaviour = Behaviour {
        heap: observed.heap(),
        queue_capacity: limits.queue_capacity,
        largest_payload: limits.call_payload.min(limits.reply_payload),
        methods: methods.iter().map(|(name, m)| (name.clone(), m.method.clone())).collect(),
    };
    let left_out = observed.left_out().into_iter().chain(modelling.left_out()).collect();
    Calibrated { subject: subject.clone(), behaviour: Arc::new(behaviour), methods, left_out }
}

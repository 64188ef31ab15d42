//! Actions: what is done to canisters in the course of a run, as part of what fixes it.
//!
//! An action is a client that sends its messages one after the other, each when the one before is
//! answered, whatever the answer is. They go the way of all ingress: they are charged for, wait for a block,
//! and can be refused.

use crate::id::{CanisterId, SubnetId};
use crate::message::Target;
use crate::runtime::Payload;
use crate::time::SimTime;
use crate::units::Cycles;
use ic_principal::Principal;
use std::sync::Arc;

/// An action and when it takes place.
#[derive(Clone, Debug)]
pub struct ActionSpec {
    /// Its name; its messages bear it as those of a workload do.
    pub name: Arc<str>,
    /// Where: the subnet of the canisters it is about.
    pub subnet: SubnetId,
    /// Who sends its messages.
    pub sender: Principal,
    /// When it begins.
    pub times: Vec<SimTime>,
    /// What is done each time, in order.
    pub steps: Arc<[Step]>,
}

/// A part of an action.
#[derive(Clone, Debug)]
pub enum Step {
    /// A message is sent; the next step waits for its answer.
    Send {
        /// To whom: a canister, or the management canister about one.
        target: Target,
        /// The method called.
        method: Arc<str>,
        /// The payload.
        arg: Payload,
    },
    /// A canister is given cycles that come from outside, as soon as no execution of it is under way.
    TopUp {
        /// The canister.
        canister: CanisterId,
        /// How many.
        cycles: Cycles,
    },
}

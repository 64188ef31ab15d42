//! What can keep a world from being set up or run.

use crate::id::CanisterId;
use crate::runtime::Failure;
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles};
use std::sync::Arc;

/// A world could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The profile gives a subnet of this size rounds too short to simulate.
    #[error(
        "a block interval of {interval} on subnet `{subnet}` of {nodes} nodes is too short; at least {least} is expected"
    )]
    ShortBlockInterval {
        /// Index of the subnet.
        index: usize,
        /// Its name.
        subnet: String,
        /// Its nodes.
        nodes: u64,
        /// The shortest block interval it can draw.
        interval: SimDuration,
        /// The shortest that is simulated.
        least: SimDuration,
    },
    /// An ingress message that no subnet takes.
    #[error(
        "workload `{workload}` sends messages of {bytes} bytes; a subnet takes at most {limit}"
    )]
    IngressTooLarge {
        /// Index into [`WorldSpec::workloads`](super::WorldSpec::workloads).
        index: usize,
        /// The workload's name.
        workload: String,
        /// What its messages have.
        bytes: Bytes,
        /// The limit.
        limit: Bytes,
    },
    /// The network has no subnet of that id.
    #[error("canister `{canister}` is placed on a subnet that does not exist")]
    NoSubnet {
        /// Index into [`WorldSpec::canisters`](super::WorldSpec::canisters).
        index: usize,
        /// Its name.
        canister: Arc<str>,
    },
    /// Two canisters have the same id, or ids on a subnet do not count up from zero in order.
    #[error("canister `{canister}` has id {id}, but the next free id of its subnet is {expected}")]
    CanisterIdOutOfOrder {
        /// Index into [`WorldSpec::canisters`](super::WorldSpec::canisters).
        index: usize,
        /// Its name.
        canister: Arc<str>,
        /// The id given.
        id: CanisterId,
        /// The id expected.
        expected: CanisterId,
    },
    /// The cycles given do not pay for the creation.
    #[error(
        "canister `{canister}` is given {given} cycles, below the creation fee of {fee} cycles on its subnet"
    )]
    CyclesBelowCreationFee {
        /// Index into [`WorldSpec::canisters`](super::WorldSpec::canisters).
        index: usize,
        /// Its name.
        canister: Arc<str>,
        /// What it was given.
        given: Cycles,
        /// The fee.
        fee: Cycles,
    },
    /// `(start)` or `canister_init` failed, or the canister cannot pay for them.
    #[error("canister `{canister}` could not be installed: {failure}")]
    InstallFailed {
        /// Index into [`WorldSpec::canisters`](super::WorldSpec::canisters).
        index: usize,
        /// Its name.
        canister: Arc<str>,
        /// Why.
        failure: Failure,
    },
    /// A workload's target does not exist.
    #[error("workload `{workload}` targets {target}, which does not exist")]
    NoTarget {
        /// Index into [`WorldSpec::workloads`](super::WorldSpec::workloads).
        index: usize,
        /// The workload's name.
        workload: String,
        /// The canister it wants.
        target: CanisterId,
    },
}

/// The model contradicted itself: a fault of icsim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelFault {
    /// Cycles appeared or vanished.
    #[error("cycles are not conserved on {place}: {expected} cycles expected, {found} found")]
    CyclesNotConserved {
        /// The subnet, or the whole network.
        place: String,
        /// What the accounts say.
        expected: Cycles,
        /// What canisters, messages and call contexts hold.
        found: Cycles,
    },
}

/// A run ended without a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The progress callback asked for it.
    #[error("interrupted at {0} of simulated time")]
    Interrupted(SimTime),
    /// The model contradicted itself.
    #[error(transparent)]
    Fault(#[from] ModelFault),
}

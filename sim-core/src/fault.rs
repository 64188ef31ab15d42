//! Faults: what goes wrong on purpose, as part of what fixes a run.
//!
//! A fault holds from one instant to another. What it leaves to chance is drawn from a random stream of
//! its own, so a fault never shifts the workload.

use crate::id::{CanisterId, SubnetId};
use crate::message::{Request, ResponseMessage};
use crate::reject::ErrorCode;
use crate::runtime::{Payload, Program};
use crate::time::{SimDuration, SimTime};
use std::fmt;
use std::sync::Arc;

/// A fault and when it holds.
#[derive(Clone, Debug)]
pub struct FaultSpec {
    /// When it begins.
    pub from: SimTime,
    /// When it is over. Faults that only happen once take place at `from`.
    pub until: SimTime,
    /// What goes wrong.
    pub fault: Fault,
}

/// What goes wrong.
#[derive(Clone)]
pub enum Fault {
    /// A subnet makes no blocks.
    SubnetStalls {
        /// The subnet.
        subnet: SubnetId,
    },
    /// A subnet makes no blocks, and its nodes forget what was in no certified state: paused executions
    /// start over, ingress messages that no block has included are gone.
    SubnetRestarts {
        /// The subnet.
        subnet: SubnetId,
    },
    /// Nothing leaves one subnet for another; it leaves when the fault is over.
    LinkCut {
        /// The sending subnet.
        from: SubnetId,
        /// The receiving one.
        to: SubnetId,
    },
    /// Messages from one subnet to another take longer.
    LinkSlow {
        /// The sending subnet.
        from: SubnetId,
        /// The receiving one.
        to: SubnetId,
        /// Of the time they would take, in percent.
        percent: u64,
    },
    /// Best-effort messages from one subnet to another are lost; their cycles come back. Guaranteed ones
    /// cannot be lost.
    LinkLossy {
        /// The sending subnet.
        from: SubnetId,
        /// The receiving one.
        to: SubnetId,
        /// How many of them, in percent.
        percent: u64,
    },
    /// A canister spends nothing, as if its balance were below the freezing threshold.
    CanisterFrozen {
        /// The canister.
        canister: CanisterId,
    },
    /// A canister is stopped, and started when the fault is over.
    CanisterStopped {
        /// The canister.
        canister: CanisterId,
    },
    /// A canister is upgraded, once.
    CanisterUpgraded {
        /// The canister.
        canister: CanisterId,
        /// Its new code.
        program: Arc<dyn Program>,
        /// The argument of `canister_post_upgrade`.
        arg: Payload,
    },
    /// Calls are rejected instead of being taken in.
    CallsRejected {
        /// Which.
        calls: CallFilter,
        /// With what.
        code: ErrorCode,
    },
    /// Answers are taken in late.
    AnswersLate {
        /// To which calls; the method is not known any more.
        calls: CallFilter,
        /// How much later.
        by: SimDuration,
    },
}

/// Which calls are meant; what is not said fits all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Calls of this canister.
    pub caller: Option<CanisterId>,
    /// Calls to this canister.
    pub callee: Option<CanisterId>,
    /// Calls of this method.
    pub method: Option<Arc<str>>,
    /// How many of them, in percent; `None` for all.
    pub percent: Option<u64>,
}

impl CallFilter {
    /// Whether a call fits, chance aside.
    pub fn fits(&self, request: &Request) -> bool {
        self.fits_pair(request.caller, request.callee)
            && self.method.as_ref().is_none_or(|method| *method == request.method)
    }

    /// Whether an answer belongs to a call that fits, chance and method aside.
    pub fn fits_answer(&self, response: &ResponseMessage) -> bool {
        self.fits_pair(response.caller, response.callee)
    }

    fn fits_pair(&self, caller: CanisterId, callee: CanisterId) -> bool {
        self.caller.is_none_or(|wanted| wanted == caller)
            && self.callee.is_none_or(|wanted| wanted == callee)
    }
}

impl FaultSpec {
    /// Whether it holds at `time`.
    pub fn holds_at(&self, time: SimTime) -> bool {
        self.from <= time && time < self.until
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Fault {
    /// What it is called.
    pub const fn name(&self) -> &'static str {
        match self {
            Fault::SubnetStalls { .. } => "subnet-stalls",
            Fault::SubnetRestarts { .. } => "subnet-restarts",
            Fault::LinkCut { .. } => "link-cut",
            Fault::LinkSlow { .. } => "link-slow",
            Fault::LinkLossy { .. } => "link-lossy",
            Fault::CanisterFrozen { .. } => "canister-frozen",
            Fault::CanisterStopped { .. } => "canister-stopped",
            Fault::CanisterUpgraded { .. } => "canister-upgraded",
            Fault::CallsRejected { .. } => "calls-rejected",
            Fault::AnswersLate { .. } => "answers-late",
        }
    }
}

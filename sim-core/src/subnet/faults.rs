//! What faults do to a subnet.

use super::{Subnet, SubnetStream};
use crate::canister::Status;
use crate::execution::Executor;
use crate::fault::{CallFilter, Fault, FaultSpec};
use crate::id::{CanisterId, MessageId, SubnetId};
use crate::message::{Request, ResponseMessage};
use crate::random::Stream;
use crate::record::{Event, Outcome};
use crate::reject::ErrorCode;
use crate::time::SimTime;
use crate::units::Cycles;
use std::sync::Arc;

/// The faults of a run, as one subnet goes through them.
pub(super) struct Faults {
    all: Arc<[FaultSpec]>,
    /// Instants at which something happens once, by fault: its beginning, then its end.
    begun: Vec<bool>,
    ended: Vec<bool>,
    /// Some of them freeze canisters.
    can_freeze: bool,
    random: Stream,
    /// Answers that are kept back until their time has come.
    held: Vec<(SimTime, ResponseMessage)>,
}

impl Faults {
    pub(super) fn new(all: Arc<[FaultSpec]>, seed: u64, subnet: &str) -> Self {
        let count = all.len();
        let random = Stream::new(seed, subnet, "faults");
        let freezes = |spec: &FaultSpec| matches!(spec.fault, Fault::CanisterFrozen { .. });
        Faults {
            can_freeze: all.iter().any(freezes),
            all,
            begun: vec![false; count],
            ended: vec![false; count],
            random,
            held: Vec::new(),
        }
    }

    /// Cycles with answers that are kept back.
    pub(super) fn cycles(&self) -> Cycles {
        self.held.iter().map(|(_, answer)| answer.refund.amount()).sum()
    }

    /// When a subnet that is to make a block at `time` can make one.
    pub(super) fn resumes(&self, subnet: SubnetId, time: SimTime) -> SimTime {
        let stalls = |spec: &&FaultSpec| match spec.fault {
            Fault::SubnetStalls { subnet: stalled } | Fault::SubnetRestarts { subnet: stalled } => {
                stalled == subnet
            }
            _ => false,
        };
        let mut time = time;
        // A stall may end within another.
        while let Some(spec) = self.all.iter().filter(stalls).find(|spec| spec.holds_at(time)) {
            time = spec.until;
        }
        time
    }

    pub(super) fn is_frozen(&self, canister: CanisterId, time: SimTime) -> bool {
        self.all.iter().filter(|spec| spec.holds_at(time)).any(|spec| {
            matches!(spec.fault, Fault::CanisterFrozen { canister: frozen } if frozen == canister)
        })
    }

    /// With what a call is rejected, if it is.
    pub(super) fn rejects(&mut self, request: &Request, time: SimTime) -> Option<ErrorCode> {
        for spec in self.all.iter().filter(|spec| spec.holds_at(time)) {
            if let Fault::CallsRejected { calls, code } = &spec.fault
                && calls.fits(request)
                && is_drawn(calls, &mut self.random)
            {
                return Some(*code);
            }
        }
        None
    }

    /// Keeps an answer back, if a fault says so.
    pub(super) fn hold(
        &mut self,
        answer: ResponseMessage,
        time: SimTime,
    ) -> Option<ResponseMessage> {
        for spec in self.all.iter().filter(|spec| spec.holds_at(time)) {
            if let Fault::AnswersLate { calls, by } = &spec.fault
                && calls.fits_answer(&answer)
                && is_drawn(calls, &mut self.random)
            {
                self.held.push((time + *by, answer));
                return None;
            }
        }
        Some(answer)
    }

    /// Answers whose time has come.
    fn release(&mut self, time: SimTime) -> Vec<ResponseMessage> {
        let (due, held) =
            std::mem::take(&mut self.held).into_iter().partition(|(at, _)| *at <= time);
        self.held = held;
        due.into_iter().map(|(_, answer): (SimTime, ResponseMessage)| answer).collect()
    }

    /// Whether a best-effort message to `peer` is lost.
    pub(super) fn loses(&mut self, own: SubnetId, peer: SubnetId, time: SimTime) -> bool {
        let mut lost = false;
        for spec in self.all.iter().filter(|spec| spec.holds_at(time)) {
            if let Fault::LinkLossy { from, to, percent } = spec.fault
                && (from, to) == (own, peer)
            {
                lost |= self.random.below(100) < percent;
            }
        }
        lost
    }

    /// Tells a stream how its link is at `time`.
    pub(super) fn set_link(
        &self,
        own: SubnetId,
        peer: SubnetId,
        stream: &mut SubnetStream,
        time: SimTime,
    ) {
        let (mut percent, mut open_from) = (100, time);
        for spec in self.all.iter().filter(|spec| spec.holds_at(time)) {
            match spec.fault {
                Fault::LinkCut { from, to } if (from, to) == (own, peer) => {
                    open_from = open_from.max(spec.until);
                }
                Fault::LinkSlow { from, to, percent: slow } if (from, to) == (own, peer) => {
                    percent = percent.max(slow);
                }
                _ => {}
            }
        }
        stream.set_condition(percent, open_from);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

fn is_drawn(calls: &CallFilter, random: &mut Stream) -> bool {
    calls.percent.is_none_or(|percent| random.below(100) < percent)
}

impl Subnet {
    /// At the beginning of a round: what happens once and has become due.
    pub(super) fn meet_faults(&mut self) {
        if self.faults.is_empty() {
            return;
        }
        let now = self.round_start;
        let all = self.faults.all.clone();
        for (index, spec) in all.iter().enumerate() {
            if spec.from <= now && !self.faults.begun[index] && self.can_begin(&spec.fault) {
                self.faults.begun[index] = true;
                self.begin_fault(&spec.fault);
            }
            if spec.until <= now && !std::mem::replace(&mut self.faults.ended[index], true) {
                self.end_fault(&spec.fault);
            }
        }
        if self.faults.can_freeze {
            for index in 0..self.canisters.len() {
                let frozen = self.faults.is_frozen(self.canisters[index].id, now);
                if self.canisters[index].frozen != frozen {
                    self.canisters[index].frozen = frozen;
                }
            }
        }
        for answer in self.faults.release(now) {
            self.deliver_response(answer, false);
        }
    }

    /// A canister in the middle of an execution is upgraded when that is over.
    fn can_begin(&self, fault: &Fault) -> bool {
        match fault {
            Fault::CanisterUpgraded { canister, .. } => {
                self.existing(*canister).is_none_or(|canister| !canister.is_in_progress())
            }
            _ => true,
        }
    }

    fn begin_fault(&mut self, fault: &Fault) {
        match fault {
            Fault::SubnetRestarts { subnet } if *subnet == self.id => self.forget_uncertified(),
            Fault::CanisterStopped { canister } => {
                if let Some(canister) = self.canister_mut(*canister)
                    && canister.status == Status::Running
                {
                    canister.status = Status::Stopping;
                    canister.version += 1;
                }
            }
            Fault::CanisterUpgraded { canister, program, arg } if canister.subnet() == self.id => {
                let (mut executor, canisters) = self.executor();
                if let Some(canister) = canisters.get_mut(canister.local()) {
                    // An upgrade that fails leaves the canister as it was.
                    let _ = executor.upgrade(canister, program.clone(), arg.clone());
                    canister.measure(executor.fees);
                }
            }
            _ => {}
        }
    }

    fn end_fault(&mut self, fault: &Fault) {
        if let Fault::CanisterStopped { canister } = fault
            && let Some(canister) = self.canister_mut(*canister)
            && canister.status != Status::Running
        {
            canister.status = Status::Running;
            canister.version += 1;
        }
    }

    fn forget_uncertified(&mut self) {
        for message in self.ingress.clear() {
            // Its client never hears of it; the message expires.
            self.record_lost(message.id);
        }
        for (index, canister) in self.canisters.awake_mut() {
            Executor::abort(canister, &self.fees, &mut self.ledger);
            self.scheduler.aborted(index, canister);
        }
    }

    fn record_lost(&mut self, message: MessageId) {
        let outcome = Outcome::Reject(ErrorCode::IngressMessageTimeout);
        self.record(self.clock, Event::Responded { message, outcome });
    }
}

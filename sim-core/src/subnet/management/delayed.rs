//! Answers that come in a later round: from other nodes, from outside the network, or because nobody
//! may know them before.

use super::{Answer, Subnet, Verdict, failure};
use crate::distribution::Distribution;
use crate::fees::Charge;
use crate::id::CanisterId;
use crate::management::outcalls::TransformContext;
use crate::management::reply;
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, Payload};
use crate::time::{SimDuration, SimTime};
use crate::units::{Bytes, Cycles};
use std::sync::Arc;

/// A call whose answer is on its way.
pub(in crate::subnet) struct Delayed {
    due: SimTime,
    call: ManagementCall,
    pending: Pending,
}

impl Delayed {
    /// Cycles that will come back with the answer.
    pub(in crate::subnet) fn cycles(&self) -> Cycles {
        self.call.cycles.amount()
    }
}

/// What the answer will be.
pub(super) enum Pending {
    /// Known already.
    Known(Answer),
    /// Drawn when it is given.
    Random,
    /// The response of an HTTP outcall, to be transformed, which may have so many bytes.
    Outcall { body: Payload, transform: Option<TransformContext>, most: Bytes },
}

impl Subnet {
    /// `raw_rand`: answered one round later, so that nobody can foresee it.
    pub(super) fn raw_rand(&mut self, call: &mut ManagementCall) -> Result<Verdict, Failure> {
        if call.arg.as_ref() != b"DIDL\0\0" {
            let message = "raw_rand takes no argument";
            return Err(failure(ErrorCode::InvalidManagementPayload, message));
        }
        let soon = self.round_start + SimDuration::from_nanos(1);
        Ok(self.wait(call, soon, Pending::Random))
    }

    /// Answers a call after a time drawn from `delay`; the time of a subnet that is driven by hand
    /// stands still, so there it is the next round.
    pub(super) fn wait_for(
        &mut self,
        call: &mut ManagementCall,
        delay: &Distribution,
        pending: Pending,
    ) -> Verdict {
        let drawn = delay.sample(&mut self.outside).max(SimDuration::from_nanos(1));
        let by_hand = self.ingress_history.is_some();
        let delay = if by_hand { SimDuration::from_nanos(1) } else { drawn };
        self.wait(call, self.round_start + delay, pending)
    }

    fn wait(&mut self, call: &mut ManagementCall, due: SimTime, pending: Pending) -> Verdict {
        let call = ManagementCall {
            origin: call.origin,
            method: call.method.clone(),
            arg: Arc::from([]),
            cycles: call.cycles.take(),
            charged_later: Bytes::ZERO,
        };
        self.delayed.push(Delayed { due, call, pending });
        Verdict::Wait
    }

    /// Gives the answers that are due, in the order in which they were asked for.
    pub(in crate::subnet) fn answer_delayed(&mut self) {
        if self.delayed.is_empty() {
            return;
        }
        let now = self.round_start;
        let due: Vec<Delayed> = self.delayed.extract_if(.., |delayed| delayed.due <= now).collect();
        for Delayed { call, pending, .. } in due {
            let answer = match pending {
                Pending::Known(answer) => answer,
                Pending::Random => Ok(reply(&serde_bytes::Bytes::new(&self.random_bytes(32)))),
                Pending::Outcall { body, transform, most } => {
                    self.outcall_response(&call, body, transform, most)
                }
            };
            self.answer(call, answer);
        }
    }

    /// Bytes from the subnet's own stream of randomness.
    pub(super) fn random_bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.randomness.next_u64().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }

    /// Takes the price of `charge` off the cycles of a call, if there are as many.
    ///
    /// # Errors
    /// There are not; all go back.
    pub(super) fn pay(&mut self, call: &mut ManagementCall, charge: Charge) -> Result<(), Failure> {
        let (given, price) = (call.cycles.amount(), self.fees.price(&charge));
        if given < price {
            let message = format!(
                "{} request sent with {given} cycles, but {price} cycles are required.",
                call.method
            );
            return Err(failure(ErrorCode::CanisterRejectedMessage, message));
        }
        let payer = Self::calling_canister(call).unwrap_or(CanisterId::MANAGEMENT);
        self.ledger.burn_attached(&mut call.cycles, price, charge, payer);
        Ok(())
    }

    /// The canister that made a call.
    pub(super) fn calling_canister(call: &ManagementCall) -> Option<CanisterId> {
        CanisterId::from_principal(&call.origin.caller())
    }
}

//! Prices on one subnet: the profile's fees, scaled by the number of its nodes.
//!
//! `scale(c) = c * nodes / reference_nodes` is one floor division after the addends of a charge
//! were summed; which addends share one division decides the last digit, so each operation has its
//! own function here (`rs/cycles_account_manager/src/cycles_account_manager.rs`).
//!
//! [`Charge`] lists the raw quantities each price is made from. Whatever is burned is booked as one,
//! so that a finished run can be priced again under other fees.

mod bitcoin;
mod charge;
mod http;
mod memory;
mod reservation;

pub use bitcoin::BitcoinCall;
pub use charge::Charge;
pub use memory::IdleUse;
pub use reservation::{Reservation, StorageUse};

use crate::network::{CostSchedule, SubnetKind, SubnetSpec};
use crate::profile::{Fees, Profile, Rounding};
use crate::queues::Answers;
use crate::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

/// The prices of one subnet, for canisters of one width of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSchedule {
    fees: Arc<Fees>,
    nodes: u64,
    reference_nodes: u64,
    /// Everything but signatures is free.
    free: bool,
    wasm64: bool,
    message_instructions: Instructions,
    max_reply: Bytes,
    response_overhead: Bytes,
    reservation: Reservation,
    /// The same for canisters with 64-bit memory, if this is not it.
    wide: Option<Arc<FeeSchedule>>,
}

impl FeeSchedule {
    /// The prices of `profile` on an application subnet of `nodes` nodes.
    pub fn new(profile: &Profile, nodes: u64) -> Self {
        let name = String::new();
        FeeSchedule::on(profile, &SubnetSpec { name, nodes, ..SubnetSpec::default() })
    }

    /// The prices of `profile` on a subnet.
    pub fn on(profile: &Profile, subnet: &SubnetSpec) -> Self {
        let kind = subnet.kind;
        let narrow = FeeSchedule {
            fees: Arc::new(profile.fees.clone()),
            nodes: subnet.nodes,
            reference_nodes: profile.fees.reference_nodes.max(1),
            free: kind == SubnetKind::System || subnet.cost_schedule == CostSchedule::Free,
            wasm64: false,
            message_instructions: profile.limits.message_instructions,
            max_reply: profile.limits.reply_payload,
            response_overhead: profile.limits.response_overhead,
            reservation: Reservation::of(profile, kind),
            wide: None,
        };
        let wide = FeeSchedule { wasm64: true, ..narrow.clone() };
        FeeSchedule { wide: Some(Arc::new(wide)), ..narrow }
    }

    /// The prices for canisters with 64-bit memory, whose instructions cost more.
    pub fn wasm64(self: &Arc<Self>) -> Arc<FeeSchedule> {
        self.of_width(true).clone()
    }

    /// The prices for canisters with memory of either width.
    pub(crate) fn of_width(self: &Arc<Self>, wasm64: bool) -> &Arc<FeeSchedule> {
        self.wide.as_ref().filter(|_| wasm64).unwrap_or(self)
    }

    /// Nodes of the subnet.
    pub fn nodes(&self) -> u64 {
        self.nodes
    }

    /// A price for `reference_nodes` nodes on this subnet.
    pub fn scale(&self, amount: Cycles) -> Cycles {
        match self.free {
            true => Cycles::ZERO,
            false => self.scale_to(amount, self.nodes),
        }
    }

    fn scale_to(&self, amount: Cycles, nodes: u64) -> Cycles {
        let scaled = amount.get().saturating_mul(u128::from(nodes));
        Cycles::new(scaled / u128::from(self.reference_nodes))
    }

    /// What `instructions` cost on `reference_nodes` nodes, without the fixed part of a message.
    pub fn instructions(&self, instructions: Instructions) -> Cycles {
        self.instructions_in(instructions, self.wasm64)
    }

    fn instructions_in(&self, instructions: Instructions, wasm64: bool) -> Cycles {
        let fees = &self.fees;
        let ten = if wasm64 { fees.ten_instructions_64 } else { fees.ten_instructions };
        Cycles::new(u128::from(instructions.get()).saturating_mul(ten.get()) / 10)
    }

    fn bytes_part(fee: Cycles, bytes: Bytes) -> Cycles {
        fee.saturating_mul(u128::from(bytes.get()))
    }

    /// A fixed part and a part for each byte, with the divisions of the profile's era.
    fn scale_with_bytes(&self, base: Cycles, byte: Cycles, bytes: Bytes) -> Cycles {
        match self.fees.rounding {
            Rounding::Sum => self.scale(base + Self::bytes_part(byte, bytes)),
            Rounding::Each => self.scale(base) + Self::bytes_part(self.scale(byte), bytes),
        }
    }

    /// Creating a canister.
    pub fn canister_creation(&self) -> Cycles {
        self.scale(self.fees.canister_creation)
    }

    /// One threshold signature or derived key of a subnet of this size.
    pub fn signature(&self) -> Cycles {
        self.signature_by(self.nodes)
    }

    /// One threshold signature or derived key, made by a subnet of `nodes` nodes. System subnets pay
    /// for them like all others.
    pub fn signature_by(&self, nodes: u64) -> Cycles {
        self.scale_to(self.fees.signature, nodes)
    }

    /// Reading a canister's log by a replicated call, which returned `bytes`.
    pub fn log_fetch(&self, bytes: Bytes) -> Cycles {
        self.scale_with_bytes(self.fees.log_fetch, self.fees.log_fetch_byte, bytes)
    }

    /// Executing one message that uses `instructions`.
    pub fn execution(&self, instructions: Instructions) -> Cycles {
        self.execution_in(instructions, self.wasm64)
    }

    fn execution_in(&self, instructions: Instructions, wasm64: bool) -> Cycles {
        self.scale(self.fees.update_message_base + self.instructions_in(instructions, wasm64))
    }

    /// What comes back of a prepaid execution whose last `unused` instructions were not needed.
    pub fn execution_refund(&self, unused: Instructions) -> Cycles {
        self.scale(self.instructions(unused))
    }

    /// What an execution costs for which `limit` instructions were prepaid and `used` were used.
    /// Prepaying and refunding rounds twice, so this is not [`Self::execution`] of what was used.
    pub fn execution_cost(&self, limit: Instructions, used: Instructions) -> Cycles {
        self.execution_cost_in(limit, used, self.wasm64)
    }

    fn execution_cost_in(&self, limit: Instructions, used: Instructions, wasm64: bool) -> Cycles {
        let unused = limit.saturating_sub(used);
        let refund = self.scale(self.instructions_in(unused, wasm64));
        self.execution_in(limit, wasm64).saturating_sub(refund)
    }

    /// Instructions that the management canister spends for a canister: without the fixed part, at
    /// the price of 32-bit code.
    pub fn management(&self, instructions: Instructions) -> Cycles {
        self.scale(self.instructions_in(instructions, false))
    }

    /// Inducting an ingress message of `bytes` bytes.
    pub fn ingress(&self, bytes: Bytes) -> Cycles {
        self.scale_with_bytes(self.fees.ingress_base, self.fees.ingress_byte, bytes)
    }

    /// Sending a request whose method name and payload have `bytes` bytes, and getting its response.
    pub fn request_transmission(&self, bytes: Bytes) -> Cycles {
        let (base, byte) = (self.fees.call_base, Self::bytes_part(self.fees.call_byte, bytes));
        match self.fees.rounding {
            Rounding::Sum => self.scale(base + byte),
            Rounding::Each => self.scale(base) + self.scale(byte),
        }
    }

    /// Transmitting a response of `bytes` bytes.
    pub fn response_transmission(&self, bytes: Bytes) -> Cycles {
        self.scale(Self::bytes_part(self.fees.call_byte, bytes))
    }

    /// Memory that is kept for a guaranteed response, by who waits for it and by who owes it.
    pub fn reserved_response(&self) -> Bytes {
        self.max_reply + self.response_overhead
    }

    /// Memory that guaranteed responses take up while they wait in a queue.
    pub(crate) fn queued_responses(&self, answers: Answers) -> Bytes {
        self.response_overhead.saturating_mul(answers.count) + answers.bytes
    }

    /// Prepaid by the caller for the largest response.
    pub fn largest_response(&self) -> Cycles {
        self.response_transmission(self.max_reply)
    }

    /// What comes back of [`Self::largest_response`] for a response of `bytes` bytes.
    pub fn response_refund(&self, bytes: Bytes) -> Cycles {
        self.largest_response().saturating_sub(self.response_transmission(bytes))
    }

    /// Prepaid for executing any message or callback to its limit.
    pub fn execution_prepayment(&self) -> Cycles {
        self.execution(self.message_instructions)
    }

    /// Taken from the caller by `call_perform` besides the attached cycles: request, largest
    /// response and callback.
    pub fn call_hold(&self, request_bytes: Bytes) -> Cycles {
        self.request_transmission(request_bytes)
            + self.largest_response()
            + self.execution_prepayment()
    }
}

#[cfg(test)]
mod tests;

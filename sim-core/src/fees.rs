//! Prices on one subnet: the profile's fees, scaled by the number of its nodes.
//!
//! `scale(c) = c * nodes / reference_nodes` is one floor division after the addends of a charge
//! were summed; which addends share one division decides the last digit, so each charge has its
//! own function here (`rs/cycles_account_manager/src/cycles_account_manager.rs`).

use crate::profile::{Fees, Profile};
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles, Instructions};

const GIB: u128 = 1 << 30;
const SECONDS_PER_DAY: u64 = 86_400;

/// The prices of one subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSchedule {
    fees: Fees,
    nodes: u64,
    message_instructions: Instructions,
    max_reply: Bytes,
}

impl FeeSchedule {
    /// The prices of `profile` on a subnet of `nodes` nodes.
    pub fn new(profile: &Profile, nodes: u64) -> Self {
        FeeSchedule {
            fees: profile.fees.clone(),
            nodes,
            message_instructions: profile.limits.message_instructions,
            max_reply: profile.limits.reply_payload,
        }
    }

    /// Nodes of the subnet.
    pub fn nodes(&self) -> u64 {
        self.nodes
    }

    fn scale(&self, amount: Cycles) -> Cycles {
        let scaled = amount.get().saturating_mul(u128::from(self.nodes));
        Cycles::new(scaled / u128::from(self.fees.reference_nodes.max(1)))
    }

    fn instruction_part(&self, instructions: Instructions) -> Cycles {
        let tens = u128::from(instructions.get()).saturating_mul(self.fees.ten_instructions.get());
        Cycles::new(tens / 10)
    }

    fn bytes_part(fee: Cycles, bytes: Bytes) -> Cycles {
        fee.saturating_mul(u128::from(bytes.get()))
    }

    /// Creating a canister.
    pub fn canister_creation(&self) -> Cycles {
        self.scale(self.fees.canister_creation)
    }

    /// One threshold signature or derived key of a subnet of this size.
    pub fn signature(&self) -> Cycles {
        self.scale(self.fees.signature)
    }

    /// One threshold signature or derived key, made by a subnet of `nodes` nodes.
    pub fn signature_by(&self, nodes: u64) -> Cycles {
        let scaled = self.fees.signature.get().saturating_mul(u128::from(nodes));
        Cycles::new(scaled / u128::from(self.fees.reference_nodes.max(1)))
    }

    /// An HTTP outcall whose request has `request` bytes and whose response may have `response`.
    pub fn http_outcall(&self, request: Bytes, response: Bytes) -> Cycles {
        let nodes = u128::from(self.nodes);
        let each = self.fees.http_outcall
            + self.fees.http_outcall_node.saturating_mul(nodes)
            + Self::bytes_part(self.fees.http_request_byte, request)
            + Self::bytes_part(self.fees.http_response_byte, response);
        each.saturating_mul(nodes)
    }

    /// Executing one message that uses `instructions`.
    pub fn execution(&self, instructions: Instructions) -> Cycles {
        self.scale(self.fees.update_message_base + self.instruction_part(instructions))
    }

    /// What comes back of a prepaid execution whose last `unused` instructions were not needed.
    pub fn execution_refund(&self, unused: Instructions) -> Cycles {
        self.scale(self.instruction_part(unused))
    }

    /// What an execution costs for which `limit` instructions were prepaid and `used` were used.
    /// Prepaying and refunding rounds twice, so this is not [`Self::execution`] of what was used.
    pub fn execution_cost(&self, limit: Instructions, used: Instructions) -> Cycles {
        let refund = self.execution_refund(limit.saturating_sub(used));
        self.execution(limit).saturating_sub(refund)
    }

    /// Inducting an ingress message of `bytes` bytes.
    pub fn ingress(&self, bytes: Bytes) -> Cycles {
        self.scale(self.fees.ingress_base + Self::bytes_part(self.fees.ingress_byte, bytes))
    }

    /// Sending a request whose method name and payload have `bytes` bytes, and getting its response.
    pub fn request_transmission(&self, bytes: Bytes) -> Cycles {
        self.scale(self.fees.call_base + Self::bytes_part(self.fees.call_byte, bytes))
    }

    /// Transmitting a response of `bytes` bytes.
    pub fn response_transmission(&self, bytes: Bytes) -> Cycles {
        self.scale(Self::bytes_part(self.fees.call_byte, bytes))
    }

    /// Prepaid by the caller for the largest response.
    pub fn largest_response(&self) -> Cycles {
        self.response_transmission(self.max_reply)
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

    /// Keeping `bytes` of memory for `duration`, counted in whole seconds.
    pub fn storage(&self, bytes: Bytes, duration: SimDuration) -> Cycles {
        self.storage_for_seconds(bytes, duration.as_secs())
    }

    fn storage_for_seconds(&self, bytes: Bytes, seconds: u64) -> Cycles {
        let byte_seconds = u128::from(bytes.get()).saturating_mul(u128::from(seconds));
        self.scale(Cycles::new(
            byte_seconds.saturating_mul(self.fees.storage_gib_second.get()) / GIB,
        ))
    }

    /// What an idle canister with `bytes` of memory pays in `duration`: the price of a day, in
    /// proportion to the whole seconds passed.
    pub fn idle_storage(&self, bytes: Bytes, duration: SimDuration) -> Cycles {
        let day = self.storage_for_seconds(bytes, SECONDS_PER_DAY).get();
        Cycles::new(
            day.saturating_mul(u128::from(duration.as_secs())) / u128::from(SECONDS_PER_DAY),
        )
    }

    /// What compute allocation costs in `duration`: the price of a day, in proportion.
    pub fn idle_compute(&self, percent: u64, duration: SimDuration) -> Cycles {
        let day = self.compute(percent, SimDuration::from_secs(SECONDS_PER_DAY)).get();
        Cycles::new(
            day.saturating_mul(u128::from(duration.as_secs())) / u128::from(SECONDS_PER_DAY),
        )
    }

    /// Keeping `percent` of compute allocation for `duration`, counted in whole seconds.
    pub fn compute(&self, percent: u64, duration: SimDuration) -> Cycles {
        let fee = self.fees.compute_percent_second;
        let seconds = u128::from(duration.as_secs());
        self.scale(fee.saturating_mul(u128::from(percent)).saturating_mul(seconds))
    }

    /// Balance a canister with `bytes` of memory needs to stay alive for `seconds` without income.
    pub fn freezing_threshold(&self, bytes: Bytes, seconds: u64) -> Cycles {
        let day = self.storage_for_seconds(bytes, SECONDS_PER_DAY).get();
        Cycles::new(day.saturating_mul(u128::from(seconds)) / u128::from(SECONDS_PER_DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(nodes: u64) -> FeeSchedule {
        FeeSchedule::new(&Profile::default(), nodes)
    }

    #[test]
    fn published_prices_of_thirteen_nodes() {
        let fees = schedule(13);
        assert_eq!(fees.execution_prepayment(), Cycles::new(40_005_000_000));
        assert_eq!(fees.call_hold(Bytes::ZERO), Cycles::new(42_102_412_000));
        assert_eq!(fees.ingress(Bytes::new(10)), Cycles::new(1_220_000));
        assert_eq!(fees.signature(), Cycles::new(10_000_000_000));
        // Interface documentation, "Cycles cost": 49,140,000 for the call itself.
        assert_eq!(fees.http_outcall(Bytes::ZERO, Bytes::ZERO), Cycles::new(49_140_000));
    }

    #[test]
    fn published_prices_of_thirty_four_nodes() {
        let fees = schedule(34);
        assert_eq!(fees.canister_creation(), Cycles::new(1_307_692_307_692));
        assert_eq!(fees.execution(Instructions::ZERO), Cycles::new(13_076_923));
        assert_eq!(fees.request_transmission(Bytes::ZERO), Cycles::new(680_000));
        assert_eq!(fees.ingress(Bytes::ZERO), Cycles::new(3_138_461));
    }

    #[test]
    fn a_gibibyte_costs_its_published_price_a_second() {
        let gib = Bytes::new(1 << 30);
        assert_eq!(schedule(13).storage(gib, SimDuration::from_secs(1)), Cycles::new(127_000));
        assert_eq!(
            schedule(13).idle_storage(gib, SimDuration::from_secs(10)),
            Cycles::new(1_270_000)
        );
    }

    #[test]
    fn prepaying_and_refunding_rounds_as_the_replica_does() {
        // An empty heartbeat on 34 nodes at 2024-06 prices costs 1,543,080 cycles.
        let profile = Profile::named("2024-06").expect("is built in");
        let fees = FeeSchedule::new(&profile, 34);
        let limit = profile.limits.message_instructions;
        assert_eq!(fees.execution_cost(limit, Instructions::new(1)), Cycles::new(1_543_080));
    }
}

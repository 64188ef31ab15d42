//! HTTP outcalls: the price in force, and the one that charges for what is used.

use super::FeeSchedule;
use crate::units::{Bytes, Cycles, Instructions};

impl FeeSchedule {
    /// An HTTP outcall whose request has `request` bytes and whose response may have `response`. The
    /// number of nodes is in the formula, so nothing is scaled.
    pub fn http_outcall(&self, request: Bytes, response: Bytes) -> Cycles {
        if self.free {
            return Cycles::ZERO;
        }
        let (fees, nodes) = (&self.fees, u128::from(self.nodes));
        let each = fees.http_outcall
            + fees.http_outcall_node.saturating_mul(nodes)
            + Self::bytes_part(fees.http_request_byte, request)
            + Self::bytes_part(fees.http_response_byte, response);
        each.saturating_mul(nodes)
    }

    /// An HTTP outcall that names no limit for its response.
    pub fn http_outcall_without_limit(&self, request: Bytes) -> Cycles {
        self.http_outcall(request, self.fees.http_response_default)
    }

    /// Under pay as you go, the fixed part of an outcall that every node makes and all agree on.
    pub fn http_replicated_base(&self, request: Bytes) -> Cycles {
        let (fees, nodes) = (&self.fees.http_usage, u128::from(self.nodes));
        let each = fees.base
            + Self::bytes_part(fees.request_byte, request)
            + fees.replicated_node.saturating_mul(nodes)
            + fees.replicated_node_pair.saturating_mul(nodes * nodes);
        self.unless_free(each.saturating_mul(nodes))
    }

    /// Under pay as you go, the fixed part of an outcall that needs only `responses` of the nodes.
    pub fn http_flexible_base(&self, request: Bytes, responses: u64) -> Cycles {
        let (fees, nodes) = (&self.fees.http_usage, u128::from(self.nodes));
        let responses = u128::from(responses);
        let each = fees.base
            + Self::bytes_part(fees.request_byte, request)
            + fees.flexible_node.saturating_mul(nodes)
            + fees.response_node.saturating_mul(nodes * responses)
            + fees.response.saturating_mul(responses);
        self.unless_free(each.saturating_mul(nodes))
    }

    /// Under pay as you go, what one node used: bytes downloaded, milliseconds waited, instructions
    /// of the transform function.
    pub fn http_replica(
        &self,
        downloaded: Bytes,
        milliseconds: u64,
        transform: Instructions,
    ) -> Cycles {
        let fees = &self.fees.http_usage;
        let used = Self::bytes_part(fees.downloaded_byte, downloaded)
            + fees.millisecond.saturating_mul(milliseconds.into())
            + Cycles::new(u128::from(transform.get()) / u128::from(self.reference_nodes));
        self.unless_free(used)
    }

    /// Under pay as you go, agreeing on a response of `bytes`.
    pub fn http_consensus(&self, bytes: Bytes) -> Cycles {
        let (fees, nodes) = (&self.fees.http_usage, u128::from(self.nodes));
        let byte = fees.consensus_byte_node.saturating_mul(nodes) + fees.consensus_byte;
        self.unless_free(Self::bytes_part(byte, bytes).saturating_mul(nodes))
    }

    fn unless_free(&self, amount: Cycles) -> Cycles {
        if self.free { Cycles::ZERO } else { amount }
    }
}

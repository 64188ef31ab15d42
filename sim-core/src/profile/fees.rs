//! Every price of a profile.

use super::per_unit::{per_byte, per_gib_second, per_percent_second, per_second};
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles};
use serde::{Deserialize, Serialize};

/// Prices in cycles on a subnet of `reference_nodes` nodes
/// (`CyclesAccountManagerConfig`, `rs/config/src/subnet_config.rs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// Nodes of the subnet size the prices are quoted for.
    pub reference_nodes: u64,
    /// Which parts of a price are scaled by themselves.
    pub rounding: Rounding,
    /// Creating a canister.
    pub canister_creation: Cycles,
    /// Fixed part of executing one message or task.
    pub update_message_base: Cycles,
    /// Ten instructions of 32-bit Wasm.
    pub ten_instructions: Cycles,
    /// Ten instructions of 64-bit Wasm.
    pub ten_instructions_64: Cycles,
    /// Fixed part of an inter-canister call: request and response.
    pub call_base: Cycles,
    /// One byte of a request or response payload.
    #[serde(with = "per_byte")]
    pub call_byte: Cycles,
    /// Fixed part of inducting an ingress message.
    pub ingress_base: Cycles,
    /// One byte of an ingress message.
    #[serde(with = "per_byte")]
    pub ingress_byte: Cycles,
    /// One GiB of memory for one second.
    #[serde(with = "per_gib_second")]
    pub storage_gib_second: Cycles,
    /// One second of a canister that has any memory, whatever its size.
    #[serde(with = "per_second")]
    pub canister_second: Cycles,
    /// One percent of compute allocation for one second.
    #[serde(with = "per_percent_second")]
    pub compute_percent_second: Cycles,
    /// How often storage and compute allocation are charged, at most.
    pub allocation_charge_interval: SimDuration,
    /// They are charged only in rounds whose number this divides.
    pub allocation_charge_rounds: u64,
    /// The longest time for which memory on a full subnet is reserved ahead.
    pub storage_reservation_period: SimDuration,
    /// One threshold signature or derived key, by the size of the subnet that signs.
    pub signature: Cycles,
    /// Fixed part of reading a log by a replicated call.
    pub log_fetch: Cycles,
    /// One byte of a log read so.
    #[serde(with = "per_byte")]
    pub log_fetch_byte: Cycles,
    /// One HTTP outcall, for each node; these four are not scaled by the size of the subnet.
    pub http_outcall: Cycles,
    /// One HTTP outcall, for each pair of nodes.
    pub http_outcall_node: Cycles,
    /// One byte of the request of an HTTP outcall, for each node.
    #[serde(with = "per_byte")]
    pub http_request_byte: Cycles,
    /// One byte the response of an HTTP outcall may have, for each node.
    #[serde(with = "per_byte")]
    pub http_response_byte: Cycles,
    /// What the response of an HTTP outcall may have that names no limit.
    pub http_response_default: Bytes,
    /// HTTP outcalls by what they use: in the code of 2026, not known to be in force.
    pub http_usage: HttpUsageFees,
    /// Calls of the canister for the Bitcoin main network.
    pub bitcoin_mainnet: BitcoinFees,
    /// Calls of the canister for the Bitcoin test network.
    pub bitcoin_testnet: BitcoinFees,
}

/// Which parts of a price with several addends are scaled to the size of the subnet by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// The sum, with one division: until 2026.
    #[default]
    Sum,
    /// The fixed part and the price of a byte, each with its own division: the newest code.
    Each,
}

/// HTTP outcalls, pay as you go (`rs/https_outcalls/pricing/src/fees.rs`, 2026). Prices of one
/// node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpUsageFees {
    /// Fixed part.
    pub base: Cycles,
    /// One byte of the request.
    #[serde(with = "per_byte")]
    pub request_byte: Cycles,
    /// Of a replicated outcall, for every node.
    pub replicated_node: Cycles,
    /// Of a replicated outcall, for every pair of nodes.
    pub replicated_node_pair: Cycles,
    /// Of a flexible outcall, for every node.
    pub flexible_node: Cycles,
    /// Of a flexible outcall, for every response.
    pub response: Cycles,
    /// Of a flexible outcall, for every response and node.
    pub response_node: Cycles,
    /// One byte downloaded.
    #[serde(with = "per_byte")]
    pub downloaded_byte: Cycles,
    /// One millisecond waited.
    pub millisecond: Cycles,
    /// One byte of the response agreed on.
    #[serde(with = "per_byte")]
    pub consensus_byte: Cycles,
    /// One byte of the response agreed on, for every node.
    #[serde(with = "per_byte")]
    pub consensus_byte_node: Cycles,
}

/// Calls of a Bitcoin canister; they are not scaled by the size of a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BitcoinFees {
    /// `bitcoin_get_balance`, `bitcoin_get_current_fee_percentiles`.
    pub balance: Cycles,
    /// Least amount to be attached to them.
    pub balance_attached: Cycles,
    /// Fixed part of `bitcoin_get_utxos`, `bitcoin_get_block_headers`.
    pub utxos: Cycles,
    /// Least amount to be attached to them.
    pub utxos_attached: Cycles,
    /// Ten instructions of theirs.
    pub ten_instructions: Cycles,
    /// Fixed part of `bitcoin_send_transaction`.
    pub send: Cycles,
    /// One byte of the transaction.
    #[serde(with = "per_byte")]
    pub send_byte: Cycles,
}

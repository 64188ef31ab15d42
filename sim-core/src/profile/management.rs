//! What the management canister allows, and how long what leaves the subnet takes.

use crate::distribution::Distribution;
use crate::time::SimDuration;
use crate::units::{Bytes, Instructions};
use serde::{Deserialize, Serialize};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Forms of the replies that have grown over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterfaceForm {
    /// As in June 2024.
    #[serde(rename = "2024-06")]
    Y2024,
    /// As in 2026.
    #[serde(rename = "2026")]
    Y2026,
}

/// Limits of the management canister, and delays of what it does outside the subnet
/// (`rs/config/src/execution_environment.rs`, `rs/types/types/src/canister_http.rs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagementRules {
    /// The form replies have.
    pub interface: InterfaceForm,
    /// Controllers a canister may have.
    pub controllers: u64,
    /// The largest memory allocation.
    pub memory_allocation: Bytes,
    /// Memory that is allocated is also the most a canister can use.
    pub allocation_caps: bool,
    /// Percent of compute allocation a subnet gives away, before the one that stays free.
    pub compute_capacity: u64,
    /// Memory of the subnet that is kept for executing responses.
    pub subnet_memory_reserve: Bytes,
    /// Canisters a subnet may have; none: no limit.
    pub canisters: u64,
    /// Limit on the heap of a new canister; none: no limit.
    pub default_wasm_memory_limit: Bytes,
    /// Environment variables a canister may have.
    pub environment_variables: u64,
    /// Bytes of the name, and of the value, of an environment variable.
    pub environment_text: Bytes,
    /// Changes of a canister that are kept.
    pub recorded_changes: u64,
    /// Bytes of its log a new canister keeps.
    pub log_bytes: Bytes,
    /// Bytes of its log a canister may keep.
    pub log_bytes_most: Bytes,
    /// How long `stop_canister` waits.
    pub stop_timeout: SimDuration,
    /// Bytes of one chunk of the chunk store; each is charged as so many.
    pub chunk: Bytes,
    /// Bytes of a chunk store.
    pub chunk_store: Bytes,
    /// Snapshots of a canister.
    pub snapshots: u64,
    /// Instructions charged for taking or loading a snapshot, before its bytes.
    pub snapshot: Instructions,
    /// Instructions charged for reading or uploading part of a snapshot, before its bytes.
    pub snapshot_data: Instructions,
    /// Bytes of a part of a snapshot that is read or uploaded.
    pub snapshot_part: Bytes,
    /// Stable memory of a snapshot that is uploaded.
    pub uploaded_stable: Bytes,
    /// How deep calls of composite queries may be nested.
    pub query_depth: u64,
    /// Days for which `node_metrics_history` knows who made blocks.
    pub node_metrics_days: u64,
    /// Instructions of a composite query and all it calls.
    pub query_graph: Instructions,
    /// Counted for every call of a composite query.
    pub query_call: Instructions,
    /// Rounds after which nodes sum up the queries they answered.
    pub query_epoch: u64,
    /// Instructions of `canister_inspect_message`.
    pub inspect_message: Instructions,
    /// Nodes of the subnet that signs with production keys.
    pub signing_nodes: u64,
    /// Nodes of the subnet that signs with test keys.
    pub test_signing_nodes: u64,
    /// From a request for a signature until the subnet has it.
    pub signature_delay: Distribution,
    /// From a request of an HTTP outcall until the subnet has agreed on its response.
    pub http_delay: Distribution,
    /// Bytes of the body of a simulated HTTP response.
    pub http_body: Bytes,
    /// Largest response of an HTTP outcall.
    pub http_response: Bytes,
    /// Largest headers and body of the request of an HTTP outcall.
    pub http_request: Bytes,
    /// Longest URL of an HTTP outcall.
    pub http_url: Bytes,
    /// Headers of an HTTP outcall.
    pub http_headers: u64,
    /// Longest name, and longest value, of a header.
    pub http_header_text: Bytes,
    /// All headers together.
    pub http_headers_size: Bytes,
    /// From a call of the Bitcoin interface until its answer.
    pub bitcoin_delay: Distribution,
}

impl ManagementRules {
    /// June 2024.
    pub(super) fn y2024_06() -> Self {
        ManagementRules {
            interface: InterfaceForm::Y2024,
            controllers: 10,
            memory_allocation: Bytes::new(1 << 48),
            allocation_caps: true,
            compute_capacity: 150,
            subnet_memory_reserve: Bytes::new(10 << 30),
            canisters: 0,
            default_wasm_memory_limit: Bytes::ZERO,
            environment_variables: 20,
            environment_text: Bytes::new(128),
            recorded_changes: 20,
            log_bytes: Bytes::new(4 * KIB),
            log_bytes_most: Bytes::new(4 * KIB),
            stop_timeout: SimDuration::from_secs(300),
            chunk: Bytes::new(MIB),
            chunk_store: Bytes::new(100 * MIB),
            snapshots: 10,
            snapshot: Instructions::ZERO,
            snapshot_data: Instructions::ZERO,
            snapshot_part: Bytes::new(2_000_000),
            uploaded_stable: Bytes::new(1 << 30),
            query_depth: 6,
            query_graph: Instructions::new(5_000_000_000),
            query_call: Instructions::new(50_000_000),
            query_epoch: 600,
            node_metrics_days: 60,
            inspect_message: Instructions::new(200_000_000),
            signing_nodes: 34,
            test_signing_nodes: 13,
            signature_delay: uniform(2_000, 4_000),
            http_delay: uniform(1_500, 5_000),
            http_body: Bytes::new(1_000),
            http_response: Bytes::new(2_000_000),
            http_request: Bytes::new(2_000_000),
            http_url: Bytes::new(8_192),
            http_headers: 64,
            http_header_text: Bytes::new(8 * KIB),
            http_headers_size: Bytes::new(48 * KIB),
            bitcoin_delay: uniform(2_500, 5_000),
        }
    }

    /// The middle of 2026.
    pub(super) fn y2026() -> Self {
        ManagementRules {
            interface: InterfaceForm::Y2026,
            allocation_caps: false,
            log_bytes_most: Bytes::new(2 * MIB),
            snapshot: Instructions::new(2_000_000_000),
            snapshot_data: Instructions::new(5_000_000),
            ..ManagementRules::y2024_06()
        }
    }
}

fn uniform(min: u64, max: u64) -> Distribution {
    Distribution::Uniform { min: SimDuration::from_millis(min), max: SimDuration::from_millis(max) }
}

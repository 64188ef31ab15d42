//! The reply of `canister_status`, in the forms it has had, and of `canister_metrics`.

use super::settings::{EnvironmentVariable, Visibility};
use candid::{CandidType, Nat, Principal};

/// The reply as in June 2024.
#[derive(CandidType)]
pub(crate) struct Status2024 {
    pub(crate) status: RunStatus,
    pub(crate) module_hash: Option<Vec<u8>>,
    pub(crate) controller: Principal,
    pub(crate) settings: Settings2024,
    pub(crate) memory_size: Nat,
    pub(crate) cycles: Nat,
    pub(crate) balance: Vec<(Vec<u8>, Nat)>,
    pub(crate) freezing_threshold: Nat,
    pub(crate) idle_cycles_burned_per_day: Nat,
    pub(crate) reserved_cycles: Nat,
    pub(crate) query_stats: QueryStats,
}

/// Settings in the reply as in June 2024.
#[derive(CandidType)]
pub(crate) struct Settings2024 {
    pub(crate) controller: Principal,
    pub(crate) controllers: Vec<Principal>,
    pub(crate) compute_allocation: Nat,
    pub(crate) memory_allocation: Nat,
    pub(crate) freezing_threshold: Nat,
    pub(crate) reserved_cycles_limit: Nat,
    pub(crate) log_visibility: LogVisibility2024,
    pub(crate) wasm_memory_limit: Nat,
}

/// Who may read the log, before there were lists of viewers.
#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum LogVisibility2024 {
    controllers,
    public,
}

impl From<&Visibility> for LogVisibility2024 {
    fn from(visibility: &Visibility) -> Self {
        match visibility {
            Visibility::public => LogVisibility2024::public,
            Visibility::controllers | Visibility::allowed_viewers(_) => {
                LogVisibility2024::controllers
            }
        }
    }
}

/// The reply.
#[derive(CandidType)]
pub(crate) struct Status {
    pub(crate) status: RunStatus,
    pub(crate) ready_for_migration: bool,
    pub(crate) version: u64,
    pub(crate) module_hash: Option<Vec<u8>>,
    pub(crate) controller: Principal,
    pub(crate) settings: Settings,
    pub(crate) memory_size: Nat,
    pub(crate) memory_metrics: MemoryMetrics,
    pub(crate) cycles: Nat,
    pub(crate) balance: Vec<(Vec<u8>, Nat)>,
    pub(crate) freezing_threshold: Nat,
    pub(crate) idle_cycles_burned_per_day: Nat,
    pub(crate) reserved_cycles: Nat,
    pub(crate) query_stats: QueryStats,
}

/// Settings in the reply.
#[derive(CandidType)]
pub(crate) struct Settings {
    pub(crate) controller: Principal,
    pub(crate) controllers: Vec<Principal>,
    pub(crate) compute_allocation: Nat,
    pub(crate) memory_allocation: Nat,
    pub(crate) freezing_threshold: Nat,
    pub(crate) reserved_cycles_limit: Nat,
    pub(crate) minimum_incoming_canister_call_cycles: Nat,
    pub(crate) log_visibility: Visibility,
    pub(crate) snapshot_visibility: Visibility,
    pub(crate) status_visibility: Visibility,
    pub(crate) log_memory_limit: Nat,
    pub(crate) wasm_memory_limit: Nat,
    pub(crate) wasm_memory_threshold: Nat,
    pub(crate) environment_variables: Vec<EnvironmentVariable>,
}

/// What the memory of a canister consists of.
#[derive(CandidType)]
pub(crate) struct MemoryMetrics {
    pub(crate) wasm_memory_size: Nat,
    pub(crate) stable_memory_size: Nat,
    pub(crate) global_memory_size: Nat,
    pub(crate) wasm_binary_size: Nat,
    pub(crate) custom_sections_size: Nat,
    pub(crate) canister_history_size: Nat,
    pub(crate) wasm_chunk_store_size: Nat,
    pub(crate) snapshots_size: Nat,
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum RunStatus {
    running,
    stopping,
    stopped,
}

/// Statistics of queries.
#[derive(CandidType)]
pub(crate) struct QueryStats {
    pub(crate) num_calls_total: Nat,
    pub(crate) num_instructions_total: Nat,
    pub(crate) request_payload_bytes_total: Nat,
    pub(crate) response_payload_bytes_total: Nat,
}

/// The reply of `canister_metrics`: cycles consumed, by use case.
#[derive(CandidType)]
pub(crate) struct Metrics {
    pub(crate) cycles_consumed: CyclesConsumed,
}

/// Cycles by what they were consumed for.
#[derive(CandidType)]
pub(crate) struct CyclesConsumed {
    pub(crate) memory: Nat,
    pub(crate) compute_allocation: Nat,
    pub(crate) ingress_induction: Nat,
    pub(crate) instructions: Nat,
    pub(crate) request_and_response_transmission: Nat,
    pub(crate) uninstall: Nat,
    pub(crate) burned_cycles: Nat,
    pub(crate) http_outcalls: Nat,
    pub(crate) canister_creation: Nat,
}

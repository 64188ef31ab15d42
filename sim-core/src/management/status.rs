//! The reply of `canister_status`, in the forms it has had, and of `canister_metrics`.

use super::settings::{EnvironmentVariable, Visibility};
use candid::{CandidType, Nat, Principal};

/// The type of a field in the older form, where that had another.
macro_rules! older {
    ($type:ty) => {
        $type
    };
    ($type:ty, $older:ty) => {
        $older
    };
}

/// A record and the form it had before the fields that were `added`; a field of another type then says which.
macro_rules! grown {
    (
        $(#[$doc:meta])* $new:ident, before $old:ident:
        { $($field:ident: $type:ty $(, before $older:ty)?;)* }
        added { $($more:ident: $more_type:ty;)* }
    ) => {
        $(#[$doc])*
        #[derive(CandidType)]
        pub(crate) struct $new {
            $(pub(crate) $field: $type,)*
            $(pub(crate) $more: $more_type,)*
        }

        $(#[$doc])*
        /// As it was in June 2024.
        #[derive(CandidType)]
        pub(crate) struct $old {
            $(pub(crate) $field: older!($type $(, $older)?),)*
        }

        impl From<$new> for $old {
            #[allow(clippy::useless_conversion, reason = "most fields have kept their type")]
            fn from(new: $new) -> $old {
                $old { $($field: new.$field.into(),)* }
            }
        }
    };
}

grown! {
    /// The reply.
    Status, before Status2024:
    {
        status: RunStatus;
        module_hash: Option<Vec<u8>>;
        controller: Principal;
        settings: Settings, before Settings2024;
        memory_size: Nat;
        cycles: Nat;
        balance: Vec<(Vec<u8>, Nat)>;
        freezing_threshold: Nat;
        idle_cycles_burned_per_day: Nat;
        reserved_cycles: Nat;
        query_stats: QueryStats;
    }
    added {
        ready_for_migration: bool;
        version: u64;
        memory_metrics: MemoryMetrics;
    }
}

grown! {
    /// Settings in the reply.
    Settings, before Settings2024:
    {
        controller: Principal;
        controllers: Vec<Principal>;
        compute_allocation: Nat;
        memory_allocation: Nat;
        freezing_threshold: Nat;
        reserved_cycles_limit: Nat;
        log_visibility: Visibility, before LogVisibility2024;
        wasm_memory_limit: Nat;
    }
    added {
        minimum_incoming_canister_call_cycles: Nat;
        snapshot_visibility: Visibility;
        status_visibility: Visibility;
        log_memory_limit: Nat;
        wasm_memory_threshold: Nat;
        environment_variables: Vec<EnvironmentVariable>;
    }
}

/// Who may read the log, before there were lists of viewers.
#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum LogVisibility2024 {
    controllers,
    public,
}

impl From<Visibility> for LogVisibility2024 {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::public => LogVisibility2024::public,
            Visibility::controllers | Visibility::allowed_viewers(_) => {
                LogVisibility2024::controllers
            }
        }
    }
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

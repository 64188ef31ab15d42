//! The reply of `canister_status`.

use crate::canister::{Canister, Status};
use crate::fees::FeeSchedule;
use crate::management::LogVisibility;
use crate::runtime::Payload;
use crate::time::SimDuration;
use candid::{CandidType, Encode, Nat, Principal};

#[derive(CandidType)]
struct CanisterStatus {
    status: RunStatus,
    module_hash: Option<Vec<u8>>,
    controller: Principal,
    settings: Settings,
    memory_size: Nat,
    cycles: Nat,
    balance: Vec<(Vec<u8>, Nat)>,
    freezing_threshold: Nat,
    idle_cycles_burned_per_day: Nat,
    reserved_cycles: Nat,
    query_stats: QueryStats,
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
enum RunStatus {
    running,
    stopping,
    stopped,
}

#[derive(CandidType)]
struct Settings {
    controller: Principal,
    controllers: Vec<Principal>,
    compute_allocation: Nat,
    memory_allocation: Nat,
    freezing_threshold: Nat,
    reserved_cycles_limit: Nat,
    log_visibility: LogVisibility,
    wasm_memory_limit: Nat,
}

#[derive(CandidType)]
struct QueryStats {
    num_calls_total: Nat,
    num_instructions_total: Nat,
    request_payload_bytes_total: Nat,
    response_payload_bytes_total: Nat,
}

/// Encodes a canister's status.
pub(super) fn encode(canister: &Canister, fees: &FeeSchedule) -> Payload {
    let day = SimDuration::from_secs(86_400);
    let idle =
        fees.storage(canister.memory(), day) + fees.compute(canister.compute_allocation, day);
    let first = canister.controllers.first().copied().unwrap_or(Principal::management_canister());
    let cycles = canister.account.balance();
    let zero = || Nat::from(0u8);
    let status = CanisterStatus {
        status: match canister.status {
            Status::Running => RunStatus::running,
            Status::Stopping => RunStatus::stopping,
            Status::Stopped => RunStatus::stopped,
        },
        module_hash: canister.code.as_ref().map(|code| code.program.hash().to_vec()),
        controller: first,
        settings: Settings {
            controller: first,
            controllers: canister.controllers.to_vec(),
            compute_allocation: canister.compute_allocation.into(),
            memory_allocation: canister.memory_allocation.get().into(),
            freezing_threshold: canister.freezing_seconds.into(),
            reserved_cycles_limit: canister.reserved_cycles_limit.get().into(),
            log_visibility: LogVisibility::controllers,
            wasm_memory_limit: zero(),
        },
        memory_size: canister.memory().get().into(),
        cycles: cycles.get().into(),
        balance: vec![(vec![0], cycles.get().into())],
        freezing_threshold: canister.freezing_seconds.into(),
        idle_cycles_burned_per_day: idle.get().into(),
        reserved_cycles: zero(),
        query_stats: QueryStats {
            num_calls_total: zero(),
            num_instructions_total: zero(),
            request_payload_bytes_total: zero(),
            response_payload_bytes_total: zero(),
        },
    };
    // Encoding plain numbers and bytes into memory cannot fail.
    Encode!(&status).unwrap_or_default().into()
}

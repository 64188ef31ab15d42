//! `canister_status` and `canister_metrics`.

use super::{Answer, Subnet, Used, failure};
use crate::canister::options::may_see;
use crate::canister::{Canister, Status as RunningStatus};
use crate::fees::FeeSchedule;
use crate::ledger::UseCase;
use crate::management::method::Method;
use crate::management::settings::EnvironmentVariable;
use crate::management::status::{
    CyclesConsumed, MemoryMetrics, Metrics, QueryStats, RunStatus, Settings, Status, Status2024,
};
use crate::management::{CanisterIdRecord, decode, reply};
use crate::message::ManagementCall;
use crate::profile::InterfaceForm;
use crate::reject::ErrorCode;
use crate::units::{Bytes, Cycles};
use candid::{Nat, Principal};

/// Shown as the one controller of canisters that have none, or several
/// (`rs/replicated_state/src/canister_state/system_state.rs`).
const NO_CONTROLLER: &str = "zrl4w-cqaaa-nocon-troll-eraaa-d5qc";
const SEVERAL_CONTROLLERS: &str = "ifxlm-aqaaa-multi-pleco-ntrol-lersa-h3ae";

impl Subnet {
    /// `canister_status`: for its controllers, itself, and whom its settings name.
    pub(super) fn canister_status(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: CanisterIdRecord = decode(&call.arg)?;
        let place = self.place(args.canister_id, used)?;
        let (canister, sender) = (&self.canisters[place], call.origin.caller());
        let visible = may_see(&canister.options.status_visibility, &sender, &canister.controllers);
        if !visible && sender != canister.id.principal() {
            let message = format!("{sender} may not see the status of canister {}", canister.id);
            return Err(failure(ErrorCode::CanisterInvalidController, message));
        }
        Ok(match self.profile.management.interface {
            InterfaceForm::Y2024 => reply(&Status2024::from(status(canister, &self.fees))),
            InterfaceForm::Y2026 => reply(&status(canister, &self.fees)),
        })
    }

    /// `canister_metrics`: what a canister spent its cycles on.
    pub(super) fn canister_metrics(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let place = self.subject(Method::CanisterMetrics, call, used)?;
        let burned = self.canisters[place].account.burned();
        let of = |use_case: UseCase| nat(burned[use_case as usize]);
        let cycles_consumed = CyclesConsumed {
            memory: of(UseCase::Storage),
            compute_allocation: of(UseCase::ComputeAllocation),
            ingress_induction: of(UseCase::Ingress),
            instructions: of(UseCase::Execution),
            request_and_response_transmission: of(UseCase::Transmission),
            uninstall: of(UseCase::Uninstall),
            burned_cycles: of(UseCase::Burned),
            canister_creation: of(UseCase::Creation),
            http_outcalls: of(UseCase::HttpOutcalls),
        };
        Ok(reply(&Metrics { cycles_consumed }))
    }
}

fn nat(cycles: Cycles) -> Nat {
    cycles.get().into()
}

fn bytes(bytes: Bytes) -> Nat {
    bytes.get().into()
}

/// The form of controllers from before there could be several.
fn controller(canister: &Canister) -> Principal {
    match &*canister.controllers {
        [one] => *one,
        several => {
            let text = if several.is_empty() { NO_CONTROLLER } else { SEVERAL_CONTROLLERS };
            // Both are principals.
            Principal::from_text(text).unwrap_or(Principal::anonymous())
        }
    }
}

fn run_status(canister: &Canister) -> RunStatus {
    match canister.status {
        RunningStatus::Running => RunStatus::running,
        RunningStatus::Stopping => RunStatus::stopping,
        RunningStatus::Stopped => RunStatus::stopped,
    }
}

fn module_hash(canister: &Canister) -> Option<Vec<u8>> {
    canister.code.as_ref().map(|code| code.program.hash().to_vec())
}

fn idle_per_day(canister: &Canister, fees: &FeeSchedule) -> Nat {
    nat(fees.idle_per_day(canister.idle_use()))
}

fn query_stats(canister: &Canister) -> QueryStats {
    let told = canister.queries.told();
    QueryStats {
        num_calls_total: told.calls.into(),
        num_instructions_total: told.instructions.get().into(),
        request_payload_bytes_total: told.request_bytes.get().into(),
        response_payload_bytes_total: told.response_bytes.get().into(),
    }
}

fn status(canister: &Canister, fees: &FeeSchedule) -> Status {
    let cycles = canister.account.balance();
    Status {
        status: run_status(canister),
        ready_for_migration: false,
        version: canister.version,
        module_hash: module_hash(canister),
        controller: controller(canister),
        settings: settings(canister),
        memory_size: bytes(canister.memory_usage()),
        memory_metrics: memory_metrics(canister),
        cycles: nat(cycles),
        balance: vec![(vec![0], nat(cycles))],
        freezing_threshold: canister.freezing_seconds.into(),
        idle_cycles_burned_per_day: idle_per_day(canister, fees),
        reserved_cycles: nat(canister.account.reserved()),
        query_stats: query_stats(canister),
    }
}

fn settings(canister: &Canister) -> Settings {
    let options = &canister.options;
    let variable = |(name, value): &(Box<str>, Box<str>)| EnvironmentVariable {
        name: name.to_string(),
        value: value.to_string(),
    };
    Settings {
        controller: controller(canister),
        controllers: canister.controllers.to_vec(),
        compute_allocation: canister.compute_allocation.into(),
        memory_allocation: bytes(canister.memory_allocation),
        freezing_threshold: canister.freezing_seconds.into(),
        reserved_cycles_limit: nat(canister.reserved_cycles_limit),
        minimum_incoming_canister_call_cycles: nat(options.minimum_incoming_cycles),
        log_visibility: options.log_visibility.clone(),
        snapshot_visibility: options.snapshot_visibility.clone(),
        status_visibility: options.status_visibility.clone(),
        log_memory_limit: bytes(options.log_limit),
        wasm_memory_limit: bytes(options.wasm_memory_limit),
        wasm_memory_threshold: bytes(options.wasm_memory_threshold),
        environment_variables: options.environment.iter().map(variable).collect(),
    }
}

fn memory_metrics(canister: &Canister) -> MemoryMetrics {
    let code = canister.code.as_ref();
    let memory = code.map(|code| code.instance.memory()).unwrap_or_default();
    let stored = code.map_or(Bytes::ZERO, |code| code.program.stored_size());
    MemoryMetrics {
        wasm_memory_size: bytes(memory.heap),
        stable_memory_size: bytes(memory.stable),
        // What is stored of a module counts globals and custom sections.
        global_memory_size: 0u8.into(),
        wasm_binary_size: bytes(stored),
        custom_sections_size: 0u8.into(),
        canister_history_size: bytes(canister.history_memory()),
        wasm_chunk_store_size: bytes(canister.chunks.memory()),
        snapshots_size: bytes(canister.snapshots.memory()),
    }
}

//! The `state` of a canister, in the words of the recordings.

use super::values::to_hex;
use serde_json::{Map, Value, json};
use sim_core::ledger::UseCase;
use sim_core::sandbox::CanisterView;
use sim_core::units::Cycles;

/// Names of use cases in `consumed_by_use_case`.
const USE_CASES: [(UseCase, &str); 10] = [
    (UseCase::Ingress, "IngressInduction"),
    (UseCase::Execution, "Instructions"),
    (UseCase::Transmission, "RequestAndResponseTransmission"),
    (UseCase::Storage, "Memory"),
    (UseCase::ComputeAllocation, "ComputeAllocation"),
    (UseCase::Creation, "CanisterCreation"),
    (UseCase::HttpOutcalls, "HTTPOutcalls"),
    (UseCase::Signatures, "ECDSAOutcalls"),
    (UseCase::Burned, "BurnedCycles"),
    (UseCase::Uninstall, "Uninstall"),
];

/// Digits without separators.
pub(super) fn digits(cycles: Cycles) -> String {
    cycles.get().to_string()
}

/// The fields the model has; `executed` counts iterations in which the canister executed.
pub(super) fn describe(
    view: &CanisterView,
    globals: Option<Vec<String>>,
    executed: u64,
) -> Map<String, Value> {
    let mut by_use_case = Map::new();
    let mut consumed = 0;
    for (use_case, name) in USE_CASES {
        let amount = view.consumed[use_case as usize];
        consumed += amount.get();
        if !amount.is_zero() {
            by_use_case.insert(name.to_owned(), json!(digits(amount)));
        }
    }
    let mut state = Map::new();
    let mut put = |name: &str, value: Value| state.insert(name.to_owned(), value);
    put("id", json!(view.id.to_string()));
    put("subnet", json!(view.id.subnet().index()));
    put("balance", json!(digits(view.balance)));
    put("status", json!(view.status));
    put("version", json!(view.version));
    put("execution_memory_usage", json!(view.execution_memory.get()));
    put("canister_history_memory_usage", json!(view.history_memory.get()));
    put("memory_usage", json!(view.memory_usage.get()));
    put("message_memory_usage", json!(view.message_memory.get()));
    put("reserved_balance", json!(digits(view.reserved)));
    put("certified_data", json!(to_hex(&view.certified_data)));
    put("scheduled_as_first", json!(view.scheduled_as_first));
    put("heap_delta_debit", json!(view.heap_delta_debit));
    put("install_code_debit", json!(view.install_code_debit));
    put("executed", json!(executed));
    put("consumed_cycles", json!(consumed.to_string()));
    put("consumed_by_use_case", Value::Object(by_use_case));
    if let Some(hash) = view.module_hash {
        put("module_hash", json!(to_hex(&hash)));
    }
    if let Some((heap, stable)) = view.pages {
        put("wasm_memory_pages", json!(heap));
        put("stable_memory_pages", json!(stable));
    }
    if let Some(globals) = globals {
        put("globals", json!(globals));
    }
    state
}

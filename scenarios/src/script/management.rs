//! Steps that go to the management canister, as Candid messages.

use super::step::{Step, unknown};
use super::values::{Names, sender};
use candid::{CandidType, Encode, Nat, Principal};
use serde_json::Value;
use sim_core::id::CanisterId;
use sim_core::management::{
    CanisterIdRecord, CanisterSettings, LogVisibility, ProvisionalCreateArgs, UpdateSettingsArgs,
};

/// `install_code` as clients without options for upgrades send it; its bytes are charged for.
#[derive(CandidType)]
struct PlainInstall {
    mode: PlainMode,
    canister_id: Principal,
    wasm_module: Vec<u8>,
    arg: Vec<u8>,
    compute_allocation: Option<Nat>,
    memory_allocation: Option<Nat>,
    sender_canister_version: Option<u64>,
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
enum PlainMode {
    install,
    reinstall,
    upgrade,
}

pub(super) fn create(step: Step<'_>, names: &Names) -> Result<Vec<u8>, String> {
    let amount = match step.value("cycles") {
        Value::Null => None,
        value => Some(number("cycles", value)?),
    };
    let settings = match step.value("settings") {
        Value::Null => None,
        value => Some(settings(value, names)?),
    };
    let args = ProvisionalCreateArgs { amount, settings, ..ProvisionalCreateArgs::default() };
    Encode!(&args).map_err(|error| error.to_string())
}

pub(super) fn install(
    canister: CanisterId,
    mode: Option<&str>,
    module: Vec<u8>,
    arg: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let mode = match mode {
        None | Some("install") => PlainMode::install,
        Some("reinstall") => PlainMode::reinstall,
        Some("upgrade") => PlainMode::upgrade,
        Some(other) => {
            return Err(unknown("mode", other, ["install", "reinstall", "upgrade"].into_iter()));
        }
    };
    let args = PlainInstall {
        mode,
        canister_id: canister.principal(),
        wasm_module: module,
        arg,
        compute_allocation: None,
        memory_allocation: None,
        sender_canister_version: None,
    };
    Encode!(&args).map_err(|error| error.to_string())
}

pub(super) fn update_settings(
    canister: CanisterId,
    new: &Value,
    names: &Names,
) -> Result<Vec<u8>, String> {
    let args = UpdateSettingsArgs {
        canister_id: canister.principal(),
        settings: settings(new, names)?,
        sender_canister_version: None,
    };
    Encode!(&args).map_err(|error| error.to_string())
}

pub(super) fn about(canister: CanisterId) -> Result<Vec<u8>, String> {
    Encode!(&CanisterIdRecord { canister_id: canister.principal() })
        .map_err(|error| error.to_string())
}

const SETTINGS: [&str; 7] = [
    "controllers",
    "compute_allocation",
    "memory_allocation",
    "freezing_threshold",
    "reserved_cycles_limit",
    "wasm_memory_limit",
    "log_visibility",
];

fn settings(value: &Value, names: &Names) -> Result<CanisterSettings, String> {
    let fields =
        value.as_object().ok_or(format!("`settings`: expected an object, found {value}"))?;
    let mut settings = CanisterSettings::default();
    for (name, value) in fields {
        let amount = || number(name, value);
        match name.as_str() {
            "controllers" => settings.controllers = Some(controllers(value, names)?),
            "compute_allocation" => settings.compute_allocation = Some(amount()?),
            "memory_allocation" => settings.memory_allocation = Some(amount()?),
            "freezing_threshold" => settings.freezing_threshold = Some(amount()?),
            "reserved_cycles_limit" => settings.reserved_cycles_limit = Some(amount()?),
            "wasm_memory_limit" => settings.wasm_memory_limit = Some(amount()?),
            "log_visibility" => settings.log_visibility = Some(visibility(value)?),
            _ => return Err(unknown("setting", name, SETTINGS.into_iter())),
        }
    }
    Ok(settings)
}

fn controllers(value: &Value, names: &Names) -> Result<Vec<Principal>, String> {
    let listed =
        value.as_array().ok_or(format!("`controllers`: expected a list, found {value}"))?;
    let each = listed.iter().map(|entry| sender(entry, names));
    each.collect::<Result<_, _>>().map_err(|problem| format!("`controllers`: {problem}"))
}

fn visibility(value: &Value) -> Result<LogVisibility, String> {
    match value.as_str() {
        Some("controllers") => Ok(LogVisibility::controllers),
        Some("public") => Ok(LogVisibility::public),
        _ => Err(format!("`log_visibility`: expected controllers or public, found {value}")),
    }
}

/// The canister a call to the management canister is about, by its argument.
pub(super) fn named(arg: &[u8]) -> Option<CanisterId> {
    let record: CanisterIdRecord = candid::decode_one(arg).ok()?;
    CanisterId::from_principal(&record.canister_id)
}

/// A number as JSON has it, or as text where it is too large for that.
fn number(field: &str, value: &Value) -> Result<Nat, String> {
    let wrong = || format!("`{field}`: expected a whole number, found {value}");
    match value {
        Value::String(text) => {
            text.replace('_', "").parse::<u128>().map(Nat::from).map_err(|_| wrong())
        }
        value => value.as_u64().map(Nat::from).ok_or_else(wrong),
    }
}

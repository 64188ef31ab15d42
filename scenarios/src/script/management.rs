//! Steps that go to the management canister, as Candid messages.

use super::arguments::{Names, sender};
use candid::{CandidType, Encode, Nat, Principal};
use serde_json::Value;
use sim_core::id::CanisterId;
use sim_core::management::{
    CanisterIdRecord, CanisterSettings, ProvisionalCreateArgs, UpdateSettingsArgs,
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

pub(super) fn create(step: &Value, names: &Names) -> Result<Vec<u8>, String> {
    let amount = match &step["cycles"] {
        Value::Null => None,
        value => Some(number(value)?),
    };
    let settings = match &step["settings"] {
        Value::Null => None,
        value => Some(settings(value, names)?),
    };
    let args = ProvisionalCreateArgs { amount, settings, ..ProvisionalCreateArgs::default() };
    Encode!(&args).map_err(|error| error.to_string())
}

pub(super) fn install(
    canister: CanisterId,
    mode: &Value,
    module: Vec<u8>,
    arg: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let mode = match mode.as_str() {
        None | Some("install") => PlainMode::install,
        Some("reinstall") => PlainMode::reinstall,
        Some("upgrade") => PlainMode::upgrade,
        Some(other) => return Err(format!("mode `{other}`; expected install, reinstall, upgrade")),
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

fn settings(value: &Value, names: &Names) -> Result<CanisterSettings, String> {
    let fields = value.as_object().ok_or("settings are an object")?;
    let mut settings = CanisterSettings::default();
    for (name, value) in fields {
        match name.as_str() {
            "controllers" => {
                let listed = value.as_array().ok_or("controllers are a list")?;
                let each = listed.iter().map(|entry| sender(entry, names));
                settings.controllers = Some(each.collect::<Result<_, _>>()?);
            }
            "compute_allocation" => settings.compute_allocation = Some(number(value)?),
            "memory_allocation" => settings.memory_allocation = Some(number(value)?),
            "freezing_threshold" => settings.freezing_threshold = Some(number(value)?),
            "reserved_cycles_limit" => settings.reserved_cycles_limit = Some(number(value)?),
            "wasm_memory_limit" => settings.wasm_memory_limit = Some(number(value)?),
            _ => return Err(format!("unknown setting `{name}`")),
        }
    }
    Ok(settings)
}

/// A number as JSON has it, or as text where it is too large for that.
fn number(value: &Value) -> Result<Nat, String> {
    let wrong = || format!("`{value}` is no whole number");
    match value {
        Value::String(text) => text.parse::<u128>().map(Nat::from).map_err(|_| wrong()),
        value => value.as_u64().map(Nat::from).ok_or_else(wrong),
    }
}

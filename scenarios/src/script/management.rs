//! Steps that go to the management canister, as Candid messages.

use super::step::{Step, unknown};
use super::values::{Names, sender};
use candid::{CandidType, Encode, Nat, Principal};
use serde_json::Value;
use sim_core::id::CanisterId;
use sim_core::management::{
    CanisterIdRecord, CanisterSettings, EnvironmentVariable, ProvisionalCreateArgs,
    UpdateSettingsArgs, Visibility,
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

/// Settings as clients of 2024 send them, without those that came later; their bytes are charged for.
#[derive(CandidType)]
struct PlainSettings {
    controllers: Option<Vec<Principal>>,
    compute_allocation: Option<Nat>,
    memory_allocation: Option<Nat>,
    freezing_threshold: Option<Nat>,
    reserved_cycles_limit: Option<Nat>,
    log_visibility: Option<PlainVisibility>,
    wasm_memory_limit: Option<Nat>,
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
enum PlainVisibility {
    controllers,
    public,
}

#[derive(CandidType)]
struct PlainCreate {
    amount: Option<Nat>,
    settings: Option<PlainSettings>,
    specified_id: Option<Principal>,
    sender_canister_version: Option<u64>,
}

#[derive(CandidType)]
struct PlainUpdate {
    canister_id: Principal,
    settings: PlainSettings,
    sender_canister_version: Option<u64>,
}

/// The plain form of settings, if they need no other.
fn plain(settings: &CanisterSettings) -> Option<PlainSettings> {
    let CanisterSettings {
        controllers,
        compute_allocation,
        memory_allocation,
        freezing_threshold,
        reserved_cycles_limit,
        log_visibility,
        wasm_memory_limit,
        ..
    } = settings.clone();
    let log_visibility = match log_visibility {
        None => None,
        Some(Visibility::controllers) => Some(PlainVisibility::controllers),
        Some(Visibility::public) => Some(PlainVisibility::public),
        Some(Visibility::allowed_viewers(_)) => return None,
    };
    let newer = settings.minimum_incoming_canister_call_cycles.is_some()
        || settings.snapshot_visibility.is_some()
        || settings.status_visibility.is_some()
        || settings.wasm_memory_threshold.is_some()
        || settings.log_memory_limit.is_some()
        || settings.environment_variables.is_some();
    (!newer).then_some(PlainSettings {
        controllers,
        compute_allocation,
        memory_allocation,
        freezing_threshold,
        reserved_cycles_limit,
        log_visibility,
        wasm_memory_limit,
    })
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
    let specified_id = match step.value("id") {
        Value::Null => None,
        value => Some(sender(value, names)?),
    };
    let sender_canister_version = None;
    let encoded = match settings.as_ref().map(plain) {
        Some(None) => Encode!(&ProvisionalCreateArgs {
            amount,
            settings,
            specified_id,
            sender_canister_version
        }),
        settings => {
            let settings = settings.flatten();
            Encode!(&PlainCreate { amount, settings, specified_id, sender_canister_version })
        }
    };
    encoded.map_err(|error| error.to_string())
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
    let (canister_id, sender_canister_version) = (canister.principal(), None);
    let settings = settings(new, names)?;
    let encoded = match plain(&settings) {
        Some(settings) => Encode!(&PlainUpdate { canister_id, settings, sender_canister_version }),
        None => Encode!(&UpdateSettingsArgs { canister_id, settings, sender_canister_version }),
    };
    encoded.map_err(|error| error.to_string())
}

pub(super) fn about(canister: CanisterId) -> Result<Vec<u8>, String> {
    Encode!(&CanisterIdRecord { canister_id: canister.principal() })
        .map_err(|error| error.to_string())
}

const SETTINGS: [&str; 13] = [
    "controllers",
    "compute_allocation",
    "memory_allocation",
    "freezing_threshold",
    "reserved_cycles_limit",
    "wasm_memory_limit",
    "wasm_memory_threshold",
    "log_memory_limit",
    "minimum_incoming_canister_call_cycles",
    "log_visibility",
    "snapshot_visibility",
    "status_visibility",
    "environment_variables",
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
            "wasm_memory_threshold" => settings.wasm_memory_threshold = Some(amount()?),
            "log_memory_limit" => settings.log_memory_limit = Some(amount()?),
            "minimum_incoming_canister_call_cycles" => {
                settings.minimum_incoming_canister_call_cycles = Some(amount()?);
            }
            "log_visibility" => settings.log_visibility = Some(visibility(name, value, names)?),
            "snapshot_visibility" => {
                settings.snapshot_visibility = Some(visibility(name, value, names)?);
            }
            "status_visibility" => {
                settings.status_visibility = Some(visibility(name, value, names)?);
            }
            "environment_variables" => settings.environment_variables = Some(variables(value)?),
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

/// `controllers`, `public`, or a list of principals.
fn visibility(name: &str, value: &Value, names: &Names) -> Result<Visibility, String> {
    match value {
        Value::String(text) if text == "controllers" => Ok(Visibility::controllers),
        Value::String(text) if text == "public" => Ok(Visibility::public),
        Value::Array(viewers) => {
            let each = viewers.iter().map(|entry| sender(entry, names));
            Ok(Visibility::allowed_viewers(each.collect::<Result<_, _>>()?))
        }
        _ => Err(format!(
            "`{name}`: expected controllers, public, or a list of principals, found {value}"
        )),
    }
}

/// An object of texts by name.
fn variables(value: &Value) -> Result<Vec<EnvironmentVariable>, String> {
    let fields = value.as_object().ok_or("environment variables are an object")?;
    let variable = |(name, value): (&String, &Value)| {
        let text = value.as_str().ok_or_else(|| format!("variable `{name}` is no text"))?;
        Ok(EnvironmentVariable { name: name.clone(), value: text.to_owned() })
    };
    fields.iter().map(variable).collect()
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

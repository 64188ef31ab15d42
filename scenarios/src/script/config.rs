//! The configuration of a case: which network it runs on.

use super::Runtimes;
use super::step::unknown;
use crate::diagnostics::Mistake;
use serde_json::{Map, Value, json};
use sim_core::network::{SubnetKind, SubnetSpec};
use sim_core::profile::{MeteringMode, Profile};
use sim_core::sandbox::{SandboxSpec, SandboxSubnet};
use sim_core::units::{Cycles, Instructions};
use std::sync::Arc;

/// When scripts start if they do not say: 2021-05-06 19:17:10 UTC, the network's genesis.
const GENESIS: u64 = 1_620_328_630_000_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;
/// Nodes of a subnet that does not say how many it has.
const NODES: u64 = 13;
/// Each has a stream to each.
const MOST_SUBNETS: usize = 100;
const TYPES: [&str; 3] = ["application", "system", "verified"];
const FIELDS: [&str; 8] =
    ["subnets", "profile", "fees", "scheduler", "dts", "sandbox", "mainnet_debug_print", "time_s"];
const SCHEDULER: [&str; 7] = [
    "scheduler_cores",
    "max_instructions_per_round",
    "max_instructions_per_message",
    "max_instructions_per_message_without_dts",
    "max_instructions_per_slice",
    "instruction_overhead_per_message",
    "instruction_overhead_per_canister",
];

/// What the configuration describes.
///
/// # Errors
/// A field that does not exist, or a value it cannot have.
pub(super) fn sandbox(config: &Value, runtimes: &Runtimes) -> Result<SandboxSpec, String> {
    let none = Map::new();
    let config = match config {
        Value::Null => &none,
        Value::Object(fields) => fields,
        other => return Err(format!("expected an object, found {other}")),
    };
    if let Some(name) = config.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(unknown("field", name, FIELDS.into_iter()));
    }
    let start_time = match config.get("time_s") {
        None => GENESIS,
        Some(value) => {
            let nanos = value.as_u64().and_then(|seconds| seconds.checked_mul(NANOS_PER_SECOND));
            nanos.ok_or_else(|| wrong("time_s", "seconds since 1970", value))?
        }
    };
    let profile = profile(config)?;
    let equipped = |spec: SubnetSpec| -> Result<SandboxSubnet, String> {
        let mut profile = profile.clone();
        if spec.kind == SubnetKind::System {
            meter_as_system(&mut profile);
        }
        let runtime = runtimes.get(&profile)?;
        Ok(SandboxSubnet { spec, profile: Arc::new(profile), runtime })
    };
    let subnets = subnets(config)?.into_iter().map(equipped).collect::<Result<_, _>>()?;
    Ok(SandboxSpec { subnets, start_time })
}

fn wrong(field: &str, expected: &str, found: &Value) -> String {
    format!("`{field}`: expected {expected}, found {found}")
}

fn subnets(config: &Map<String, Value>) -> Result<Vec<SubnetSpec>, String> {
    let one = [Value::Object(Map::new())];
    let listed = match config.get("subnets") {
        None => one.as_slice(),
        Some(Value::Array(listed)) if (1..=MOST_SUBNETS).contains(&listed.len()) => listed,
        Some(other) => {
            let expected = format!("a list of 1 to {MOST_SUBNETS} subnets");
            return Err(wrong("subnets", &expected, other));
        }
    };
    listed.iter().enumerate().map(|(index, entry)| subnet(index, entry)).collect()
}

fn subnet(index: usize, entry: &Value) -> Result<SubnetSpec, String> {
    let place = |problem: String| format!("`subnets[{index}]`: {problem}");
    let fields = entry.as_object();
    let fields = fields.ok_or_else(|| place(format!("expected an object, found {entry}")))?;
    if let Some(name) = fields.keys().find(|name| !["type", "size"].contains(&name.as_str())) {
        return Err(place(unknown("field", name, ["type", "size"].into_iter())));
    }
    let nodes = match &entry["size"] {
        Value::Null => NODES,
        value => {
            let nodes = value.as_u64().filter(|nodes| (1..=1_000_000).contains(nodes));
            nodes.ok_or_else(|| place(wrong("size", "a number of nodes", value)))?
        }
    };
    let kind = match &entry["type"] {
        Value::Null => SubnetKind::Application,
        value => match value.as_str() {
            Some("application") => SubnetKind::Application,
            Some("system") => SubnetKind::System,
            Some("verified") => SubnetKind::Verified,
            Some(name) => return Err(place(unknown("type", name, TYPES.into_iter()))),
            None => return Err(place(wrong("type", "text", value))),
        },
    };
    Ok(SubnetSpec { name: format!("subnet {index}"), nodes, kind, ..SubnetSpec::default() })
}

fn profile(config: &Map<String, Value>) -> Result<Profile, String> {
    let mut profile = match config.get("profile") {
        None | Some(Value::Null) => recorded(),
        Some(written) => chosen(written)?,
    };
    match config.get("fees") {
        None | Some(Value::Null) => {}
        Some(Value::String(era)) if era == "2026" => raise_prices(&mut profile),
        Some(other) => return Err(wrong("fees", "\"2026\"", other)),
    }
    let switch = |field: &str| match config.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(on)) => Ok(Some(*on)),
        Some(other) => Err(wrong(field, "true or false", other)),
    };
    let shown = switch("mainnet_debug_print")?.map_or(config.get("profile").is_none(), |off| !off);
    if shown {
        // A replica that prints what canisters print charges for that, too.
        profile.metering.system_api.console_byte = 1;
    }
    scheduler(&mut profile, config.get("scheduler").unwrap_or(&Value::Null))?;
    let sandbox = switch("sandbox")?;
    if !switch("dts")?.or(sandbox).unwrap_or(true) {
        profile.limits.slice_instructions = profile.limits.message_instructions;
        profile.limits.install_slice_instructions = profile.limits.install_instructions;
    }
    Ok(profile)
}

/// The profile of the recordings.
fn recorded() -> Profile {
    let mut profile = Profile::named("2024-06").unwrap_or_default();
    // Slices end where they did on the replica.
    profile.metering.mode = MeteringMode::Counter;
    // A replica under test makes no checkpoints.
    profile.limits.checkpoint_interval = 0;
    profile
}

/// A profile by name, or what differs from one, as in scenarios.
fn chosen(written: &Value) -> Result<Profile, String> {
    let table = match written {
        Value::String(name) => json!({ "base": name }),
        other => other.clone(),
    };
    let text = toml::to_string(&table).map_err(|error| format!("`profile`: {error}"))?;
    crate::resolve::profile_of_text(&text).map_err(|mistakes| {
        let said = |mistake: &Mistake| match &mistake.help {
            Some(help) => format!("{} ({help})", mistake.message),
            None => mistake.message.clone(),
        };
        let said: Vec<String> = mistakes.iter().map(said).collect();
        format!("`profile`: {}", said.join("; "))
    })
}

fn raise_prices(profile: &mut Profile) {
    profile.fees.update_message_base = Cycles::new(5_000_000);
    profile.fees.ten_instructions = Cycles::new(10);
    profile.fees.canister_creation = Cycles::new(500_000_000_000);
}

fn scheduler(profile: &mut Profile, settings: &Value) -> Result<(), String> {
    let fields = match settings {
        Value::Null => return Ok(()),
        Value::Object(fields) => fields,
        other => return Err(wrong("scheduler", "an object", other)),
    };
    let limits = &mut profile.limits;
    for (name, value) in fields {
        let found = value.as_u64();
        let number = found.ok_or_else(|| wrong(name, "a whole number from 0 on", value))?;
        let instructions = Instructions::new(number);
        match name.as_str() {
            "scheduler_cores" if !(1..=1_000).contains(&number) => {
                return Err(wrong(name, "a number of threads from 1 on", value));
            }
            "scheduler_cores" => limits.execution_threads = number,
            "max_instructions_per_round" => limits.round_instructions = instructions,
            "max_instructions_per_message" => limits.message_instructions = instructions,
            "max_instructions_per_message_without_dts" => limits.query_instructions = instructions,
            "max_instructions_per_slice" => limits.slice_instructions = instructions,
            "instruction_overhead_per_message" => {
                limits.round_overhead_per_message = instructions;
            }
            "instruction_overhead_per_canister" => {
                limits.round_overhead_per_canister = instructions;
            }
            _ => {
                return Err(format!(
                    "`scheduler`: {}",
                    unknown("setting", name, SCHEDULER.into_iter())
                ));
            }
        }
    }
    Ok(())
}

/// On a system subnet neither changed pages nor copied bytes count as instructions, and what is
/// printed is always shown.
pub(crate) fn meter_as_system(profile: &mut Profile) {
    profile.metering.dirty_heap_page = Instructions::ZERO;
    profile.metering.dirty_stable_page = Instructions::ZERO;
    profile.metering.system_api.byte = 0;
    profile.metering.system_api.transmitted_byte = 0;
    profile.metering.system_api.console_byte = 1;
}

//! The configuration of a case: which network it runs on.

use crate::run::engine;
use serde_json::Value;
use sim_core::network::{SubnetKind, SubnetSpec};
use sim_core::profile::Profile;
use sim_core::sandbox::SandboxSpec;
use sim_core::units::{Cycles, Instructions};
use std::sync::Arc;

/// When scripts start if they do not say: 2021-05-06 19:17:10 UTC, the network's genesis.
const GENESIS: u64 = 1_620_328_630_000_000_000;

/// A configuration that cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// A field of `scheduler`.
    #[error("config: unknown scheduler setting `{0}`")]
    Scheduler(String),
    /// No runtime could be made.
    #[error("config: {0}")]
    Runtime(String),
}

/// What the configuration describes.
pub(super) fn sandbox(config: &Value) -> Result<SandboxSpec, BadConfig> {
    let profile = profile(config)?;
    let runtime =
        engine::runtime(&profile).map_err(|error| BadConfig::Runtime(error.to_string()))?;
    let start_time = config["time_s"].as_u64().map_or(GENESIS, |seconds| seconds * 1_000_000_000);
    Ok(SandboxSpec { profile, subnets: subnets(config), start_time, runtime: Arc::from(runtime) })
}

fn subnets(config: &Value) -> Vec<SubnetSpec> {
    let one = [Value::Null];
    let listed = config["subnets"].as_array().map_or(one.as_slice(), Vec::as_slice);
    let subnet = |(index, entry): (usize, &Value)| SubnetSpec {
        name: format!("subnet {index}"),
        nodes: entry["size"].as_u64().unwrap_or(13),
        kind: match entry["type"].as_str() {
            Some("system") => SubnetKind::System,
            Some("verified") => SubnetKind::Verified,
            _ => SubnetKind::Application,
        },
        ..SubnetSpec::default()
    };
    listed.iter().enumerate().map(subnet).collect()
}

fn profile(config: &Value) -> Result<Profile, BadConfig> {
    let mut profile = Profile::named("2024-06").unwrap_or_default();
    if config["fees"] == "2026" {
        profile.fees.update_message_base = Cycles::new(5_000_000);
        profile.fees.ten_instructions = Cycles::new(10);
        profile.fees.canister_creation = Cycles::new(500_000_000_000);
    }
    if config["mainnet_debug_print"] != true {
        // A replica that prints what canisters print charges for that, too.
        profile.metering.system_api.console_byte = 1;
    }
    if let Some(settings) = config["scheduler"].as_object() {
        for (name, value) in settings {
            set(&mut profile, name, value.as_u64().unwrap_or_default())?;
        }
    }
    let sliced = config["dts"].as_bool().or(config["sandbox"].as_bool()).unwrap_or(true);
    if !sliced {
        profile.limits.slice_instructions = profile.limits.message_instructions;
    }
    if config["subnets"][0]["type"] == "system" {
        meter_as_system(&mut profile);
    }
    Ok(profile)
}

fn set(profile: &mut Profile, name: &str, value: u64) -> Result<(), BadConfig> {
    let limits = &mut profile.limits;
    let instructions = Instructions::new(value);
    match name {
        "scheduler_cores" => limits.execution_threads = value,
        "max_instructions_per_round" => limits.round_instructions = instructions,
        "max_instructions_per_message" => limits.message_instructions = instructions,
        "max_instructions_per_message_without_dts" => limits.query_instructions = instructions,
        "max_instructions_per_slice" => limits.slice_instructions = instructions,
        "instruction_overhead_per_message" => limits.round_overhead_per_message = instructions,
        "instruction_overhead_per_canister" => limits.round_overhead_per_canister = instructions,
        _ => return Err(BadConfig::Scheduler(name.to_owned())),
    }
    Ok(())
}

/// On a system subnet neither changed pages nor copied bytes count as instructions.
fn meter_as_system(profile: &mut Profile) {
    profile.metering.dirty_heap_page = Instructions::ZERO;
    profile.metering.dirty_stable_page = Instructions::ZERO;
    profile.metering.system_api.byte = 0;
    profile.metering.system_api.transmitted_byte = 0;
}

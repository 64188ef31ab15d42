//! The replica a count was recorded on, as a profile: what its configuration changed.

use super::case::BENCHMARK;
use crate::script::meter_as_system;
use serde_json::Value;
use sim_core::profile::Profile;
use sim_core::units::Bytes;

const CONFIG: [&str; 3] = ["canister_logging", "rate_limiting_of_debug_prints", "subnet_type"];

/// The profile of an era with what the case says about its replica.
///
/// # Errors
/// A setting that does not exist, or a value it cannot have.
pub(super) fn adjusted(fields: &Value, mut profile: Profile) -> Result<Profile, String> {
    let name = fields["name"].as_str().unwrap_or_default();
    let benchmark = fields["kind"] == BENCHMARK;
    if benchmark && profile.name == "2024-06" {
        // Benchmarks run in a test's configuration, which shows what is printed.
        profile.metering.system_api.console_byte = 1;
    }
    if let Some(bytes) = fields["stable_access"].as_u64() {
        profile.limits.stable_access = Bytes::new(bytes);
    }
    if name.contains("logging off") {
        without_log(&mut profile);
    }
    for (setting, value) in fields["config"].as_object().into_iter().flatten() {
        match (setting.as_str(), value.as_str()) {
            ("canister_logging", Some("off")) => without_log(&mut profile),
            ("rate_limiting_of_debug_prints", Some("Disabled")) => {
                profile.metering.system_api.console_byte = 1;
            }
            ("subnet_type", Some("System")) => meter_as_system(&mut profile),
            ("canister_logging", Some("on"))
            | ("rate_limiting_of_debug_prints", Some("Enabled"))
            | ("subnet_type", Some("Application" | "VerifiedApplication")) => {}
            (setting, _) if CONFIG.contains(&setting) => {
                return Err(format!("config: `{setting}` cannot be {value}"));
            }
            (setting, _) => {
                let known = CONFIG.join(", ");
                return Err(format!("config: there is no `{setting}`; expected {known}"));
            }
        }
    }
    Ok(profile)
}

fn without_log(profile: &mut Profile) {
    profile.management.log_bytes = Bytes::ZERO;
    profile.metering.system_api.printed_byte = 0;
}

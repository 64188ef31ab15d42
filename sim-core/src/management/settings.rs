//! Settings of a canister: their Candid form, and what is read from it.
//!
//! After `rs/execution_environment/src/canister_settings.rs` of `dfinity/ic` and the interface
//! specification, `update_settings`.

use super::{InvalidPayload, number, whole};
use crate::profile::ManagementRules;
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use crate::units::{Bytes, Cycles};
use candid::{CandidType, Deserialize, Nat, Principal};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest limit on Wasm memory that can be set (interface specification).
const LARGEST_WASM_MEMORY_LIMIT: u64 = 1 << 48;
/// The largest memory allocation that can be set (interface specification).
const LARGEST_MEMORY_ALLOCATION: u64 = 1 << 48;
/// Principals a list of viewers may hold (interface specification).
const MOST_VIEWERS: usize = 10;

/// Settings as given with `create_canister` and `update_settings`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize)]
pub struct CanisterSettings {
    /// At most ten.
    pub controllers: Option<Vec<Principal>>,
    /// Percent of a thread, 0 to 100.
    pub compute_allocation: Option<Nat>,
    /// Bytes.
    pub memory_allocation: Option<Nat>,
    /// Seconds.
    pub freezing_threshold: Option<Nat>,
    /// Cycles.
    pub reserved_cycles_limit: Option<Nat>,
    /// Cycles a call from another canister has to carry.
    pub minimum_incoming_canister_call_cycles: Option<Nat>,
    /// Who may read the log.
    pub log_visibility: Option<Visibility>,
    /// Who may read snapshots.
    pub snapshot_visibility: Option<Visibility>,
    /// Who may read the status.
    pub status_visibility: Option<Visibility>,
    /// Bytes.
    pub wasm_memory_limit: Option<Nat>,
    /// Bytes below which the hook for low memory runs.
    pub wasm_memory_threshold: Option<Nat>,
    /// Bytes of the log that are kept.
    pub log_memory_limit: Option<Nat>,
    /// Names and values the canister can read.
    pub environment_variables: Option<Vec<EnvironmentVariable>>,
}

/// Who may see something of a canister.
#[derive(Clone, Debug, Default, PartialEq, Eq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum Visibility {
    /// Its controllers.
    #[default]
    controllers,
    /// Everybody.
    public,
    /// Its controllers, and these.
    allowed_viewers(Vec<Principal>),
}

/// One environment variable.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Environment variables in order of name.
pub(crate) type Environment = Arc<[(Box<str>, Box<str>)]>;

/// Settings read and found to be within their ranges; what is absent stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct SettingsChange {
    pub(crate) controllers: Option<Vec<Principal>>,
    pub(crate) compute_allocation: Option<u64>,
    pub(crate) memory_allocation: Option<Bytes>,
    pub(crate) freezing_seconds: Option<u64>,
    pub(crate) reserved_cycles_limit: Option<Cycles>,
    pub(crate) minimum_incoming_cycles: Option<Cycles>,
    pub(crate) log_visibility: Option<Visibility>,
    pub(crate) snapshot_visibility: Option<Visibility>,
    pub(crate) status_visibility: Option<Visibility>,
    pub(crate) wasm_memory_limit: Option<Bytes>,
    pub(crate) wasm_memory_threshold: Option<Bytes>,
    pub(crate) log_limit: Option<Bytes>,
    pub(crate) environment: Option<Environment>,
}

impl SettingsChange {
    /// Reads settings.
    ///
    /// # Errors
    /// One of them is out of its range, or a list is too long.
    pub(crate) fn read(
        settings: CanisterSettings,
        rules: &ManagementRules,
    ) -> Result<SettingsChange, Failure> {
        let controllers = settings.controllers.map(|listed| distinct(listed, rules)).transpose()?;
        let within = |value: Option<Nat>, name: &str, most: u64| {
            value.map(|value| whole(&value, name, most)).transpose()
        };
        let memory = within(
            settings.memory_allocation,
            "MemoryAllocation",
            rules.memory_allocation.get().min(LARGEST_MEMORY_ALLOCATION),
        )?;
        let limit =
            within(settings.wasm_memory_limit, "Wasm memory limit", LARGEST_WASM_MEMORY_LIMIT)?;
        let threshold = within(settings.wasm_memory_threshold, "Wasm memory threshold", u64::MAX)?;
        let log =
            within(settings.log_memory_limit, "Log memory limit", rules.log_bytes_most.get())?;
        let environment = settings.environment_variables.map(|given| environment(given, rules));
        let cycles = |value: Option<Nat>, name: &str| {
            value.map(|value| number(&value, name).map(Cycles::new)).transpose()
        };
        Ok(SettingsChange {
            controllers,
            compute_allocation: within(settings.compute_allocation, "ComputeAllocation", 100)?,
            memory_allocation: memory.map(Bytes::new),
            freezing_seconds: within(settings.freezing_threshold, "Freezing threshold", u64::MAX)?,
            reserved_cycles_limit: cycles(settings.reserved_cycles_limit, "Reserved cycles limit")?,
            minimum_incoming_cycles: cycles(
                settings.minimum_incoming_canister_call_cycles,
                "Minimum incoming canister call cycles",
            )?,
            log_visibility: settings.log_visibility.map(viewers).transpose()?,
            snapshot_visibility: settings.snapshot_visibility.map(viewers).transpose()?,
            status_visibility: settings.status_visibility.map(viewers).transpose()?,
            wasm_memory_limit: limit.map(Bytes::new),
            wasm_memory_threshold: threshold.map(Bytes::new),
            log_limit: log.map(|bytes| Bytes::new(bytes).max(rules.log_bytes)),
            environment: environment.transpose()?,
        })
    }
}

/// Controllers in order, each once.
fn distinct(
    mut listed: Vec<Principal>,
    rules: &ManagementRules,
) -> Result<Vec<Principal>, Failure> {
    if listed.len() as u64 > rules.controllers {
        let text =
            format!("the number of controllers exceeds the maximum of {}", rules.controllers);
        return Err(InvalidPayload(text).into());
    }
    listed.sort_unstable();
    listed.dedup();
    Ok(listed)
}

fn viewers(visibility: Visibility) -> Result<Visibility, Failure> {
    match &visibility {
        Visibility::allowed_viewers(listed) if listed.len() > MOST_VIEWERS => {
            let text = format!("the number of viewers exceeds the maximum of {MOST_VIEWERS}");
            Err(InvalidPayload(text).into())
        }
        _ => Ok(visibility),
    }
}

fn environment(
    given: Vec<EnvironmentVariable>,
    rules: &ManagementRules,
) -> Result<Environment, Failure> {
    let count = given.len();
    let mut variables = BTreeMap::new();
    for EnvironmentVariable { name, value } in given {
        variables.insert(name.into_boxed_str(), value.into_boxed_str());
    }
    if variables.len() < count {
        return Err(InvalidPayload("an environment variable is given twice".to_owned()).into());
    }
    let most = rules.environment_variables;
    let long = |text: &str| text.len() as u64 > rules.environment_text.get();
    let too_long = variables.iter().any(|(name, value)| long(name) || long(value));
    if count as u64 > most || too_long {
        let text = format!(
            "at most {most} environment variables with names and values of at most {} bytes are \
             possible",
            rules.environment_text
        );
        return Err(Failure { code: ErrorCode::CanisterContractViolation, message: text });
    }
    Ok(variables.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    fn read(settings: CanisterSettings) -> Result<SettingsChange, ErrorCode> {
        let rules = Profile::default().management;
        SettingsChange::read(settings, &rules).map_err(|failure| failure.code)
    }

    #[test]
    fn controllers_are_a_set() {
        let (one, other) = (Principal::anonymous(), Principal::management_canister());
        let controllers = Some(vec![one, other, one]);
        let change = read(CanisterSettings { controllers, ..CanisterSettings::default() });
        assert_eq!(change.expect("are few").controllers, Some(vec![other, one]));
    }

    #[test]
    fn a_variable_is_given_once() {
        let variable = |value: &str| EnvironmentVariable { name: "a".into(), value: value.into() };
        let environment_variables = Some(vec![variable("1"), variable("2")]);
        let change = read(CanisterSettings { environment_variables, ..Default::default() });
        assert_eq!(change.map(|_| ()), Err(ErrorCode::InvalidManagementPayload));
    }
}

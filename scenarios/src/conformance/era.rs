//! Eras of the network as recorded cases name them, and the profiles that stand for them.

use serde_json::Value;
use sim_core::profile::{MeteringMode, Profile};

/// What kind of case an era is named in: the newest code differs from what was in force before in
/// prices earlier than in counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Counts of instructions.
    Counts,
    /// Prices.
    Prices,
}

const ERAS: [&str; 7] =
    ["E24", "E25", "E26", "E26-pre-DMT", "E26-docs", "E26-code", "E26-after-2026-07-16"];

/// The name of the profile that stands for an era.
fn profile_name(era: &str, of: Of) -> Result<&'static str, String> {
    match (era, of) {
        ("E24", _) => Ok("2024-06"),
        ("E26", Of::Prices) => Ok("2026-08"),
        ("E25" | "E26" | "E26-pre-DMT" | "E26-docs", _) => Ok("2026-mid"),
        ("E26-code" | "E26-after-2026-07-16", _) => Ok("2026-08"),
        _ => Err(format!("there is no era `{era}`; expected one of {}", ERAS.join(", "))),
    }
}

/// The profiles of a case's eras, each once: the case has to agree under all of them.
pub(super) fn profiles(eras: &Value, of: Of) -> Result<Vec<Profile>, String> {
    let named: Vec<&str> = match eras {
        Value::String(era) => vec![era],
        Value::Array(eras) => eras.iter().filter_map(Value::as_str).collect(),
        Value::Object(by_era) => {
            let stated = by_era.iter().filter(|(_, value)| !value.is_null());
            stated.map(|(era, _)| era.as_str()).collect()
        }
        _ => Vec::new(),
    };
    let mut profiles: Vec<Profile> = Vec::new();
    for era in named {
        let name = profile_name(era, of)?;
        let mut profile =
            Profile::named(name).ok_or_else(|| format!("there is no profile `{name}` of {era}"))?;
        // It stops where the network does.
        profile.metering.mode = MeteringMode::Counter;
        if profiles.iter().all(|known| known.name != profile.name) {
            profiles.push(profile);
        }
    }
    match profiles.is_empty() {
        true => Err("it names no era".to_owned()),
        false => Ok(profiles),
    }
}

/// What is expected under a profile: a value, or one for each era.
pub(super) fn expected<'a>(
    value: &'a Value,
    profile: &Profile,
    of: Of,
) -> Result<&'a Value, String> {
    let Value::Object(by_era) = value else { return Ok(value) };
    let mut found: Option<&Value> = None;
    for (era, value) in by_era.iter().filter(|(_, value)| !value.is_null()) {
        if profile_name(era, of)? != profile.name {
            continue;
        }
        if found.is_some_and(|found| found != value) {
            return Err(format!("eras of profile `{}` contradict each other", profile.name));
        }
        found = Some(value);
    }
    found.ok_or_else(|| format!("nothing is expected under profile `{}`", profile.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn eras_of_one_profile_are_run_once() {
        let names = |eras: &Value| -> Vec<String> {
            let profiles = profiles(eras, Of::Counts).expect("these eras exist");
            profiles.into_iter().map(|profile| profile.name).collect()
        };
        assert_eq!(names(&json!(["E24", "E25", "E26"])), ["2024-06", "2026-mid"]);
        assert_eq!(names(&json!({ "E24": null, "E25": 5 })), ["2026-mid"]);
    }

    #[test]
    fn an_era_that_does_not_exist_is_an_error() {
        let problem = profiles(&json!(["E27"]), Of::Counts).expect_err("there is none");
        assert!(problem.contains("no era `E27`"), "{problem}");
    }
}

//! Exact instruction counts of small modules, by profile (`tests/data/instructions.json`).
//!
//! Of the collection the data are taken from, these do not apply and were left out: functions that
//! are no entry points of a canister and take arguments, imports that are not provided, debug
//! output of other kinds of subnets, and charges for memory introduced after the profiles' dates.
//! Loops of a million calls of one function were cut to a thousand.

use crate::kit::{Canister, profile_in, query, update, wat};
use serde::Deserialize;
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;
use sim_core::runtime::Entry;

/// One module, one call, and what it uses.
#[derive(Deserialize)]
struct Case {
    name: String,
    wat: String,
    entry: String,
    #[serde(rename = "2024-06")]
    in_2024: Option<u64>,
    #[serde(rename = "2026-mid")]
    in_2026: Option<u64>,
    limit: Option<u64>,
    #[serde(default)]
    arg_bytes: usize,
    ends: Option<String>,
}

impl Case {
    fn expected_error(&self) -> Option<ErrorCode> {
        Some(match self.ends.as_deref()? {
            "limit" => ErrorCode::CanisterInstructionLimitExceeded,
            "trap" => ErrorCode::CanisterTrapped,
            "called-trap" => ErrorCode::CanisterCalledTrap,
            _ => ErrorCode::CanisterMethodNotFound,
        })
    }

    fn entry(&self, arg: &[u8]) -> Entry {
        let arg = arg.into();
        match self.entry.split_once(' ') {
            // Only queries outside of consensus see certificates.
            Some(("canister_query", name)) if self.wat.contains("data_certificate") => {
                Entry::Query { method: name.into(), arg }
            }
            Some(("canister_query", name)) => query(name, &arg),
            Some((_, name)) => update(name, &arg),
            None => Entry::InspectMessage { method: "a method of 20 bytes".into(), arg },
        }
    }

    /// Runs the case; what differs from `expected`, in words.
    fn check(
        &self,
        profile_name: &str,
        mode: MeteringMode,
        expected: Option<u64>,
    ) -> Option<String> {
        let expected = expected?;
        if self.limit.is_some() && mode == MeteringMode::Fuel {
            // It stops elsewhere.
            return None;
        }
        let mut canister = Canister::new(&profile_in(profile_name, mode), &wat(&self.wat));
        if let Some(limit) = self.limit {
            canister = canister.limited(limit, limit);
        }
        canister.surroundings.data_certificate = Some([0; 64].into());
        let arg = vec![0; self.arg_bytes];
        let entry = self.entry(&arg);
        let finished = canister.run(entry);
        let error = finished.outcome.err().map(|failure| failure.code);
        let counted = finished.instructions.get();
        let name = &self.name;
        (counted != expected || error != self.expected_error()).then(|| {
            format!(
                "{name} under {profile_name}, {mode:?}: {counted}, {error:?}; expected {expected}"
            )
        })
    }
}

fn check(mode: MeteringMode) {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../data/instructions.json")).expect("is valid");
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|case| {
            let in_2024 = case.check("2024-06", mode, case.in_2024);
            [in_2024, case.check("2026-mid", mode, case.in_2026)]
        })
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn counts_are_exact_under_both_profiles() {
    check(MeteringMode::Counter);
}

#[test]
fn so_they_are_in_fuel() {
    check(MeteringMode::Fuel);
}

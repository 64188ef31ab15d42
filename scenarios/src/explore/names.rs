//! Held messages as a person writes them: canisters by name.

use crate::scenario::Scenario;
use ic_principal::Principal;
use serde::{Deserialize, Serialize};
use sim_core::delivery::{Held, Kind, MessageName};
use sim_core::id::CanisterId;
use std::fmt;

/// A held message in a failure file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldEntry {
    /// What is held: `ingress`, `request` or `response`.
    pub hold: Kind,
    /// Who sent it; none for a client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Who takes it in.
    pub to: String,
    /// The method called; none for a response.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The how-manieth of its kind from the one to the other.
    pub number: u64,
    /// For how many turns.
    pub turns: u32,
}

/// A canister that a failure file names and the scenario does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the failure speaks of a canister `{0}`, which the scenario does not have")]
pub struct UnknownCanister(pub String);

impl HeldEntry {
    /// A held message of a scenario.
    pub fn of(held: &Held, scenario: &Scenario) -> HeldEntry {
        let MessageName { kind, from, to, method, number } = &held.message;
        HeldEntry {
            hold: *kind,
            from: from.map(|from| name(from, scenario)),
            to: name(*to, scenario),
            method: method.to_string(),
            number: *number,
            turns: held.turns,
        }
    }

    /// The held message in a scenario.
    ///
    /// # Errors
    /// The scenario has no such canister.
    pub fn held(&self, scenario: &Scenario) -> Result<Held, UnknownCanister> {
        let from = self.from.as_deref().map(|from| id(from, scenario)).transpose()?;
        let to = id(&self.to, scenario)?;
        let (method, number) = (self.method.as_str().into(), self.number);
        let message = MessageName { kind: self.hold, from, to, method, number };
        Ok(Held { message, turns: self.turns })
    }

    /// Which message it is.
    pub fn message(&self) -> String {
        let HeldEntry { hold, from, to, method, number, .. } = self;
        let nth = ordinal(*number);
        let from = from.as_deref().unwrap_or("client");
        match hold {
            Kind::Ingress => format!("the {nth} `{method}` of clients to {to}"),
            Kind::Request => format!("the {nth} `{method}` {from} → {to}"),
            Kind::Response => format!("the {nth} answer {from} → {to}"),
        }
    }
}

impl fmt::Display for HeldEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let turns = if self.turns == 1 { "turn" } else { "turns" };
        write!(f, "hold {} for {} {turns}", self.message(), self.turns)
    }
}

/// 1st, 2nd, 3rd, 4th…
fn ordinal(number: u64) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// The scenario's name of a canister, or its principal.
pub fn name(id: CanisterId, scenario: &Scenario) -> String {
    let known = scenario.canisters.iter().find(|canister| canister.id == id);
    known.map_or_else(|| id.to_string(), |canister| canister.name.to_string())
}

/// The canister of a name or principal.
///
/// # Errors
/// There is none.
pub fn id(name: &str, scenario: &Scenario) -> Result<CanisterId, UnknownCanister> {
    let known = scenario.canisters.iter().find(|canister| *canister.name == *name);
    let principal = || CanisterId::from_principal(&Principal::from_text(name).ok()?);
    let management =
        || (name == CanisterId::MANAGEMENT.to_string()).then_some(CanisterId::MANAGEMENT);
    known
        .map(|canister| canister.id)
        .or_else(management)
        .or_else(principal)
        .ok_or_else(|| UnknownCanister(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_message_reads_like_a_sentence() {
        let entry = HeldEntry {
            hold: Kind::Response,
            from: Some("ledger".to_owned()),
            to: "bank".to_owned(),
            method: String::new(),
            number: 1,
            turns: 20,
        };
        assert_eq!(entry.to_string(), "hold the 1st answer ledger → bank for 20 turns");
        let ingress = HeldEntry {
            hold: Kind::Ingress,
            from: None,
            method: "withdraw".to_owned(),
            number: 12,
            turns: 1,
            ..entry
        };
        assert_eq!(ingress.to_string(), "hold the 12th `withdraw` of clients to bank for 1 turn");
    }
}

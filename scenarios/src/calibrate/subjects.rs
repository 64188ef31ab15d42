//! Which canisters are calibrated: single ones, or all copies of an entry, which share a behaviour.

use crate::diagnostics::did_you_mean;
use crate::scenario::{Code, Scenario};

/// A canister or the copies of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The name in the scenario file.
    pub name: String,
    /// Places of the canisters in the scenario.
    pub members: Vec<usize>,
    /// They are copies, called `name-1`, `name-2` and so on.
    pub copies: bool,
}

/// A name that cannot be calibrated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSubject {
    /// There is no such canister.
    #[error("there is no canister `{name}`; {help}")]
    Unknown {
        /// The name.
        name: String,
        /// The nearest ones.
        help: String,
    },
    /// It is a model already.
    #[error("`{0}` is modelled already; expected a canister with a module")]
    Modelled(String),
    /// No canister of the scenario has a module.
    #[error("the scenario has no canister with a module, so there is nothing to calibrate")]
    Nothing,
}

/// The subjects that `wanted` names; every canister with a module if it names none.
///
/// # Errors
/// A name is no canister's, or that of a modelled one; or there is nothing to calibrate.
pub fn subjects(scenario: &Scenario, wanted: &[String]) -> Result<Vec<Subject>, NoSubject> {
    let all = entries(scenario);
    let has_code = |subject: &Subject| {
        subject.members.iter().all(|p| matches!(scenario.canisters[*p].code, Code::Wasm { .. }))
    };
    if wanted.is_empty() {
        let found: Vec<Subject> = all.into_iter().filter(has_code).collect();
        return if found.is_empty() { Err(NoSubject::Nothing) } else { Ok(found) };
    }
    let find = |name: &String| {
        let found = all.iter().find(|subject| subject.name == *name).ok_or_else(|| {
            let names = all.iter().map(|subject| subject.name.as_str());
            NoSubject::Unknown { name: name.clone(), help: did_you_mean(name, "canisters", names) }
        })?;
        if has_code(found) { Ok(found.clone()) } else { Err(NoSubject::Modelled(name.clone())) }
    };
    wanted.iter().map(find).collect()
}

/// The entries of `[[canister]]`, each with its canisters.
fn entries(scenario: &Scenario) -> Vec<Subject> {
    let mut found: Vec<Subject> = Vec::new();
    for (place, canister) in scenario.canisters.iter().enumerate() {
        match found.iter_mut().find(|subject| *subject.name == *canister.entry) {
            Some(subject) => subject.members.push(place),
            None => {
                let copies = canister.name != canister.entry;
                let name = canister.entry.to_string();
                found.push(Subject { name, members: vec![place], copies });
            }
        }
    }
    found
}

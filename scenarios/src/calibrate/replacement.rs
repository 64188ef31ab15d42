//! A scenario with models in the place of code, and the models as entries that can be pasted or included.

use super::Calibrated;
use crate::scenario::{Argument, Code, Provenance, Scenario, entry_of_model};
use std::fmt::Write;

/// The scenario in which every calibrated canister is modelled.
pub fn replaced(scenario: &Scenario, calibrated: &[Calibrated]) -> Scenario {
    let mut replaced = scenario.clone();
    for Calibrated { subject, behaviour, .. } in calibrated {
        for place in &subject.members {
            let canister = &mut replaced.canisters[*place];
            canister.code = Code::Model(behaviour.clone());
            canister.init = Argument { text: "()".to_owned(), bytes: canister.init.bytes.clone() };
        }
    }
    replaced
}

/// The entries of the models as TOML, each with what is known of it in comments.
///
/// # Errors
/// An entry holds a value TOML cannot express.
pub fn entries(
    replaced: &Scenario,
    calibrated: &[Calibrated],
    provenance: &Provenance,
) -> Result<String, toml::ser::Error> {
    let Provenance { version, seed, command, .. } = provenance;
    let mut text = format!(
        "# Modelled canisters in the place of modules, fitted to a run of seed {seed}.\n\
         # icsim {version}; again: {command}\n\
         # Paste an entry in the place of the canister's own, or take that out and include this file.\n"
    );
    for one in calibrated {
        let _ = write!(text, "\n{}{}", known(one), entry_of_model(replaced, &one.subject)?);
    }
    Ok(text)
}

/// What is known of a model, as comments.
fn known(one: &Calibrated) -> String {
    let mut text = String::new();
    for (name, method) in &one.methods {
        let (messages, distance) = (method.messages, method.distance);
        let cases = match method.cases {
            1 => String::new(),
            cases => format!(" in {cases} cases"),
        };
        let _ = writeln!(
            text,
            "# {name}: from {messages} messages{cases}; no distribution is further than {distance:.3} from its sample"
        );
    }
    one.left_out.iter().for_each(|what| {
        let _ = writeln!(text, "# left out: {what}");
    });
    text
}

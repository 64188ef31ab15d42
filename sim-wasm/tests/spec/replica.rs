//! Small modules as a replica of June 2024 executed them (`tests/data/replica-2024-06.json`): price
//! of compilation, instructions, replies and errors. Only what printed on a replica with debug
//! output was left out, which charges more for it than those of the network.

use crate::kit::{Canister, compile_under, profile, reply, update, wat};
use serde::Deserialize;
use sim_core::units::Cycles;

#[derive(Deserialize)]
struct Recording {
    name: String,
    wat: String,
    /// Instructions charged for installing.
    install: u64,
    updates: Vec<Update>,
}

#[derive(Deserialize)]
struct Update {
    method: String,
    /// `None` where they are a property of the recording machine: the depth of its stack.
    instructions: Option<u64>,
    /// The argument, in hexadecimal digits; or so many zeros.
    #[serde(default)]
    arg: String,
    #[serde(default)]
    zeros: usize,
    reply: Option<String>,
    error: Option<String>,
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

impl Recording {
    fn differences(&self) -> Vec<String> {
        let profile = profile("2024-06");
        let module = wat(&self.wat);
        let cost = compile_under(&profile, &module).expect("is accepted").compile_cost().get();
        let mut found = Vec::new();
        if cost != self.install {
            found.push(format!("{}: install {cost}, not {}", self.name, self.install));
        }
        let mut canister = Canister::new(&profile, &module);
        for update in &self.updates {
            found.extend(update.difference(&self.name, &mut canister));
        }
        found
    }
}

impl Update {
    fn difference(&self, name: &str, canister: &mut Canister) -> Option<String> {
        let mut arg = bytes(&self.arg);
        arg.resize(arg.len() + self.zeros, 0);
        let finished = canister.run(update(&self.method, &arg));
        canister.instance.commit();
        // Executing costs cycles, so a balance that is read differs from message to message.
        let balance = &mut canister.surroundings.balance;
        *balance = balance.saturating_sub(Cycles::new(1_000_000));
        let counted = finished.instructions.get();
        let (replied, error) = match &finished.outcome {
            Ok(effects) if effects.response.is_some() && self.reply.is_some() => {
                (Some(reply(effects)), None)
            }
            Ok(_) => (None, None),
            Err(failure) => (None, Some(failure.code.name().to_owned())),
        };
        let same = self.instructions.is_none_or(|instructions| counted == instructions)
            && replied == self.reply.as_deref().map(bytes)
            && (error == self.error || finished.outcome.is_ok());
        (!same).then(|| {
            let Update { instructions, reply, error: expected, .. } = self;
            format!(
                "{name}: {counted} {replied:?} {error:?}, not {instructions:?} {reply:?} {expected:?}"
            )
        })
    }
}

#[test]
fn counts_replies_and_errors_are_those_recorded() {
    let recordings: Vec<Recording> =
        serde_json::from_str(include_str!("../data/replica-2024-06.json")).expect("is valid");
    let found: Vec<String> = recordings.iter().flat_map(Recording::differences).collect();
    assert!(found.is_empty(), "{} differ:\n{}", found.len(), found.join("\n"));
}

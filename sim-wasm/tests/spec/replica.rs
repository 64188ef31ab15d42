//! Modules as a replica of June 2024 executed them: price of compilation, instructions, replies,
//! errors, memory. `tests/data/replica-2024-06.json` has small modules for one operator or System
//! API function each, `tests/data/random-2024-06.json` random ones.
//!
//! Left out was what printed on a replica with debug output, which charges more for it than those
//! of the network. `tests/data/deep-2024-06.json` has random modules that recurse without end.

use crate::kit::{Canister, compile_under, profile_in, reply, update, wat};
use serde::Deserialize;
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;
use sim_core::runtime::Response;
use sim_core::units::Cycles;

#[derive(Deserialize)]
struct Recording {
    name: String,
    /// The module in the text format.
    wat: Option<String>,
    /// The module in hexadecimal digits.
    #[serde(default)]
    wasm: String,
    /// Instructions charged for installing.
    install: u64,
    /// Instructions a message may use.
    limit: Option<u64>,
    /// Bytes of the heap and of what is stored of the module, in the end.
    memory: Option<u64>,
    updates: Vec<Update>,
}

#[derive(Deserialize)]
struct Update {
    method: String,
    instructions: u64,
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
    /// What is different here, one line each.
    fn differences(&self, mode: MeteringMode) -> Vec<String> {
        if self.limit.is_some() && mode == MeteringMode::Fuel {
            // It stops elsewhere.
            return Vec::new();
        }
        let profile = profile_in("2024-06", mode);
        let module = self.wat.as_deref().map_or_else(|| bytes(&self.wasm), wat);
        let program = compile_under(&profile, &module).expect("is accepted");
        let mut canister = Canister::new(&profile, &module);
        if let Some(limit) = self.limit {
            canister = canister.limited(limit, limit);
        }
        let mut found =
            vec![self.difference("install", program.compile_cost().get(), self.install)];
        found
            .extend(self.updates.iter().map(|update| update.difference(&self.name, &mut canister)));
        if let Some(memory) = self.memory {
            let used = canister.instance.memory().heap + program.stored_size();
            found.push(self.difference("memory", used.get(), memory));
        }
        found.into_iter().flatten().collect()
    }

    fn difference(&self, what: &str, found: u64, expected: u64) -> Option<String> {
        (found != expected).then(|| format!("{}: {what} {found}, not {expected}", self.name))
    }
}

/// What the answer to an update is recorded as: a reply, an error, or that there was none.
type Answer = (Option<Vec<u8>>, Option<String>);

impl Update {
    fn difference(&self, name: &str, canister: &mut Canister) -> Option<String> {
        let mut arg = bytes(&self.arg);
        arg.resize(arg.len() + self.zeros, 0);
        let finished = canister.run(update(&self.method, &arg));
        canister.instance.commit();
        // Executing costs cycles, so a balance that is read differs from message to message.
        let balance = &mut canister.surroundings.balance;
        *balance = balance.saturating_sub(Cycles::new(1_000_000));
        let answer: Answer = match &finished.outcome {
            // Long replies are not recorded.
            Ok(effects) => match &effects.response {
                Some(Response::Reply(_)) => (self.reply.as_ref().map(|_| reply(effects)), None),
                Some(Response::Reject(reject)) => (None, Some(reject.code.name().to_owned())),
                None => (None, Some(ErrorCode::CanisterDidNotReply.name().to_owned())),
            },
            Err(failure) => (None, Some(failure.code.name().to_owned())),
        };
        let counted = finished.instructions.get();
        let expected: Answer = (self.reply.as_deref().map(bytes), self.error.clone());
        (self.instructions != counted || answer != expected).then(|| {
            let Update { method, instructions, .. } = self;
            format!("{name} {method}: {counted} {answer:?}, not {instructions:?} {expected:?}")
        })
    }
}

fn check(recordings: &str, mode: MeteringMode) {
    let recordings: Vec<Recording> = serde_json::from_str(recordings).expect("is valid");
    let found: Vec<String> =
        recordings.iter().flat_map(|recording| recording.differences(mode)).collect();
    assert!(found.is_empty(), "{} differ:\n{}", found.len(), found.join("\n"));
}

#[test]
fn single_operators_and_functions_are_as_recorded() {
    check(include_str!("../data/replica-2024-06.json"), MeteringMode::Counter);
    check(include_str!("../data/replica-2024-06.json"), MeteringMode::Fuel);
}

#[test]
fn random_modules_are_as_recorded() {
    check(include_str!("../data/random-2024-06.json"), MeteringMode::Counter);
    check(include_str!("../data/random-2024-06.json"), MeteringMode::Fuel);
}

#[test]
#[cfg_attr(not(feature = "stack-frames"), ignore = "frames are known only with that feature")]
fn recursion_ends_where_it_did_on_the_replica() {
    let mut recordings: Vec<Recording> =
        serde_json::from_str(include_str!("../data/deep-2024-06.json")).expect("is valid");
    let differences = |recordings: &[Recording], mode| -> Vec<String> {
        recordings.iter().flat_map(|recording| recording.differences(mode)).collect()
    };
    assert_eq!(differences(&recordings, MeteringMode::Counter), Vec::<String>::new());
    // In fuel, tasks that come to their limit stop elsewhere.
    let limited = "CanisterInstructionLimitExceeded";
    let is_limited = |update: &Update| update.error.as_deref() == Some(limited);
    recordings.retain(|recording| !recording.updates.iter().any(is_limited));
    recordings.iter_mut().for_each(|recording| recording.limit = None);
    assert_eq!(differences(&recordings, MeteringMode::Fuel), Vec::<String>::new());
}

//! Counts of instructions, recorded for small modules: each is run under the profiles of its eras.
//!
//! A case names a module (`wat`), an entry, and what one execution comes to: `expected_instructions`,
//! `expected_outcome`, `expected_result`, `expected_globals`, `expected_reply_hex`. Counts reported
//! at a limit are cut to it, so a case that states more is run a second time without the limit.

mod canister;
mod case;
mod entry_module;
mod outcome;
mod rules;
mod setting;
mod words;

use super::era::{self, Of};
use super::{Difference, Verdict};
use crate::script::{Runtimes, text_module, values};
use canister::Canister;
use case::Case;
use entry_module::EntryModule;
use outcome::Ending;
use serde_json::Value;
use sim_core::profile::Profile;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Finished, Response, Runtime};
use sim_core::units::Cycles;
use std::path::Path;

/// The kinds of case there are.
const KINDS: [&str; 6] = [
    "exact-count",
    "exact-count-replica-level",
    "opcode-weight",
    "limit-semantics",
    "motoko-compiled-exact-count",
    "rule",
];

/// Runs a case under the profiles of its eras.
pub(super) fn judge(case: &Value, folder: &Path, runtimes: &Runtimes) -> Verdict {
    let kind = case["kind"].as_str().unwrap_or_default();
    if !KINDS.contains(&kind) {
        let known = KINDS.join(", ");
        return Verdict::Skipped(format!("there is no kind `{kind}`; known are {known}"));
    }
    let module = match module(case, folder) {
        Ok(Some(module)) => module,
        Ok(None) if kind == "rule" => return rules::judge(case, runtimes),
        Ok(None) => return words::judge(case, runtimes),
        Err(problem) => return Verdict::malformed(problem),
    };
    match Case::read(case, module).and_then(|case| judge_read(&case, runtimes)) {
        Ok(None) => Verdict::Agrees,
        Ok(Some(difference)) => Verdict::Differs(difference),
        Err(problem) => Verdict::malformed(problem),
    }
}

/// The module of a case, if it names one.
fn module(case: &Value, folder: &Path) -> Result<Option<Vec<u8>>, String> {
    if let Some(text) = case["wat"].as_str() {
        return text_module::binary(text).map(Some);
    }
    if let Some(digits) = case["wasm_hex"].as_str() {
        return values::hex(digits, &values::Names::new()).map(Some);
    }
    let Some(file) = case["wasm_file"].as_str() else { return Ok(None) };
    let path = folder.join(file);
    let read = std::fs::read(&path);
    read.map(Some).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn judge_read(case: &Case<'_>, runtimes: &Runtimes) -> Result<Option<Difference>, String> {
    let eras = match &case.fields["era"] {
        Value::Null => &case.fields["expected_instructions"],
        eras => eras,
    };
    for profile in era::profiles(eras, Of::Counts)? {
        let profile = setting::adjusted(case.fields, profile)?;
        let runtime = runtimes.get(&profile)?;
        let under = Under { case, profile, runtime: &*runtime };
        if let Some(difference) = under.first_difference()? {
            return Ok(Some(difference));
        }
    }
    Ok(None)
}

/// A case under one profile.
struct Under<'a> {
    case: &'a Case<'a>,
    profile: Profile,
    runtime: &'a dyn Runtime,
}

/// What is compared: a field, what was recorded and what the model says.
type Pair = (String, String, String);

impl Under<'_> {
    fn first_difference(&self) -> Result<Option<Difference>, String> {
        let place = format!("under {}", self.profile.name);
        let found = self.pairs()?;
        if found.is_empty() {
            return Err("it states nothing to compare".to_owned());
        }
        let differing = found.into_iter().find(|(_, expected, found)| expected != found);
        Ok(differing.map(|(field, expected, found)| Difference { place, field, expected, found }))
    }

    fn pairs(&self) -> Result<Vec<Pair>, String> {
        let prepared = self.prepared()?;
        let program = match self.runtime.compile(&prepared.binary) {
            Ok(program) => program,
            Err(refused) => {
                return Ok(vec![("module".into(), "accepted".into(), refused.to_string())]);
            }
        };
        let limit = self.case.granted().map(|limit| limit + prepared.overhead);
        let mut canister = Canister::new(&*program, &self.profile, limit)?;
        let mut pairs = Vec::new();
        for time in 0..self.case.times {
            let finished = canister.run(self.entry()?);
            let counted = self.counted(&finished, &canister, &prepared)?;
            pairs.extend(self.count(time, counted)?);
            pairs.extend(self.ending(&finished));
            pairs.extend(self.reply(&finished));
        }
        pairs.extend(self.globals(&canister, &prepared)?);
        pairs.extend(self.log(&canister));
        if let Some(full) = self.beyond_the_limit()? {
            let mut canister = Canister::new(&*program, &self.profile, None)?;
            let finished = canister.run(self.entry()?);
            let counted = self.counted(&finished, &canister, &prepared)?;
            pairs.push((
                "instructions without limit".into(),
                full.to_string(),
                counted.to_string(),
            ));
        }
        Ok(pairs)
    }

    fn entry(&self) -> Result<sim_core::runtime::Entry, String> {
        let method = format!("canister_update {}", entry_module::METHOD);
        let entry = if self.is_rewritten() { &method } else { self.case.entry };
        canister::entry(entry, &self.case.message).ok_or(format!("`{entry}` is no entry point"))
    }

    fn is_rewritten(&self) -> bool {
        self.case.without_system || canister::entry(self.case.entry, &[]).is_none()
    }

    /// The module with an entry point for the function the case enters, if that is none.
    fn prepared(&self) -> Result<EntryModule, String> {
        let case = self.case;
        if self.is_rewritten() {
            let replace = case.without_system;
            let (module, entry, arguments) = (&case.module, case.entry, &case.arguments);
            return entry_module::with_entry(module, entry, arguments, replace, &self.profile);
        }
        Ok(EntryModule {
            binary: case.module.clone(),
            overhead: 0,
            results: 0,
            replaced_imports: false,
        })
    }

    /// Instructions without those of what was added to the module.
    fn counted(
        &self,
        finished: &Finished,
        canister: &Canister,
        prepared: &EntryModule,
    ) -> Result<u64, String> {
        let mut added = prepared.overhead;
        if prepared.replaced_imports {
            let globals = canister.instance.globals();
            let last = globals.last().and_then(|value| inner(value).parse::<u64>().ok());
            added += last.ok_or("what the replaced imports took is not known")?;
        }
        Ok(finished.instructions.get().saturating_sub(added))
    }

    fn stated_count(&self, time: u64) -> Result<Option<u64>, String> {
        let fields = self.case.fields;
        let repeated = if time == 0 {
            "expected_instructions_first"
        } else {
            "expected_instructions_each_later"
        };
        if let Some(count) = case::number(fields, repeated)? {
            return Ok(Some(count));
        }
        let stated = &fields["expected_instructions"];
        if stated.is_null() {
            return Ok(None);
        }
        let value = era::expected(stated, &self.profile, Of::Counts)?;
        value.as_u64().map(Some).ok_or(format!("`expected_instructions` is no number: {value}"))
    }

    fn count(&self, time: u64, counted: u64) -> Result<Option<Pair>, String> {
        let stated = self.stated_count(time)?;
        let wanted = stated.map(|count| count.min(self.case.limit.unwrap_or(u64::MAX)));
        Ok(wanted.map(|wanted| ("instructions".into(), wanted.to_string(), counted.to_string())))
    }

    /// The count of a case that states more than its limit lets through.
    fn beyond_the_limit(&self) -> Result<Option<u64>, String> {
        let stated = self.stated_count(0)?;
        let beyond = |count: &u64| self.case.limit.is_some_and(|limit| *count > limit);
        Ok(stated.filter(beyond))
    }

    /// What is not said to fail succeeds, or traps as code does by itself.
    fn ending(&self, finished: &Finished) -> Option<Pair> {
        let outcome = &finished.outcome;
        let wanted = match self.case.ending {
            Some(ending) => ending,
            None => match outcome {
                Err(failure) if failure.code != ErrorCode::CanisterTrapped => {
                    Ending::Success { replies: false }
                }
                _ => return None,
            },
        };
        let found =
            if wanted.is(outcome) { wanted.to_string() } else { outcome::describe(outcome) };
        Some(("outcome".into(), wanted.to_string(), found))
    }

    fn reply(&self, finished: &Finished) -> Option<Pair> {
        let wanted = self.case.fields["expected_reply_hex"].as_str()?;
        let found = match &finished.outcome {
            Ok(effects) => match &effects.response {
                Some(Response::Reply(reply)) => values::to_hex(reply),
                _ => "no reply".to_owned(),
            },
            Err(failure) => failure.code.name().to_owned(),
        };
        Some(("reply".into(), wanted.to_lowercase(), found))
    }

    /// Globals expected by name, and results, which the added method keeps in the last globals.
    fn globals(&self, canister: &Canister, prepared: &EntryModule) -> Result<Vec<Pair>, String> {
        let values = canister.instance.globals();
        let names = entry_module::exported_globals(&prepared.binary);
        let mut pairs = Vec::new();
        for (name, wanted) in self.case.globals() {
            let place = names.iter().position(|known| *known == name);
            let found = place
                .and_then(|place| values.get(place))
                .ok_or(format!("the module exports no global `{name}`"))?;
            pairs.push(same_number(format!("global {name}"), &wanted, found));
        }
        let end = values.len().saturating_sub(usize::from(prepared.replaced_imports));
        let results = values.get(end.saturating_sub(prepared.results)..end).unwrap_or_default();
        let wanted = match &self.case.fields["expected_result"] {
            Value::Null => return Ok(pairs),
            Value::Array(several) => several.clone(),
            one => vec![one.clone()],
        };
        if wanted.len() != results.len() {
            return Err(format!("{} results are expected of {}", wanted.len(), results.len()));
        }
        for (wanted, found) in wanted.iter().zip(results) {
            for (ty, number) in wanted.as_object().into_iter().flatten() {
                let kind = found.split('(').next().unwrap_or_default().to_lowercase();
                pairs.push(("type of the result".into(), ty.clone(), kind));
                pairs.push(same_number("result".into(), number, found));
            }
        }
        Ok(pairs)
    }

    /// Of a message that is repeated: the room in its log, and how many lines there are.
    fn log(&self, canister: &Canister) -> Vec<Pair> {
        let expected = &self.case.fields["expected"];
        let mut pairs = Vec::new();
        if let Some(room) = expected["remaining_log_space"].as_u64() {
            let found = canister.log_room().to_string();
            pairs.push(("remaining_log_space".into(), room.to_string(), found));
        }
        if expected["next_idx_after_call_i"] == "i+1" {
            let wanted = self.case.times.to_string();
            pairs.push(("lines in the log".into(), wanted, canister.lines.to_string()));
        }
        pairs
    }
}

/// `7` of `I64(7)`.
fn inner(value: &str) -> &str {
    value.split_once('(').map_or(value, |(_, rest)| rest.trim_end_matches(')'))
}

/// A pair of a number in JSON and a value such as `I64(7)`; the same text if they are equal.
fn same_number(field: String, wanted: &Value, found: &str) -> Pair {
    let (text, wanted) = (inner(found).to_owned(), wanted.to_string());
    let equal = wanted == text
        || wanted.parse::<f64>().ok().zip(text.parse::<f64>().ok()).is_some_and(|(a, b)| a == b)
            && found.starts_with('F');
    (field, wanted.clone(), if equal { wanted } else { text })
}

/// What a canister with such a balance burns if it asks for `amount` to be burned.
pub(super) fn burned_by(
    profile: &Profile,
    runtimes: &Runtimes,
    amount: u64,
    balance: Cycles,
    threshold: Cycles,
) -> Result<Cycles, String> {
    let module = text_module::binary(&format!(
        "(module (import \"ic0\" \"cycles_burn128\" (func $burn (param i64 i64 i32)))
            (memory 1)
            (func (export \"canister_update go\")
                (call $burn (i64.const 0) (i64.const {amount}) (i32.const 0))))"
    ))?;
    let runtime = runtimes.get(profile)?;
    let program = runtime.compile(&module).map_err(|refused| refused.to_string())?;
    let mut canister = Canister::new(&*program, profile, None)?.with_balance(balance, threshold);
    let entry = canister::entry("canister_update go", &[]).ok_or("no such entry point")?;
    let finished = canister.run(entry);
    finished.outcome.map(|effects| effects.cycles_burned).map_err(|failure| failure.to_string())
}

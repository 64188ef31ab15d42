//! Recordings of a real replica, held against the model.
//!
//! There are three sorts of case, told apart by their fields; `docs/scripts.md` describes each:
//!
//! | has | is | compared |
//! |---|---|---|
//! | `steps` | a script, run in a fresh world (`replay`) | every recorded field the model has (`fields`, `trace`) |
//! | `kind` | a module and a count (`instructions`) | instructions, outcome, results, globals, reply |
//! | `op` | an operation and its price (`fees`) | cycles |
//!
//! A case never agrees for want of something to compare: it is skipped with a reason, or it fails.
//! Cases are independent of each other and are run side by side (`suite`).

mod era;
mod fees;
mod fields;
mod instructions;
mod listing;
mod replay;
mod suite;
mod trace;

pub use fields::unknown as unknown_fields;
pub use listing::side_by_side;
pub use suite::{Counts, Selection, UnknownName, judge_all, recorded_instructions};

use crate::script::Runtimes;
use serde_json::Value;
use std::fmt;
use std::path::Path;

/// How a case compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every compared field agrees.
    Agrees,
    /// The first difference.
    Differs(Difference),
    /// The case cannot be understood, and what was expected: it counts as failed.
    Malformed(String),
    /// There is nothing to run or to compare, and why.
    Skipped(String),
}

impl Verdict {
    fn malformed(problem: impl Into<String>) -> Verdict {
        Verdict::Malformed(problem.into())
    }

    /// Agreed, failed or skipped, in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Agrees => "passed",
            Verdict::Differs(_) | Verdict::Malformed(_) => "failed",
            Verdict::Skipped(_) => "skipped",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Agrees => f.write_str("agrees"),
            Verdict::Differs(difference) => difference.fmt(f),
            Verdict::Malformed(problem) => write!(f, "cannot be run: {problem}"),
            Verdict::Skipped(reason) => f.write_str(reason),
        }
    }
}

/// Where recording and model part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The step, such as `step 3 (update a go)`, or the profile, such as `under 2024-06`.
    pub place: String,
    /// The field that differs.
    pub field: String,
    /// What was recorded.
    pub expected: String,
    /// What the model says.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { place, field, expected, found } = self;
        write!(f, "{place}: {field}: expected {expected}, found {found}")
    }
}

/// The name of a case; prices have none, but an `id`.
pub fn name(case: &Value) -> &str {
    let named = case["name"].as_str().or(case["id"].as_str());
    named.unwrap_or("a case without name")
}

/// Runs a case and compares it; modules named by `wasm_file` are looked up in `folder`.
pub fn judge(case: &Value, folder: &Path, runtimes: &Runtimes) -> Verdict {
    if case["steps"].is_array() {
        replay::judge(case, folder, runtimes)
    } else if case["kind"].is_string() {
        instructions::judge(case, folder, runtimes)
    } else if case["op"].is_string() {
        fees::judge(case, runtimes)
    } else {
        let reason = "it has neither `steps` nor `kind` nor `op`: it is a fact in words";
        Verdict::Skipped(reason.to_owned())
    }
}

/// The case as it is run: with the modules that were installed when it was recorded.
pub fn as_run(case: &Value) -> Value {
    replay::with_recorded_modules(case)
}

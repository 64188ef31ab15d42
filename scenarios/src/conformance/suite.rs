//! Many cases at once: which are wanted, run side by side, answered in their order.

use super::{Verdict, judge};
use crate::diagnostics::nearest;
use crate::script::Runtimes;
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;

/// Which cases are wanted: all, or those whose names match one of the patterns, in which `*` stands
/// for any characters.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    patterns: Vec<String>,
}

/// A pattern that no case matches.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no case `{pattern}`{}", hint.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownName {
    /// The pattern.
    pub pattern: String,
    /// The name most like it.
    pub hint: Option<String>,
}

impl Selection {
    /// Cases by names or patterns; all if there are none.
    pub fn new(patterns: &[String]) -> Self {
        Selection { patterns: patterns.to_vec() }
    }

    /// True if every case is wanted.
    pub fn is_all(&self) -> bool {
        self.patterns.is_empty()
    }

    /// True if the case called so is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.is_all() || self.patterns.iter().any(|pattern| matches(pattern, name))
    }

    /// Checks that each pattern stands for a case.
    ///
    /// # Errors
    /// One does not.
    pub fn check<'a>(
        &self,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<(), UnknownName> {
        for pattern in &self.patterns {
            if names.clone().all(|name| !matches(pattern, name)) {
                let hint = nearest(pattern, names).map(str::to_owned);
                return Err(UnknownName { pattern: pattern.clone(), hint });
            }
        }
        Ok(())
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(start) else { return false };
    // The shortest piece that fits is enough: what follows may still begin anywhere.
    (0..=name.len()).filter(|at| name.is_char_boundary(*at)).any(|at| matches(rest, &name[at..]))
}

/// How many cases came out which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They agree.
    pub passed: u64,
    /// They differ, or cannot be understood.
    pub failed: u64,
    /// There is nothing to run or to compare.
    pub skipped: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { passed, failed, skipped } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl Counts {
    /// One more.
    pub fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Agrees => self.passed += 1,
            Verdict::Differs(_) | Verdict::Malformed(_) => self.failed += 1,
            Verdict::Skipped(_) => self.skipped += 1,
        }
    }
}

/// Cases with their places, those first that a recording says were long: then no core is left alone
/// with a long one in the end.
fn longest_first(cases: &[Value]) -> Vec<(usize, &Value)> {
    let mut ordered: Vec<(usize, &Value)> = cases.iter().enumerate().collect();
    ordered.sort_by_cached_key(|(_, case)| std::cmp::Reverse(recorded_instructions(case)));
    ordered
}

/// Instructions that canisters used in a recorded script.
pub fn recorded_instructions(case: &Value) -> u64 {
    let results = case["results"].as_array().into_iter().flatten();
    let entries = results.flat_map(|result| result["trace"].as_array().into_iter().flatten());
    let counts = entries.filter_map(|entry| entry["round_instructions"].as_u64());
    counts.fold(0, u64::saturating_add)
}

/// The verdict on a case; a fault of the model itself fails that case and no other.
fn survive(case: &Value, folder: &Path, runtimes: &Runtimes) -> Verdict {
    // A world is made for the case and dropped with it, and what is shared is whole at any time.
    let judged = AssertUnwindSafe(|| judge(case, folder, runtimes));
    std::panic::catch_unwind(judged).unwrap_or_else(|_| {
        Verdict::malformed("icsim itself failed, which is worth a report with this case")
    })
}

/// Judges cases side by side and hands over each verdict in the order of the cases, as soon as those
/// before it are there.
pub fn judge_all(
    cases: &[Value],
    folder: &Path,
    runtimes: &Runtimes,
    mut each: impl FnMut(&Value, &Verdict),
) {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let cases = longest_first(cases).into_iter().par_bridge();
            cases.for_each_with(sender, |sender, (index, case)| {
                // Nobody waits any more only if the other thread is gone.
                let _ = sender.send((index, survive(case, folder, runtimes)));
            });
        });
        let (mut early, mut next) = (BTreeMap::new(), 0);
        for (index, verdict) in receiver {
            early.insert(index, verdict);
            while let Some(verdict) = early.remove(&next) {
                each(&cases[next], &verdict);
                next += 1;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("call_*", "call_self") && matches("*_max", "call_reply_max"));
        assert!(matches("*call*", "a_call_b") && matches("call", "call"));
        assert!(!matches("call_*", "recall_x") && !matches("call", "calls"));
    }

    #[test]
    fn a_name_that_is_not_there_is_told_with_the_nearest() {
        let names = ["call_self", "dts"];
        let selection = Selection::new(&["call_slef".to_owned()]);
        let unknown = selection.check(names.into_iter()).expect_err("there is none");
        assert_eq!(unknown.hint.as_deref(), Some("call_self"));
    }
}

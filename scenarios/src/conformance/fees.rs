//! Recorded prices: an operation with its quantities, and what it costs.
//!
//! `op` says in a few words what is priced, the other fields how much of it; numbers may also stand in
//! the words. What an operation costs is asked of the model's own price list.

mod formulas;
pub(super) mod numbers;
mod prices;

use super::era::{self, Of};
use super::{Difference, Verdict};
use crate::script::Runtimes;
use serde_json::Value;
use sim_core::fees::FeeSchedule;
use sim_core::network::{SubnetKind, SubnetSpec};
use sim_core::profile::Profile;
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

/// Nodes of the subnet of a case that does not say how many.
const NODES: u64 = 13;

/// Computes what a case says, under the profiles of its eras, and compares.
pub(super) fn judge(case: &Value, runtimes: &Runtimes) -> Verdict {
    if case["expected_cycles"].is_null() {
        return Verdict::Skipped("it is a rule in words, without a number".to_owned());
    }
    let profiles = match era::profiles(&case["era"], Of::Prices) {
        Ok(profiles) => profiles,
        Err(problem) => return Verdict::malformed(problem),
    };
    for profile in profiles {
        let pairs = Question::new(case, profile.clone()).and_then(|question| {
            let priced = prices::answer(&question)?;
            let worked = |_| formulas::answer(&question, runtimes);
            priced.map_or_else(|| worked(()), |pairs| Ok(Some(pairs)))
        });
        let differing = match pairs {
            Ok(Some(pairs)) => pairs.into_iter().find(|(_, expected, found)| expected != found),
            Ok(None) => return Verdict::Skipped("there is no such operation here".to_owned()),
            Err(problem) => return Verdict::malformed(problem),
        };
        if let Some((field, expected, found)) = differing {
            let place = format!("under {}", profile.name);
            return Verdict::Differs(Difference { place, field, expected, found });
        }
    }
    Verdict::Agrees
}

/// A field, what was recorded, and what the model says.
type Pair = (String, String, String);

/// A case under one profile.
struct Question<'a> {
    case: &'a Value,
    op: &'a str,
    profile: Profile,
    fees: Arc<FeeSchedule>,
}

impl<'a> Question<'a> {
    fn new(case: &'a Value, profile: Profile) -> Result<Self, String> {
        let op = case["op"].as_str().unwrap_or_default();
        let mut question =
            Question { case, op, fees: schedule(&profile, &SubnetSpec::default()), profile };
        let kind = match case["subnet_type"].as_str() {
            None | Some("application") => SubnetKind::Application,
            Some("system") => SubnetKind::System,
            Some("verified") => SubnetKind::Verified,
            Some(other) => return Err(format!("`subnet_type`: there is no `{other}`")),
        };
        let nodes = question.number_or("subnet_size", NODES)?.max(1);
        question.fees = question.schedule_of(kind, nodes);
        match case["mode"].as_str() {
            None | Some("wasm32") => {}
            Some("wasm64") => question.fees = question.fees.wasm64(),
            Some(other) => return Err(format!("`mode`: expected wasm32 or wasm64, found {other}")),
        }
        Ok(question)
    }

    fn schedule_of(&self, kind: SubnetKind, nodes: u64) -> Arc<FeeSchedule> {
        schedule(&self.profile, &SubnetSpec { kind, nodes, ..SubnetSpec::default() })
    }

    /// A subnet of other size.
    fn on_nodes(&self, nodes: u64) -> Arc<FeeSchedule> {
        self.schedule_of(SubnetKind::Application, nodes)
    }

    /// A field that is a whole number.
    fn number(&self, field: &str) -> Result<u64, String> {
        let value = &self.case[field];
        value.as_u64().ok_or_else(|| format!("`{field}`: expected a whole number, found {value}"))
    }

    fn number_or(&self, field: &str, otherwise: u64) -> Result<u64, String> {
        if self.case[field].is_null() { Ok(otherwise) } else { self.number(field) }
    }

    fn bytes(&self, field: &str) -> Result<Bytes, String> {
        self.number(field).map(Bytes::new)
    }

    fn instructions(&self, field: &str) -> Result<Instructions, String> {
        self.number(field).map(Instructions::new)
    }

    fn cycles(&self, field: &str) -> Result<Cycles, String> {
        self.number(field).map(|number| Cycles::new(number.into()))
    }

    /// The pair of a price that stands in `expected_cycles`.
    fn costs(&self, found: Cycles) -> Vec<Pair> {
        let expected = self.case["expected_cycles"].to_string();
        vec![("expected_cycles".to_owned(), expected, found.get().to_string())]
    }
}

fn schedule(profile: &Profile, subnet: &SubnetSpec) -> Arc<FeeSchedule> {
    Arc::new(FeeSchedule::on(profile, subnet))
}

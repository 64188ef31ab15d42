//! What is wrong with a history.

use super::violation::Violation;
use crate::expect::run::Watched;
use crate::expect::{self, When};
use crate::scenario::Scenario;
use reports::metrics;
use reports::names::{Names, entry as entry_name};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::ledger::UseCase;
use sim_core::record::{Event, Outcome};
use sim_core::reject::ErrorCode;
use sim_core::time::SimTime;
use std::collections::BTreeMap;

/// Calls after the last held message that have to be rejected before a canister counts as stuck.
const REJECTS_IN_A_ROW: usize = 3;

/// Everything wrong with a run, the worst first; what the scenario allows is left out. From `settled`
/// on nothing was made to wait any more.
pub fn violations(
    scenario: &Scenario,
    watched: Watched,
    settled: SimTime,
) -> (History, Vec<Violation>) {
    let metrics = match scenario.invariants.list().is_empty() {
        true => Ok(Vec::new()),
        false => metrics::of(&watched.history, scenario.warm_up),
    };
    let broken = metrics.as_ref().err().map(ToString::to_string);
    let (history, violations) = watched.into_parts(&metrics.unwrap_or_default());
    let mut found: Vec<Violation> = match broken {
        None => violations.iter().map(expectation).collect(),
        Some(message) => vec![Violation::Model { message }],
    };
    let names = Names::new(&history);
    let calls = Calls::of(&history);
    found.extend(calls.stuck(settled, &names));
    found.extend(traps(&history, &names));
    found.extend(calls.unanswered(settled, &names));
    found.extend(cycles_lost(&history, &names));
    found.retain(|violation| !scenario.explore.allows(violation.kind()));
    (history, found)
}

fn expectation(broken: &expect::Violation) -> Violation {
    let expected = match broken.when {
        When::AtTheEnd => broken.expectation.clone(),
        when => format!("{} {when}", broken.expectation),
    };
    let at = match broken.when {
        When::AtTheEnd => String::new(),
        _ => format!(" at {}", broken.time),
    };
    Violation::Expectation { expected, found: format!("{}{at}", broken.found) }
}

/// Failures that tell of a mistake in a canister. Others tell of circumstances: no cycles, stopped,
/// no such method.
fn is_mistake(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::CanisterTrapped
            | ErrorCode::CanisterCalledTrap
            | ErrorCode::CanisterContractViolation
            | ErrorCode::CanisterDidNotReply
            | ErrorCode::CanisterOutOfMemory
            | ErrorCode::CanisterInstructionLimitExceeded
    )
}

fn traps(history: &History, names: &Names) -> Vec<Violation> {
    let mut found: Vec<Violation> = Vec::new();
    for record in history.records() {
        let Event::Executed { canister, entry, failure: Some(code), .. } = &record.event else {
            continue;
        };
        let trap = Violation::Trap {
            canister: names.canister(*canister),
            entry: entry_name(*entry).to_owned(),
            code: code.name().to_owned(),
        };
        if is_mistake(*code) && !found.contains(&trap) {
            found.push(trap);
        }
    }
    found
}

fn cycles_lost(history: &History, names: &Names) -> Vec<Violation> {
    let place = UseCase::ALL.iter().position(|case| *case == UseCase::Dropped).unwrap_or(0);
    let canisters = history.canisters();
    let lost = canisters.filter(|canister| !canister.burned[place].is_zero());
    lost.map(|canister| Violation::CyclesLost {
        canister: names.canister(canister.id),
        cycles: canister.burned[place].get(),
    })
    .collect()
}

/// A call and how it ended.
struct Call<'a> {
    sent: SimTime,
    callee: CanisterId,
    method: &'a str,
    outcome: Option<Outcome>,
}

/// All calls to canisters, in order of sending.
struct Calls<'a>(Vec<Call<'a>>);

impl<'a> Calls<'a> {
    fn of(history: &'a History) -> Self {
        let mut calls: BTreeMap<MessageId, Call<'a>> = BTreeMap::new();
        for record in history.records() {
            let sent = record.time;
            match &record.event {
                Event::Submitted { message, canister, method, .. } => {
                    let call = Call { sent, callee: *canister, method, outcome: None };
                    calls.insert(*message, call);
                }
                Event::Called { message, callee, method, .. } => {
                    if let Some(callee) = CanisterId::from_principal(callee) {
                        calls.insert(*message, Call { sent, callee, method, outcome: None });
                    }
                }
                _ => {}
            }
        }
        // An answer may be recorded on another subnet than the call.
        for record in history.records() {
            if let Event::Responded { message, outcome } = &record.event
                && let Some(call) = calls.get_mut(message)
            {
                call.outcome = Some(*outcome);
            }
        }
        let mut calls: Vec<_> = calls.into_values().collect();
        calls.sort_by_key(|call| call.sent);
        Calls(calls)
    }

    fn unanswered(&self, settled: SimTime, names: &Names) -> Vec<Violation> {
        let mut found: Vec<Violation> = Vec::new();
        for call in self.0.iter().filter(|call| call.outcome.is_none() && call.sent < settled) {
            let violation = Violation::Unanswered {
                canister: names.canister(call.callee),
                method: call.method.to_owned(),
            };
            if !found.contains(&violation) {
                found.push(violation);
            }
        }
        found
    }

    fn stuck(&self, settled: SimTime, names: &Names) -> Vec<Violation> {
        let mut by_method: BTreeMap<(CanisterId, &str), Vec<&Call<'_>>> = BTreeMap::new();
        for call in &self.0 {
            by_method.entry((call.callee, call.method)).or_default().push(call);
        }
        let stuck = by_method.into_iter().filter_map(|((canister, method), calls)| {
            let replied = |call: &&&Call<'_>| matches!(call.outcome, Some(Outcome::Reply(_)));
            let late: Vec<_> = calls.iter().filter(|call| call.sent >= settled).collect();
            let rejects: Vec<_> = late
                .iter()
                .filter_map(|call| match call.outcome {
                    Some(Outcome::Reject(code)) => Some(code),
                    _ => None,
                })
                .collect();
            let all_rejected = rejects.len() == late.len() && late.len() >= REJECTS_IN_A_ROW;
            let replied_before = calls.iter().any(|call| replied(&call));
            (all_rejected && replied_before).then(|| Violation::Stuck {
                canister: names.canister(canister),
                method: method.to_owned(),
                code: rejects.last().map_or("", |code| code.name()).to_owned(),
            })
        });
        stuck.collect()
    }
}

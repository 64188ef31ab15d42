//! The behaviour of a case: a distribution for each quantity that was observed.

use super::cases::{Case, cases};
use super::observe::{Handled, Made, Observed};
use crate::scenario::Scenario;
use ic_principal::Principal;
use reports::statistics::fit::{Fit, fit};
use sim_core::choice::Choice;
use sim_core::distribution::{Distribution, Quantity};
use sim_core::modelled::{Call, Method};
use sim_core::units::{Bytes, Cycles, Instructions};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A method with what is known of how well it is described.
#[derive(Clone, Debug)]
pub struct FittedMethod {
    /// The method.
    pub method: Arc<Method>,
    /// How many messages it was made from.
    pub messages: usize,
    /// How many cases it has.
    pub cases: usize,
    /// The greatest distance of Kolmogorov and Smirnov between a distribution and its sample.
    pub distance: f64,
}

/// Makes methods from messages.
pub struct Modelling {
    /// Canisters that a model can call: those of the scenario.
    known: BTreeSet<Principal>,
    /// Calls to others, by principal.
    unknown: BTreeMap<String, usize>,
}

impl Modelling {
    /// For models that stand in the place of canisters of `scenario`.
    pub fn new(scenario: &Scenario) -> Modelling {
        let known = scenario.canisters.iter().map(|canister| canister.id.principal()).collect();
        Modelling { known, unknown: BTreeMap::new() }
    }

    /// Every method that was called.
    pub fn methods(&mut self, observed: &Observed) -> BTreeMap<Arc<str>, FittedMethod> {
        let mut methods: BTreeMap<Arc<str>, Vec<&Handled>> = BTreeMap::new();
        for handled in &observed.handled {
            methods.entry(handled.method.clone()).or_default().push(handled);
        }
        methods.into_iter().map(|(name, messages)| (name, self.method(&messages))).collect()
    }

    /// What was seen and cannot be called by a model, in words.
    pub fn left_out(&self) -> impl Iterator<Item = String> + '_ {
        self.unknown.iter().map(|(callee, count)| {
            format!("{count} calls to {callee}, which is no canister of the scenario")
        })
    }

    fn method(&mut self, messages: &[&Handled]) -> FittedMethod {
        let found = cases(messages);
        let mut distance = 0.0;
        let mut methods: Vec<Method> =
            found.iter().map(|case| self.case(case, &mut distance)).collect();
        let query = messages.iter().all(|message| message.query);
        let weights: Vec<u64> = found.iter().map(|case| case.messages.len() as u64).collect();
        let method = match methods.len() {
            1 => methods.remove(0),
            _ => {
                let cases = methods.into_iter().map(Arc::new).collect();
                Method { cases: Choice::weighted(cases, &weights).ok(), ..Method::default() }
            }
        };
        FittedMethod {
            method: Arc::new(Method { query, ..method }),
            messages: messages.len(),
            cases: found.len(),
            distance,
        }
    }

    fn case(&mut self, case: &Case<'_>, distance: &mut f64) -> Method {
        let messages = || case.messages.iter();
        let of = |value: fn(&Handled) -> u64| messages().map(|m| value(m)).collect::<Vec<_>>();
        let replies = messages().filter_map(|m| m.reply).map(Bytes::get).collect();
        let callbacks = messages().flat_map(|m| m.callbacks.iter().copied()).collect();
        Method {
            query: false,
            instructions: fitted::<Instructions>(of(|m| m.instructions), distance),
            reply: fitted::<Bytes>(replies, distance),
            reject_millionths: case.rejected_millionths(),
            growth: fitted::<Bytes>(of(|m| m.growth), distance),
            writes: fitted::<Bytes>(of(|m| m.writes.saturating_sub(m.growth)), distance),
            calls: self.calls(&case.calls(), distance),
            in_sequence: case.in_sequence(),
            callback: fitted::<Instructions>(callbacks, distance),
            cases: None,
        }
    }

    /// The calls of a case: neighbours of the same kind are one entry with a count.
    fn calls(&mut self, places: &[Vec<&Made>], distance: &mut f64) -> Vec<Call> {
        let mut runs: Vec<(Kind, u64, Vec<u64>)> = Vec::new();
        for place in places {
            let Some(kind) = self.kind(place) else { continue };
            let payloads = place.iter().map(|call| call.payload);
            match runs.last_mut().filter(|(last, _, _)| last.alike(&kind)) {
                Some((_, count, all)) => {
                    *count += 1;
                    all.extend(payloads);
                }
                None => runs.push((kind, 1, payloads.collect())),
            }
        }
        let call = |(kind, count, payloads): (Kind, u64, Vec<u64>)| {
            let (callees, weights): (Vec<Principal>, Vec<u64>) = kind.callees.into_iter().unzip();
            Some(Call {
                callees: Choice::weighted(callees, &weights).ok()?,
                method: kind.method,
                payload: fitted::<Bytes>(payloads, distance),
                cycles: kind.cycles,
                count,
            })
        };
        runs.into_iter().filter_map(call).collect()
    }

    /// What was called at one place of a case; none if a model cannot call it.
    fn kind(&mut self, place: &[&Made]) -> Option<Kind> {
        let mut callees: BTreeMap<Principal, u64> = BTreeMap::new();
        for call in place {
            match self.known.contains(&call.callee) {
                true => *callees.entry(call.callee).or_default() += 1,
                false => *self.unknown.entry(call.callee.to_text()).or_default() += 1,
            }
        }
        let mut cycles: Vec<u128> = place.iter().map(|call| call.cycles).collect();
        cycles.sort_unstable();
        let cycles = Cycles::new(cycles.get(cycles.len() / 2).copied().unwrap_or(0));
        let method = place.first()?.method.clone();
        (!callees.is_empty()).then_some(Kind { callees, method, cycles })
    }
}

/// Whom calls go to, with how often, and how.
struct Kind {
    callees: BTreeMap<Principal, u64>,
    method: Arc<str>,
    cycles: Cycles,
}

impl Kind {
    /// Whether calls of the two can be drawn as one.
    fn alike(&self, other: &Kind) -> bool {
        self.callees.keys().eq(other.callees.keys())
            && self.method == other.method
            && self.cycles == other.cycles
    }
}

/// A distribution for a sample; keeps the greatest distance.
fn fitted<V: Quantity>(sample: Vec<u64>, distance: &mut f64) -> Distribution<V> {
    let Fit { distribution, distance: found } = fit(&sample);
    *distance = libm::fmax(*distance, found);
    distribution
}

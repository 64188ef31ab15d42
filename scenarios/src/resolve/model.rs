//! The behaviour of modelled canisters.

use super::modules::Modules;
use super::names::Names;
use super::{choice, quantity};
use crate::diagnostics::{Mistake, did_you_mean};
use crate::document::{CallEntry, CanisterEntry, Document, MethodEntry, ModelEntry, Tree};
use serde::de::DeserializeOwned;
use sim_core::choice::Choice;
use sim_core::distribution::{Distribution, Quantity};
use sim_core::modelled::{Behaviour, Call, Method};
use sim_core::profile::Limits;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use toml::Spanned;

/// What behaviours are resolved against.
pub(super) struct Context<'a, 'm> {
    pub(super) document: &'a Document,
    pub(super) names: &'a Names,
    pub(super) limits: &'a Limits,
    pub(super) mistakes: &'m mut Vec<Mistake>,
}

impl Context<'_, '_> {
    /// The behaviour of an entry, or `None` if there is something wrong with it.
    pub(super) fn behaviour(&mut self, entry: &ModelEntry) -> Option<Behaviour> {
        let before = self.mistakes.len();
        let methods: BTreeMap<Arc<str>, Arc<Method>> = entry
            .method
            .iter()
            .map(|(name, method)| (name.as_str().into(), Arc::new(self.whole_method(method))))
            .collect();
        let behaviour = Behaviour {
            heap: entry.heap.as_ref().map_or(Default::default(), |heap| *heap.get_ref()),
            queue_capacity: self.limits.queue_capacity,
            largest_payload: self.limits.call_payload.min(self.limits.reply_payload),
            methods,
        };
        (self.mistakes.len() == before).then_some(behaviour)
    }

    /// A method, with its cases if it has some.
    fn whole_method(&mut self, entry: &MethodEntry) -> Method {
        self.mistakes.extend(entry.weight.as_ref().map(|weight| {
            Mistake::at(weight.span(), "a method has no `weight`").label("not here").help(
                "weights belong to the cases of a method, `[[canister.model.method.NAME.case]]`",
            )
        }));
        let plain = self.method(entry);
        if entry.case.is_empty() {
            return plain;
        }
        let says_more = Method { query: false, ..plain } != Method::default();
        let mut cases = Vec::new();
        let mut weights = Vec::new();
        for case in &entry.case {
            self.mistakes.extend(misplaced(case, says_more));
            cases.push(Arc::new(self.method(case.get_ref())));
            weights.push(case.get_ref().weight.as_ref().map_or(1, |weight| *weight.get_ref()));
        }
        let place = entry.case[0].span();
        let cases = Choice::weighted(cases, &weights)
            .map_err(|error| Mistake::at(place, error.to_string()).label("the first case"));
        Method { query: entry.query, cases: self.keep(cases), ..Method::default() }
    }

    fn method(&mut self, entry: &MethodEntry) -> Method {
        let nothing = Method::default();
        Method {
            query: entry.query,
            instructions: self.quantity(entry.instructions.as_ref(), nothing.instructions),
            reply: self.quantity(entry.reply.as_ref(), nothing.reply),
            reject_millionths: entry.reject.millionths(),
            growth: self.quantity(entry.growth.as_ref(), nothing.growth),
            writes: self.quantity(entry.writes.as_ref(), nothing.writes),
            calls: entry.calls.iter().filter_map(|call| self.call(call)).collect(),
            in_sequence: entry.in_sequence,
            callback: self.quantity(entry.callback.as_ref(), nothing.callback),
            cases: None,
        }
    }

    fn quantity<V>(
        &mut self,
        entry: Option<&Spanned<Tree>>,
        otherwise: Distribution<V>,
    ) -> Distribution<V>
    where
        V: Quantity + FromStr + DeserializeOwned,
        V::Err: Display,
    {
        let Some(entry) = entry else { return otherwise };
        self.keep(quantity::distribution(entry)).unwrap_or(otherwise)
    }

    fn call(&mut self, entry: &CallEntry) -> Option<Call> {
        let unknown = |name: &str| format!("a call goes to `{name}`, which is no canister");
        let canisters = &self.names.canisters;
        let callees = canisters.find_all(&entry.to, "canister", unknown, self.mistakes);
        let missing = callees.iter().find_map(|callee| self.lacks(*callee, entry));
        self.mistakes.extend(missing);
        let chosen = choice::read(entry.choice.as_ref());
        let chosen = self.keep(chosen)?;
        let ids = callees.iter().map(|callee| Some(self.names.id(*callee)?.principal()));
        let ids = ids.collect::<Option<Vec<_>>>().filter(|ids| !ids.is_empty())?;
        let callees = choice::among(ids, chosen.as_ref(), entry.choice.as_ref());
        Some(Call {
            callees: self.keep(callees)?,
            method: entry.method.get_ref().as_str().into(),
            payload: self.quantity(entry.payload.as_ref(), Method::default().reply),
            cycles: entry.cycles.unwrap_or_default(),
            count: entry.count.unwrap_or(1),
        })
    }

    /// A modelled callee without the method called; what modules have is not known here.
    fn lacks(&self, callee: usize, call: &CallEntry) -> Option<Mistake> {
        let (entry, name) = self.names.canisters.copies().get(callee)?;
        let model = self.document.canister.get(*entry)?.model.as_ref()?.get_ref();
        let method = call.method.get_ref();
        (!model.method.contains_key(method)).then(|| {
            let message = format!("the modelled canister `{name}` has no method `{method}`");
            Mistake::at(call.method.span(), message).label("cannot be called").help(did_you_mean(
                method,
                "methods",
                model.method.keys().map(String::as_str),
            ))
        })
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }
}

/// What is wrong with where a case stands.
fn misplaced(case: &Spanned<MethodEntry>, method_says_more: bool) -> Option<Mistake> {
    let mistake = |message: &str| Mistake::at(case.span(), message).label("this case");
    let entry = case.get_ref();
    if method_says_more {
        return Some(
            mistake("a method with cases says itself how it behaves")
                .help("beside `case`, a method can say `query` only; move the rest into its cases"),
        );
    }
    let nested = (!entry.case.is_empty()).then(|| mistake("a case has cases of its own"));
    nested.or_else(|| entry.query.then(|| mistake("`query` belongs to the method, not to a case")))
}

/// The methods of a canister that clients can call, those it answers composite queries with, and
/// whether the code that has them is known.
pub(super) fn methods(
    entry: &CanisterEntry,
    modules: &Modules<'_>,
) -> Option<(Vec<String>, Vec<String>)> {
    if let Some(model) = &entry.model {
        return Some((model.get_ref().method.keys().cloned().collect(), Vec::new()));
    }
    let program = modules.known(entry.wasm.as_ref()?.get_ref())?;
    let exports = program.exports();
    let methods = exports.updates.iter().chain(&exports.queries).cloned().collect();
    Some((methods, exports.composite_queries.iter().cloned().collect()))
}

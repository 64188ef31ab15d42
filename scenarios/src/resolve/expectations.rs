//! What has to hold in a run.

use super::modules::Modules;
use super::names::{Names, Register};
use super::{argument, interface};
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{Document, ExpectEntry, ProbeEntry};
use crate::expect::live::{
    AnswerValue, CanisterValue, Query, Source as Value, SubnetCount, SubnetValue, burned_names,
};
use crate::expect::parse::{Node, Operand, Parsed, What, condition, expression};
use crate::expect::{Expectation, ParseError, When};
use crate::probe::Probe;
use crate::source::Source;
use reports::metrics;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::runtime::Program;
use sim_core::time::{SimDuration, SimTime};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// What expectations are resolved against.
pub(super) struct Context<'a, 'm> {
    pub(super) document: &'a Document,
    /// The scenario file.
    pub(super) source: &'a Source,
    pub(super) names: &'a Names,
    pub(super) modules: &'a Modules<'m>,
    /// The names of the workloads.
    pub(super) workloads: Vec<&'a str>,
    /// Where mistakes go.
    pub(super) mistakes: &'a mut Vec<Mistake>,
}

impl Context<'_, '_> {
    /// The expectations in the order of the file; those that cannot be read are left out.
    pub(super) fn resolve(&mut self) -> Vec<Expectation> {
        if self.document.expect.is_empty() {
            return Vec::new();
        }
        let metrics = self.metrics();
        let document = self.document;
        let read = document.expect.iter().map(|entry| self.expectation(entry, &metrics));
        let read: Vec<Result<Expectation, Mistake>> = read.collect();
        read.into_iter()
            .filter_map(|result| result.map_err(|mistake| self.mistakes.push(mistake)).ok())
            .collect()
    }

    /// The probes in the order of the file; those that cannot be read are left out.
    pub(super) fn probes(&mut self) -> Vec<Probe> {
        let document = self.document;
        let mut names = BTreeSet::new();
        let mut probes = Vec::new();
        for entry in &document.probe {
            let name = entry.name.get_ref();
            if !names.insert(name) {
                let mistake =
                    Mistake::at(entry.name.span(), format!("a second probe is called `{name}`"));
                self.mistakes
                    .push(mistake.label("the second").help("give every probe a name of its own"));
            }
            match self.probe(entry) {
                Ok(probe) => probes.push(probe),
                Err(mistake) => self.mistakes.push(mistake),
            }
        }
        probes
    }

    fn probe(&self, entry: &ProbeEntry) -> Result<Probe, Mistake> {
        let text = &entry.value;
        let Parsed { root, operands } =
            expression(text.get_ref()).map_err(|error| self.unreadable(text, error))?;
        let every = *entry.every.get_ref();
        if every == SimDuration::ZERO {
            return Err(Mistake::at(entry.every.span(), "it is recorded every 0ns")
                .label("leaves no time between records"));
        }
        let sources: Result<Vec<Value>, Mistake> =
            operands.iter().map(|operand| self.operand(operand, text, None)).collect();
        let parts = operands.iter().map(|operand| self.parts(operand));
        Ok(Probe {
            name: entry.name.get_ref().clone(),
            text: text.get_ref().clone(),
            every,
            from: self.beginning(entry.from.as_ref())?,
            root,
            operands: sources?,
            parts: parts.max_by_key(Vec::len).unwrap_or_default(),
        })
    }

    /// The names of the copies that an operand speaks of.
    fn parts(&self, operand: &Operand) -> Vec<String> {
        let (register, name) = match &operand.what {
            What::Query { canister, .. } => (&self.names.canisters, canister.as_str()),
            What::Name(name) => {
                let Some((kind, rest)) = name.split_once('.') else { return Vec::new() };
                let register = match kind {
                    "canister" => &self.names.canisters,
                    _ => &self.names.subnets,
                };
                let (name, _) = rest.rsplit_once('.').unwrap_or((rest, ""));
                (register, name.strip_suffix(".burned").unwrap_or(name))
            }
        };
        let copies = register.find(name).unwrap_or_default();
        copies.map(|index| register.copies()[index].1.clone()).collect()
    }

    /// The names of the metrics of a run.
    fn metrics(&self) -> Vec<String> {
        let plain = |register: &Register| -> Vec<String> {
            register.copies().iter().map(|(_, name)| name.clone()).collect()
        };
        let (subnets, canisters) = (plain(&self.names.subnets), plain(&self.names.canisters));
        let subnets: Vec<&str> = subnets.iter().map(String::as_str).collect();
        let canisters: Vec<&str> = canisters.iter().map(String::as_str).collect();
        metrics::names(&self.workloads, &subnets, &canisters)
    }

    fn expectation(&self, entry: &ExpectEntry, metrics: &[String]) -> Result<Expectation, Mistake> {
        let text = &entry.that;
        let Parsed { root, operands } =
            condition(text.get_ref()).map_err(|error| self.unreadable(text, error))?;
        let when = entry.when.as_ref().map_or(When::AtTheEnd, |when| *when.get_ref());
        let known: Option<&[String]> = (when == When::AtTheEnd).then_some(metrics);
        let operands: Result<Vec<(String, Value)>, Mistake> = operands
            .iter()
            .map(|operand| Ok((operand.text.clone(), self.operand(operand, text, known)?)))
            .collect();
        let operands = operands?;
        self.check_condition(text, &root, &operands)?;
        self.check_times(entry, when)?;
        let from = self.beginning(entry.from.as_ref())?;
        Ok(Expectation {
            text: text.get_ref().as_str().into(),
            when,
            every: entry.every.as_ref().map(|every| *every.get_ref()),
            from,
            root,
            operands,
        })
    }

    /// From when on something is looked at, which is before the run is over.
    fn beginning(&self, from: Option<&Spanned<SimDuration>>) -> Result<SimTime, Mistake> {
        let Some(from) = from else { return Ok(SimTime::ZERO) };
        let (time, duration) = (*from.get_ref(), *self.document.duration.get_ref());
        match time < duration {
            true => Ok(SimTime::ZERO + time),
            false => {
                let message = format!("it begins at {time}, when the run of {duration} is over");
                Err(Mistake::at(from.span(), message)
                    .label("too late")
                    .help("expected `from` < `duration`"))
            }
        }
    }

    fn unreadable(&self, text: &Spanned<String>, error: ParseError) -> Mistake {
        let mistake = Mistake::at(self.place(text, error.range.clone()), error.message.clone());
        let mistake = mistake.label("not valid");
        match error.help {
            Some(help) => mistake.help(help),
            None => mistake,
        }
    }

    fn place(&self, text: &Spanned<String>, range: Range<usize>) -> Span {
        argument::place_within(text, range, self.source)
    }

    /// A number alone is no condition.
    fn check_condition(
        &self,
        text: &Spanned<String>,
        root: &Node,
        operands: &[(String, Value)],
    ) -> Result<(), Mistake> {
        match root {
            Node::Operand(index) if !operands[*index].1.can_be_true() => {
                let name = &operands[*index].0;
                let message = format!("`{name}` is a number, neither true nor false");
                let help = format!("compare it, for example \"{name} > 0\"");
                Err(Mistake::at(text.span(), message).label("compares nothing").help(help))
            }
            _ => Ok(()),
        }
    }

    /// What is checked once has no times.
    fn check_times(&self, entry: &ExpectEntry, when: When) -> Result<(), Mistake> {
        let zero = entry.every.as_ref().filter(|every| *every.get_ref() == SimDuration::ZERO);
        if let Some(every) = zero {
            return Err(Mistake::at(every.span(), "it is checked every 0ns")
                .label("leaves no time between checks")
                .help("expected a duration; without `every` it is checked after every round"));
        }
        let times = entry.every.as_ref().or(entry.from.as_ref());
        match times {
            Some(time) if when == When::AtTheEnd => {
                let message = "an expectation about the end of the run is checked once";
                let help =
                    "for others add `when = \"always\"` or `when = \"eventually within 30s\"`";
                Err(Mistake::at(time.span(), message).label("means nothing here").help(help))
            }
            _ => Ok(()),
        }
    }

    /// What an operand stands for; metrics are known if the run is over by then.
    fn operand(
        &self,
        operand: &Operand,
        text: &Spanned<String>,
        metrics: Option<&[String]>,
    ) -> Result<Value, Mistake> {
        let place = || self.place(text, operand.range.clone());
        match &operand.what {
            What::Query { canister, method, argument, path } => {
                let found = self.named_canisters(canister);
                let (entry, canisters) = found.ok_or_else(|| {
                    let names = self.names.canisters.names();
                    Mistake::at(place(), format!("there is no canister `{canister}` to query"))
                        .label("no canister of that name")
                        .help(did_you_mean(canister, "canisters", names))
                })?;
                let program = self.queried(entry, canister, method, place())?;
                let argument = self.argument(&*program, method, argument.clone(), text)?;
                let labels = interface::labels(&*program);
                let (method, path) = (method.clone(), path.clone());
                Ok(Value::Query(Arc::new(Query { canisters, method, argument, labels, path })))
            }
            What::Name(name) => match metrics {
                Some(known) if known.contains(name) => Ok(Value::Metric(name.clone())),
                _ => self.live(name).ok_or_else(|| self.unknown(name, place(), metrics)),
            },
        }
    }

    /// The entry of a canister's name, and the canisters it stands for.
    fn named_canisters(&self, name: &str) -> Option<(usize, Vec<CanisterId>)> {
        let copies = self.names.canisters.find(name)?;
        let entry = self.names.canisters.copies().get(copies.start)?.0;
        let ids: Option<Vec<CanisterId>> = copies.map(|index| self.names.id(index)).collect();
        Some((entry, ids?))
    }

    /// The code of a canister that is asked, if it has such a query.
    fn queried(
        &self,
        entry: usize,
        name: &str,
        method: &str,
        place: Span,
    ) -> Result<Arc<dyn Program>, Mistake> {
        let wasm = self.document.canister.get(entry).and_then(|entry| entry.wasm.as_ref());
        let program = wasm.and_then(|wasm| self.modules.known(wasm.get_ref()));
        let Some(program) = program else {
            let message = format!("`{name}` is a modelled canister, whose replies say nothing");
            return Err(Mistake::at(place, message).label("nothing to read in its replies"));
        };
        let exports = program.exports();
        let queries = exports.queries.iter().chain(&exports.composite_queries);
        if queries.clone().any(|query| query == method) {
            return Ok(program);
        }
        let known = queries.map(String::as_str).filter(|name| !name.starts_with("__"));
        let message = match exports.updates.contains(method) {
            true => format!("`{method}` of `{name}` is no query: it could change something"),
            false => format!("the module of `{name}` has no query `{method}`"),
        };
        Err(Mistake::at(place, message)
            .label("cannot be asked")
            .help(did_you_mean(method, "queries", known)))
    }

    fn argument(
        &self,
        program: &dyn Program,
        method: &str,
        range: Range<usize>,
        text: &Spanned<String>,
    ) -> Result<sim_core::runtime::Payload, Mistake> {
        // With its parentheses.
        let range = range.start - 1..range.end + 1;
        let span = self.place(text, range.clone());
        let written = Spanned::new(span.clone(), text.get_ref()[range].to_owned());
        let signature = interface::of_method(program, method);
        argument::encode(Some(&written), signature, self.source, self.names, span)
            .map(|argument| argument.bytes)
    }

    /// What a name stands for while a run goes on.
    fn live(&self, name: &str) -> Option<Value> {
        let answers = |text: &str| find(AnswerValue::ALL, text, AnswerValue::name);
        let split = |kind: &str| name.strip_prefix(kind)?.strip_prefix('.');
        if let Some(rest) = split("canister") {
            let (canister, value) = rest.rsplit_once('.')?;
            let value = find(CanisterValue::ALL, value, CanisterValue::name)?;
            return Some(Value::Canister(self.named_canisters(canister)?.1, value));
        }
        if let Some(rest) = split("subnet") {
            return self.live_subnet(rest);
        }
        if let Some(rest) = split("workload") {
            let (workload, value) = rest.rsplit_once('.')?;
            let known = self.workloads.contains(&workload);
            let value = answers(value).filter(|_| known)?;
            return Some(Value::Answers(Some(workload.to_owned()), value));
        }
        let burned = name.strip_prefix("burned.").and_then(purpose);
        burned.map(Value::Burned).or_else(|| answers(name).map(|value| Value::Answers(None, value)))
    }

    fn live_subnet(&self, rest: &str) -> Option<Value> {
        let (before, last) = rest.rsplit_once('.')?;
        let (subnet, value) = match before.strip_suffix(".burned") {
            Some(subnet) => (subnet, SubnetValue::Burned(purpose(last)?)),
            None => (before, SubnetValue::Count(find(SubnetCount::ALL, last, SubnetCount::name)?)),
        };
        let copies = self.names.subnets.find(subnet)?;
        Some(Value::Subnet(copies.map(|index| SubnetId::new(index as u16)).collect(), value))
    }

    /// The mistake of a name that stands for nothing.
    fn unknown(&self, name: &str, place: Span, metrics: Option<&[String]>) -> Mistake {
        if metrics.is_none() && self.metrics().iter().any(|metric| metric == name) {
            let message = format!("`{name}` is known only when the run is over");
            return Mistake::at(place, message)
                .label("a metric of the whole run")
                .help("an expectation can speak of it `when = \"at the end\"`");
        }
        let mut known = self.live_names();
        known.extend(metrics.unwrap_or_default().iter().cloned());
        known.sort();
        known.dedup();
        let help = did_you_mean(name, "values", known.iter().map(String::as_str));
        Mistake::at(place, format!("there is no value `{name}`")).label("speaks of it").help(help)
    }

    /// Every name that stands for something while a run goes on.
    fn live_names(&self) -> Vec<String> {
        let answers = AnswerValue::ALL.iter().map(|value| value.name());
        let burned = || burned_names().map(|(purpose, _)| format!("burned.{purpose}"));
        let mut names: Vec<String> = answers.clone().map(str::to_owned).chain(burned()).collect();
        for workload in &self.workloads {
            names.extend(answers.clone().map(|value| format!("workload.{workload}.{value}")));
        }
        for subnet in self.names.subnets.names() {
            let counts = SubnetCount::ALL.iter().map(|count| count.name().to_owned());
            names.extend(counts.chain(burned()).map(|value| format!("subnet.{subnet}.{value}")));
        }
        for canister in self.names.canisters.names() {
            let values = CanisterValue::ALL.iter().map(|value| value.name());
            names.extend(values.map(|value| format!("canister.{canister}.{value}")));
        }
        names
    }
}

fn find<T: Copy>(all: &[T], text: &str, name: impl Fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|value| name(*value) == text)
}

fn purpose(text: &str) -> Option<Option<sim_core::ledger::UseCase>> {
    burned_names().find(|(name, _)| *name == text).map(|(_, purpose)| purpose)
}

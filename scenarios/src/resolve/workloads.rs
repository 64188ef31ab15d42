//! The workloads.

use super::modules::Modules;
use super::names::{Names, workload_name};
use super::{argument, canisters, interface};
use crate::arrivals::Window;
use crate::diagnostics::{Mistake, did_you_mean};
use crate::document::{Document, WorkloadEntry};
use crate::scenario::{Argument, Workload};
use crate::source::Source;
use ic_principal::Principal;
use sim_core::id::CanisterId;
use sim_core::runtime::{Exports, Program};
use sim_core::time::{SimDuration, SimTime};
use std::sync::Arc;
use toml::Spanned;

/// What workloads are resolved against.
pub(super) struct Context<'a, 'm> {
    /// The scenario file.
    pub(super) source: &'a Source,
    /// The names of canisters.
    pub(super) names: &'a Names,
    /// The modules of the canisters.
    pub(super) modules: &'a Modules<'m>,
    /// The whole document.
    pub(super) document: &'a Document,
    /// Where mistakes go.
    pub(super) mistakes: &'a mut Vec<Mistake>,
}

/// The workloads in the order of the file, or `None` if one of them cannot be had.
pub(super) fn resolve(context: &mut Context<'_, '_>) -> Option<Vec<Workload>> {
    let document = context.document;
    let workloads: Vec<Option<Workload>> =
        document.workload.iter().map(|entry| context.workload(entry)).collect();
    workloads.into_iter().collect()
}

impl Context<'_, '_> {
    fn workload(&mut self, entry: &WorkloadEntry) -> Option<Workload> {
        let target = self.target(entry);
        let program = target.and_then(|(index, _)| self.program(index));
        let arg = self.arg(entry, program.as_deref());
        let sender = self.sender(entry);
        let window = self.window(entry);
        Some(Workload {
            name: workload_name(entry).0,
            target: target?.1?,
            target_name: entry.target.get_ref().clone(),
            method: entry.method.get_ref().as_str().into(),
            arg: arg?,
            sender: sender?,
            arrivals: entry.arrivals,
            window: window?,
            place: entry.target.span(),
            arg_place: entry.arg.as_ref().map(Spanned::span),
        })
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// Place in the file and id of the target.
    fn target(&mut self, entry: &WorkloadEntry) -> Option<(usize, Option<CanisterId>)> {
        let name = entry.target.get_ref();
        let found = self.names.index(name).map(|index| (index, self.names.id(index)));
        let found = found.ok_or_else(|| {
            Mistake::at(
                entry.target.span(),
                format!("a workload targets `{name}`, which is no canister"),
            )
            .label("no canister of that name")
            .help(did_you_mean(name, "canisters", self.names.all()))
        });
        self.keep(found)
    }

    fn program(&self, index: usize) -> Option<Arc<dyn Program>> {
        self.modules.known(self.document.canister.get(index)?.wasm.get_ref())
    }

    /// The argument; what it is encoded against is known only if the method is.
    fn arg(&mut self, entry: &WorkloadEntry, program: Option<&dyn Program>) -> Option<Argument> {
        if let Some(program) = program {
            self.keep(method(entry, program.exports()))?;
        }
        let signature =
            program.and_then(|program| interface::of_method(program, entry.method.get_ref()));
        let fallback = entry.method.span();
        let arg =
            argument::encode(entry.arg.as_ref(), signature, self.source, self.names, fallback);
        self.keep(arg)
    }

    fn sender(&mut self, entry: &WorkloadEntry) -> Option<Principal> {
        match &entry.sender {
            None => Some(Principal::anonymous()),
            Some(text) => self.keep(canisters::principal(text)),
        }
    }

    fn window(&mut self, entry: &WorkloadEntry) -> Option<Window> {
        let time = |text: &Option<Spanned<SimDuration>>, default| {
            text.as_ref().map_or(default, |duration| *duration.get_ref())
        };
        let start = time(&entry.start, SimDuration::ZERO);
        let stop = time(&entry.stop, *self.document.duration.get_ref());
        if let (Some(written), true) = (entry.stop.as_ref().or(entry.start.as_ref()), stop <= start)
        {
            let message = format!("the workload stops at {stop}, before it starts at {start}");
            let mistake = Mistake::at(written.span(), message)
                .label("leaves no time")
                .help("expected `start` < `stop`; without `stop` it ends with the run");
            return self.keep(Err(mistake));
        }
        Some(Window { start: SimTime::ZERO + start, stop: SimTime::ZERO + stop })
    }
}

/// Checks that clients can call the method.
fn method(entry: &WorkloadEntry, exports: &Exports) -> Result<(), Mistake> {
    let (target, method) = (entry.target.get_ref(), entry.method.get_ref());
    if exports.updates.contains(method) || exports.queries.contains(method) {
        return Ok(());
    }
    let known = exports.updates.iter().chain(&exports.queries).map(String::as_str);
    // Names with two underscores are the compiler's own.
    let known = known.filter(|name| !name.starts_with("__"));
    let mistake = if exports.composite_queries.contains(method) {
        Mistake::at(
            entry.method.span(),
            format!("`{method}` of `{target}` is a composite query, which has no replicated form"),
        )
    } else {
        Mistake::at(
            entry.method.span(),
            format!("the module of `{target}` has no method `{method}`"),
        )
    };
    Err(mistake.label("cannot be called").help(did_you_mean(method, "methods", known)))
}

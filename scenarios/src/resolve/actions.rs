//! What is done to canisters in the course of a run.

use super::fields::Fields;
use super::modules::Modules;
use super::names::Names;
use super::quantity::distribution;
use super::steps::{self, Installation};
use super::{argument, canisters, interface, model};
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{ActionEntry, ActionKind, Document, each};
use crate::scenario::{ActionPlan, Canister, Deed};
use crate::schedule::Schedule;
use crate::source::Source;
use ic_principal::Principal;
use sim_core::action::Step;
use sim_core::id::CanisterId;
use sim_core::message::Target;
use sim_core::profile::Profile;
use sim_core::runtime::{Payload, Program};
use sim_core::time::SimTime;
use std::collections::BTreeSet;
use std::sync::Arc;
use toml::Spanned;

/// What actions are resolved against.
pub(super) struct Context<'a, 'm> {
    pub(super) document: &'a Document,
    /// The scenario file.
    pub(super) source: &'a Source,
    pub(super) names: &'a Names,
    pub(super) profile: &'a Profile,
    pub(super) modules: &'m mut Modules<'a>,
    /// The canisters; those that nobody could act upon are given to the operator.
    pub(super) canisters: &'m mut [Canister],
    /// Where mistakes go.
    pub(super) mistakes: &'m mut Vec<Mistake>,
}

/// Who acts upon canisters whose controllers name no user.
fn operator() -> Principal {
    Principal::from_slice(b"icsim operator")
}

const ALWAYS: [&str; 6] = ["name", "canister", "at", "every", "until", "sender"];

/// The fields a kind needs, and those it can have besides.
const fn fields(kind: ActionKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        ActionKind::Upgrade => (&[], &["wasm", "arg", "stopped", "skip_pre_upgrade"]),
        ActionKind::Install | ActionKind::Reinstall => (&[], &["wasm", "arg", "stopped"]),
        ActionKind::Uninstall | ActionKind::Stop | ActionKind::Start => (&[], &[]),
        ActionKind::Delete => (&[], &["stopped"]),
        ActionKind::TopUp => (&["cycles"], &[]),
        ActionKind::Settings => (&["settings"], &[]),
        ActionKind::Call => (&["method"], &["arg"]),
    }
}

const fn name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Upgrade => "upgrade",
        ActionKind::Install => "install",
        ActionKind::Reinstall => "reinstall",
        ActionKind::Uninstall => "uninstall",
        ActionKind::Stop => "stop",
        ActionKind::Start => "start",
        ActionKind::Delete => "delete",
        ActionKind::TopUp => "top-up",
        ActionKind::Settings => "settings",
        ActionKind::Call => "call",
    }
}

/// The fields that are there, with their places.
fn given(entry: &ActionEntry) -> Vec<(&'static str, Span)> {
    let place = |field: &'static str, span: Option<Span>| span.map(|span| (field, span));
    let fields = [
        place("canister", Some(entry.canister.span())),
        place("at", Some(entry.at.span())),
        place("name", entry.name.as_ref().map(Spanned::span)),
        place("every", entry.every.as_ref().map(Spanned::span)),
        place("until", entry.until.as_ref().map(Spanned::span)),
        place("sender", entry.sender.as_ref().map(Spanned::span)),
        place("wasm", entry.wasm.as_ref().map(Spanned::span)),
        place("arg", entry.arg.as_ref().map(Spanned::span)),
        place("stopped", entry.stopped.as_ref().map(Spanned::span)),
        place("skip_pre_upgrade", entry.skip_pre_upgrade.as_ref().map(Spanned::span)),
        place("settings", entry.settings.as_ref().map(Spanned::span)),
        place("cycles", entry.cycles.as_ref().map(Spanned::span)),
        place("method", entry.method.as_ref().map(Spanned::span)),
    ];
    fields.into_iter().flatten().collect()
}

impl Context<'_, '_> {
    /// The actions in the order of the file; those that cannot be had are left out.
    pub(super) fn resolve(&mut self) -> Vec<ActionPlan> {
        let mut names = BTreeSet::new();
        let document = self.document;
        names.extend(document.workload.iter().map(|entry| super::names::workload_name(entry).0));
        document.action.iter().filter_map(|entry| self.plan(entry, &mut names)).collect()
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn plan(
        &mut self,
        entry: &Spanned<ActionEntry>,
        names: &mut BTreeSet<String>,
    ) -> Option<ActionPlan> {
        let action = entry.get_ref();
        let kind = *action.kind.get_ref();
        let (needed, possible) = fields(kind);
        let possible = [possible, &ALWAYS].concat();
        let fields = Fields { what: "actions", kind: name(kind), needed, possible: &possible };
        let misfits = fields.misfits(entry.span(), &given(action));
        if !misfits.is_empty() {
            self.mistakes.extend(misfits);
            return None;
        }
        let schedule = self.schedule(action);
        let unknown = |name: &str| format!("an action is about `{name}`, which is no canister");
        let names_of = self.names;
        let register = &names_of.canisters;
        let found = register.find_all(&action.canister, "canister", unknown, self.mistakes);
        let about: Option<Vec<Deed>> =
            found.into_iter().map(|index| self.deed(kind, action, index)).collect();
        Some(ActionPlan {
            entry: action.clone(),
            name: own_name(action, names),
            schedule: schedule?,
            about: about?,
        })
    }

    fn schedule(&mut self, entry: &ActionEntry) -> Option<Schedule> {
        let every = match &entry.every {
            Some(every) => Some(self.keep(distribution(every))?),
            None => None,
        };
        let at = SimTime::ZERO + *entry.at.get_ref();
        let duration = *self.document.duration.get_ref();
        if let (Some(until), true) = (&entry.until, every.is_none()) {
            let mistake = Mistake::at(until.span(), "what is done once needs no `until`");
            return self.keep(Err(mistake.label("means nothing without `every`")));
        }
        let end = entry.until.as_ref().map_or(duration, |until| *until.get_ref());
        Some(Schedule { at, every, end: SimTime::ZERO + end.min(duration) })
    }

    /// What an action does to the `index`-th canister.
    fn deed(&mut self, kind: ActionKind, entry: &ActionEntry, index: usize) -> Option<Deed> {
        let canister = self.names.id(index)?;
        let sender = match &entry.sender {
            Some(sender) => self.keep(canisters::principal(sender))?,
            None if matches!(kind, ActionKind::Call | ActionKind::TopUp) => Principal::anonymous(),
            None => self.controller(index)?,
        };
        let stopped = entry.stopped.as_ref().is_some_and(|stopped| *stopped.get_ref());
        let about = |method| steps::about(canister, method);
        let middle = match kind {
            ActionKind::Upgrade | ActionKind::Install | ActionKind::Reinstall => {
                self.install(kind, entry, index, canister)?
            }
            ActionKind::Uninstall => vec![about("uninstall_code")],
            ActionKind::Stop => vec![about("stop_canister")],
            ActionKind::Start => vec![about("start_canister")],
            ActionKind::Delete => vec![about("delete_canister")],
            ActionKind::TopUp => {
                vec![Step::TopUp { canister, cycles: *entry.cycles.as_ref()?.get_ref() }]
            }
            ActionKind::Settings => {
                vec![steps::settings(canister, entry.settings.as_ref()?.get_ref())]
            }
            ActionKind::Call => vec![self.call(entry, index, canister)?],
        };
        let mut steps = Vec::new();
        steps.extend(stopped.then(|| about("stop_canister")));
        steps.extend(middle);
        steps.extend((stopped && kind != ActionKind::Delete).then(|| about("start_canister")));
        Some(Deed { canister, sender, steps: steps.into() })
    }

    /// The first controller of a canister that is a user; without one the operator becomes one.
    fn controller(&mut self, index: usize) -> Option<Principal> {
        let canister = self.canisters.get_mut(index)?;
        let is_user = |id: &&Principal| CanisterId::from_principal(id).is_none();
        if let Some(user) = canister.controllers.iter().find(is_user) {
            return Some(*user);
        }
        canister.controllers.push(operator());
        Some(operator())
    }

    fn install(
        &mut self,
        kind: ActionKind,
        entry: &ActionEntry,
        index: usize,
        canister: CanisterId,
    ) -> Option<Vec<Step>> {
        let program = self.program(entry, index)?;
        let signature = interface::of_init(program.as_ref());
        let place = entry.kind.span();
        let arg = argument::encode(entry.arg.as_ref(), signature, self.source, self.names, place);
        let arg = self.keep(arg)?.bytes;
        let skip = entry.skip_pre_upgrade.as_ref().is_some_and(|skip| *skip.get_ref());
        let installation = Installation { canister, program, arg, skip_pre_upgrade: skip };
        Some(installation.steps(kind, self.profile))
    }

    /// The module of an action, or else of the canister.
    fn program(&mut self, entry: &ActionEntry, index: usize) -> Option<Arc<dyn Program>> {
        let own = self.names.canisters.copies().get(index);
        let own = own.and_then(|(entry, _)| self.document.canister.get(*entry));
        let wasm = entry.wasm.clone().or_else(|| own?.wasm.clone());
        let Some(wasm) = wasm else {
            let mistake = Mistake::at(entry.canister.span(), "a modelled canister has no module");
            return self.keep(Err(mistake.label("there is nothing to install")));
        };
        let program = self.modules.program(&wasm);
        self.keep(program)
    }

    fn call(&mut self, entry: &ActionEntry, index: usize, canister: CanisterId) -> Option<Step> {
        let method = entry.method.as_ref()?;
        let own = self.names.canisters.copies().get(index);
        let own = own.and_then(|(entry, _)| self.document.canister.get(*entry))?;
        if let Some((known, _)) = model::methods(own, self.modules)
            && !known.contains(method.get_ref())
        {
            let name = own.name.get_ref();
            let known = known.iter().map(String::as_str).filter(|name| !name.starts_with("__"));
            let message = format!("`{name}` has no method `{}`", method.get_ref());
            let mistake = Mistake::at(method.span(), message).label("cannot be called");
            return self.keep(Err(mistake.help(did_you_mean(method.get_ref(), "methods", known))));
        }
        let program = own.wasm.as_ref().and_then(|wasm| self.modules.known(wasm.get_ref()));
        let signature =
            program.as_deref().and_then(|program| interface::of_method(program, method.get_ref()));
        let (arg, place) = (entry.arg.as_ref(), method.span());
        let arg = argument::encode(arg, signature, self.source, self.names, place);
        let arg: Payload = self.keep(arg)?.bytes;
        let (target, method) = (Target::Canister(canister), method.get_ref().as_str().into());
        Some(Step::Send { target, method, arg })
    }
}

/// The name given, or the kind with the canisters; made different from those before.
fn own_name(entry: &ActionEntry, names: &mut BTreeSet<String>) -> String {
    let about: Vec<String> = each(&entry.canister).into_iter().map(Spanned::into_inner).collect();
    let default = || format!("{} {}", name(*entry.kind.get_ref()), about.join(" "));
    let wanted = entry.name.as_ref().map_or_else(default, |name| name.get_ref().clone());
    super::faults::different(wanted, names)
}

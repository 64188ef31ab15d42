//! The canisters.

use super::modules::Modules;
use super::names::Names;
use super::{argument, interface, model};
use crate::diagnostics::{Mistake, Span, did_you_mean};
use crate::document::{CanisterEntry, Document, SettingsEntry};
use crate::scenario::{Argument, Canister, CanisterPlaces, Code};
use crate::source::Source;
use ic_principal::Principal;
use sim_core::profile::Limits;
use std::sync::Arc;
use toml::Spanned;

/// What canisters are resolved against.
pub(super) struct Context<'a, 'm> {
    pub(super) document: &'a Document,
    pub(super) source: &'a Source,
    pub(super) names: &'a Names,
    pub(super) limits: &'a Limits,
    pub(super) modules: &'m mut Modules<'a>,
    pub(super) mistakes: &'m mut Vec<Mistake>,
}

/// What the copies of an entry share.
#[derive(Clone)]
struct Shared {
    code: Code,
    init: Argument,
    controllers: Vec<Principal>,
    settings: SettingsEntry,
    places: CanisterPlaces,
}

impl Context<'_, '_> {
    /// The canisters in the order of the file, or `None` if one of them cannot be had.
    pub(super) fn resolve(&mut self) -> Option<Vec<Canister>> {
        let document = self.document;
        let shared: Vec<Option<Shared>> =
            document.canister.iter().map(|entry| self.shared(entry)).collect();
        let copy = |(index, (entry, name)): (usize, &(usize, String))| {
            let shared = shared[*entry].clone()?;
            Some(Canister {
                name: name.as_str().into(),
                entry: document.canister[*entry].name.get_ref().as_str().into(),
                id: self.names.id(index)?,
                code: shared.code,
                cycles: *document.canister[*entry].cycles.get_ref(),
                init: shared.init,
                controllers: shared.controllers,
                settings: shared.settings,
                places: shared.places,
            })
        };
        self.names.canisters.copies().iter().enumerate().map(copy).collect()
    }

    fn keep<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    fn shared(&mut self, entry: &CanisterEntry) -> Option<Shared> {
        let controllers = self.controllers(entry);
        let settings = self.settings(entry);
        let code = self.code(entry);
        let signature = match &code {
            Some(Code::Wasm { program, .. }) => interface::of_init(program.as_ref()),
            _ => None,
        };
        let fallback = code_place(entry);
        let init =
            argument::encode(entry.init.as_ref(), signature, self.source, self.names, fallback);
        let init = self.keep(init);
        let places = CanisterPlaces {
            name: entry.name.span(),
            code: code_place(entry),
            cycles: entry.cycles.span(),
            init: entry.init.as_ref().map(Spanned::span),
        };
        Some(Shared { code: code?, init: init?, controllers, settings, places })
    }

    fn code(&mut self, entry: &CanisterEntry) -> Option<Code> {
        match (&entry.wasm, &entry.model) {
            (Some(wasm), None) => {
                let program = self.modules.program(wasm);
                let program = self.keep(program)?;
                Some(Code::Wasm { path: wasm.get_ref().clone(), program })
            }
            (None, Some(entry)) => {
                let mut context = model::Context {
                    document: self.document,
                    names: self.names,
                    limits: self.limits,
                    mistakes: self.mistakes,
                };
                context.behaviour(entry.get_ref()).map(|behaviour| Code::Model(Arc::new(behaviour)))
            }
            (Some(_), Some(model)) => self.keep(Err(Mistake::at(
                model.span(),
                format!("canister `{}` has a module and a model", entry.name.get_ref()),
            )
            .label("one of the two"))),
            (None, None) => self.keep(Err(Mistake::at(
                entry.name.span(),
                format!("canister `{}` has no code", entry.name.get_ref()),
            )
            .label("the field `wasm` is missing")
            .help("expected `wasm = \"…\"`, the path of a module, or `[canister.model]`"))),
        }
    }

    fn settings(&mut self, entry: &CanisterEntry) -> SettingsEntry {
        let Some(settings) = &entry.settings else { return SettingsEntry::default() };
        if settings.get_ref().compute_allocation.is_some_and(|percent| percent > 100) {
            let mistake = Mistake::at(settings.span(), "a compute allocation is a percentage");
            self.mistakes.push(mistake.label("expected a whole number from 0 to 100"));
        }
        *settings.get_ref()
    }

    fn controllers(&mut self, entry: &CanisterEntry) -> Vec<Principal> {
        let names = self.names;
        let resolved = entry.controllers.iter().map(|text| controller(text, names));
        let resolved: Vec<Result<Principal, Mistake>> = resolved.collect();
        resolved.into_iter().filter_map(|result| self.keep(result)).collect()
    }
}

fn code_place(entry: &CanisterEntry) -> Span {
    let model = entry.model.as_ref().map(Spanned::span);
    entry.wasm.as_ref().map(Spanned::span).or(model).unwrap_or(entry.name.span())
}

fn controller(text: &Spanned<String>, names: &Names) -> Result<Principal, Mistake> {
    let written = text.get_ref();
    let Some(name) = written.strip_prefix('$') else { return principal(text) };
    let id = names.principal_text(name).and_then(|id| Principal::from_text(id).ok());
    id.ok_or_else(|| {
        Mistake::at(text.span(), format!("there is no canister `{name}` for `{written}`"))
            .label("no canister of that name")
            .help(did_you_mean(name, "canisters", names.canisters.names()))
    })
}

/// A principal from its text.
pub(super) fn principal(text: &Spanned<String>) -> Result<Principal, Mistake> {
    let written = text.get_ref();
    Principal::from_text(written).map_err(|error| {
        Mistake::at(text.span(), format!("`{written}` is no principal: {error}"))
            .label("not a principal")
            .help("expected text such as `2vxsx-fae`")
    })
}

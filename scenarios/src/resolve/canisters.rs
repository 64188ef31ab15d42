//! The canisters.

use super::modules::Modules;
use super::names::Names;
use super::{argument, interface};
use crate::diagnostics::{Mistake, did_you_mean};
use crate::document::CanisterEntry;
use crate::scenario::{Canister, CanisterPlaces};
use crate::source::Source;
use ic_principal::Principal;
use toml::Spanned;

/// The canisters in the order of the file, or `None` if one of them cannot be had.
pub(super) fn resolve(
    entries: &[CanisterEntry],
    source: &Source,
    names: &Names,
    modules: &mut Modules<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<Canister>> {
    let mut resolve_one = |(index, entry)| canister(index, entry, source, names, modules, mistakes);
    let canisters: Vec<Option<Canister>> =
        entries.iter().enumerate().map(&mut resolve_one).collect();
    canisters.into_iter().collect()
}

fn canister(
    index: usize,
    entry: &CanisterEntry,
    source: &Source,
    names: &Names,
    modules: &mut Modules<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Canister> {
    let controllers = controllers(entry, names, mistakes);
    let program = modules.program(&entry.wasm).map_err(|mistake| mistakes.push(mistake)).ok();
    let signature = program.as_deref().and_then(interface::of_init);
    let init = argument::encode(entry.init.as_ref(), signature, source, names, entry.wasm.span())
        .map_err(|mistake| mistakes.push(mistake));
    Some(Canister {
        name: entry.name.get_ref().as_str().into(),
        id: names.id(index)?,
        wasm: entry.wasm.get_ref().clone(),
        program: program?,
        cycles: *entry.cycles.get_ref(),
        init: init.ok()?,
        controllers,
        places: places(entry),
    })
}

fn places(entry: &CanisterEntry) -> CanisterPlaces {
    CanisterPlaces {
        name: entry.name.span(),
        wasm: entry.wasm.span(),
        cycles: entry.cycles.span(),
        init: entry.init.as_ref().map(Spanned::span),
    }
}

fn controllers(
    entry: &CanisterEntry,
    names: &Names,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Principal> {
    let resolved = entry.controllers.iter().map(|text| controller(text, names));
    resolved.filter_map(|result| result.map_err(|mistake| mistakes.push(mistake)).ok()).collect()
}

fn controller(text: &Spanned<String>, names: &Names) -> Result<Principal, Mistake> {
    let written = text.get_ref();
    let Some(name) = written.strip_prefix('$') else { return principal(text) };
    let id = names.principal_text(name).and_then(|id| Principal::from_text(id).ok());
    id.ok_or_else(|| {
        Mistake::at(text.span(), format!("there is no canister `{name}` for `{written}`"))
            .label("no canister of that name")
            .help(did_you_mean(name, "canisters", names.all()))
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

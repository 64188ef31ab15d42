//! Settles everything in a scenario file: names, profile, modules, arguments.
//!
//! Each step adds its mistakes to one list and goes on as far as it can, so that a user sees as
//! many independent ones at once as possible.

mod actions;
mod argument;
mod canisters;
mod choice;
mod expectations;
mod faults;
mod fields;
mod figures;
mod interface;
mod model;
mod modules;
mod names;
mod network;
mod pace;
mod placed;
mod profile;
mod quantity;
mod references;
mod steps;
mod subnets;
mod workloads;

pub use network::Links;
pub use profile::of_text as profile_of_text;
pub use references::substitute;
pub use subnets::Subnet;

use crate::diagnostics::{Mistake, Refusal};
use crate::document::change::Change;
use crate::document::{self, Document};
use crate::expect::Invariants;
use crate::scenario::Scenario;
use crate::source::Source;
use reports::metrics::WarmUp;
use sim_core::profile::Profile;
use sim_core::runtime::Runtime;
use sim_core::time::SimDuration;
use std::sync::Arc;
use toml::Spanned;

/// Makes the runtime that compiles the modules of a scenario with the given profile.
pub type MakeRuntime<'a> = dyn Fn(&Profile) -> Result<Box<dyn Runtime>, BrokenRuntime> + 'a;

/// A runtime that cannot be had: a fault of icsim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrokenRuntime(pub String);

/// A scenario that cannot be loaded.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoadError {
    /// There are mistakes in it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is nothing to compile its modules with.
    #[error(transparent)]
    Runtime(#[from] BrokenRuntime),
}

/// Reads a scenario file, compiles its modules, encodes its arguments; `duration`, if given,
/// replaces that of the file.
///
/// # Errors
/// Every mistake that was found in the file, or no runtime.
pub fn load(
    source: &Source,
    duration: Option<SimDuration>,
    make_runtime: &MakeRuntime<'_>,
) -> Result<Scenario, LoadError> {
    load_changed(source, &[], duration, make_runtime)
}

/// Likewise, with changes laid over the file.
///
/// # Errors
/// Every mistake that was found in the file and the changes, or no runtime.
pub fn load_changed(
    source: &Source,
    changes: &[Change],
    duration: Option<SimDuration>,
    make_runtime: &MakeRuntime<'_>,
) -> Result<Scenario, LoadError> {
    let included = source.included_texts();
    let table = document::table(&source.text[source.own()], &included, changes);
    let (mut document, mut mistakes) = match table {
        Ok(table) => document::read(table),
        Err(mistakes) => (None, mistakes),
    };
    if let (Some(document), Some(duration)) = (&mut document, duration) {
        document.duration = Spanned::new(document.duration.span(), duration);
    }
    let scenario = match document {
        Some(document) => resolve(&document, source, make_runtime, &mut mistakes)?,
        None => None,
    };
    match scenario {
        Some(scenario) if mistakes.is_empty() => Ok(scenario),
        _ => Err(Refusal::new(source.clone(), mistakes).into()),
    }
}

fn resolve(
    document: &Document,
    source: &Source,
    make_runtime: &MakeRuntime<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Result<Option<Scenario>, BrokenRuntime> {
    mistakes.extend(no_time(document));
    mistakes.extend(all_warm_up(document));
    let (profile, profile_entry) = profile::resolve(document.profile.as_ref(), mistakes);
    let runtime: Arc<dyn Runtime> = Arc::from(make_runtime(&profile)?);
    let figures = figures::resolve(&document.figure, mistakes);
    let names = names::Names::of(document, mistakes);
    let subnets = subnets::resolve(document, &names, mistakes);
    let links = network::resolve(document, &subnets, &names, mistakes);
    let mut modules = modules::Modules::new(source.folder(), runtime.as_ref());
    let limits = &profile.limits;
    let canisters = canisters::Context {
        document,
        source,
        names: &names,
        limits,
        modules: &mut modules,
        mistakes,
    }
    .resolve();
    let faults =
        faults::Context { document, source, names: &names, modules: &mut modules, mistakes }
            .resolve();
    let mut context =
        workloads::Context { source, names: &names, modules: &modules, document, mistakes };
    let workloads = workloads::resolve(&mut context);
    let (Some(mut canisters), Some(workloads)) = (canisters, workloads) else { return Ok(None) };
    let actions = actions::Context {
        document,
        source,
        names: &names,
        profile: &profile,
        modules: &mut modules,
        canisters: &mut canisters,
        mistakes,
    }
    .resolve();
    let mut context = expectations::Context {
        document,
        source,
        names: &names,
        modules: &modules,
        workloads: workloads
            .iter()
            .map(|workload| workload.name.as_str())
            .chain(actions.iter().map(|action| action.name.as_str()))
            .collect(),
        mistakes,
    };
    let invariants = Invariants::new(context.resolve());
    Ok(Some(Scenario {
        title: document.title.clone(),
        description: document.description.clone(),
        profile,
        profile_entry,
        runtime,
        duration: *document.duration.get_ref(),
        warm_up: document.warm_up.as_ref().map_or(WarmUp::None, |entry| entry.get_ref().0),
        subnets,
        links,
        canisters,
        workloads,
        figures,
        actions,
        faults,
        invariants,
        explore: document.explore.clone().unwrap_or_default(),
    }))
}

/// A warm-up that leaves nothing of the run.
fn all_warm_up(document: &Document) -> Option<Mistake> {
    let entry = document.warm_up.as_ref()?;
    let (WarmUp::Fixed(warm_up), duration) = (entry.get_ref().0, *document.duration.get_ref())
    else {
        return None;
    };
    (warm_up >= duration).then(|| {
        let message = format!("the warm-up of {warm_up} leaves nothing of a run of {duration}");
        Mistake::at(entry.span(), message).label("too long").help("expected `warm_up` < `duration`")
    })
}

/// A run that ends as it begins.
fn no_time(document: &Document) -> Option<Mistake> {
    let duration = &document.duration;
    (*duration.get_ref() == SimDuration::ZERO).then(|| {
        Mistake::at(duration.span(), "the run lasts no time")
            .label("leaves no time")
            .help("expected a duration of more than 0, such as \"60s\"")
    })
}

//! The scenario file as written: its fields, each with its place in the text.

pub mod change;
mod entries;
mod include;
mod names;
pub mod path;
mod refusal;
mod tree;

pub use entries::{
    ActionEntry, ActionKind, Allowed, ArrivalKind, ArrivalsEntry, CallEntry, CanisterEntry,
    ChoiceEntry, Document, ExpectEntry, ExploreEntry, FaultEntry, FaultKind, FigureEntry,
    LinkEntry, MethodEntry, ModelEntry, NetworkEntry, ProfileEntry, SettingsEntry, SubnetEntry,
    Topology, WarmUpEntry, WorkloadEntry,
};
pub use names::{Texts, each};
pub use tree::Tree;

use crate::diagnostics::Mistake;
use change::Change;
use refusal::{Repair, mistake_of};
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

/// The fields of a scenario that a sweep can vary, by their names in [`Document`].
pub const FIELDS: [&str; 12] = [
    "title",
    "description",
    "profile",
    "duration",
    "warm_up",
    "subnet",
    "network",
    "canister",
    "workload",
    "action",
    "fault",
    "expect",
];

/// The tables of a scenario file over those of the files it includes, with `changes` laid over both.
///
/// # Errors
/// A text is no TOML, or a change leads nowhere.
pub fn table<'i>(
    text: &'i str,
    included: &'i [String],
    changes: &'i [Change],
) -> Result<Spanned<DeTable<'i>>, Vec<Mistake>> {
    let mut table = DeTable::parse(text).map_err(|error| vec![refusal::syntax(&error, text)])?;
    let mut mistakes = Vec::new();
    for text in included {
        let merged = match DeTable::parse(text) {
            Ok(below) => include::merge(table.get_mut(), below.into_inner()),
            Err(error) => Err(refusal::syntax(&error, text)),
        };
        mistakes.extend(merged.err());
    }
    mistakes.extend(changes.iter().filter_map(|change| change.apply(table.get_mut()).err()));
    if mistakes.is_empty() { Ok(table) } else { Err(mistakes) }
}

/// Reads the fields of a scenario.
///
/// A mistake in one field does not hide those in others: the field is set aside and reading goes
/// on. The document is there if nothing necessary had to be set aside.
pub fn read(mut table: Spanned<DeTable<'_>>) -> (Option<Document>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let mut set_aside = Vec::new();
    let mut complete = true;
    // Each turn takes something away or gives a key a name that is valid, so this ends.
    loop {
        let error = match Document::deserialize(toml::Deserializer::from(table.clone())) {
            Ok(document) => return (complete.then_some(document), mistakes),
            Err(error) => error,
        };
        let (mistake, repair) = mistake_of(&error, table.get_ref());
        let follows_from_another =
            matches!(&repair, Repair::Drop { field, .. } if set_aside.contains(field));
        if !follows_from_another {
            mistakes.push(mistake);
        }
        complete &= !matches!(repair, Repair::Drop { .. });
        match repair.apply(table.get_mut()) {
            Some(key) => set_aside.push(key),
            None => return (None, mistakes),
        }
    }
}

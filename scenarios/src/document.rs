//! The scenario file as written: its fields, each with its place in the text.

pub mod change;
mod entries;
pub mod path;
mod refusal;
mod tree;

pub use entries::{
    ArrivalKind, ArrivalsEntry, CanisterEntry, Document, FigureEntry, NetworkEntry, ProfileEntry,
    SubnetEntry, WarmUpEntry, WorkloadEntry,
};
pub use tree::Tree;

use crate::diagnostics::Mistake;
use change::Change;
use refusal::{Repair, mistake_of};
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

/// The fields of a scenario that a sweep can vary, by their names in [`Document`].
pub const FIELDS: [&str; 9] = [
    "title",
    "description",
    "profile",
    "duration",
    "warm_up",
    "subnet",
    "network",
    "canister",
    "workload",
];

/// The tables of a scenario file with `changes` laid over them.
///
/// # Errors
/// The text is no TOML, or a change leads nowhere.
pub fn table<'i>(
    text: &'i str,
    changes: &'i [Change],
) -> Result<Spanned<DeTable<'i>>, Vec<Mistake>> {
    let mut table = DeTable::parse(text).map_err(|error| vec![refusal::syntax(&error, text)])?;
    let refused = changes.iter().filter_map(|change| change.apply(table.get_mut()).err());
    let mistakes: Vec<Mistake> = refused.collect();
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

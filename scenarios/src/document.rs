//! The scenario file as written: its fields, each with its place in the text.

mod entries;
mod refusal;
mod tree;

pub use entries::{
    ArrivalKind, ArrivalsEntry, CanisterEntry, Document, FigureEntry, NetworkEntry, ProfileEntry,
    SubnetEntry, WorkloadEntry,
};
pub use tree::Tree;

use crate::diagnostics::Mistake;
use refusal::{Repair, mistake_of};
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

/// Reads TOML text.
///
/// A mistake in one field does not hide those in others: the field is set aside and reading goes
/// on. The document is there if nothing necessary had to be set aside.
pub fn read(text: &str) -> (Option<Document>, Vec<Mistake>) {
    match DeTable::parse(text) {
        Ok(table) => read_table(table),
        Err(error) => (None, vec![refusal::syntax(&error, text)]),
    }
}

fn read_table(mut table: Spanned<DeTable<'_>>) -> (Option<Document>, Vec<Mistake>) {
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

//! Tables for machines: tidy CSV, one header row, integers wherever the model is integer.
//!
//! Each table is described by a [`Table`] constant, from which its header is written and against
//! which `docs/tables.md` is checked. An empty cell means "does not apply" or "did not happen in the run".

pub mod accounts;
pub mod canisters;
pub mod charges;
pub mod executions;
pub mod log;
pub mod messages;
pub mod rounds;

use serde::Serialize;
use sim_core::ledger::UseCase;
use sim_core::units::Cycles;
use std::io::Write;

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// The unit of its values; empty for texts and plain counts.
    pub unit: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What its values say.
    pub meaning: &'static str,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Kind {
    /// Text.
    Text,
    /// Integers of up to 64 bits.
    Integer,
    /// Amounts of cycles, and other integers that need up to 127 bits.
    Cycles,
    /// Numbers with a fraction: means and ends of intervals.
    Real,
}

/// A table that a run leaves behind.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The file it is written to.
    pub file: &'static str,
    /// What one row stands for, and the order of rows.
    pub rows: &'static str,
    /// Its columns in order, in groups.
    pub groups: &'static [&'static [Column]],
}

impl Table {
    /// Every table, in the order a reader wants them.
    pub const ALL: [Table; 5] =
        [messages::TABLE, rounds::TABLE, canisters::TABLE, charges::TABLE, accounts::TABLE];

    /// The tables that a trace can be exported to.
    pub const EXPORTED: [Table; 7] = [
        messages::TABLE,
        rounds::TABLE,
        canisters::TABLE,
        charges::TABLE,
        accounts::TABLE,
        executions::TABLE,
        log::TABLE,
    ];

    /// The columns in order.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.groups.iter().flat_map(|group| group.iter())
    }

    /// A CSV writer on `out` that has written the header.
    pub(crate) fn begin<W: Write>(&self, out: W) -> csv::Result<csv::Writer<W>> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(self.columns().map(|column| column.name))?;
        Ok(writer)
    }
}

/// A column of texts if it has no unit, of numbers if it has one.
pub(crate) const fn column(
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
) -> Column {
    let kind = match unit.as_bytes() {
        b"" => Kind::Text,
        b"cycles" => Kind::Cycles,
        _ => Kind::Integer,
    };
    Column { name, unit, kind, meaning }
}

/// A column of numbers that have no unit.
pub(crate) const fn count(name: &'static str, meaning: &'static str) -> Column {
    Column { name, unit: "", kind: Kind::Integer, meaning }
}

/// One column for each use case of cycles, in the order of [`UseCase::ALL`].
pub const BURNED: [Column; UseCase::COUNT] = [
    column("burned_execution", "cycles", "burned for executing messages and tasks"),
    column("burned_transmission", "cycles", "burned for requests and responses between canisters"),
    column("burned_ingress", "cycles", "burned for inducting ingress messages"),
    column("burned_storage", "cycles", "burned for memory, that of messages included"),
    column("burned_compute_allocation", "cycles", "burned for compute allocation"),
    column("burned_creation", "cycles", "burned for creating canisters"),
    column("burned_signatures", "cycles", "burned for threshold signatures and derived keys"),
    column("burned_http_outcalls", "cycles", "burned for HTTP outcalls"),
    column("burned_logs", "cycles", "burned for reading logs by replicated calls"),
    column("burned_burned", "cycles", "burned by canisters on purpose"),
    column("burned_uninstall", "cycles", "left in canisters that ran out of cycles"),
    column("burned_deleted", "cycles", "left in canisters that were deleted"),
    column("burned_dropped", "cycles", "attached to messages that were dropped"),
];

/// A cell: the number, or nothing.
fn optional(number: Option<impl ToString>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// The cells of [`BURNED`].
fn burned_cells(burned: &[Cycles; UseCase::COUNT]) -> impl Iterator<Item = String> {
    burned.iter().map(|amount| amount.get().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_use_case_has_its_column() {
        let names = UseCase::ALL.map(|use_case| format!("burned_{}", use_case.name()));
        assert_eq!(BURNED.map(|column| column.name.to_owned()), names);
    }

    #[test]
    fn column_names_are_unique_in_their_table() {
        for table in Table::EXPORTED {
            let mut names: Vec<_> = table.columns().map(|column| column.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", table.file);
        }
    }
}

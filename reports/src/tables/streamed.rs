//! Tables that are made while a run goes on, and written at its end.

use super::{Table, accounts, canisters, charges, executions, log, messages, rounds};
use crate::messages::{Message, Part};
use crate::names::Names;
use crate::sorted_rows::SortedRows;
use sim_core::history::History;
use sim_core::record::Record;
use std::io::Write;

/// The row of a record in a table, if it has one there; with the name of its subnet.
type Row = fn(&Record, &str, &Names) -> Option<Vec<String>>;

/// How a record becomes a row of `table`; none for tables of other things than records.
pub(crate) fn row_of(table: &Table) -> Option<Row> {
    let rows: [(&str, Row); 4] = [
        (charges::TABLE.file, charges::row),
        (accounts::TABLE.file, accounts::row),
        (executions::TABLE.file, executions::row),
        (log::TABLE.file, log::row),
    ];
    rows.into_iter().find(|(file, _)| *file == table.file).map(|(_, row)| row)
}

/// Rows that were made so far.
#[derive(Debug)]
pub struct Streamed {
    subnets: Vec<String>,
    /// Records taken of each subnet.
    taken: Vec<u64>,
    messages: Option<SortedRows>,
    by_record: Vec<(Table, Row, SortedRows)>,
}

fn is_wanted(tables: &[Table], table: &Table) -> bool {
    tables.iter().any(|wanted| wanted.file == table.file)
}

/// Bits of the number of a record within its subnet.
const WITHIN: u32 = 40;

impl Streamed {
    /// Of a run with the subnets of `history`; of `tables` those that are made of records.
    pub fn new(history: &History, tables: &[Table]) -> Self {
        let subnets: Vec<String> =
            history.subnets.iter().map(|subnet| subnet.name.clone()).collect();
        let by_record = tables
            .iter()
            .filter_map(|table| row_of(table).map(|row| (*table, row, SortedRows::new())));
        Streamed {
            taken: vec![0; subnets.len()],
            subnets,
            messages: is_wanted(tables, &messages::TABLE).then(SortedRows::new),
            by_record: by_record.collect(),
        }
    }

    /// Takes the records of an epoch.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub fn take(&mut self, parts: &[Part<'_>], names: &Names) -> csv::Result<()> {
        let subnets = self.subnets.iter().zip(&mut self.taken).enumerate();
        for ((place, (subnet, taken)), part) in subnets.zip(parts) {
            for record in part.records {
                let key = (place as u64) << WITHIN | *taken;
                *taken += 1;
                for (_, row, rows) in &mut self.by_record {
                    if let Some(row) = row(record, subnet, names) {
                        rows.push(key, row)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes a message whose life is over.
    ///
    /// # Errors
    /// There is no room for temporary files.
    pub fn message(&mut self, message: &Message, names: &Names) -> csv::Result<()> {
        let Some(rows) = &mut self.messages else { return Ok(()) };
        rows.push(message.id.as_u64(), messages::row(message, names))
    }

    /// Hands each table, in the order of `tables`, to `write`, which is given what writes it.
    ///
    /// # Errors
    /// `write` fails.
    pub fn write<E>(
        self,
        tables: &[Table],
        history: &History,
        mut write: impl FnMut(
            &Table,
            &mut dyn FnMut(&mut dyn Write) -> csv::Result<()>,
        ) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut messages = self.messages;
        let mut by_record = self.by_record;
        for table in tables {
            let place = by_record.iter().position(|(known, ..)| known.file == table.file);
            let mut rows = match place {
                Some(place) => Some(by_record.swap_remove(place).2),
                None if table.file == messages::TABLE.file => messages.take(),
                None => None,
            };
            write(table, &mut |out| match rows.take() {
                Some(rows) => {
                    table.begin(&mut *out)?.flush()?;
                    rows.write(out)
                }
                None if table.file == rounds::TABLE.file => rounds::write(out, history),
                None => canisters::write(out, history),
            })?;
        }
        Ok(())
    }
}

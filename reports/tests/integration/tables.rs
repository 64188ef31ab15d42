//! The CSV tables of the synthetic run.

use crate::synthetic;
use reports::analysis::Analysis;
use reports::charts::kind::Kind;
use reports::tables::{Table, canisters, messages, rounds};
use reports::write;
use sim_core::profile::Profile;
use std::path::Path;

/// The header and the first rows of a table.
fn head(table: Vec<u8>) -> String {
    String::from_utf8(table).unwrap().lines().take(9).collect::<Vec<_>>().join("\n")
}

fn messages_csv() -> Vec<u8> {
    let (history, profile) = (synthetic::history(), Profile::default());
    let run = synthetic::report(&history, &profile);
    let mut table = Vec::new();
    write::table(&mut table, &messages::TABLE, &run, &Analysis::of(&run)).unwrap();
    table
}

#[test]
fn messages_are_tabled() {
    insta::assert_snapshot!("messages.csv", head(messages_csv()));
}

#[test]
fn rounds_are_tabled() {
    let mut table = Vec::new();
    rounds::write(&mut table, &synthetic::history()).unwrap();
    insta::assert_snapshot!("rounds.csv", head(table));
}

#[test]
fn canisters_are_tabled() {
    let mut table = Vec::new();
    canisters::write(&mut table, &synthetic::history()).unwrap();
    insta::assert_snapshot!("canisters.csv", head(table));
}

#[test]
fn the_points_of_a_life_are_in_order() {
    let table = messages_csv();
    let mut reader = csv::Reader::from_reader(&table[..]);
    let mut rows = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let times: Vec<u64> = (10..15).filter_map(|cell| row[cell].parse().ok()).collect();
        assert!(times.is_sorted(), "{row:?}");
        rows += 1;
    }
    assert!(rows > 500, "{rows}");
}

/// A table as `docs/tables.md` describes it.
fn described(table: &Table) -> String {
    let mut text = format!("## `{}`\n\nOne row is {}.\n\n", table.file, table.rows);
    text.push_str("| column | unit | meaning |\n|---|---|---|\n");
    for column in table.columns() {
        text.push_str(&format!("| `{}` | {} | {} |\n", column.name, column.unit, column.meaning));
    }
    text
}

#[test]
fn every_column_is_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tables.md");
    let documentation = std::fs::read_to_string(path).unwrap();
    let tables = || Table::EXPORTED.into_iter().chain(Kind::ALL.map(Kind::table));
    let missing: Vec<String> = tables()
        .map(|table| described(&table))
        .filter(|text| {
            !documentation.contains(&format!("{text}\n")) && !documentation.ends_with(text)
        })
        .collect();
    let missing = missing.join("\n");
    assert!(missing.is_empty(), "docs/tables.md needs these sections:\n\n{missing}");
    assert_eq!(documentation.matches("\n## `").count(), tables().count());
}

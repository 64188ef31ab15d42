//! Tables as Parquet, read back.

use crate::synthetic;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use reports::analysis::Analysis;
use reports::export::parquet as columns;
use reports::tables::{Kind, Table};
use reports::write;
use sim_core::profile::Profile;
use std::fs::File;

/// A table as CSV, and as the Parquet file made of it.
fn both(table: &Table) -> (Vec<u8>, SerializedFileReader<File>) {
    let (history, profile) = (synthetic::history(), Profile::default());
    let run = synthetic::report(&history, &profile);
    let mut csv = Vec::new();
    write::table(&mut csv, table, &run, &Analysis::of(&run)).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    columns::write(&mut file, table, csv.as_slice()).unwrap();
    (csv, SerializedFileReader::new(file).unwrap())
}

/// A cell as CSV has it.
fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Long(number) => number.to_string(),
        Field::Str(text) => text.clone(),
        Field::Decimal(amount) => {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(amount.data());
            i128::from_be_bytes(bytes).to_string()
        }
        other => panic!("no table has a {other:?}"),
    }
}

#[test]
fn every_cell_of_every_table_reads_back_from_parquet() {
    for table in Table::EXPORTED {
        let (csv, reader) = both(&table);
        let mut expected = csv::Reader::from_reader(csv.as_slice());
        let rows = reader.get_row_iter(None).unwrap();
        let found: Vec<Vec<String>> = rows
            .map(|row| row.unwrap().get_column_iter().map(|(_, field)| text(field)).collect())
            .collect();
        let expected: Vec<Vec<String>> = expected
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(found, expected, "{}", table.file);
    }
}

#[test]
fn columns_keep_their_names_and_kinds() {
    for table in Table::EXPORTED {
        let (_, reader) = both(&table);
        let schema = reader.metadata().file_metadata().schema_descr();
        assert_eq!(schema.num_columns(), table.columns().count());
        for (column, described) in schema.columns().iter().zip(table.columns()) {
            assert_eq!(column.name(), described.name);
            let expected = match described.kind {
                Kind::Integer => (Physical::INT64, None),
                Kind::Real => (Physical::DOUBLE, None),
                Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Kind::Cycles => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::decimal(0, 38))),
            };
            let found = (column.physical_type(), column.logical_type_ref().cloned());
            assert_eq!(found, expected, "{} of {}", described.name, table.file);
        }
    }
}

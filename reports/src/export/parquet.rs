//! Tables as Parquet: integers as `INT64`, amounts of cycles as `DECIMAL(38, 0)`, means as `DOUBLE`, texts as UTF-8;
//! every column may be null, which stands for the empty cell. Rows are written in groups, so a table
//! of any length takes the memory of one group.

use crate::tables::{Kind, Table};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{
    ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::io::{Read, Write};
use std::sync::Arc;

/// Rows in a group: what is in memory at a time.
const GROUP: usize = 65_536;
/// Digits of an amount of cycles; 2^128 has one more, which no balance reaches.
const DIGITS: i32 = 38;
const DECIMAL_BYTES: i32 = 16;

/// A table could not be written as Parquet.
#[derive(Debug, thiserror::Error)]
pub enum ParquetFailure {
    /// The library or the file system said no.
    #[error(transparent)]
    Write(#[from] ParquetError),
    /// A table did not read back as what it is.
    #[error(transparent)]
    Table(#[from] csv::Error),
}

/// Writes a table of a run, given as its CSV.
///
/// # Errors
/// `out` cannot be written to.
pub fn write<W: Write + Send>(out: W, table: &Table, csv: impl Read) -> Result<(), ParquetFailure> {
    let columns: Vec<_> = table.columns().map(|column| (column.name, column.kind)).collect();
    write_columns(out, &columns, csv)
}

/// Writes any table, given as its CSV with a header, by the names and kinds of its columns.
///
/// # Errors
/// `out` cannot be written to, or `csv` cannot be read.
pub fn write_columns<W: Write + Send>(
    out: W,
    columns: &[(&str, Kind)],
    csv: impl Read,
) -> Result<(), ParquetFailure> {
    let properties = WriterProperties::builder().set_compression(Compression::UNCOMPRESSED);
    let properties = Arc::new(properties.set_created_by("icsim".to_owned()).build());
    let mut file = SerializedFileWriter::new(out, schema(columns)?, properties)?;
    let mut rows = csv::Reader::from_reader(csv).into_records();
    loop {
        let group: Vec<_> = rows.by_ref().take(GROUP).collect::<Result<_, _>>()?;
        if group.is_empty() {
            break;
        }
        let mut writer = file.next_row_group()?;
        for (place, (_, kind)) in columns.iter().enumerate() {
            let cells = group.iter().map(|row| row.get(place).filter(|cell| !cell.is_empty()));
            write_column(&mut writer, *kind, cells)?;
        }
        writer.close()?;
    }
    file.close()?;
    Ok(())
}

fn schema(columns: &[(&str, Kind)]) -> Result<TypePtr, ParquetError> {
    let fields = columns.iter().map(|(name, kind)| field(name, *kind).map(Arc::new));
    let fields = fields.collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("row").with_fields(fields).build().map(Arc::new)
}

fn field(name: &str, kind: Kind) -> Result<Type, ParquetError> {
    let builder = |physical| {
        Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL)
    };
    match kind {
        Kind::Integer => builder(Physical::INT64).build(),
        Kind::Real => builder(Physical::DOUBLE).build(),
        Kind::Text => {
            builder(Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String)).build()
        }
        Kind::Cycles => builder(Physical::FIXED_LEN_BYTE_ARRAY)
            .with_length(DECIMAL_BYTES)
            .with_precision(DIGITS)
            .with_scale(0)
            .with_logical_type(Some(LogicalType::decimal(0, DIGITS)))
            .build(),
    }
}

fn write_column<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    kind: Kind,
    cells: impl Iterator<Item = Option<&'a str>> + Clone,
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else { return Ok(()) };
    let levels: Vec<i16> = cells.clone().map(|cell| i16::from(cell.is_some())).collect();
    let present = cells.flatten();
    match kind {
        Kind::Integer => {
            // No count of the model exceeds 2^63.
            let values: Vec<i64> = present.map(|cell| cell.parse().unwrap_or(i64::MAX)).collect();
            writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Real => {
            // What icsim has written it can read.
            let values: Vec<f64> = present.map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
            writer.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Text => {
            let values: Vec<ByteArray> = present.map(ByteArray::from).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Cycles => {
            let values: Vec<FixedLenByteArray> = present.map(decimal).collect();
            writer.typed::<FixedLenByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
    }
    writer.close()
}

/// Two's complement, big-endian.
fn decimal(cell: &str) -> FixedLenByteArray {
    let amount: i128 = cell.parse().unwrap_or(i128::MAX);
    ByteArray::from(amount.to_be_bytes().to_vec()).into()
}

//! Rows of a table that come in any order and leave in order, in bounded memory: what does not fit is
//! sorted in pieces, kept in a temporary file, and merged at the end.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Bytes of rows in memory.
const ROOM: usize = 8 << 20;
/// Bytes of a piece that are read at a time.
const READ: usize = 32 << 10;

/// Rows with keys that say where they belong; rows of equal keys stay in the order in which they came.
#[derive(Debug)]
pub(crate) struct SortedRows {
    room: usize,
    writer: csv::Writer<Vec<u8>>,
    /// Keys, each with where its row begins.
    rows: Vec<(u64, usize)>,
    spilled: Option<File>,
    /// Where each piece in the file begins and ends.
    pieces: Vec<(u64, u64)>,
}

impl SortedRows {
    pub(crate) fn new() -> Self {
        SortedRows::within(ROOM)
    }

    fn within(room: usize) -> Self {
        let writer = csv::Writer::from_writer(Vec::new());
        SortedRows { room, writer, rows: Vec::new(), spilled: None, pieces: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn push<Row>(&mut self, key: u64, row: Row) -> csv::Result<()>
    where
        Row: IntoIterator<Item: AsRef<[u8]>>,
    {
        let start = self.writer.get_ref().len();
        self.writer.write_record(row)?;
        self.writer.flush()?;
        self.rows.push((key, start));
        if self.writer.get_ref().len() >= self.room {
            self.spill()?;
        }
        Ok(())
    }

    /// Takes the rows in memory, sorted: keys and texts.
    fn take(&mut self) -> csv::Result<Piece> {
        let writer = std::mem::replace(&mut self.writer, csv::Writer::from_writer(Vec::new()));
        let text = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        let ends = self.rows.iter().skip(1).map(|(_, start)| *start).chain([text.len()]);
        let mut rows: Vec<(u64, usize, usize)> =
            self.rows.iter().zip(ends).map(|((key, start), end)| (*key, *start, end)).collect();
        self.rows.clear();
        // Stable, and mostly in order already.
        rows.sort_by_key(|(key, ..)| *key);
        Ok(Piece { text, rows })
    }

    fn spill(&mut self) -> csv::Result<()> {
        let piece = self.take()?;
        let file = match &mut self.spilled {
            Some(file) => file,
            None => self.spilled.insert(tempfile::tempfile()?),
        };
        let start = file.seek(SeekFrom::End(0))?;
        let mut out = io::BufWriter::new(&*file);
        for (key, text) in piece.rows() {
            out.write_all(&key.to_le_bytes())?;
            out.write_all(&(text.len() as u32).to_le_bytes())?;
            out.write_all(text)?;
        }
        out.flush()?;
        drop(out);
        let end = file.stream_position()?;
        self.pieces.push((start, end));
        Ok(())
    }

    /// Writes all rows in order.
    pub(crate) fn write<W: Write>(mut self, mut out: W) -> csv::Result<()> {
        let last = self.take()?;
        let Some(file) = &self.spilled else {
            last.rows().try_for_each(|(_, text)| out.write_all(text))?;
            return Ok(());
        };
        let mut sources: Vec<Source<'_>> =
            self.pieces.iter().map(|(start, end)| Source::new(file, *start, *end)).collect();
        let mut heap = BinaryHeap::new();
        for (place, source) in sources.iter_mut().enumerate() {
            heap.extend(source.next()?.map(|(key, text)| Reverse((key, place, text))));
        }
        let mut rest = last.rows().peekable();
        // What is in memory came last, so it comes last among equals.
        while let Some(Reverse((key, place, text))) = heap.pop() {
            while let Some((_, row)) = rest.next_if(|(first, _)| *first < key) {
                out.write_all(row)?;
            }
            out.write_all(&text)?;
            heap.extend(sources[place].next()?.map(|(key, text)| Reverse((key, place, text))));
        }
        rest.try_for_each(|(_, text)| out.write_all(text))?;
        Ok(())
    }
}

/// Sorted rows in memory.
struct Piece {
    text: Vec<u8>,
    rows: Vec<(u64, usize, usize)>,
}

impl Piece {
    fn rows(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.rows.iter().map(|(key, start, end)| (*key, &self.text[*start..*end]))
    }
}

/// A piece in the file, read little by little.
struct Source<'a> {
    file: &'a File,
    at: u64,
    end: u64,
    buffer: VecDeque<u8>,
}

impl<'a> Source<'a> {
    fn new(file: &'a File, at: u64, end: u64) -> Self {
        Source { file, at, end, buffer: VecDeque::new() }
    }

    fn next(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        if self.buffer.is_empty() && self.at == self.end {
            return Ok(None);
        }
        let key = u64::from_le_bytes(self.bytes()?);
        let length = u32::from_le_bytes(self.bytes()?) as usize;
        self.fill(length)?;
        Ok(Some((key, self.buffer.drain(..length).collect())))
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.fill(N)?;
        let mut bytes = [0; N];
        for (byte, read) in bytes.iter_mut().zip(self.buffer.drain(..N)) {
            *byte = read;
        }
        Ok(bytes)
    }

    /// Makes sure that the buffer holds so many bytes.
    fn fill(&mut self, length: usize) -> io::Result<()> {
        while self.buffer.len() < length {
            let wanted = (READ as u64).min(self.end - self.at) as usize;
            if wanted == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut read = vec![0; wanted];
            let mut file = self.file;
            file.seek(SeekFrom::Start(self.at))?;
            file.read_exact(&mut read)?;
            self.at += wanted as u64;
            self.buffer.extend(read);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn sorted(room: usize, keys: &[u64]) -> (Vec<String>, usize) {
        let mut rows = SortedRows::within(room);
        for (place, key) in keys.iter().enumerate() {
            rows.push(*key, [key.to_string(), format!("row {place}, \"quoted\"")]).unwrap();
        }
        let pieces = rows.pieces.len();
        let mut out = Vec::new();
        rows.write(&mut out).unwrap();
        (String::from_utf8(out).unwrap().lines().map(str::to_owned).collect(), pieces)
    }

    #[test]
    fn rows_leave_in_order_whether_or_not_they_fit_into_memory() {
        let keys: Vec<u64> = (0..5_000u64).map(|place| place.wrapping_mul(7_919) % 3_001).collect();
        let (in_memory, none) = sorted(usize::MAX, &keys);
        let (merged, many) = sorted(1_000, &keys);
        assert!(none == 0 && many > 50, "{none} and {many} pieces");
        assert_eq!(merged, in_memory);
        let found: Vec<u64> =
            merged.iter().map(|row| row.split(',').next().unwrap().parse().unwrap()).collect();
        assert!(found.is_sorted() && found.len() == keys.len());
    }

    #[test]
    fn rows_of_equal_keys_stay_in_their_order() {
        let (rows, _) = sorted(100, &[5; 300]);
        let expected: Vec<String> =
            (0..300).map(|place| format!("5,\"row {place}, \"\"quoted\"\"\"")).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn what_is_in_memory_is_bounded() {
        let mut rows = SortedRows::within(10_000);
        for key in 0..100_000u64 {
            rows.push(key ^ 0x5555, [key.to_string()]).unwrap();
            assert!(rows.writer.get_ref().len() < 10_000);
        }
    }
}

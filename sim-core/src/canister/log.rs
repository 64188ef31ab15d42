//! A canister's log: lines it printed and why it trapped. The oldest lines make room for new ones.
//!
//! After `rs/types/management_canister_types/src/lib.rs` (`CanisterLogRecord`) and
//! `rs/types/types/src/canister_log.rs` of `dfinity/ic`.

use crate::units::Bytes;
use std::collections::VecDeque;

/// Bytes a line takes besides its text.
const LINE_HEADER: u64 = 40;

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// Its number since the canister was created.
    pub(crate) index: u64,
    /// Nanoseconds since 1970.
    pub(crate) at: u64,
    pub(crate) text: Box<[u8]>,
}

impl LogLine {
    fn bytes(&self) -> u64 {
        LINE_HEADER + self.text.len() as u64
    }
}

/// A log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: VecDeque<LogLine>,
    bytes: u64,
    next: u64,
}

impl Log {
    /// Adds a line of which as much is kept as `room` allows.
    pub(crate) fn push(&mut self, at: u64, text: &[u8], room: Bytes) {
        let longest = room.get().saturating_sub(LINE_HEADER) as usize;
        let text = text[..text.len().min(longest)].into();
        let line = LogLine { index: self.next, at, text };
        self.next += 1;
        self.bytes += line.bytes();
        self.lines.push_back(line);
        self.shrink(room);
    }

    /// Drops the oldest lines that do not fit into `room`.
    pub(crate) fn shrink(&mut self, room: Bytes) {
        while self.bytes > room.get()
            && let Some(oldest) = self.lines.pop_front()
        {
            self.bytes -= oldest.bytes();
        }
    }

    /// Drops all lines; the next one's number goes on.
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.bytes = 0;
    }

    /// The lines that are kept, oldest first.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_lines_make_room_and_numbers_go_on() {
        let mut log = Log::default();
        for _ in 0..3 {
            log.push(7, &[b'x'; 60], Bytes::new(200));
        }
        assert_eq!(log.lines().map(|line| line.index).collect::<Vec<_>>(), [1, 2]);
        log.clear();
        log.push(8, b"again", Bytes::new(200));
        assert_eq!(log.lines().map(|line| line.index).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn a_line_longer_than_the_log_is_cut() {
        let mut log = Log::default();
        log.push(0, &[b'x'; 500], Bytes::new(100));
        assert_eq!(log.lines().map(|line| line.text.len()).collect::<Vec<_>>(), [60]);
    }
}

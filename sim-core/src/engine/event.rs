//! The total order of events: `(time, class, tie, source, sequence)`.

use crate::time::SimTime;
use std::fmt;

/// A logical process, by its number; at most 2^24 of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcessId(u32);

impl ProcessId {
    /// The process numbered `number`, of which 24 bits are kept.
    pub const fn new(number: u32) -> Self {
        ProcessId(number & 0xff_ffff)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.0)
    }
}

/// Orders kinds of event within an instant: lower classes come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class(pub u8);

/// Where an event stands in the history. IMPORTANT: the derived order of the fields is the order of
/// the run, and with it every digest.
///
/// Two events never have equal keys, since `sequence` counts up per source; the engine panics if
/// they do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    time: SimTime,
    /// class (8 bits), tie (32), source (24): one comparison instead of three.
    rank: u64,
    sequence: u64,
}

impl Key {
    /// The key of the `sequence`-th event made by `source`.
    #[inline]
    pub fn new(time: SimTime, class: Class, tie: u32, source: ProcessId, sequence: u64) -> Self {
        let rank = u64::from(class.0) << 56 | u64::from(tie) << 24 | u64::from(source.0);
        Key { time, rank, sequence }
    }

    /// The key, or the next one like it that comes after `current`: a tie-breaking number must not
    /// put an event of this instant before the one that made it.
    #[inline]
    pub(super) fn not_before(mut self, current: &Key) -> Key {
        if self.time == current.time && self.rank < current.rank {
            self.rank = current.rank;
        }
        self
    }

    /// When the event happens.
    #[inline]
    pub const fn time(&self) -> SimTime {
        self.time
    }

    /// Its class.
    pub const fn class(&self) -> Class {
        Class((self.rank >> 56) as u8)
    }

    /// Its tie-breaking number.
    pub const fn tie(&self) -> u32 {
        (self.rank >> 24) as u32
    }

    /// The process that made it.
    pub const fn source(&self) -> ProcessId {
        ProcessId::new(self.rank as u32)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("time", &self.time.as_nanos())
            .field("class", &self.class().0)
            .field("tie", &self.tie())
            .field("source", &self.source().number())
            .field("sequence", &self.sequence)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_compare_field_by_field(
            a in (0u64..3, 0u8..3, any::<u32>(), 0u32..3, 0u64..3),
            b in (0u64..3, 0u8..3, any::<u32>(), 0u32..3, 0u64..3),
        ) {
            let key = |(time, class, tie, source, sequence)| {
                Key::new(SimTime::from_nanos(time), Class(class), tie, ProcessId::new(source), sequence)
            };
            prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
        }
    }

    #[test]
    fn a_key_is_three_words() {
        assert_eq!(size_of::<Key>(), 24);
    }
}

//! The pending events of one process.

use super::Key;
use dary_heap::QuaternaryHeap;
use slab::Slab;
use std::cmp::Reverse;

/// A set of pending events, taken out in the order of their keys.
pub trait EventQueue<E>: Default + Send {
    /// Adds an event.
    fn push(&mut self, key: Key, event: E);

    /// Takes out the earliest event.
    fn pop(&mut self) -> Option<(Key, E)>;

    /// The key of the earliest event.
    fn peek(&self) -> Option<&Key>;

    /// How many events are pending.
    fn len(&self) -> usize;

    /// Whether none is.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A heap of keys with four children to a node; the events themselves lie still in a slab, so
/// that sifting moves 32 bytes whatever an event's size.
pub struct HeapQueue<E> {
    heap: QuaternaryHeap<Reverse<Entry>>,
    events: Slab<E>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: Key,
    slot: u32,
}

impl<E> Default for HeapQueue<E> {
    fn default() -> Self {
        HeapQueue { heap: QuaternaryHeap::new(), events: Slab::new() }
    }
}

impl<E: Send> EventQueue<E> for HeapQueue<E> {
    #[inline]
    fn push(&mut self, key: Key, event: E) {
        let slot = self.events.insert(event) as u32;
        self.heap.push(Reverse(Entry { key, slot }));
    }

    #[inline]
    fn pop(&mut self) -> Option<(Key, E)> {
        let Reverse(Entry { key, slot }) = self.heap.pop()?;
        Some((key, self.events.remove(slot as usize)))
    }

    #[inline]
    fn peek(&self) -> Option<&Key> {
        self.heap.peek().map(|Reverse(entry)| &entry.key)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Class, ProcessId};
    use super::*;
    use crate::time::SimTime;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn events_come_out_in_the_order_of_their_keys(times in prop::collection::vec(0u64..50, 0..200)) {
            let mut queue = HeapQueue::default();
            for (i, &time) in times.iter().enumerate() {
                let key = Key::new(SimTime::from_nanos(time), Class(0), 0, ProcessId::new(0), i as u64);
                queue.push(key, (time, i));
            }
            let mut expected: Vec<_> = times.iter().copied().zip(0..).collect();
            expected.sort_unstable();
            let found: Vec<_> = std::iter::from_fn(|| queue.pop().map(|(_, event)| event)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

//! A canister's memories without the interpreter: what an idle canister is kept as, and what
//! snapshots and forks are made of.

use crate::rollback::HEAP_PAGE;
use crate::stable::{Page, StableMemory};
use sim_core::runtime::MemoryUse;
use sim_core::units::Bytes;
use std::sync::Arc;
use wasmi::Val;

/// A heap: its size, and the pages that differ from those of a fresh instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeapImage {
    /// Bytes.
    len: usize,
    /// Numbers and contents, in order.
    pages: Vec<(usize, Arc<Page>)>,
}

impl HeapImage {
    /// The first `len` bytes of `heap`, in which at most the pages `changed` differ from a fresh
    /// heap; they are in order.
    pub(crate) fn of(heap: &[u8], len: usize, changed: impl Iterator<Item = usize>) -> Self {
        let mut pages = Vec::new();
        for page in changed {
            let content = heap[..len].get(page * HEAP_PAGE..(page + 1) * HEAP_PAGE);
            let content = content.and_then(|content| Page::try_from(content).ok());
            pages.extend(content.map(|content| (page, Arc::new(content))));
        }
        pages.shrink_to_fit();
        HeapImage { len, pages }
    }

    /// Puts `former` at `at`, where the pages are kept.
    pub(crate) fn overlay(&mut self, at: usize, former: &[u8]) {
        let first = self.pages.partition_point(|(page, _)| (page + 1) * HEAP_PAGE <= at);
        for (page, content) in &mut self.pages[first..] {
            let page = *page * HEAP_PAGE;
            if page >= at + former.len() {
                break;
            }
            let (begin, end) = (page.max(at), (page + HEAP_PAGE).min(at + former.len()));
            let target = &mut Arc::make_mut(content)[begin - page..end - page];
            target.copy_from_slice(&former[begin - at..end - at]);
        }
    }

    /// Bytes of the heap.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Makes a fresh heap of the same size this one.
    pub(crate) fn write_to(&self, heap: &mut [u8]) {
        for (page, content) in &self.pages {
            let page = heap.get_mut(page * HEAP_PAGE..(page + 1) * HEAP_PAGE);
            if let Some(page) = page {
                page.copy_from_slice(content.as_slice());
            }
        }
    }

    /// Numbers of the pages kept, in order.
    pub(crate) fn pages(&self) -> impl Iterator<Item = usize> {
        self.pages.iter().map(|(page, _)| *page)
    }
}

/// What an idle canister is kept as, besides its globals.
#[derive(Clone, Debug)]
pub(crate) struct Memories {
    /// The heap.
    pub(crate) heap: HeapImage,
    /// Stable memory.
    pub(crate) stable: StableMemory,
}

impl Memories {
    /// Bytes of heap and of stable memory.
    pub(crate) fn sizes(&self) -> MemoryUse {
        let (heap, stable) = (Bytes::of_len(self.heap.len()), Bytes::new(self.stable.bytes()));
        MemoryUse { heap, stable }
    }
}

/// All of a canister's state, with the program it belongs to.
#[derive(Debug)]
pub(crate) struct CanisterImage {
    /// Hash of the module.
    pub(crate) program: [u8; 32],
    /// Values of the mutable globals.
    pub(crate) globals: Vec<Val>,
    /// Heap and stable memory.
    pub(crate) memories: Memories,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_keeps_the_changed_pages_and_what_they_held_before() {
        let mut heap = vec![0; 4 * HEAP_PAGE];
        heap[HEAP_PAGE..3 * HEAP_PAGE].fill(7);
        let mut image = HeapImage::of(&heap, 3 * HEAP_PAGE, [1, 2, 3].into_iter());
        assert_eq!(image.pages().collect::<Vec<_>>(), [1, 2]);
        image.overlay(2 * HEAP_PAGE - 1, &[1, 2]);
        image.overlay(0, &[9; HEAP_PAGE]);
        let mut fresh = vec![0; 3 * HEAP_PAGE];
        image.write_to(&mut fresh);
        heap[2 * HEAP_PAGE - 1] = 1;
        heap[2 * HEAP_PAGE] = 2;
        assert!(fresh == heap[..3 * HEAP_PAGE]);
    }
}

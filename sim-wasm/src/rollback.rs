//! The heap as it was before the task.
//!
//! A copy of the committed heap stands beside the live one. After a task the two are compared page
//! by page: the pages that differ are the dirty ones, and are copied one way or the other.

use crate::failure::engine_error;
use sim_core::runtime::Failure;

/// Bytes of a page; dirty memory is counted in these.
pub(crate) const HEAP_PAGE: usize = 4_096;

const ZEROS: [u8; HEAP_PAGE] = [0; HEAP_PAGE];

/// The committed heap, and which pages of the live one differ from it.
#[derive(Debug, Default)]
pub(crate) struct Shadow {
    committed: Vec<u8>,
    changed: Vec<u32>,
}

impl Shadow {
    /// A copy of the initial heap.
    ///
    /// # Errors
    /// The machine has no memory for it.
    pub(crate) fn of(heap: &[u8]) -> Result<Self, Failure> {
        let mut committed = Vec::new();
        committed.try_reserve_exact(heap.len()).map_err(engine_error)?;
        committed.extend_from_slice(heap);
        Ok(Shadow { committed, changed: Vec::new() })
    }

    /// Bytes of the committed heap.
    pub(crate) fn len(&self) -> usize {
        self.committed.len()
    }

    /// The committed heap.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.committed
    }

    /// Finds the pages of `heap` that differ from the committed ones; pages it grew by differ if
    /// they are not zero. Returns their number.
    pub(crate) fn compare(&mut self, heap: &[u8]) -> u64 {
        self.changed.clear();
        let (common, grown) = heap.split_at(self.committed.len().min(heap.len()));
        let pairs = common.chunks(HEAP_PAGE).zip(self.committed.chunks(HEAP_PAGE));
        let pairs = pairs.chain(grown.chunks(HEAP_PAGE).map(|page| (page, &ZEROS[..page.len()])));
        let changed = pairs.zip(0..).filter(|((page, before), _)| page != before);
        self.changed.extend(changed.map(|(_, index)| index));
        self.changed.len() as u64
    }

    fn range(page: u32, len: usize) -> std::ops::Range<usize> {
        let start = page as usize * HEAP_PAGE;
        start..len.min(start + HEAP_PAGE)
    }

    /// Copies the changed pages of `heap` to the committed ones.
    pub(crate) fn commit(&mut self, heap: &[u8]) {
        self.committed.resize(heap.len(), 0);
        for page in self.changed.drain(..) {
            let range = Self::range(page, heap.len());
            self.committed[range.clone()].copy_from_slice(&heap[range]);
        }
    }

    /// Copies the committed pages back over the changed ones of `heap`. What it has grown by is
    /// left alone.
    pub(crate) fn restore(&mut self, heap: &mut [u8]) {
        for page in self.changed.drain(..) {
            let range = Self::range(page, self.committed.len());
            if let Some(before) = self.committed.get(range.clone()) {
                heap[range].copy_from_slice(before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_whose_content_differs_are_dirty() {
        let mut heap = vec![1; 4 * HEAP_PAGE];
        let mut shadow = Shadow::of(&heap).expect("fits");
        heap[0] = 1;
        heap[HEAP_PAGE] = 2;
        heap[3 * HEAP_PAGE + 5] = 2;
        assert_eq!(shadow.compare(&heap), 2);
        shadow.restore(&mut heap);
        assert_eq!(heap, vec![1; 4 * HEAP_PAGE]);
        assert_eq!(shadow.compare(&heap), 0);
    }

    #[test]
    fn growth_is_dirty_where_it_was_written() {
        let mut heap = vec![0; HEAP_PAGE];
        let mut shadow = Shadow::of(&heap).expect("fits");
        heap.resize(3 * HEAP_PAGE, 0);
        heap[2 * HEAP_PAGE] = 1;
        assert_eq!(shadow.compare(&heap), 1);
        shadow.commit(&heap);
        assert_eq!(shadow.bytes(), heap);
    }
}

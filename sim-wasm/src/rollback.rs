//! What the heap held before the task, where the task touched it.
//!
//! Before bytes of the heap are written for the first time in a task, the blocks they lie in are
//! recorded: saved if they existed before the task, and noted as zeros if the heap has grown by
//! them. A rollback copies the saved blocks back, a commit forgets them; either costs what the
//! task touched and not what the heap holds. Nothing is recorded twice, so order does not matter.
//!
//! Who writes the heap asks first: code through what `transform` inserts before its stores, which
//! keeps one byte per granule (the marks) to ask only once, System API functions through `heap`.

use crate::block_set::BlockSet;
use std::ops::Range;

/// Bytes of a page; dirty memory is counted in these.
pub(crate) const HEAP_PAGE: usize = 4_096;
/// Code that writes into a granule touches it once. 1 KiB measured best: a message that writes a
/// few words saves a quarter of what it would with pages, one that fills memory asks more often.
pub(crate) const GRANULE_SHIFT: u32 = 10;
/// Bytes of a granule.
pub(crate) const GRANULE: usize = 1 << GRANULE_SHIFT;
/// Bytes on both sides of a granule that are recorded with it, so that a store that reaches over
/// its end, or is known to lie near another, needs no second look.
pub(crate) const MARGIN: usize = 512;
/// Bytes recorded at once.
const BLOCK: usize = MARGIN;
/// Bytes the log keeps allocated between tasks.
const KEPT_BYTES: usize = 64 << 10;

const ZEROS: [u8; HEAP_PAGE] = [0; HEAP_PAGE];

/// Marks that `len` bytes of heap need, one for each granule.
pub(crate) fn marks(len: usize) -> u64 {
    len.div_ceil(GRANULE) as u64
}

/// Blocks recorded so far, and the heap's former content in them.
#[derive(Debug, Default)]
pub(crate) struct UndoLog {
    /// Bytes of the heap before the task.
    committed: usize,
    recorded: BlockSet,
    /// Runs of recorded blocks.
    runs: Vec<Range<usize>>,
    /// Content of the runs, one after the other, as far as it existed before the task.
    before: Vec<u8>,
    /// Granules that code has touched.
    touched: Vec<usize>,
    /// Pages that differ from what they were before the task, in order, once that was `compared`.
    dirty: Vec<usize>,
    compared: bool,
}

impl UndoLog {
    /// Bytes of the heap before the task.
    pub(crate) fn committed(&self) -> usize {
        self.committed
    }

    /// Records `range` of `heap`, which is about to be written.
    pub(crate) fn record(&mut self, heap: &[u8], range: Range<usize>) {
        let end = range.end.min(heap.len()).div_ceil(BLOCK);
        let mut block = range.start / BLOCK;
        while block < end {
            let fresh = (block..end).take_while(|block| !self.recorded.contains(*block)).count();
            if fresh > 0 {
                self.save(heap, block..block + fresh);
            }
            block += fresh + 1;
        }
    }

    fn save(&mut self, heap: &[u8], blocks: Range<usize>) {
        self.compared = false;
        let range = blocks.start * BLOCK..blocks.end * BLOCK;
        self.before.extend_from_slice(&heap[self.existed(&range)]);
        blocks.for_each(|block| self.recorded.insert(block));
        self.runs.push(range);
    }

    /// The part of `range` that existed before the task.
    fn existed(&self, range: &Range<usize>) -> Range<usize> {
        range.start.min(self.committed)..range.end.min(self.committed)
    }

    /// Records a granule with its margins, which is to be marked now.
    pub(crate) fn touch(&mut self, heap: &[u8], granule: usize) {
        let start = granule * GRANULE;
        self.record(heap, start.saturating_sub(MARGIN)..start + GRANULE + MARGIN);
        self.touched.push(granule);
    }

    /// Records the margin of a granule at the heap's end: the heap has grown from `len` bytes, and
    /// what is near that granule may be written without a second look.
    pub(crate) fn grown(&mut self, heap: &[u8], len: usize) {
        self.record(heap, len..len + MARGIN);
    }

    /// The recorded runs, each with the part of it that existed before the task.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (Range<usize>, &[u8])> {
        let mut rest = self.before.as_slice();
        self.runs.iter().map(move |run| {
            let (before, after) = rest.split_at(self.existed(run).len());
            rest = after;
            (run.clone(), before)
        })
    }

    /// Pages of `heap` whose content differs from what it was before the task; where it has
    /// grown, from zeros. They must not be written any more before the log is reset.
    pub(crate) fn dirty_pages(&mut self, heap: &[u8]) -> &[usize] {
        if !std::mem::replace(&mut self.compared, true) {
            let mut dirty = std::mem::take(&mut self.dirty);
            dirty.clear();
            for (run, before) in self.pieces() {
                dirty_pages_of_run(heap, run, before, &mut dirty);
            }
            dirty.sort_unstable();
            dirty.dedup();
            self.dirty = dirty;
        }
        &self.dirty
    }

    /// Makes `heap` what it was before the task; what it has grown by is left alone.
    pub(crate) fn undo(&self, heap: &mut [u8]) {
        for (run, before) in self.pieces() {
            heap[run.start..run.start + before.len()].copy_from_slice(before);
        }
    }

    /// Forgets everything: the heap's `len` bytes are what the next task begins with.
    pub(crate) fn reset(&mut self, len: usize) {
        self.committed = len;
        for run in self.runs.drain(..) {
            for block in (run.start / BLOCK..run.end / BLOCK).step_by(64) {
                self.recorded.clear_near(block);
            }
            self.recorded.clear_near(run.end / BLOCK - 1);
        }
        self.before.clear();
        self.before.shrink_to(KEPT_BYTES);
        self.compared = false;
        self.dirty.shrink_to(KEPT_BYTES / size_of::<usize>());
    }

    /// The granules that are marked, to be unmarked; they are no longer known afterwards.
    pub(crate) fn take_touched(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.touched)
    }

    /// Takes back the list of granules, for its allocation.
    pub(crate) fn recycle(&mut self, mut touched: Vec<usize>) {
        touched.clear();
        touched.shrink_to(KEPT_BYTES / size_of::<usize>());
        self.touched = touched;
    }
}

/// Adds the pages of one run that differ to `dirty`.
fn dirty_pages_of_run(heap: &[u8], run: Range<usize>, before: &[u8], dirty: &mut Vec<usize>) {
    let mut at = run.start;
    while at < run.end {
        let page = at / HEAP_PAGE;
        let end = run.end.min((page + 1) * HEAP_PAGE);
        let known = dirty.last() == Some(&page);
        if !known && differs(&heap[at..end], before.get(at - run.start..).unwrap_or_default()) {
            dirty.push(page);
        }
        at = end;
    }
}

/// True if `now` is neither what `before` begins with nor, past its end, zero.
fn differs(now: &[u8], before: &[u8]) -> bool {
    let (old, grown) = now.split_at(now.len().min(before.len()));
    *old != before[..old.len()] || *grown != ZEROS[..grown.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(len: usize) -> UndoLog {
        let mut log = UndoLog::default();
        log.reset(len);
        log
    }

    #[test]
    fn only_pages_whose_content_differs_are_dirty() {
        let mut heap = vec![1; 4 * HEAP_PAGE];
        let mut log = log(heap.len());
        log.record(&heap, 0..1);
        log.record(&heap, 2 * HEAP_PAGE - 1..2 * HEAP_PAGE + 1);
        heap[0] = 1;
        heap[2 * HEAP_PAGE - 1] = 2;
        heap[2 * HEAP_PAGE] = 2;
        assert_eq!(log.dirty_pages(&heap), [1, 2]);
        log.undo(&mut heap);
        assert_eq!(heap, vec![1; 4 * HEAP_PAGE]);
    }

    #[test]
    fn the_first_content_is_what_comes_back() {
        let mut heap = vec![1; 4 * HEAP_PAGE];
        let mut log = log(heap.len());
        for (value, granule) in (2..).zip([1, 2, 0, 1, 3]) {
            log.touch(&heap, granule);
            heap[granule * GRANULE..(granule + 1) * GRANULE].fill(value);
        }
        assert_eq!(log.take_touched(), [1, 2, 0, 1, 3]);
        log.undo(&mut heap);
        assert_eq!(heap, vec![1; 4 * HEAP_PAGE]);
    }

    #[test]
    fn growth_is_dirty_where_it_was_written() {
        let mut heap = vec![1; HEAP_PAGE];
        let mut log = log(heap.len());
        heap.resize(3 * HEAP_PAGE, 0);
        log.grown(&heap, HEAP_PAGE);
        log.record(&heap, HEAP_PAGE - 1..3 * HEAP_PAGE);
        heap[2 * HEAP_PAGE] = 1;
        assert_eq!(log.dirty_pages(&heap), [2]);
        log.undo(&mut heap);
        assert_eq!(heap[2 * HEAP_PAGE], 1);
    }

    #[test]
    fn a_reset_forgets_what_was_recorded() {
        let heap = vec![1; 64 * HEAP_PAGE];
        let mut log = log(heap.len());
        log.record(&heap, 300..60 * HEAP_PAGE);
        log.reset(heap.len());
        assert_eq!(log.recorded.iter().count(), 0);
        assert_eq!(log.pieces().count(), 0);
    }
}

//! Stable memory: sparse pages, and beside them the pages the current task wrote.
//!
//! A page that was never written takes no room. The overlay is merged on commit and dropped
//! otherwise, so nothing has to be copied back. Clones share their pages until one writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bytes of a page; stable memory is charged and kept in these.
pub(crate) const STABLE_PAGE: u64 = 4_096;

/// The content of a page.
pub(crate) type Page = [u8; STABLE_PAGE as usize];

/// A canister's stable memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct StableMemory {
    committed: BTreeMap<u64, Arc<Page>>,
    committed_wasm_pages: u64,
    written: BTreeMap<u64, Arc<Page>>,
    wasm_pages: u64,
    /// Pages the current task read or wrote.
    touched: BTreeSet<u64>,
    /// The last of them: small accesses mostly stay on it.
    last_touched: Option<u64>,
}

/// The part of `offset..offset + len` that lies on one page.
struct Piece {
    page: u64,
    start: usize,
    len: usize,
}

/// Cuts a range at page boundaries.
fn pieces(offset: u64, len: usize) -> impl Iterator<Item = Piece> {
    let mut at = offset;
    let mut left = len;
    std::iter::from_fn(move || {
        let start = (at % STABLE_PAGE) as usize;
        let len = left.min(STABLE_PAGE as usize - start);
        let piece = (len > 0).then_some(Piece { page: at / STABLE_PAGE, start, len });
        at += len as u64;
        left -= len;
        piece
    })
}

impl StableMemory {
    /// Stable memory that begins with `bytes`, up to the next Wasm page.
    pub(crate) fn with(bytes: &[u8]) -> StableMemory {
        let mut memory = StableMemory::default();
        let pages = (bytes.len() as u64).div_ceil(crate::host::WASM_PAGE);
        if memory.grow(pages, u64::MAX).is_some() {
            memory.write(0, bytes);
        }
        memory.commit();
        memory
    }

    /// A copy with everything written so far, on its way to other code.
    pub(crate) fn image(&self) -> StableMemory {
        let mut image = self.clone();
        image.commit();
        image
    }

    /// A copy without what the current task wrote.
    pub(crate) fn committed_image(&self) -> StableMemory {
        StableMemory {
            committed: self.committed.clone(),
            committed_wasm_pages: self.committed_wasm_pages,
            wasm_pages: self.committed_wasm_pages,
            ..StableMemory::default()
        }
    }

    /// Size in Wasm pages of 64 KiB.
    pub(crate) fn wasm_pages(&self) -> u64 {
        self.wasm_pages
    }

    /// Size in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.wasm_pages * crate::host::WASM_PAGE
    }

    /// Grows by `pages` Wasm pages; the former size, or `None` if it would exceed `limit`.
    pub(crate) fn grow(&mut self, pages: u64, limit: u64) -> Option<u64> {
        let former = self.wasm_pages;
        let grown = former.checked_add(pages).filter(|pages| *pages <= limit)?;
        self.wasm_pages = grown;
        Some(former)
    }

    /// True if `offset..offset + len` lies within the memory.
    pub(crate) fn contains(&self, offset: u64, len: u64) -> bool {
        offset.checked_add(len).is_some_and(|end| end <= self.bytes())
    }

    /// Notes that the task reads or writes the range; false if it has then touched more than
    /// `limit` pages.
    pub(crate) fn touch(&mut self, offset: u64, len: u64, limit: u64) -> bool {
        if len == 0 {
            return true;
        }
        let (first, last) = (offset / STABLE_PAGE, (offset + len - 1) / STABLE_PAGE);
        if first == last && self.last_touched == Some(first) {
            return true;
        }
        if last - first >= limit {
            return false;
        }
        self.touched.extend(first..=last);
        self.last_touched = Some(last);
        self.touched.len() as u64 <= limit
    }

    /// Pages a write to the range would write for the first time in this task.
    pub(crate) fn pages_to_dirty(&self, offset: u64, len: u64) -> u64 {
        if len == 0 {
            return 0;
        }
        let (first, last) = (offset / STABLE_PAGE, (offset + len - 1) / STABLE_PAGE);
        last - first + 1 - self.written.range(first..=last).count() as u64
    }

    /// Pages written in this task.
    pub(crate) fn dirty_pages(&self) -> u64 {
        self.written.len() as u64
    }

    /// Copies `offset..` into `target`; the range has to lie within the memory.
    pub(crate) fn read(&self, offset: u64, target: &mut [u8]) {
        let mut rest = target;
        for piece in pieces(offset, rest.len()) {
            let (part, tail) = rest.split_at_mut(piece.len);
            match self.written.get(&piece.page).or_else(|| self.committed.get(&piece.page)) {
                Some(page) => part.copy_from_slice(&page[piece.start..piece.start + piece.len]),
                None => part.fill(0),
            }
            rest = tail;
        }
    }

    /// Copies `source` to `offset..`; the range has to lie within the memory.
    pub(crate) fn write(&mut self, offset: u64, source: &[u8]) {
        let mut rest = source;
        for piece in pieces(offset, source.len()) {
            let (part, tail) = rest.split_at(piece.len);
            let page = self.written.entry(piece.page).or_insert_with(|| {
                let committed = self.committed.get(&piece.page);
                Arc::new(committed.map_or([0; STABLE_PAGE as usize], |page| **page))
            });
            Arc::make_mut(page)[piece.start..piece.start + piece.len].copy_from_slice(part);
            rest = tail;
        }
    }

    /// Makes the task's writes permanent.
    pub(crate) fn commit(&mut self) {
        // Not `append`, which goes through all that is committed.
        while let Some((page, content)) = self.written.pop_first() {
            self.committed.insert(page, content);
        }
        self.committed_wasm_pages = self.wasm_pages;
        self.forget_touched();
    }

    /// Drops the task's writes.
    pub(crate) fn rollback(&mut self) {
        self.written.clear();
        self.wasm_pages = self.committed_wasm_pages;
        self.forget_touched();
    }

    fn forget_touched(&mut self) {
        self.touched.clear();
        self.last_touched = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory_of(pages: u64) -> StableMemory {
        let mut memory = StableMemory::default();
        assert_eq!(memory.grow(pages, 100), Some(0));
        memory.commit();
        memory
    }

    fn read(memory: &StableMemory, offset: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0xaa; len];
        memory.read(offset, &mut bytes);
        bytes
    }

    #[test]
    fn a_write_across_pages_reads_back() {
        let mut memory = memory_of(1);
        assert_eq!(memory.pages_to_dirty(4_094, 4), 2);
        memory.write(4_094, &[1, 2, 3, 4]);
        assert_eq!(read(&memory, 4_093, 6), [0, 1, 2, 3, 4, 0]);
        assert_eq!(memory.pages_to_dirty(4_094, 4), 0);
        assert_eq!(memory.dirty_pages(), 2);
    }

    #[test]
    fn rollback_drops_writes_and_growth() {
        let mut memory = memory_of(1);
        memory.write(0, &[7]);
        memory.commit();
        memory.write(0, &[8]);
        assert_eq!(memory.grow(1, 100), Some(1));
        memory.rollback();
        assert_eq!(read(&memory, 0, 1), [7]);
        assert_eq!(memory.wasm_pages(), 1);
    }

    #[test]
    fn touched_pages_count_once_and_until_the_task_ends() {
        let mut memory = memory_of(1);
        assert!(memory.touch(0, 8_192, 2));
        assert!(memory.touch(4_000, 200, 2));
        assert!(!memory.touch(8_192, 1, 2));
        memory.commit();
        assert!(memory.touch(8_192, 1, 2));
        assert!(!memory.touch(0, 3 * 4_096, 2));
    }

    #[test]
    fn what_is_kept_grows_with_what_is_written() {
        let half_a_tebibyte = 500 << 14;
        let mut memory = StableMemory::default();
        assert_eq!(memory.grow(half_a_tebibyte, half_a_tebibyte), Some(0));
        for place in 0..10 {
            memory.write(place * (50 << 30), &[1, 2, 3]);
        }
        assert_eq!(memory.dirty_pages(), 10);
        memory.commit();
        assert_eq!(memory.committed.len(), 10);
        let mut image = memory.image();
        image.write(50 << 30, &[9]);
        assert_eq!((image.dirty_pages(), read(&memory, 50 << 30, 3)), (1, vec![1, 2, 3]));
        let shared = |page: &u64| Arc::ptr_eq(&memory.committed[page], &image.committed[page]);
        assert!(memory.committed.keys().all(shared));
    }

    #[test]
    fn growth_stops_at_the_limit() {
        let mut memory = memory_of(1);
        assert_eq!(memory.grow(100, 100), None);
        assert_eq!(memory.grow(u64::MAX, 100), None);
        assert!(!memory.contains(u64::MAX, 2));
    }
}

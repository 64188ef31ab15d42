//! The heap as System API functions see it: every access is noted where it costs something, and it
//! is written only after what is overwritten has been recorded.

use crate::pages::{Access, Pages};
use crate::rollback::UndoLog;
use std::cell::RefCell;
use std::ops::Range;

/// The heap during a call of a System API function.
#[derive(Debug)]
pub(crate) struct Heap<'a> {
    bytes: &'a mut [u8],
    undo: &'a mut UndoLog,
    /// Behind a cell, for what is read may be looked at in several places at once.
    pages: RefCell<&'a mut Pages>,
}

impl<'a> Heap<'a> {
    pub(crate) fn new(bytes: &'a mut [u8], undo: &'a mut UndoLog, pages: &'a mut Pages) -> Self {
        Heap { bytes, undo, pages: RefCell::new(pages) }
    }

    /// Bytes of the heap.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    fn note(&self, range: &Range<usize>, access: Access) {
        let range = range.start as u64..range.end as u64;
        self.pages.borrow_mut().touch_heap(&range, access);
    }

    /// The bytes of `range`; `None` if it is not all within the heap.
    pub(crate) fn read(&self, range: Range<usize>) -> Option<&[u8]> {
        let source = self.bytes.get(range.clone())?;
        self.note(&range, Access::Read);
        Some(source)
    }

    /// The bytes of `range`, to be written; `None` if it is not all within the heap.
    pub(crate) fn write(&mut self, range: Range<usize>) -> Option<&mut [u8]> {
        let target = self.bytes.get(range.clone())?;
        if !target.is_empty() {
            self.undo.record(self.bytes, range.clone());
            self.note(&range, Access::Write);
        }
        self.bytes.get_mut(range)
    }

    /// Notes an access to stable memory.
    pub(crate) fn note_stable(&mut self, offset: u64, len: u64, access: Access) {
        self.pages.get_mut().touch_stable(offset, len, access);
    }
}

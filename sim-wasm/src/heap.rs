//! The heap as System API functions see it: to be read at will, and written only after what is
//! overwritten has been recorded.

use crate::rollback::UndoLog;
use std::ops::{Deref, Range};

/// The heap during a call of a System API function.
#[derive(Debug)]
pub(crate) struct Heap<'a> {
    bytes: &'a mut [u8],
    undo: &'a mut UndoLog,
}

impl<'a> Heap<'a> {
    pub(crate) fn new(bytes: &'a mut [u8], undo: &'a mut UndoLog) -> Self {
        Heap { bytes, undo }
    }

    /// The bytes of `range`, to be written; `None` if it is not all within the heap.
    pub(crate) fn write(&mut self, range: Range<usize>) -> Option<&mut [u8]> {
        let target = self.bytes.get(range.clone())?;
        if !target.is_empty() {
            self.undo.record(self.bytes, range.clone());
        }
        self.bytes.get_mut(range)
    }
}

impl Deref for Heap<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

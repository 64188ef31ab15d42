//! Which pages of heap and stable memory a task has touched, where the network charges for that
//! (the deterministic memory tracker, `rs/memory_tracker`).
//!
//! Memory is tracked in pages of 64 KiB: a page costs when it is first accessed, and again when it
//! is first written. Rewritten code asks a memory of marks and calls [`ACCESS`] where the mark does
//! not show what it does; System API functions tell [`Pages`] themselves, so marks may lag behind.
//!
//! There is one mark for each granule, so that code need only look at the one of the last byte it
//! accesses: the first granule of a page is marked as its page and the page before it are, since an
//! access that ends there may have begun in that one.

use crate::block_set::BlockSet;
use crate::failure::{Interrupt, engine_error};
use crate::host::{Host, WASM_PAGE};
use crate::rollback::GRANULE;
use crate::transform::RESERVED;
use std::ops::Range;
use wasmi::errors::LinkerError;
use wasmi::{Caller, Error, Linker};

/// Import called before the heap is accessed where the mark is not set: takes the address, and the
/// number of bytes plus [`WRITES`] if it writes.
pub(crate) const ACCESS: &str = "access";
/// Import called before a range of the heap is accessed: takes its address and length, and
/// [`WRITES`] or zero.
pub(crate) const ACCESS_RANGE: &str = "access_range";
/// Says that an access writes.
pub(crate) const WRITES: i32 = 1 << 16;

/// The mark of a page that has been accessed.
const ACCESSED: u8 = 1;
/// The mark of a page that has been written as well: the only one above [`ACCESSED`].
const WRITTEN: u8 = 3;
/// Marks of a page.
pub(crate) const MARKS_IN_PAGE: usize = WASM_PAGE as usize / GRANULE;
/// Pages of 4 KiB in which changes are reported, in one that is tracked.
const PAGES_IN_PAGE: u64 = WASM_PAGE / 4_096;

/// Reading or writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// The pages of one memory.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    accessed: BlockSet,
    written: BlockSet,
    /// Those of `accessed`, in order of access.
    list: Vec<usize>,
    writes: u64,
}

/// The pages a range lies in.
fn pages(range: &Range<u64>) -> Range<usize> {
    let page = |at: u64| usize::try_from(at / WASM_PAGE).unwrap_or(usize::MAX);
    if range.is_empty() { 0..0 } else { page(range.start)..page(range.end - 1) + 1 }
}

impl Touched {
    /// Notes an access; how many charges fall due.
    fn touch(&mut self, range: &Range<u64>, access: Access) -> u64 {
        let mut charges = 0;
        for page in pages(range) {
            if !self.accessed.contains(page) {
                self.accessed.insert(page);
                self.list.push(page);
                charges += 1;
            }
            if access == Access::Write && !self.written.contains(page) {
                self.written.insert(page);
                self.writes += 1;
                charges += 1;
            }
        }
        charges
    }

    fn mark(&self, page: usize) -> u8 {
        match (self.accessed.contains(page), self.written.contains(page)) {
            (true, true) => WRITTEN,
            (true, false) => ACCESSED,
            (false, _) => 0,
        }
    }

    fn reset(&mut self) {
        for page in self.list.drain(..) {
            self.accessed.clear_near(page);
            self.written.clear_near(page);
        }
        self.writes = 0;
    }
}

/// What a task has touched.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// Charged for each page, zero where nothing is tracked.
    price: u64,
    /// Writes are charged apart. Queries leave nothing behind, so theirs are not.
    writes: bool,
    heap: Touched,
    stable: Touched,
    /// Pages of the heap that are marked.
    marked: Vec<usize>,
    /// Charges that a System API function has run up.
    due: u64,
}

impl Pages {
    /// Nothing touched yet; each 4 KiB of a page cost `price`.
    pub(crate) fn new(price: u64) -> Self {
        Pages { price: price.saturating_mul(PAGES_IN_PAGE), ..Pages::default() }
    }

    /// True if anything is charged.
    pub(crate) fn tracks(&self) -> bool {
        self.price > 0
    }

    /// The task that begins does or does not have its writes charged.
    pub(crate) fn charge_writes(&mut self, writes: bool) {
        self.writes = writes;
    }

    fn access(&self, access: Access) -> Access {
        if self.writes { access } else { Access::Read }
    }

    /// Notes an access to the heap. Instructions it costs.
    fn heap(&mut self, range: &Range<u64>, access: Access) -> u64 {
        self.heap.touch(range, self.access(access)).saturating_mul(self.price)
    }

    /// Notes an access to the heap by a System API function.
    pub(crate) fn touch_heap(&mut self, range: &Range<u64>, access: Access) {
        if self.tracks() {
            self.due += self.heap(range, access);
        }
    }

    /// Notes an access to stable memory.
    pub(crate) fn touch_stable(&mut self, offset: u64, len: u64, access: Access) {
        if self.tracks() {
            let range = offset..offset.saturating_add(len);
            self.due += self.stable.touch(&range, self.access(access)) * self.price;
        }
    }

    /// What System API functions have run up since the last time.
    pub(crate) fn take_due(&mut self) -> u64 {
        std::mem::take(&mut self.due)
    }

    /// Pages of 4 KiB that count as changed.
    pub(crate) fn dirty_pages(&self) -> u64 {
        (self.heap.writes + self.stable.writes) * PAGES_IN_PAGE
    }

    /// The mark of a page by itself. Without charges for writes, a page that was accessed may be
    /// written as well.
    fn mark(&self, page: usize) -> u8 {
        match self.heap.mark(page) {
            ACCESSED if !self.writes => WRITTEN,
            mark => mark,
        }
    }

    /// Marks `page` among `marks`. None if it has no marks.
    fn mark_page(&mut self, page: usize, marks: &mut [u8]) -> Option<()> {
        let first = page.checked_mul(MARKS_IN_PAGE)?;
        let [own_first, own @ ..] = marks.get_mut(first..first.checked_add(MARKS_IN_PAGE)?)? else {
            return None;
        };
        if own.first() == Some(&0) {
            self.marked.push(page);
        }
        let mark = self.mark(page);
        own.fill(mark);
        *own_first = page.checked_sub(1).map_or(mark, |before| mark.min(self.mark(before)));
        // The page after it may have waited for this one.
        if let Some([next_first, next, ..]) = marks.get_mut(first + MARKS_IN_PAGE..) {
            *next_first = mark.min(*next);
        }
        Some(())
    }

    /// Forgets everything. The pages whose marks are to be removed.
    pub(crate) fn reset(&mut self) -> Vec<usize> {
        self.heap.reset();
        self.stable.reset();
        std::mem::take(&mut self.marked)
    }
}

/// Notes an access of code to the heap and charges it. Like the network, it looks at what is left
/// only where the code itself does.
fn access(mut caller: Caller<'_, Host>, range: Range<u64>, access: Access) -> Result<(), Error> {
    let host = caller.data();
    let (Some(memory), Some(meter)) = (host.memory, host.meter) else { return Ok(()) };
    if range.end > memory.data_size(&caller) as u64 {
        // The access itself traps.
        return Ok(());
    }
    let cost = caller.data_mut().pages.heap(&range, access);
    if cost > 0 {
        let cost = i64::try_from(cost).unwrap_or(i64::MAX);
        let left = meter.left(&caller).saturating_sub(cost);
        let set = meter.set_left(&mut caller, left);
        set.map_err(|failure| Error::host(Interrupt::Fail(failure)))?;
    }
    mark(caller, &range).ok_or_else(|| Error::host(Interrupt::Fail(engine_error("no marks"))))
}

fn mark(mut caller: Caller<'_, Host>, range: &Range<u64>) -> Option<()> {
    let marks = caller.data().page_marks?;
    let (marks, host) = marks.data_and_store_mut(&mut caller);
    pages(range).try_for_each(|page| host.pages.mark_page(page, marks))
}

fn kind(flags: i32) -> Access {
    if flags & WRITES == 0 { Access::Read } else { Access::Write }
}

fn at(address: u64, len: u64) -> Range<u64> {
    address..address.saturating_add(len)
}

/// Defines the functions for both widths of addresses.
///
/// # Errors
/// A name is defined twice.
pub(crate) fn link(linker: &mut Linker<Host>) -> Result<(), LinkerError> {
    let wide = crate::barrier::wide;
    let len = |flags: i32| (flags & (WRITES - 1)) as u64;
    linker.func_wrap(
        RESERVED,
        ACCESS,
        move |caller: Caller<'_, Host>, from: u32, flags: i32| {
            access(caller, at(from.into(), len(flags)), kind(flags))
        },
    )?;
    linker.func_wrap(
        RESERVED,
        &wide(ACCESS),
        move |caller: Caller<'_, Host>, from: u64, flags: i32| {
            access(caller, at(from, len(flags)), kind(flags))
        },
    )?;
    linker.func_wrap(
        RESERVED,
        ACCESS_RANGE,
        |caller: Caller<'_, Host>, from: u32, len: u32, flags: i32| {
            access(caller, at(from.into(), len.into()), kind(flags))
        },
    )?;
    linker.func_wrap(
        RESERVED,
        &wide(ACCESS_RANGE),
        |caller: Caller<'_, Host>, from: u64, len: u64, flags: i32| {
            access(caller, at(from, len), kind(flags))
        },
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages_of(writes: bool) -> Pages {
        let mut pages = Pages::new(5_000);
        pages.charge_writes(writes);
        pages
    }

    #[test]
    fn a_page_costs_when_first_accessed_and_again_when_first_written() {
        let mut pages = pages_of(true);
        assert_eq!(pages.heap(&(0..8), Access::Read), 80_000);
        assert_eq!(pages.heap(&(100..108), Access::Read), 0);
        assert_eq!(pages.heap(&(4_096..4_104), Access::Write), 80_000);
        assert_eq!(pages.heap(&(65_535..65_537), Access::Write), 160_000);
        assert_eq!(pages.dirty_pages(), 32);
        assert!(pages.reset().is_empty());
        assert_eq!(pages.heap(&(0..1), Access::Write), 160_000);
    }

    #[test]
    fn writes_of_queries_cost_no_more_than_reads() {
        let mut pages = pages_of(false);
        assert_eq!(pages.heap(&(0..8), Access::Write), 80_000);
        assert_eq!(pages.heap(&(0..8), Access::Write), 0);
    }

    #[test]
    fn the_first_granule_of_a_page_is_marked_as_both_pages_it_may_be_reached_from() {
        let mut pages = pages_of(true);
        let mut marks = [0; 4 * MARKS_IN_PAGE];
        let mut touch = |pages: &mut Pages, page: u64, access| {
            let at = page * WASM_PAGE;
            pages.heap(&(at..at + 1), access);
            pages.mark_page(page as usize, &mut marks).expect("has marks");
            [0, 1, 2, 3].map(|page| [marks[page * MARKS_IN_PAGE], marks[page * MARKS_IN_PAGE + 1]])
        };
        assert_eq!(touch(&mut pages, 2, Access::Write)[2], [0, 3]);
        assert_eq!(touch(&mut pages, 1, Access::Read)[1..3], [[0, 1], [1, 3]]);
        assert_eq!(touch(&mut pages, 1, Access::Write)[1..], [[0, 3], [3, 3], [0, 0]]);
        assert_eq!(touch(&mut pages, 0, Access::Read)[..2], [[1, 1], [1, 3]]);
        assert_eq!(pages.reset(), [2, 1, 0]);
    }

    #[test]
    fn stable_memory_is_tracked_by_itself() {
        let mut pages = pages_of(true);
        pages.touch_heap(&(0..1), Access::Read);
        pages.touch_stable(0, 1, Access::Write);
        assert_eq!(pages.take_due(), 240_000);
        assert_eq!(pages.take_due(), 0);
        pages.touch_stable(0, 0, Access::Read);
        assert_eq!(pages.take_due(), 0);
    }
}

//! The interpreter's store behind an instance, with handles to everything it reaches.

use crate::block_set::BlockSet;
use crate::failure::{engine_error, violation};
use crate::host::Host;
use crate::image::{HeapImage, Memories};
use crate::meter::Meter;
use crate::pages::MARKS_IN_PAGE;
use crate::program::CompiledProgram;
use crate::rollback::marks;
use crate::stack::room;
use crate::transform::{COUNTER, MARKS, MEMORY, PAGE_MARKS, STACK, START, TABLE, global_name};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Failure, MemoryUse};
use sim_core::units::Bytes;
use wasmi::{Func, Global, Instance, Memory, Ref, Store, Table, Val};

/// A running module.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) store: Store<Host>,
    memory: Option<Memory>,
    table: Option<Table>,
    meter: Meter,
    /// What is left of the stack, if that is counted.
    stack: Option<Global>,
    globals: Vec<Global>,
    start: Option<Func>,
    /// The functions of `CompiledProgram::entries`, in its order.
    entries: Vec<Func>,
    /// Pages of the heap that committed tasks have changed.
    changed: BlockSet,
}

fn missing(name: &str) -> Failure {
    engine_error(format!("the rewritten module lacks {name}"))
}

impl Live {
    /// A fresh instance of `program`, with empty stable memory.
    ///
    /// # Errors
    /// The initial memory cannot be had, or an active segment lies outside of it.
    pub(crate) fn new(program: &CompiledProgram) -> Result<Self, Failure> {
        let mut store = Store::new(program.engine(), program.host());
        store.limiter(|host| host);
        let instance = program.linker().instantiate_and_start(&mut store, program.module());
        let instance = instance.map_err(|error| Failure {
            code: ErrorCode::CanisterInvalidWasm,
            message: format!("Wasm module could not be instantiated: {error}"),
        })?;
        Self::reach(program, store, instance)
    }

    fn reach(
        program: &CompiledProgram,
        mut store: Store<Host>,
        instance: Instance,
    ) -> Result<Self, Failure> {
        let global = |name: &str| instance.get_global(&store, name).ok_or_else(|| missing(name));
        let function = |name: &String| instance.get_func(&store, name).ok_or_else(|| missing(name));
        let meter = Meter { mode: program.mode(), global: global(COUNTER)? };
        let lasting = program.lasting_globals().iter();
        let globals =
            lasting.map(|index| global(&global_name(*index))).collect::<Result<_, _>>()?;
        let entries = program.entries().iter().map(function).collect::<Result<_, _>>()?;
        let memory = instance.get_memory(&store, MEMORY);
        let table = instance.get_table(&store, TABLE);
        let start = instance.get_func(&store, START);
        let stack = instance.get_global(&store, STACK);
        let heap = memory.map_or(0, |memory| memory.data_size(&store));
        store.data_mut().marks = instance.get_memory(&store, MARKS);
        store.data_mut().page_marks = instance.get_memory(&store, PAGE_MARKS);
        store.data_mut().memory = memory;
        store.data_mut().undo.reset(heap);
        store.data_mut().meter = Some(meter);
        let changed = BlockSet::default();
        Ok(Live { store, memory, table, meter, stack, globals, start, entries, changed })
    }

    /// An instance of `program` that goes on from `memories`, whose stable memory it takes.
    ///
    /// # Errors
    /// The memory cannot be had; `memories` is as it was.
    pub(crate) fn restore(
        program: &CompiledProgram,
        memories: &mut Memories,
        globals: &[Val],
    ) -> Result<Self, Failure> {
        let mut live = Self::new(program)?;
        live.grow_heap(memories.heap.len())?;
        if let Some(memory) = live.memory {
            memories.heap.write_to(memory.data_mut(&mut live.store));
        }
        memories.heap.pages().for_each(|page| live.changed.insert(page));
        live.restore_globals(globals)?;
        let host = live.store.data_mut();
        host.undo.reset(memories.heap.len());
        host.stable = std::mem::take(&mut memories.stable);
        Ok(live)
    }

    /// What is committed of the heap.
    pub(crate) fn heap_image(&self) -> HeapImage {
        let undo = &self.store.data().undo;
        let mut image = HeapImage::of(self.heap(), undo.committed(), self.changed.iter());
        for (run, before) in undo.pieces() {
            image.overlay(run.start, before);
        }
        image
    }

    /// What has to be kept of it, besides the globals, when no task is under way.
    pub(crate) fn into_memories(self) -> Memories {
        let heap = self.heap_image();
        Memories { heap, stable: self.store.into_data().stable }
    }

    /// The function exported as entry number `place`.
    pub(crate) fn entry(&self, place: usize) -> Option<Func> {
        self.entries.get(place).copied()
    }

    /// The `(start)` function.
    pub(crate) fn start(&self) -> Option<Func> {
        self.start
    }

    /// The function a closure names: it has to be in the table and take one `i32`.
    pub(crate) fn closure(&self, closure: Closure) -> Result<Func, Failure> {
        let found = self.table.and_then(|table| table.get(&self.store, closure.function));
        let Some(Ref::Func(found)) = found else {
            return Err(violation(format!("the table has no function {}", closure.function)));
        };
        let function = found.val().copied();
        function.ok_or_else(|| violation(format!("table entry {} is null", closure.function)))
    }

    /// The heap.
    pub(crate) fn heap(&self) -> &[u8] {
        self.memory.map_or(&[], |memory| memory.data(&self.store))
    }

    /// Bytes of heap and of stable memory.
    pub(crate) fn sizes(&self) -> MemoryUse {
        let stable = Bytes::new(self.store.data().stable.bytes());
        MemoryUse { heap: Bytes::of_len(self.heap().len()), stable }
    }

    /// Pages of the heap that the task has changed.
    pub(crate) fn dirty_pages(&mut self) -> u64 {
        let Some(memory) = self.memory else { return 0 };
        let (heap, host) = memory.data_and_store_mut(&mut self.store);
        host.undo.dirty_pages(heap).len() as u64
    }

    /// Makes the heap what it was before the task. False if it has grown, as it cannot shrink.
    pub(crate) fn undo_heap(&mut self) -> bool {
        let Some(memory) = self.memory else { return true };
        let (heap, host) = memory.data_and_store_mut(&mut self.store);
        host.undo.undo(heap);
        let committed = host.undo.committed();
        let grown = heap.len() > committed;
        self.forget(committed);
        !grown
    }

    /// Makes what the task did to the heap permanent.
    pub(crate) fn commit_heap(&mut self) {
        let Some(memory) = self.memory else { return };
        let (heap, host) = memory.data_and_store_mut(&mut self.store);
        host.undo.dirty_pages(heap).iter().for_each(|page| self.changed.insert(*page));
        let len = heap.len();
        self.forget(len);
    }

    /// Empties the log and the marks; the heap to come back to has `len` bytes.
    fn forget(&mut self, len: usize) {
        let host = self.store.data_mut();
        host.undo.reset(len);
        let touched = host.undo.take_touched();
        let Some(marks) = host.marks else {
            self.forget_pages();
            return;
        };
        let marks = marks.data_mut(&mut self.store);
        for granule in &touched {
            marks[*granule] = 0;
        }
        self.store.data_mut().undo.recycle(touched);
        self.forget_pages();
    }

    /// Nothing of heap and stable memory has been touched any more.
    fn forget_pages(&mut self) {
        let host = self.store.data_mut();
        let marked = host.pages.reset();
        let Some(marks) = host.page_marks else { return };
        let marks = marks.data_mut(&mut self.store);
        for page in marked {
            marks[page * MARKS_IN_PAGE..(page + 1) * MARKS_IN_PAGE].fill(0);
        }
    }

    /// Grows the heap to `len` bytes.
    fn grow_heap(&mut self, len: usize) -> Result<(), Failure> {
        let host = self.store.data();
        let (Some(memory), Some(marked)) = (host.memory, host.marks) else { return Ok(()) };
        let wanted = len.saturating_sub(memory.data_size(&self.store)) as u64;
        memory.grow(&mut self.store, wanted / crate::host::WASM_PAGE).map_err(engine_error)?;
        let wanted = marks(len).saturating_sub(marked.size(&self.store));
        marked.grow(&mut self.store, wanted).map_err(engine_error)?;
        let Some(marked) = self.store.data().page_marks else { return Ok(()) };
        let wanted = marks(len).saturating_sub(marked.size(&self.store));
        marked.grow(&mut self.store, wanted).map_err(engine_error)?;
        Ok(())
    }

    /// The instruction counter.
    pub(crate) fn counter(&self) -> i64 {
        self.meter.left(&self.store)
    }

    /// Sets the instruction counter.
    pub(crate) fn set_counter(&mut self, count: i64) -> Result<(), Failure> {
        self.meter.set_left(&mut self.store, count)
    }

    /// Leaves the whole stack to the function that is entered next.
    pub(crate) fn empty_stack(&mut self) -> Result<(), Failure> {
        let Some(stack) = self.stack else { return Ok(()) };
        let room = room(self.store.data().rules.limits.wasm_stack);
        stack.set(&mut self.store, Val::I32(room as i32)).map_err(engine_error)
    }

    /// The values of the mutable globals.
    pub(crate) fn globals(&self) -> Vec<Val> {
        self.globals.iter().map(|global| global.get(&self.store)).collect()
    }

    /// Copies the mutable globals into `saved`.
    pub(crate) fn save_globals(&self, saved: &mut Vec<Val>) {
        saved.clear();
        saved.extend(self.globals.iter().map(|global| global.get(&self.store)));
    }

    /// Sets the mutable globals to `saved`.
    pub(crate) fn restore_globals(&mut self, saved: &[Val]) -> Result<(), Failure> {
        for (global, value) in self.globals.iter().zip(saved) {
            global.set(&mut self.store, value.clone()).map_err(engine_error)?;
        }
        Ok(())
    }
}

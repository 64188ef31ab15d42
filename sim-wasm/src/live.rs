//! The interpreter's store behind an instance, with handles to everything it reaches.

use crate::failure::{engine_error, violation};
use crate::host::Host;
use crate::meter::Meter;
use crate::program::CompiledProgram;
use crate::rollback::marks;
use crate::transform::{COUNTER, MARKS, MEMORY, START, TABLE, global_name};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Failure};
use wasmi::{Func, Global, Instance, Memory, Ref, Store, Table, Val};

/// A running module.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) store: Store<Host>,
    memory: Option<Memory>,
    table: Option<Table>,
    meter: Meter,
    globals: Vec<Global>,
    start: Option<Func>,
    /// The functions of `CompiledProgram::entries`, in its order.
    entries: Vec<Func>,
}

fn missing(name: &str) -> Failure {
    engine_error(format!("the rewritten module lacks {name}"))
}

impl Live {
    /// A fresh instance of `program` for `host`.
    ///
    /// # Errors
    /// The initial memory cannot be had, or an active segment lies outside of it.
    pub(crate) fn new(program: &CompiledProgram, host: Host) -> Result<Self, Failure> {
        let mut store = Store::new(program.engine(), host);
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
        let heap = memory.map_or(0, |memory| memory.data_size(&store));
        store.data_mut().marks = instance.get_memory(&store, MARKS);
        store.data_mut().memory = memory;
        store.data_mut().undo.reset(heap);
        store.data_mut().meter = Some(meter);
        Ok(Live { store, memory, table, meter, globals, start, entries })
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

    /// Pages of the heap that the task has changed.
    pub(crate) fn dirty_pages(&self) -> u64 {
        self.store.data().undo.dirty_pages(self.heap())
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
        self.forget(self.heap().len());
    }

    /// Empties the log and the marks; the heap to come back to has `len` bytes.
    fn forget(&mut self, len: usize) {
        let host = self.store.data_mut();
        host.undo.reset(len);
        let touched = host.undo.take_touched();
        let Some(marks) = host.marks else { return };
        let marks = marks.data_mut(&mut self.store);
        for granule in &touched {
            marks[*granule] = 0;
        }
        self.store.data_mut().undo.recycle(touched);
    }

    /// Takes the committed heap of `other`, a former instance of the same program.
    pub(crate) fn take_heap(&mut self, other: &Live) -> Result<(), Failure> {
        let len = other.store.data().undo.committed();
        self.grow_heap(len)?;
        let Some(memory) = self.memory else { return Ok(()) };
        memory.data_mut(&mut self.store).copy_from_slice(&other.heap()[..len]);
        self.store.data_mut().undo.reset(len);
        Ok(())
    }

    /// Grows the heap to `len` bytes.
    fn grow_heap(&mut self, len: usize) -> Result<(), Failure> {
        let host = self.store.data();
        let (Some(memory), Some(marked)) = (host.memory, host.marks) else { return Ok(()) };
        let wanted = len.saturating_sub(memory.data_size(&self.store)) as u64;
        memory.grow(&mut self.store, wanted / crate::host::WASM_PAGE).map_err(engine_error)?;
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

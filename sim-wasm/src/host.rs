//! What a canister's host functions work on: the data of its store.

use crate::message::Message;
use crate::meter::Meter;
use crate::pages::Pages;
use crate::rollback::UndoLog;
use crate::rules::Rules;
use crate::stable::StableMemory;
use std::sync::Arc;
use wasmi::{Memory, ResourceLimiter};
use wasmi_core::LimiterError;

/// Bytes of a Wasm page.
pub(crate) const WASM_PAGE: u64 = 65_536;
/// Wasm pages a heap with 32-bit addresses may have at most: one fewer than they reach, so that an
/// address plus a small constant never wraps around into valid memory.
pub(crate) const MAX_HEAP_PAGES: u64 = 65_535;
/// Elements a table may have (`rs/embedders/src/wasmtime_embedder.rs`).
const MAX_TABLE_ELEMENTS: usize = 1_000_000;

/// The data of a canister's store.
#[derive(Debug)]
pub(crate) struct Host {
    /// What the profile says.
    pub(crate) rules: Arc<Rules>,
    /// The heap, if the module has one.
    pub(crate) memory: Option<Memory>,
    /// The marks of touched granules, if the module has a heap.
    pub(crate) marks: Option<Memory>,
    /// The heap as it was before the task.
    pub(crate) undo: UndoLog,
    /// The pages the task has touched, where that is charged.
    pub(crate) pages: Pages,
    /// Their marks, if the module has a heap and they are charged.
    pub(crate) page_marks: Option<Memory>,
    /// Where instructions are counted.
    pub(crate) meter: Option<Meter>,
    /// Instructions taken beyond the fuel there was.
    pub(crate) debt: i64,
    /// Stable memory.
    pub(crate) stable: StableMemory,
    /// Bytes the heap may have.
    heap_limit: usize,
    /// What grows is the memory of marks, which the network knows nothing of.
    pub(crate) marks_grow: bool,
    /// The task under way.
    pub(crate) message: Option<Message>,
}

impl Host {
    /// A host without task and with empty stable memory, for a module whose addresses have that
    /// width.
    pub(crate) fn new(rules: Arc<Rules>, wasm64: bool) -> Self {
        let heap = rules.heap_pages(wasm64) * WASM_PAGE;
        let heap_limit = usize::try_from(heap).unwrap_or(usize::MAX);
        let pages = Pages::new(rules.metering.touched_page.get());
        Host {
            rules,
            pages,
            page_marks: None,
            memory: None,
            marks: None,
            undo: UndoLog::default(),
            meter: None,
            debt: 0,
            stable: StableMemory::default(),
            heap_limit,
            marks_grow: false,
            message: None,
        }
    }
}

/// What memories and tables may grow to.
impl ResourceLimiter for Host {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> Result<bool, LimiterError> {
        if desired > self.heap_limit || maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        let message = self.message.as_mut().filter(|_| !self.marks_grow);
        let Some(message) = message else { return Ok(true) };
        let within_limit = message.check_wasm_memory(desired as u64);
        let grown = desired.saturating_sub(current) as u64;
        match within_limit.and_then(|()| message.allocate(grown)) {
            Ok(()) => Ok(true),
            Err(failure) => {
                // The interpreter's error has no room for it; the task's end finds it here.
                message.refused_growth = Some(failure);
                Err(LimiterError::ResourceLimiterDeniedAllocation)
            }
        }
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }

    // One instance lives in a store; validation limits what it has.

    fn instances(&self) -> usize {
        usize::MAX
    }

    fn tables(&self) -> usize {
        usize::MAX
    }

    fn memories(&self) -> usize {
        usize::MAX
    }
}

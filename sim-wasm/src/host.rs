//! What a canister's host functions work on: the data of its store.

use crate::message::Message;
use crate::meter::Meter;
use crate::rollback::UndoLog;
use crate::rules::Rules;
use crate::stable::StableMemory;
use std::sync::Arc;
use wasmi::{Memory, StoreLimits, StoreLimitsBuilder};

/// Bytes of a Wasm page.
pub(crate) const WASM_PAGE: u64 = 65_536;
/// Wasm pages a heap may have at most: one fewer than 32 bits address, so that an address plus a
/// small constant never wraps around into valid memory.
pub(crate) const MAX_HEAP_PAGES: u64 = 65_535;
/// Elements a table may have.
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
    /// Where instructions are counted.
    pub(crate) meter: Option<Meter>,
    /// Instructions taken beyond the fuel there was.
    pub(crate) debt: i64,
    /// Stable memory.
    pub(crate) stable: StableMemory,
    /// What `memory.grow` and `table.grow` may reach.
    pub(crate) growth: StoreLimits,
    /// The task under way.
    pub(crate) message: Option<Message>,
}

impl Host {
    /// A host without task and with empty stable memory.
    pub(crate) fn new(rules: Arc<Rules>) -> Self {
        let heap = usize::try_from(rules.heap_pages() * WASM_PAGE).unwrap_or(usize::MAX);
        let growth =
            StoreLimitsBuilder::new().memory_size(heap).table_elements(MAX_TABLE_ELEMENTS).build();
        Host {
            rules,
            memory: None,
            marks: None,
            undo: UndoLog::default(),
            meter: None,
            debt: 0,
            stable: StableMemory::default(),
            growth,
            message: None,
        }
    }
}

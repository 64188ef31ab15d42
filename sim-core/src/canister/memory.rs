//! The memory of a canister, and the balance that it has to keep for it.

use super::{Canister, Code, KnownThreshold};
use crate::fees::{FeeSchedule, IdleUse};
use crate::units::{Bytes, Cycles};
use std::sync::Arc;

impl Canister {
    /// All memory the canister pays for.
    pub(crate) fn memory(&self) -> Bytes {
        self.memory
    }

    /// Memory of its messages: room kept for guaranteed responses, and those that have come or have
    /// not left yet.
    pub(crate) fn message_memory(&self) -> Bytes {
        let Some(fees) = &self.fees else { return Bytes::ZERO };
        let (come, leaving) = (self.input.answers(), self.output.answers());
        let kept = self.calls.reserved_responses().saturating_sub(come.count);
        fees.reserved_response().saturating_mul(kept)
            + fees.queued_responses(come)
            + fees.queued_responses(leaving)
    }

    /// What it takes up by existing.
    pub(crate) fn idle_use(&self) -> IdleUse {
        IdleUse {
            memory: self.memory,
            messages: self.message_memory(),
            compute: self.compute_allocation,
        }
    }

    /// The balance below which the canister may not spend.
    pub(crate) fn freezing_threshold(&self) -> Cycles {
        self.threshold_for(self.idle_use())
    }

    /// Several checks of a message ask for the same threshold.
    fn threshold_for(&self, idle: IdleUse) -> Cycles {
        let Some(fees) = self.fees.as_deref() else { return Cycles::ZERO };
        let cause = (idle, self.freezing_seconds, self.account.reserved());
        if let Some(known) = self.threshold.get().filter(|known| known.cause == cause) {
            return known.threshold;
        }
        let (idle, seconds, reserved) = cause;
        let threshold = fees.freezing_threshold(idle, seconds, reserved);
        self.threshold.set(Some(KnownThreshold { cause, threshold }));
        threshold
    }

    /// Whether its code has 64-bit memory: instructions of that cost more.
    pub(crate) fn is_wasm64(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.program.is_wasm64())
    }

    /// The prices it pays: those of its code's width.
    pub(crate) fn prices<'a>(&self, fees: &'a Arc<FeeSchedule>) -> &'a Arc<FeeSchedule> {
        fees.of_width(self.is_wasm64())
    }

    /// Brings the memory it pays for, and what follows from it, up to date.
    pub(crate) fn measure(&mut self, fees: &Arc<FeeSchedule>) {
        self.memory = self.memory_usage().max(self.memory_allocation);
        if !self.fees.as_ref().is_some_and(|known| Arc::ptr_eq(known, fees)) {
            self.fees = Some(fees.clone());
            self.threshold.set(None);
        }
        self.hook = self.hook.measured(self.is_short_of_memory());
    }

    /// Memory it has allocated and does not use.
    pub(crate) fn spare_allocation(&self) -> Bytes {
        self.memory_allocation.saturating_sub(self.memory_usage())
    }

    /// Everything in use, whatever is allocated.
    pub(crate) fn memory_usage(&self) -> Bytes {
        self.execution_memory() + self.other_memory()
    }

    fn other_memory(&self) -> Bytes {
        self.history_memory() + self.chunks.memory() + self.snapshots.memory()
    }

    /// Whether less Wasm memory is left than its settings want.
    fn is_short_of_memory(&self) -> bool {
        let (limit, threshold) =
            (self.options.wasm_memory_limit, self.options.wasm_memory_threshold);
        let heap = self.code.as_ref().map_or(Bytes::ZERO, |code| code.instance.memory().heap);
        !threshold.is_zero() && !limit.is_zero() && limit.saturating_sub(heap) < threshold
    }

    /// Heap, stable memory and module.
    pub(crate) fn execution_memory(&self) -> Bytes {
        self.code.as_ref().map_or(Bytes::ZERO, Code::memory)
    }

    /// The memory it would pay for with other code.
    pub(crate) fn memory_with(&self, code: &Code) -> Bytes {
        (code.memory() + self.other_memory()).max(self.memory_allocation)
    }

    /// The freezing threshold it would have with `memory` in use.
    pub(crate) fn freezing_threshold_of(&self, memory: Bytes) -> Cycles {
        let memory = memory.max(self.memory_allocation);
        self.threshold_for(IdleUse { memory, ..self.idle_use() })
    }

    /// The freezing threshold it would have with other code and so many cycles reserved.
    pub(crate) fn freezing_threshold_with(
        &self,
        code: &Code,
        fees: &FeeSchedule,
        reserved: Cycles,
    ) -> Cycles {
        let idle = IdleUse { memory: self.memory_with(code), ..self.idle_use() };
        fees.freezing_threshold(idle, self.freezing_seconds, reserved)
    }

    /// The recorded changes of code and controllers.
    pub(crate) fn history_memory(&self) -> Bytes {
        self.history.memory()
    }
}

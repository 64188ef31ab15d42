//! The counter kept in a local while a function runs that has a loop.
//!
//! Reading and writing a global takes the interpreter several times as long as a local. So such a
//! function takes the counter into a local at its beginning, and puts it back wherever somebody
//! else may look at it: before calls, before what may trap, at its end. After a call it takes it
//! back.

use super::Added;
use super::immediates::{memarg, trapping};
use crate::segments::Segment;
use wasm_encoder::{BlockType, Function, InstructionSink};
use wasmparser::Operator;

/// The counter of one function.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalCounter {
    local: u32,
    /// The global may not say the same.
    ahead: bool,
}

impl LocalCounter {
    /// The counter is kept in `local`.
    pub(super) fn new(local: u32) -> Self {
        LocalCounter { local, ahead: false }
    }

    /// The beginning of the function.
    pub(super) fn enter(self, function: &mut Function, added: &Added) {
        self.take(&mut function.instructions(), added);
    }

    fn take(self, sink: &mut InstructionSink<'_>, added: &Added) {
        sink.global_get(added.counter).local_set(self.local);
    }

    fn put(self, sink: &mut InstructionSink<'_>, added: &Added) {
        sink.local_get(self.local).global_set(added.counter);
    }

    /// Charges a segment; checks the counter if the segment is re-entrant.
    pub(super) fn charge(&mut self, segment: Segment, function: &mut Function, added: &Added) {
        let mut sink = function.instructions();
        if segment.cost > 0 {
            let cost = i64::try_from(segment.cost).unwrap_or(i64::MAX);
            sink.local_get(self.local).i64_const(-cost).i64_add().local_set(self.local);
            self.ahead = true;
        }
        if segment.reentrant {
            sink.local_get(self.local).i64_const(0).i64_lt_s().if_(BlockType::Empty);
            self.put(&mut sink, added);
            sink.call(added.out_of_instructions());
            self.take(&mut sink, added);
            sink.end();
        }
    }

    /// What comes before `operator`, which is the `last` of the function or not.
    pub(super) fn before(
        &mut self,
        operator: &Operator<'_>,
        last: bool,
        function: &mut Function,
        added: &Added,
    ) {
        if self.ahead && (last || is_observed(operator)) {
            self.put(&mut function.instructions(), added);
            self.ahead = false;
        }
    }

    /// What comes after `operator`.
    pub(super) fn after(
        &mut self,
        operator: &Operator<'_>,
        function: &mut Function,
        added: &Added,
    ) {
        match operator {
            // Some way to here may have counted.
            Operator::Loop { .. } | Operator::Else | Operator::End => self.ahead = true,
            operator if is_call(operator) => self.take(&mut function.instructions(), added),
            _ => {}
        }
    }
}

/// True if others may count while `operator` is executed.
fn is_call(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Call { .. }
            | Operator::CallIndirect { .. }
            | Operator::MemoryGrow { .. }
            | Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
    )
}

/// True if the counter may be looked at while `operator` is executed: others may count, the function
/// may end, or there may be a trap.
fn is_observed(operator: &Operator<'_>) -> bool {
    let ends = matches!(
        operator,
        Operator::Unreachable
            | Operator::Return
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::TableGet { .. }
            | Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::DataDrop { .. }
            | Operator::ElemDrop { .. }
    );
    ends || is_call(operator) || memarg(operator).is_some() || trapping(operator).is_some()
}

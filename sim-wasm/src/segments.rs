//! Where instructions are counted, and how many
//! (`rs/embedders/src/wasm_utils/instrumentation.rs`, `InjectionPoint`).
//!
//! A segment is a run of operators with one entry; its whole cost is charged at its start. The
//! segments of a function body and of loops are re-entrant: only there the counter is compared
//! with zero.

use crate::operators::Weights;
use wasmparser::Operator;

/// A run of operators that is charged at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Number of the operator before which it starts.
    pub(crate) start: u32,
    /// Sum of the weights of its operators.
    pub(crate) cost: u64,
    /// The counter is checked at its start.
    pub(crate) reentrant: bool,
}

impl Segment {
    /// True if code is inserted for it.
    fn is_charged(&self) -> bool {
        self.reentrant || self.cost > 0
    }
}

/// The segments of one function body, and what else its price of compilation depends on.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    /// Those that get code, in order.
    pub(crate) charged: Vec<Segment>,
    /// Operators of the body, the final `end` included.
    pub(crate) operators: u32,
    /// Operators whose cost depends on an operand.
    pub(crate) dynamic: u32,
    /// `memory.grow` operators.
    pub(crate) grows: u32,
}

/// The length operand of these is charged on top of their weight.
pub(crate) fn is_dynamic(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::MemoryFill { .. }
            | Operator::MemoryCopy { .. }
            | Operator::MemoryInit { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
    )
}

/// A new segment starts after these; the value says whether it is re-entrant.
fn cuts_after(operator: &Operator<'_>) -> Option<bool> {
    match operator {
        Operator::Loop { .. } => Some(true),
        Operator::If { .. }
        | Operator::Else
        | Operator::End
        | Operator::Br { .. }
        | Operator::BrIf { .. }
        | Operator::BrTable { .. }
        | Operator::Return
        | Operator::Unreachable
        | Operator::ReturnCall { .. }
        | Operator::ReturnCallIndirect { .. } => Some(false),
        _ => None,
    }
}

impl Segments {
    /// The segments of a body of `operators`.
    pub(crate) fn of(operators: &[Operator<'_>], weights: &Weights) -> Self {
        let mut segments = Segments::default();
        // Entering a function costs one.
        let mut open = Segment { start: 0, cost: 1, reentrant: true };
        for operator in operators {
            segments.operators += 1;
            segments.dynamic += u32::from(is_dynamic(operator));
            segments.grows += u32::from(matches!(operator, Operator::MemoryGrow { .. }));
            open.cost += weights.of(operator);
            if let Some(reentrant) = cuts_after(operator) {
                segments.close(open);
                open = Segment { start: segments.operators, cost: 0, reentrant };
            }
        }
        segments
    }

    fn close(&mut self, segment: Segment) {
        if segment.is_charged() {
            self.charged.push(segment);
        }
    }
}

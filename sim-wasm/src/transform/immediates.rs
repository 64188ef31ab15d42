//! Which operands the interpreter may know when it compiles: it then decides branches and traps at
//! once, and leaves code out that the counting is placed in.
//!
//! Such operands are passed through a local where they would decide something; what comes from a
//! local is not known.

use super::arity::{arity, fixed_arity};
use super::plan::store;
use crate::facts::Facts;
use wasm_encoder::ValType;
use wasmparser::{MemArg, Operator};

/// What may be known of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Nothing.
    No,
    /// Perhaps all.
    Maybe,
    /// It is this.
    Is(u64),
}

/// The heap of a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heap {
    /// The type of addresses.
    pub(super) address: ValType,
    /// Bytes it has at least.
    pub(super) bytes: u64,
}

/// The operands on top of the stack. Those below may be known.
#[derive(Debug, Default)]
pub(super) struct Immediates(Vec<Known>);

macro_rules! find_memarg {
    (@one { $memarg:ident $($rest:ident)* } arity memarg $($arity:tt)*) => { Some(*$memarg) };
    (@one $($other:tt)*) => { None };
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        /// The immediate of an operator that loads or stores.
        pub(super) fn memarg(operator: &Operator<'_>) -> Option<MemArg> {
            match operator {
                $(Operator::$op $({ $($arg),* })? => {
                    $($(let _ = $arg;)*)?
                    find_memarg!(@one { $($($arg)*)? } $($ann)*)
                })*
                _ => None,
            }
        }
    };
}
wasmparser::for_each_operator!(find_memarg);

/// The type of the operand of a conversion that traps, or of the divisor.
pub(super) fn trapping(operator: &Operator<'_>) -> Option<(ValType, bool)> {
    use Operator as O;
    Some(match operator {
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => (ValType::I32, true),
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => (ValType::I64, true),
        O::I32TruncF32S | O::I32TruncF32U | O::I64TruncF32S | O::I64TruncF32U => {
            (ValType::F32, false)
        }
        O::I32TruncF64S | O::I32TruncF64U | O::I64TruncF64S | O::I64TruncF64U => {
            (ValType::F64, false)
        }
        _ => return None,
    })
}

impl Immediates {
    fn peek(&self, below: usize) -> Known {
        let at = self.0.len().checked_sub(below + 1);
        at.and_then(|at| self.0.get(at).copied()).unwrap_or(Known::Maybe)
    }

    /// The types of the operands to pass through locals before `operator`, the top one last.
    pub(super) fn hide(&self, operator: &Operator<'_>, heap: Heap) -> Vec<ValType> {
        if let Some(memarg) = memarg(operator) {
            return self.hide_address(operator, memarg, heap);
        }
        let (ty, divides) = match operator {
            Operator::If { .. } | Operator::BrIf { .. } | Operator::BrTable { .. } => {
                (ValType::I32, false)
            }
            operator => match trapping(operator) {
                Some(trapping) => trapping,
                None => return Vec::new(),
            },
        };
        let harmless = match self.peek(0) {
            Known::No => true,
            Known::Is(divisor) => divides && divisor != 0 && self.peek(1) == Known::No,
            Known::Maybe => false,
        };
        if harmless { Vec::new() } else { vec![ty] }
    }

    fn hide_address(&self, operator: &Operator<'_>, memarg: MemArg, heap: Heap) -> Vec<ValType> {
        let operands = fixed_arity(operator).map_or(1, |(operands, _)| operands);
        let harmless = match self.peek(operands as usize - 1) {
            Known::No => true,
            // The interpreter knows how large the heap can be at least and at most.
            Known::Is(at) => at.saturating_add(memarg.offset).saturating_add(16) <= heap.bytes,
            Known::Maybe => false,
        };
        if harmless {
            return Vec::new();
        }
        let value = store(operator).map_or(ValType::V128, |(value, ..)| value);
        if operands == 2 { vec![heap.address, value] } else { vec![heap.address] }
    }

    /// Reads one operator.
    pub(super) fn read(&mut self, operator: &Operator<'_>, facts: &Facts) {
        let Some((operands, results)) = arity(operator, facts) else {
            self.0.clear();
            return;
        };
        let taken: Vec<_> = (0..operands as usize).map(|below| self.peek(below)).collect();
        self.0.truncate(self.0.len().saturating_sub(operands as usize));
        let result = result(operator, &taken, facts);
        (0..results).for_each(|_| self.0.push(result));
    }

    /// Nothing is known of what lies where ways part or meet.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

fn result(operator: &Operator<'_>, taken: &[Known], facts: &Facts) -> Known {
    use Operator as O;
    match *operator {
        O::I32Const { value } => Known::Is(u64::from(value as u32)),
        O::I64Const { value } => Known::Is(value as u64),
        O::F32Const { .. } | O::F64Const { .. } | O::V128Const { .. } | O::RefNull { .. } => {
            Known::Maybe
        }
        O::GlobalGet { global_index } => {
            let global = facts.globals.get(global_index as usize);
            if global.is_some_and(|global| global.mutable) { Known::No } else { Known::Maybe }
        }
        O::LocalTee { .. } => taken.first().copied().unwrap_or(Known::Maybe),
        O::Call { .. } | O::CallIndirect { .. } => Known::No,
        O::Select | O::TypedSelect { .. } => {
            let known = taken.iter().skip(1).any(|operand| *operand != Known::No);
            if known { Known::Maybe } else { Known::No }
        }
        _ if memarg(operator).is_some() || taken.contains(&Known::No) || taken.is_empty() => {
            Known::No
        }
        _ => Known::Maybe,
    }
}

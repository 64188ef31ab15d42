//! Counting the stack: what is left of it stands in a global, which every function lowers by what it
//! takes and keeps in a local. After a call it is what that local says.

use super::Added;
use crate::facts::Facts;
use crate::stack::{CHARGING_FRAME, outgoing};
use wasm_encoder::{BlockType, Function};
use wasmparser::Operator;

/// The stack of one function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depth {
    /// Bytes it takes.
    pub(super) frame: u32,
    /// The local that keeps what is left below it.
    pub(super) left: u32,
}

impl Depth {
    /// Takes the function's frame; `refund` is what was charged before and has to be given back if
    /// there is no room for it.
    pub(super) fn enter(self, refund: u64, function: &mut Function, added: &Added) {
        let mut sink = function.instructions();
        sink.global_get(added.stack()).i32_const(self.frame as i32).i32_sub();
        sink.local_tee(self.left).global_set(added.stack());
        self.require(0, refund, function, added);
    }

    /// Ends the task if less than `bytes` are left.
    fn require(self, bytes: u32, refund: u64, function: &mut Function, added: &Added) {
        let mut sink = function.instructions();
        sink.block(BlockType::Empty);
        sink.local_get(self.left).i32_const(bytes as i32).i32_ge_s().br_if(0);
        sink.i32_const(refund.min(i32::MAX as u64) as i32).call(added.stack_overflow()).end();
    }

    /// What comes before `operator`.
    pub(super) fn before(
        self,
        operator: &Operator<'_>,
        function: &mut Function,
        added: &Added,
        facts: &Facts,
    ) {
        // A call takes room for its arguments, and one in tail position gives the frame back.
        let room = match operator {
            Operator::Call { function_index } => facts.function_type(*function_index),
            Operator::CallIndirect { type_index, .. } => facts.types.get(*type_index as usize),
            _ => None,
        };
        let change = match operator {
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => self.frame as i32,
            _ => -(room.map_or(0, outgoing) as i32),
        };
        if change != 0 {
            let mut sink = function.instructions();
            sink.local_get(self.left).i32_const(change).i32_add().global_set(added.stack());
        }
    }

    /// The function that charges for a bulk operation is about to be called.
    pub(super) fn charge(self, function: &mut Function, added: &Added) {
        self.require(CHARGING_FRAME, 0, function, added);
    }

    /// What comes after `operator`.
    pub(super) fn after(self, operator: &Operator<'_>, function: &mut Function, added: &Added) {
        let returns = match operator {
            Operator::Call { function_index } => *function_index >= added.first_defined,
            Operator::CallIndirect { .. } => true,
            _ => false,
        };
        if returns {
            function.instructions().local_get(self.left).global_set(added.stack());
        }
    }
}

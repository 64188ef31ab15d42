//! How much stack a module's functions take on a replica, whose stack is limited in bytes.
//!
//! A replica compiles a module with Cranelift, and what a function takes is what that compiler
//! needs to save registers and to spill values: a matter of its register allocation, for which
//! there is no formula. So the compiler of mid-2024 is asked itself. That takes long, about a
//! hundred times as long as preparing the module for the interpreter, so it is done only for
//! modules that were seen to nest calls deeply (see `instance`).
//!
//! A call whose arguments or results do not all fit into registers takes room for the others as well
//! while it lasts ([`outgoing`]).
//!
//! - `network`: the module as the network instruments it, since that is what it compiles.
//! - `compiler`: Cranelift, and what it says of frames.
//!
//! Without the crate's feature `stack-frames` every function is taken to have the smallest frame.

#[cfg(feature = "stack-frames")]
mod compiler;
pub(crate) mod network;

use crate::facts::Facts;
use crate::operators::Weights;
use sim_core::units::Bytes;
use wasmparser::{FuncType, ValType};

/// Bytes of the stack that are taken before the canister's function is entered: as recorded, between
/// 321 and 336.
const ENTRY_BYTES: u64 = 336;
/// What a function takes at least that does anything after a call: return address, frame pointer,
/// and one saved register, aligned.
const SMALLEST_FRAME: u32 = 32;
/// What the function takes that charges for bulk operations.
pub(crate) const CHARGING_FRAME: u32 = 32;

/// What a call of a function of type `ty` takes besides the frames of caller and callee: room for
/// arguments and results beyond those in registers (System V calling convention; two of the six
/// registers for integers are the callee's and the caller's instance).
pub(crate) fn outgoing(ty: &FuncType) -> u32 {
    let results = beyond(ty.results(), 2, 2);
    // Where results are in memory, their address is one more argument.
    let place = if results > 0 { 1 } else { 0 };
    let arguments = beyond_with(ty.params(), 4, 8, place);
    arguments + results
}

fn beyond(types: &[ValType], integers: usize, floats: usize) -> u32 {
    beyond_with(types, integers, floats, 0)
}

/// Bytes that values of `types` and then `more` integers take for which no register is left.
fn beyond_with(types: &[ValType], mut integers: usize, mut floats: usize, more: usize) -> u32 {
    let mut bytes = 0u32;
    let more = std::iter::repeat_n(&ValType::I64, more);
    for ty in types.iter().chain(more) {
        let float = matches!(ty, ValType::F32 | ValType::F64 | ValType::V128);
        let left = if float { &mut floats } else { &mut integers };
        let size = if *ty == ValType::V128 { 16 } else { 8 };
        match left.checked_sub(1) {
            Some(fewer) => *left = fewer,
            None => bytes = bytes.next_multiple_of(size) + size,
        }
    }
    bytes.next_multiple_of(16)
}

/// What every function that `module` defines takes, in bytes.
pub(crate) fn frames(module: &[u8], facts: &Facts, weights: &Weights) -> Vec<u32> {
    let defined = facts.functions.len() - facts.imported_functions as usize;
    let mut frames = compiled(module, facts, weights).unwrap_or_default();
    frames.resize(defined, SMALLEST_FRAME);
    frames
}

#[cfg(feature = "stack-frames")]
fn compiled(module: &[u8], facts: &Facts, weights: &Weights) -> Option<Vec<u32>> {
    let instrumented = network::instrument(module, facts, weights).ok()?;
    compiler::frames(&instrumented)
}

#[cfg(not(feature = "stack-frames"))]
fn compiled(_: &[u8], _: &Facts, _: &Weights) -> Option<Vec<u32>> {
    None
}

/// What is left to a canister's functions of a stack of `size`.
pub(crate) fn room(size: Bytes) -> u32 {
    u32::try_from(size.get().saturating_sub(ENTRY_BYTES)).unwrap_or(u32::MAX).min(i32::MAX as u32)
}

/// Calls that can be nested in a stack of `size` whatever the frames of a module in which up to
/// `functions` functions that count as one have at most `locals` locals and parameters together.
pub(crate) fn safe_depth(size: Bytes, locals: u32, functions: u32) -> usize {
    /// Registers saved, outgoing arguments, and values that are no locals.
    const BESIDES: u32 = 512;
    /// What a spilled local takes at most.
    const SPILLED: u32 = 16;
    let besides = functions.saturating_mul(BESIDES);
    (room(size) / locals.saturating_mul(SPILLED).saturating_add(besides)).max(1) as usize
}

/// Calls that are nested in a stack of `size` at most: each takes at least return address and frame
/// pointer.
pub(crate) fn greatest_depth(size: Bytes) -> usize {
    (room(size) / 16) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_into_registers_takes_no_room() {
        use ValType::{F64, I32, I64, V128};
        let room = |params: &[ValType], results: &[ValType]| {
            outgoing(&FuncType::new(params.to_vec(), results.to_vec()))
        };
        assert_eq!(room(&[I32, I64, I32, I64], &[I32, I64, F64, V128]), 0);
        assert_eq!(room(&[I32; 5], &[]), 16);
        assert_eq!(room(&[I32; 7], &[]), 32);
        assert_eq!(room(&[F64; 8], &[]), 0);
        assert_eq!(room(&[V128; 10], &[]), 32);
        assert_eq!(room(&[], &[F64; 3]), 16);
        // The address of the results is the fifth integer.
        assert_eq!(room(&[I32; 4], &[I64; 3]), 32);
    }
}

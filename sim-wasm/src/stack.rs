//! How much stack a module's functions take on a replica, whose stack is limited in bytes.
//!
//! A replica compiles a module with Cranelift, and what a function takes is what that compiler
//! needs to save registers and to spill values: a matter of its register allocation, for which
//! there is no formula. So the compiler of mid-2024 is asked itself. That takes long, about a
//! hundred times as long as preparing the module for the interpreter, so it is done only for
//! modules that were seen to nest calls deeply (see `instance`).
//!
//! - `network`: the module as the network instruments it, since that is what it compiles.
//! - `compiler`: Cranelift, and what it says of frames.
//!
//! Without the crate's feature `stack-frames` every function is taken to have the smallest frame.

#[cfg(feature = "stack-frames")]
mod compiler;
#[cfg(feature = "stack-frames")]
mod network;

use crate::facts::Facts;
use crate::operators::Weights;

/// Of the stack of 5 MiB (`MAX_WASM_STACK_SIZE`, `rs/embedders/src/wasm_utils/validation.rs`), what
/// is left to the canister's functions once it is entered: as recorded, between 5,242,528 and
/// 5,242,560 bytes.
pub(crate) const STACK_BYTES: u32 = 5_242_528;
/// What a function takes at least that calls another: return address, frame pointer, and one saved
/// register, aligned.
pub(crate) const SMALLEST_FRAME: u32 = 32;
/// What the function takes that charges for bulk operations.
pub(crate) const CHARGING_FRAME: u32 = 32;

/// What every function of a module takes, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StackFrames {
    /// By place among the functions the module defines.
    pub(crate) of_functions: Vec<u32>,
}

/// What functions of `module` take; `None` if that cannot be known.
#[cfg(feature = "stack-frames")]
pub(crate) fn frames(module: &[u8], facts: &Facts, weights: &Weights) -> Option<StackFrames> {
    let instrumented = network::instrument(module, facts, weights).ok()?;
    let mut of_functions = compiler::frames(&instrumented)?;
    of_functions.truncate(facts.functions.len() - facts.imported_functions as usize);
    Some(StackFrames { of_functions })
}

/// What functions of `module` take; `None` if that cannot be known.
#[cfg(not(feature = "stack-frames"))]
pub(crate) fn frames(_: &[u8], _: &Facts, _: &Weights) -> Option<StackFrames> {
    None
}

/// Calls that may be nested for certain before the stack is used up, whatever the frames' sizes:
/// only a module that nests deeper needs them.
pub(crate) fn safe_depth(most_locals: u32) -> u32 {
    /// Registers saved, outgoing arguments, and values that are no locals.
    const BESIDES: u32 = 512;
    /// A local that is spilled takes at most so much.
    const SPILLED: u32 = 16;
    STACK_BYTES / most_locals.saturating_mul(SPILLED).saturating_add(BESIDES)
}

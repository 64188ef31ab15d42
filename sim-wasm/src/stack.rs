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
use sim_core::units::Bytes;

/// Bytes of the stack that are taken before the canister's function is entered: as recorded, between
/// 321 and 336.
const ENTRY_BYTES: u64 = 336;
/// What a function takes at least that does anything after a call: return address, frame pointer,
/// and one saved register, aligned.
const SMALLEST_FRAME: u32 = 32;
/// What the function takes that charges for bulk operations.
pub(crate) const CHARGING_FRAME: u32 = 32;

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

/// Calls that can be nested in a stack of `size` whatever the frames of a module whose functions
/// have at most `locals` locals and parameters.
pub(crate) fn safe_depth(size: Bytes, locals: u32) -> usize {
    /// Registers saved, outgoing arguments, and values that are no locals.
    const BESIDES: u32 = 512;
    /// What a spilled local takes at most.
    const SPILLED: u32 = 16;
    (room(size) / locals.saturating_mul(SPILLED).saturating_add(BESIDES)).max(1) as usize
}

/// Calls that are nested in a stack of `size` at most: each takes at least return address and frame
/// pointer.
pub(crate) fn greatest_depth(size: Bytes) -> usize {
    (room(size) / 16) as usize + 1
}

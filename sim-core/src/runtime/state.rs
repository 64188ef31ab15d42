//! A canister's memories outside of an instance: what upgrades keep, and what snapshots are made of.

use crate::units::Bytes;
use std::sync::Arc;

/// Stable memory on its way from one instance to the next; its form is the runtime's own.
pub struct StableImage(pub Box<dyn std::any::Any + Send>);

/// A canister's memories at one moment: cheap to keep and to clone, its form is the runtime's own.
#[derive(Clone)]
pub struct StateImage(pub Arc<dyn std::any::Any + Send + Sync>);

/// Memories an instance is to begin with.
pub struct GivenState {
    /// The heap, in whole Wasm pages.
    pub heap: Vec<u8>,
    /// Stable memory.
    pub stable: StableSource,
    /// The mutable globals in order; without them, they are as the module says.
    pub globals: Option<Vec<GlobalValue>>,
}

/// Where stable memory comes from.
pub enum StableSource {
    /// Former code.
    Image(StableImage),
    /// Outside; in whole Wasm pages.
    Bytes(Vec<u8>),
}

/// The value of a global; floats as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalValue {
    /// 32 bits.
    I32(i32),
    /// 64 bits.
    I64(i64),
    /// A float of 32 bits.
    F32(u32),
    /// A float of 64 bits.
    F64(u64),
    /// 128 bits.
    V128(u128),
}

/// Sizes of a canister's memories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Wasm heap, in whole 64 KiB pages.
    pub heap: Bytes,
    /// Stable memory, in whole 64 KiB pages.
    pub stable: Bytes,
}

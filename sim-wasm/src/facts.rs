//! What a look through a module's sections tells, before its code is looked at.

use sim_core::runtime::Exports;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{FuncType, GlobalType, MemoryType, TableType};

/// Facts about one module.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Types, in order.
    pub(crate) types: Vec<FuncType>,
    /// Index of the type of every function, imported ones first.
    pub(crate) functions: Vec<u32>,
    /// Imported functions.
    pub(crate) imported_functions: u32,
    /// Modules and names of the imported functions.
    pub(crate) imports: Vec<(String, String)>,
    /// Memories.
    pub(crate) memories: Vec<MemoryType>,
    /// Tables.
    pub(crate) tables: Vec<TableType>,
    /// Globals.
    pub(crate) globals: Vec<GlobalType>,
    /// The `(start)` function.
    pub(crate) start: Option<u32>,
    /// Entry points.
    pub(crate) exports: Exports,
    /// Names of exported functions that the system enters.
    pub(crate) entry_names: BTreeSet<String>,
    /// Exported globals.
    pub(crate) exported_globals: u32,
    /// Of these, the ones that never change.
    pub(crate) exported_constants: u32,
    /// Custom sections `icp:public` and `icp:private`, by name without the prefix.
    pub(crate) metadata: BTreeMap<String, Box<[u8]>>,
    /// Names of those that only controllers may read.
    pub(crate) private_metadata: BTreeSet<String>,
    /// Bytes of the code section.
    pub(crate) code_bytes: u64,
}

impl Facts {
    /// True if memory addresses have 64 bits.
    pub(crate) fn is_wasm64(&self) -> bool {
        self.memories.first().is_some_and(|memory| memory.memory64)
    }

    /// The type of function `index`.
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        self.types.get(*self.functions.get(index as usize)? as usize)
    }

    /// Indices of the mutable globals: their values outlive a message.
    pub(crate) fn lasting_globals(&self) -> impl Iterator<Item = u32> + '_ {
        self.globals.iter().zip(0..).filter(|(global, _)| global.mutable).map(|(_, index)| index)
    }
}

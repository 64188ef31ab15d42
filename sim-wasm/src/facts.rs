//! What a look through a module's sections tells, before its code is looked at.

use sim_core::runtime::Exports;
use std::collections::{BTreeMap, BTreeSet};
use wasmi::Val;
use wasmparser::{FuncType, GlobalType, MemoryType, TableType};

/// A global whose value the network keeps with the canister.
#[derive(Clone, Debug)]
pub(crate) enum KeptGlobal {
    /// A mutable one, by its place among them.
    Lasting(usize),
    /// One that never changes.
    Constant(Val),
}

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
    /// Their initial values, where they are numbers.
    pub(crate) initial_values: Vec<Option<Val>>,
    /// The `(start)` function.
    pub(crate) start: Option<u32>,
    /// Entry points.
    pub(crate) exports: Exports,
    /// Names of exported functions that the system enters.
    pub(crate) entry_names: BTreeSet<String>,
    /// Indices of exported globals, one for each export.
    pub(crate) exported_globals: Vec<u32>,
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

    /// The globals whose values the network keeps with the canister: first the exported ones, then
    /// the other mutable ones, which its instrumentation exports.
    pub(crate) fn kept_globals(&self) -> Vec<KeptGlobal> {
        let exported: BTreeSet<u32> = self.exported_globals.iter().copied().collect();
        let hidden = self.lasting_globals().filter(|index| !exported.contains(index));
        let places: BTreeMap<u32, usize> = self.lasting_globals().zip(0..).collect();
        let kept = |index: u32| match places.get(&index) {
            Some(place) => Some(KeptGlobal::Lasting(*place)),
            None => self.initial_values.get(index as usize)?.clone().map(KeptGlobal::Constant),
        };
        self.exported_globals.iter().copied().chain(hidden).filter_map(kept).collect()
    }

    /// Indices of the mutable globals: their values outlive a message.
    pub(crate) fn lasting_globals(&self) -> impl Iterator<Item = u32> + '_ {
        self.globals.iter().zip(0..).filter(|(global, _)| global.mutable).map(|(_, index)| index)
    }
}

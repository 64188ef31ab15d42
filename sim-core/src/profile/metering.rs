//! What an instruction is: weights of Wasm operators, overheads of System API calls, memory charges.

use crate::units::Instructions;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Weights and charges that turn a run of Wasm into a count of instructions
/// (`rs/embedders/src/wasm_utils/instrumentation.rs` and
/// `rs/embedders/src/wasmtime_embedder/system_api_complexity.rs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metering {
    /// How the code counts.
    pub mode: MeteringMode,
    /// Weight of an operator that `operators` does not name.
    pub default_operator: u64,
    /// Weights by operator name in the Wasm text format, such as `i32.div_s`.
    pub operators: BTreeMap<String, u64>,
    /// Weights in modules with 64-bit memory, where they differ from `operators`.
    pub operators64: BTreeMap<String, u64>,
    /// Charged for every 4 KiB heap page whose content a message changed, after it ran.
    pub dirty_heap_page: Instructions,
    /// Likewise in modules with 64-bit memory.
    pub dirty_heap_page64: Instructions,
    /// Charged for every 4 KiB stable page on a message's first write to it.
    pub dirty_stable_page: Instructions,
    /// Charged for every 4 KiB page of heap and stable memory when a message first accesses the
    /// 64 KiB it lies in, and once more when it first writes there; at once, not in the end.
    pub touched_page: Instructions,
    /// Compilation, per operator of the instrumented module.
    pub compile_per_operator: Instructions,
    /// Compilation again, of a module the subnet compiled since its last checkpoint: divided by this.
    pub recompile_divisor: u64,
    /// Overheads of System API calls.
    pub system_api: SystemApiCosts,
}

/// How code counts its instructions. The first two come to the same totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeteringMode {
    /// In the interpreter's fuel, which is faster: it stops at the block of code that does not fit
    /// into what is left, up to some hundred instructions before it would on the network. Modules
    /// for which this cannot be made exact use a counter.
    #[default]
    Fuel,
    /// In a counter of its own, as on the network: it also stops where code on the network does.
    Counter,
    /// Not in the network's unit but in the interpreter's own: about one for each operator of a
    /// block that is entered, whether it is reached or not. Weights of operators do not count,
    /// overheads of the System API and charges for memory do. For experiments.
    Native,
}

impl Metering {
    /// The weight of the operator called `name` in the Wasm text format.
    pub fn operator(&self, name: &str) -> u64 {
        self.operators.get(name).copied().unwrap_or(self.default_operator)
    }

    /// The weight of the operator called `name` in a module with 64-bit memory.
    pub fn operator64(&self, name: &str) -> u64 {
        self.operators64.get(name).copied().unwrap_or_else(|| self.operator(name))
    }
}

/// Instructions a System API call costs beyond those of the `call` operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemApiCosts {
    /// Of a function that `functions` does not name.
    pub default_function: u64,
    /// By function name, without the module name `ic0`.
    pub functions: BTreeMap<String, u64>,
    /// Per byte copied to or from the canister.
    pub byte: u64,
    /// Per byte appended to a reply, reject or call (`BYTE_TRANSMISSION_COST_FACTOR`).
    pub transmitted_byte: u64,
    /// Per byte printed where the replica shows what canisters print.
    pub console_byte: u64,
    /// Per byte printed, on top of `transmitted_byte` for what still fits into the log.
    pub printed_byte: u64,
}

impl SystemApiCosts {
    /// The overhead of the System API function called `name`.
    pub fn function(&self, name: &str) -> u64 {
        self.functions.get(name).copied().unwrap_or(self.default_function)
    }
}

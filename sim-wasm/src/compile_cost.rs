//! What compiling a module costs: a price per operator of the instrumented module.
//!
//! The network's instrumentation is not ours, so its operators are counted by a closed form read
//! off `rs/embedders/src/wasm_utils/instrumentation.rs` (2024-06-06).

use crate::facts::Facts;
use crate::segments::Segments;
use sim_core::units::Instructions;

/// Operators of the two helper functions that are always added.
const HELPERS: u64 = 66;
/// Globals that are always added.
const ADDED_GLOBALS: u64 = 3;
/// Operators of a global's initial value.
const PER_GLOBAL: u64 = 2;
/// Operators added for a segment without a check.
const PLAIN: u64 = 4;
/// Operators added for a segment with a check.
const REENTRANT: u64 = 10;
/// Operators added for a bulk operation.
const DYNAMIC: u64 = 3;
/// Likewise with 64-bit memory, whose lengths need not be widened.
const DYNAMIC_64: u64 = 1;
/// Operators added for `memory.grow`.
const GROW: u64 = 3;

/// Operators of the body that replaces an imported stable-memory function.
const STABLE_BODIES: [(&str, u64); 8] = [
    ("stable_size", 10),
    ("stable64_size", 2),
    ("stable_grow", 24),
    ("stable64_grow", 21),
    ("stable_read", 106),
    ("stable64_read", 119),
    ("stable_write", 91),
    ("stable64_write", 107),
];

/// Counts the operators of a module function by function.
#[derive(Debug, Default)]
pub(crate) struct OperatorCount {
    count: u64,
    dynamic: u64,
}

impl OperatorCount {
    /// Adds one function body.
    pub(crate) fn add(&mut self, segments: &Segments) {
        let inserted = segments.charged.iter();
        let inserted = inserted.map(|segment| if segment.reentrant { REENTRANT } else { PLAIN });
        self.count += u64::from(segments.operators)
            + inserted.sum::<u64>()
            + u64::from(segments.grows) * GROW;
        self.dynamic += u64::from(segments.dynamic);
    }

    /// Instructions charged for compiling the whole module, at `price` an operator.
    pub(crate) fn cost(&self, facts: &Facts, price: Instructions) -> Instructions {
        let imported = |name: &str| facts.imports.iter().any(|(_, import)| import == name);
        let bodies = STABLE_BODIES.iter().filter(|(name, _)| imported(name));
        let globals = (facts.globals.len() as u64 + ADDED_GLOBALS) * PER_GLOBAL;
        let dynamic = self.dynamic * if facts.is_wasm64() { DYNAMIC_64 } else { DYNAMIC };
        let bodies: u64 = bodies.map(|(_, count)| count).sum();
        price.saturating_mul(self.count + dynamic + HELPERS + bodies + globals)
    }
}

//! The part of a profile that execution needs, resolved once so that nothing is looked up by name
//! while a message runs.

use crate::api::ApiCosts;
use crate::host::{MAX_HEAP_PAGES, WASM_PAGE};
use crate::operators::Weights;
use crate::validation::complexities;
use sim_core::profile::{Limits, Metering, Profile};
use sim_core::units::{Bytes, Instructions};

/// Everything execution takes from the profile.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Weights of Wasm operators.
    weights: Weights,
    /// Weights of Wasm operators in modules with 64-bit memory.
    weights64: Weights,
    /// Complexities of Wasm operators.
    pub(crate) complexities: Weights,
    /// Overheads of System API functions.
    pub(crate) api: ApiCosts,
    /// Limits of the network.
    pub(crate) limits: Limits,
    /// Bytes of debug output a canister's log keeps.
    pub(crate) log_bytes: Bytes,
    /// Charges that are not weights of operators.
    pub(crate) metering: Metering,
}

impl Rules {
    /// The rules of `profile`.
    pub(crate) fn new(profile: &Profile) -> Self {
        Rules {
            weights: Weights::new(&profile.metering),
            weights64: Weights::new64(&profile.metering),
            complexities: complexities(),
            api: ApiCosts::new(profile),
            limits: profile.limits.clone(),
            log_bytes: profile.management.log_bytes,
            metering: profile.metering.clone(),
        }
    }

    /// Weights of Wasm operators, by the width of the module's addresses.
    pub(crate) fn weights(&self, wasm64: bool) -> &Weights {
        if wasm64 { &self.weights64 } else { &self.weights }
    }

    /// Wasm pages a heap may have, by the width of its addresses.
    pub(crate) fn heap_pages(&self, wasm64: bool) -> u64 {
        match wasm64 {
            true => self.limits.heap64.get() / WASM_PAGE,
            false => (self.limits.heap.get() / WASM_PAGE).min(MAX_HEAP_PAGES),
        }
    }

    /// Charged for a heap page whose content changed, by the width of its addresses.
    pub(crate) fn dirty_heap_page(&self, wasm64: bool) -> Instructions {
        if wasm64 { self.metering.dirty_heap_page64 } else { self.metering.dirty_heap_page }
    }

    /// Wasm pages stable memory may have.
    pub(crate) fn stable_pages(&self) -> u64 {
        self.limits.stable_memory.get() / WASM_PAGE
    }
}

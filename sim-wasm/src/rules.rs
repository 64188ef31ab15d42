//! The part of a profile that execution needs, resolved once so that nothing is looked up by name
//! while a message runs.

use crate::api::ApiCosts;
use crate::host::{MAX_HEAP_PAGES, WASM_PAGE};
use crate::operators::Weights;
use sim_core::profile::{Limits, Metering, Profile};

/// Everything execution takes from the profile.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Weights of Wasm operators.
    pub(crate) weights: Weights,
    /// Overheads of System API functions.
    pub(crate) api: ApiCosts,
    /// Limits of the network.
    pub(crate) limits: Limits,
    /// Charges that are not weights of operators.
    pub(crate) metering: Metering,
}

impl Rules {
    /// The rules of `profile`.
    pub(crate) fn new(profile: &Profile) -> Self {
        Rules {
            weights: Weights::new(&profile.metering),
            api: ApiCosts::new(&profile.metering.system_api),
            limits: profile.limits.clone(),
            metering: profile.metering.clone(),
        }
    }

    /// Wasm pages a heap may have.
    pub(crate) fn heap_pages(&self) -> u64 {
        (self.limits.heap.get() / WASM_PAGE).min(MAX_HEAP_PAGES)
    }

    /// Wasm pages stable memory may have.
    pub(crate) fn stable_pages(&self) -> u64 {
        self.limits.stable_memory.get() / WASM_PAGE
    }
}

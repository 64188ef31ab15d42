//! Settings of a canister that decide what it may do and who may look at it.

use crate::management::settings::{Environment, Visibility};
use crate::profile::ManagementRules;
use crate::units::{Bytes, Cycles};
use ic_principal::Principal;

/// Settings beside controllers, allocations, and freezing threshold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Cycles a call from another canister has to carry.
    pub(crate) minimum_incoming_cycles: Cycles,
    pub(crate) log_visibility: Visibility,
    pub(crate) snapshot_visibility: Visibility,
    pub(crate) status_visibility: Visibility,
    /// Most bytes of heap that updates and installs may leave; none: no limit.
    pub(crate) wasm_memory_limit: Bytes,
    /// The hook for low memory runs when less than this is left; none: never.
    pub(crate) wasm_memory_threshold: Bytes,
    /// Bytes of the log that are kept.
    pub(crate) log_limit: Bytes,
    pub(crate) environment: Environment,
}

impl Options {
    /// Those of a new canister.
    pub(crate) fn new(rules: &ManagementRules) -> Self {
        Options {
            wasm_memory_limit: rules.default_wasm_memory_limit,
            log_limit: rules.log_bytes,
            ..Options::default()
        }
    }
}

/// Whether `who` may see what `visibility` is about.
pub(crate) fn may_see(visibility: &Visibility, who: &Principal, controllers: &[Principal]) -> bool {
    match visibility {
        Visibility::public => true,
        Visibility::controllers => controllers.contains(who),
        Visibility::allowed_viewers(viewers) => controllers.contains(who) || viewers.contains(who),
    }
}

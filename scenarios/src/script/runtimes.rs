//! Runtimes by profile, so that a module is compiled once for all cases that install it.

use crate::run::engine;
use sim_core::profile::Profile;
use sim_core::runtime::Runtime;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One runtime for each profile asked for.
#[derive(Default)]
pub struct Runtimes {
    by_profile: Mutex<BTreeMap<String, Arc<dyn Runtime>>>,
}

impl Runtimes {
    /// The runtime for `profile`.
    ///
    /// # Errors
    /// The interpreter does not work as it should on this machine.
    pub fn get(&self, profile: &Profile) -> Result<Arc<dyn Runtime>, String> {
        let key = serde_json::to_string(profile).map_err(|error| error.to_string())?;
        // The map is whole at any time, so a panic elsewhere has not damaged it.
        let mut known = self.by_profile.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = known.get(&key) {
            return Ok(runtime.clone());
        }
        let made = engine::runtime(profile).map_err(|error| error.to_string())?;
        let runtime: Arc<dyn Runtime> = Arc::from(made);
        known.insert(key, runtime.clone());
        Ok(runtime)
    }
}

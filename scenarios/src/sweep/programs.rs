//! Runtimes and modules that all runs of a sweep share: a module is compiled once for each profile.

use crate::resolve::BrokenRuntime;
use crate::run::engine;
use sim_core::profile::Profile;
use sim_core::runtime::{InvalidModule, Program, Runtime};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Profiles whose runtimes are kept. Sweeps over prices have many; each holds all modules compiled.
const KEPT: usize = 8;

/// Runtimes by profile.
#[derive(Default)]
pub struct Programs {
    runtimes: Mutex<Vec<(Profile, Shared)>>,
}

impl Programs {
    /// The runtime for a profile.
    ///
    /// # Errors
    /// The interpreter does not work as it should on this machine.
    pub fn runtime(&self, profile: &Profile) -> Result<Box<dyn Runtime>, BrokenRuntime> {
        // A panic elsewhere leaves the list as it was: it is changed in one step.
        let mut runtimes = self.runtimes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, runtime)) = runtimes.iter().find(|(known, _)| known == profile) {
            return Ok(Box::new(runtime.clone()));
        }
        let runtime =
            Shared { inner: Arc::from(engine::runtime(profile)?), compiled: Arc::default() };
        if runtimes.len() == KEPT {
            runtimes.remove(0);
        }
        runtimes.push((profile.clone(), runtime.clone()));
        Ok(Box::new(runtime))
    }
}

/// A runtime that compiles every module once.
#[derive(Clone)]
struct Shared {
    inner: Arc<dyn Runtime>,
    compiled: Arc<Mutex<BTreeMap<Vec<u8>, Compiled>>>,
}

type Compiled = Result<Arc<dyn Program>, InvalidModule>;

impl Runtime for Shared {
    fn compile(&self, module: &[u8]) -> Compiled {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(module) {
            return known.clone();
        }
        let result = self.inner.compile(module);
        compiled.insert(module.to_vec(), result.clone());
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_compiled_once_for_each_profile() {
        let programs = Programs::default();
        let module = b"\0asm\x01\0\0\0";
        let compile = |profile: &str| {
            let profile = Profile::named(profile).expect("a profile");
            let runtime = programs.runtime(&profile).expect("a runtime");
            runtime.compile(module).expect("an empty module is valid")
        };
        assert!(Arc::ptr_eq(&compile("2026-mid"), &compile("2026-mid")));
        assert!(!Arc::ptr_eq(&compile("2026-mid"), &compile("2024-06")));
    }
}

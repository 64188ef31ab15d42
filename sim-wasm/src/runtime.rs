//! The runtime: compiles modules, each only once.

use crate::canary::{self, BrokenInterpreter};
use crate::program::{CompiledProgram, SharedProgram, hash};
use crate::rules::Rules;
use sim_core::profile::Profile;
use sim_core::runtime::{InvalidModule, Program, Runtime};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Executes canisters on the `wasmi` interpreter, under the rules of one profile.
#[derive(Debug)]
pub struct WasmiRuntime {
    rules: Arc<Rules>,
    programs: Mutex<BTreeMap<[u8; 32], SharedProgram>>,
}

impl WasmiRuntime {
    /// A runtime for `profile`.
    ///
    /// # Errors
    /// The interpreter fails a check of what results depend on, such as canonical NaNs.
    pub fn new(profile: &Profile) -> Result<Self, BrokenInterpreter> {
        let rules = Arc::new(Rules::new(profile));
        canary::check(&rules)?;
        Ok(WasmiRuntime { rules, programs: Mutex::default() })
    }
}

impl Runtime for WasmiRuntime {
    fn compile(&self, module: &[u8]) -> Result<Arc<dyn Program>, InvalidModule> {
        let hash = hash(module);
        // The map is whole at any time, so a panic elsewhere has not damaged it.
        let mut programs = self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = programs.get(&hash) {
            return Ok(Arc::new(program.clone()));
        }
        let program = SharedProgram(Arc::new(CompiledProgram::new(module, self.rules.clone())?));
        programs.insert(hash, program.clone());
        Ok(Arc::new(program))
    }
}

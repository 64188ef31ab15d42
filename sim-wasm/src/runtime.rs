//! The runtime: compiles modules, each only once.

use crate::canary::{self, BrokenInterpreter};
use crate::pool::Pool;
use crate::program::{CompiledProgram, SharedProgram, hash};
use crate::rules::Rules;
use sim_core::profile::Profile;
use sim_core::runtime::{InvalidModule, Program, Runtime};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a runtime may take of the machine; never visible in results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Canisters that stay ready to run between messages. The others are kept as what their
    /// messages have changed, and made ready again when they are needed.
    pub live_instances: usize,
    /// Bytes of heap these may have together; one may always have what it needs.
    pub live_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { live_instances: 1_024, live_bytes: 4 << 30 }
    }
}

/// Executes canisters on the `wasmi` interpreter, under the rules of one profile.
#[derive(Debug)]
pub struct WasmiRuntime {
    rules: Arc<Rules>,
    pool: Arc<Pool>,
    programs: Mutex<BTreeMap<[u8; 32], SharedProgram>>,
}

impl WasmiRuntime {
    /// A runtime for `profile`, with the usual options.
    ///
    /// # Errors
    /// As for [`WasmiRuntime::with_options`].
    pub fn new(profile: &Profile) -> Result<Self, BrokenInterpreter> {
        Self::with_options(profile, Options::default())
    }

    /// A runtime for `profile`.
    ///
    /// # Errors
    /// The interpreter fails a check of what results depend on, such as canonical NaNs.
    pub fn with_options(profile: &Profile, options: Options) -> Result<Self, BrokenInterpreter> {
        canary::check()?;
        let rules = Arc::new(Rules::new(profile));
        let pool = Arc::new(Pool::new(options));
        Ok(WasmiRuntime { rules, pool, programs: Mutex::default() })
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
        let program = CompiledProgram::new(module, self.rules.clone())?;
        let program = SharedProgram::new(program, self.pool.clone());
        programs.insert(hash, program.clone());
        Ok(Arc::new(program))
    }
}

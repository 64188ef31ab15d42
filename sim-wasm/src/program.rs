//! A compiled module, shared by all canisters that run it.

use crate::api;
use crate::barrier;
use crate::facts::{Facts, KeptGlobal};
use crate::failure::{Interrupt, engine_error, limit_exceeded};
use crate::fuel;
use crate::host::Host;
use crate::image::CanisterImage;
use crate::instance::WasmInstance;
use crate::meter;
use crate::packed::unpack;
use crate::pages;
use crate::pool::Pool;
use crate::rules::Rules;
use crate::stable::StableMemory;
use crate::stack::{frames, greatest_depth, safe_depth};
use crate::transform::{OUT_OF_INSTRUCTIONS, RESERVED, Rewriting, transform};
use crate::validation::validate;
use sha2::{Digest, Sha256};
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{
    Exports, Failure, GivenState, Instance, InvalidModule, Program, StableImage, StateImage,
};
use sim_core::units::{Bytes, Instructions};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use wasmi::{Caller, CompilationMode, Config, Engine, Error, Linker, Module};

/// Bytes of the interpreter's stack. Large enough for the limit of nested calls to be the one that
/// binds, whatever the frames' sizes in ordinary code.
const STACK_BYTES: usize = 64 << 20;
/// The same for programs that count their stack.
const DEEP_STACK_BYTES: usize = 256 << 20;
/// Bytes a global counts for in the memory a module takes
/// (`rs/replicated_state/src/canister_state/execution_state.rs`).
const BYTES_PER_GLOBAL: u64 = 8;

/// The parts of a program that its instances share.
#[derive(Debug)]
pub(crate) struct CompiledProgram {
    rules: Arc<Rules>,
    wasm64: bool,
    engine: Engine,
    module: Module,
    linker: Linker<Host>,
    /// Exported names of the entry points; an instance knows them by their place here.
    entries: Vec<String>,
    /// Places of the update methods, by name.
    updates: BTreeMap<String, usize>,
    /// Places of the query methods, by name.
    queries: BTreeMap<String, usize>,
    /// Places of the composite query methods, by name.
    composite_queries: BTreeMap<String, usize>,
    lasting_globals: Vec<u32>,
    kept_globals: Vec<KeptGlobal>,
    /// The module, unpacked.
    source: Arc<[u8]>,
    /// The same program with its stack counted, once it is needed.
    deep: OnceLock<Option<Arc<CompiledProgram>>>,
    counts_stack: bool,
    rebuild: bool,
    mode: MeteringMode,
    exports: Exports,
    hash: [u8; 32],
    stored_size: Bytes,
    compile_cost: Instructions,
    metadata: BTreeMap<String, Box<[u8]>>,
    private_metadata: BTreeSet<String>,
    /// The module as given.
    binary: Arc<[u8]>,
}

/// What is known only of the module as it was given.
struct Origin {
    hash: [u8; 32],
    stored_size: Bytes,
    binary: Arc<[u8]>,
}

/// A handle that can make instances which share the program.
#[derive(Clone, Debug)]
pub(crate) struct SharedProgram {
    program: Arc<CompiledProgram>,
    pool: Arc<Pool>,
}

impl SharedProgram {
    /// A program whose instances are kept in `pool`.
    pub(crate) fn new(program: CompiledProgram, pool: Arc<Pool>) -> Self {
        SharedProgram { program: Arc::new(program), pool }
    }

    fn instance(&self, stable: StableMemory) -> Result<Box<dyn Instance>, Failure> {
        let (program, pool) = (self.program.clone(), self.pool.clone());
        Ok(Box::new(WasmInstance::new(program, pool, stable)?))
    }
}

/// The hash that names a module.
pub(crate) fn hash(module: &[u8]) -> [u8; 32] {
    Sha256::digest(module).into()
}

fn refused(error: impl std::fmt::Display) -> InvalidModule {
    let code = ErrorCode::CanisterWasmEngineError;
    InvalidModule { code, reasons: vec![error.to_string()] }
}

/// `largest`: locals and number of functions of what the interpreter takes for one at most, if the
/// program does not count its stack.
fn config(rules: &Rules, mode: MeteringMode, largest: Option<(u32, u32)>) -> Config {
    let size = rules.limits.wasm_stack;
    let (depth, stack) = match largest {
        Some((locals, functions)) => (safe_depth(size, locals, functions), STACK_BYTES),
        None => (greatest_depth(size), DEEP_STACK_BYTES),
    };
    let mut config = Config::default();
    config.compilation_mode(CompilationMode::Eager);
    config.set_max_recursion_depth(depth);
    config.set_max_stack_height(stack);
    // One byte of marks for each granule of heap, and no more.
    config.wasm_custom_page_sizes(true);
    match mode {
        MeteringMode::Counter => {}
        MeteringMode::Fuel => fuel::configure(&mut config),
        MeteringMode::Native => fuel::configure_native(&mut config),
    }
    config
}

/// Called where the counter is below zero.
fn out_of_instructions(mut caller: Caller<'_, Host>) -> Result<(), Error> {
    let interrupt = match caller.data_mut().message.as_mut() {
        None => Interrupt::Fail(engine_error("no task is under way")),
        Some(message) if message.budget.is_exhausted() => Interrupt::Fail(limit_exceeded()),
        Some(_) => Interrupt::Pause(Ok(None)),
    };
    Err(Error::host(interrupt))
}

fn linker(engine: &Engine, rules: &Rules, wasm64: bool) -> Result<Linker<Host>, InvalidModule> {
    let mut linker = Linker::new(engine);
    api::link(&mut linker, &rules.api, wasm64).map_err(refused)?;
    linker.func_wrap(RESERVED, OUT_OF_INSTRUCTIONS, out_of_instructions).map_err(refused)?;
    meter::link(&mut linker).map_err(refused)?;
    barrier::link(&mut linker).map_err(refused)?;
    pages::link(&mut linker).map_err(refused)?;
    Ok(linker)
}

fn stored_size(module: &[u8], facts: &Facts) -> Bytes {
    // A byte says whether a section is public.
    let custom: usize =
        facts.metadata.iter().map(|(name, content)| name.len() + content.len() + 1).sum();
    // One more is the instruction counter.
    let globals = 1 + facts.kept_globals().len() as u64;
    Bytes::of_len(module.len() + custom) + Bytes::new(globals * BYTES_PER_GLOBAL)
}

/// The methods whose exported names begin with `prefix`, with their places.
fn places(facts: &Facts, prefix: &str) -> BTreeMap<String, usize> {
    let methods = facts.entry_names.iter().zip(0..);
    let methods = methods.filter_map(|(name, place)| Some((name.strip_prefix(prefix)?, place)));
    methods.map(|(method, place)| (method.to_owned(), place)).collect()
}

impl CompiledProgram {
    /// Validates, rewrites and compiles `module`.
    pub(crate) fn new(module: &[u8], rules: Arc<Rules>) -> Result<Self, InvalidModule> {
        let unpacked = unpack(module, rules.limits.module)?;
        let facts = validate(&unpacked, &rules)?;
        let source: Arc<[u8]> = unpacked.into();
        let binary = if *source == *module { source.clone() } else { module.into() };
        let stored_size = stored_size(module, &facts);
        let origin = Origin { hash: hash(module), stored_size, binary };
        Self::build(source, origin, facts, rules, None)
    }

    /// The same program, with its stack counted; `None` if it counts already, or cannot.
    pub(crate) fn deep(&self) -> Option<Arc<Self>> {
        if self.counts_stack {
            return None;
        }
        let build = || {
            let facts = validate(&self.source, &self.rules).ok()?;
            let frames = frames(&self.source, &facts, self.rules.weights(self.wasm64));
            let binary = self.binary.clone();
            let origin = Origin { hash: self.hash, stored_size: self.stored_size, binary };
            let (source, rules) = (self.source.clone(), self.rules.clone());
            Self::build(source, origin, facts, rules, Some(&frames)).ok().map(Arc::new)
        };
        self.deep.get_or_init(build).clone()
    }

    fn build(
        source: Arc<[u8]>,
        origin: Origin,
        facts: Facts,
        rules: Arc<Rules>,
        frames: Option<&[u32]>,
    ) -> Result<Self, InvalidModule> {
        let wasm64 = facts.is_wasm64();
        let tracks_pages = rules.metering.touched_page > Instructions::ZERO;
        let rewriting = Rewriting { mode: rules.metering.mode, tracks_pages, frames };
        let transformed = transform(&source, &facts, rules.weights(wasm64), &rewriting);
        let transformed = transformed.map_err(refused)?;
        let largest = (transformed.most_locals, transformed.nested);
        let largest = frames.is_none().then_some(largest);
        let engine = Engine::new(&config(&rules, transformed.mode, largest));
        let compiled = Module::new(&engine, &transformed.binary).map_err(refused)?;
        let linker = linker(&engine, &rules, wasm64)?;
        let mut exports = facts.exports.clone();
        exports.start = facts.start.is_some();
        let price = rules.metering.compile_per_operator;
        Ok(CompiledProgram {
            compile_cost: transformed.operators.cost(&facts, price),
            wasm64,
            engine,
            module: compiled,
            linker,
            lasting_globals: facts.lasting_globals().collect(),
            kept_globals: facts.kept_globals(),
            source,
            deep: OnceLock::new(),
            counts_stack: frames.is_some(),
            rebuild: transformed.changes_tables,
            mode: transformed.mode,
            exports,
            hash: origin.hash,
            stored_size: origin.stored_size,
            updates: places(&facts, "canister_update "),
            queries: places(&facts, "canister_query "),
            composite_queries: places(&facts, "canister_composite_query "),
            entries: facts.entry_names.into_iter().collect(),
            metadata: facts.metadata,
            private_metadata: facts.private_metadata,
            binary: origin.binary,
            rules,
        })
    }

    pub(crate) fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// A host for an instance, without task and with empty stable memory.
    pub(crate) fn host(&self) -> Host {
        Host::new(self.rules.clone(), self.wasm64)
    }

    /// True if memory addresses have 64 bits.
    pub(crate) fn is_wasm64(&self) -> bool {
        self.wasm64
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn module(&self) -> &Module {
        &self.module
    }

    pub(crate) fn linker(&self) -> &Linker<Host> {
        &self.linker
    }

    /// Indices of the globals whose values outlive a message.
    pub(crate) fn lasting_globals(&self) -> &[u32] {
        &self.lasting_globals
    }

    /// The globals whose values the network keeps with the canister, in its order.
    pub(crate) fn kept_globals(&self) -> &[KeptGlobal] {
        &self.kept_globals
    }

    /// True if an instance can only serve one message: its tables or segments may have changed,
    /// and these start afresh with every message.
    pub(crate) fn rebuild_after_message(&self) -> bool {
        self.rebuild
    }

    /// How its code counts.
    pub(crate) fn mode(&self) -> MeteringMode {
        self.mode
    }

    /// SHA-256 of the module as given.
    pub(crate) fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// What the module exports to the system.
    pub(crate) fn exports(&self) -> &Exports {
        &self.exports
    }

    /// Memory the module itself takes.
    pub(crate) fn stored_size(&self) -> Bytes {
        self.stored_size
    }

    /// Instructions charged for compiling it.
    pub(crate) fn compile_cost(&self) -> Instructions {
        self.compile_cost
    }

    /// Names of the entry points, in order of place.
    pub(crate) fn entries(&self) -> &[String] {
        &self.entries
    }

    /// The place of the entry point exported as `name`.
    pub(crate) fn hook(&self, name: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.as_str().cmp(name)).ok()
    }

    /// The place of an update method.
    pub(crate) fn update(&self, method: &str) -> Option<usize> {
        self.updates.get(method).copied()
    }

    /// The place of a query method.
    pub(crate) fn query(&self, method: &str) -> Option<usize> {
        self.queries.get(method).copied()
    }

    /// The place of a composite query method.
    pub(crate) fn composite_query(&self, method: &str) -> Option<usize> {
        self.composite_queries.get(method).copied()
    }
}

impl Program for SharedProgram {
    fn exports(&self) -> &Exports {
        &self.program.exports
    }

    fn hash(&self) -> [u8; 32] {
        self.program.hash
    }

    fn stored_size(&self) -> Bytes {
        self.program.stored_size
    }

    fn compile_cost(&self) -> Instructions {
        self.program.compile_cost
    }

    fn is_wasm64(&self) -> bool {
        self.program.wasm64
    }

    fn metadata(&self, name: &str) -> Option<&[u8]> {
        self.program.metadata.get(name).map(AsRef::as_ref)
    }

    fn is_private(&self, name: &str) -> bool {
        self.program.private_metadata.contains(name)
    }

    fn binary(&self) -> &[u8] {
        &self.program.binary
    }

    fn instantiate_given(&self, state: GivenState) -> Result<Box<dyn Instance>, Failure> {
        let (program, pool) = (self.program.clone(), self.pool.clone());
        Ok(Box::new(WasmInstance::given(program, pool, state)?))
    }

    fn instantiate(&self) -> Result<Box<dyn Instance>, Failure> {
        self.instance(StableMemory::default())
    }

    fn instantiate_with(&self, stable: StableImage) -> Result<Box<dyn Instance>, Failure> {
        match stable.0.downcast::<StableMemory>() {
            Ok(stable) => self.instance(*stable),
            Err(_) => Err(engine_error("stable memory of another runtime")),
        }
    }

    fn restore(&self, image: &StateImage) -> Result<Box<dyn Instance>, Failure> {
        let Some(image) = image.0.downcast_ref::<CanisterImage>() else {
            return Err(engine_error("an image of another runtime"));
        };
        let (program, pool) = (self.program.clone(), self.pool.clone());
        Ok(Box::new(WasmInstance::restore(program, pool, image)?))
    }
}

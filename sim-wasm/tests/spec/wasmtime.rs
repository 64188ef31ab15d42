//! Random modules, executed here and by wasmtime as the network instruments them: the same results
//! and traps, the same globals and heap, and the same count of instructions.
//!
//! `ICSIM_RANDOM_MODULES` says how many are tried, `ICSIM_RANDOM_SEED` which is the first.

use crate::kit::{Canister, compile_under, profile_in, update, wat};
use arbitrary::Unstructured;
use sim_core::profile::{MeteringMode, Profile};
use sim_core::reject::ErrorCode;
use sim_core::units::Instructions;
use sim_wasm::inspection::instrumented;
use wasm_smith::Module;
use wasmtime::{Caller, Engine, Extern, Instance, Linker, OptLevel, Store, Trap, Val};

/// Instructions a method may use.
const LIMIT: u64 = 100_000;
const METHODS: [&str; 3] = ["a", "b", "c"];

/// What a method came to.
#[derive(Debug, PartialEq)]
struct Outcome {
    error: Option<ErrorCode>,
    instructions: u64,
    /// If it succeeded.
    globals: Vec<String>,
    heap: Vec<u8>,
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Bytes from a number, for the module to be made of (xorshift).
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..400).flat_map(|_| next()).collect()
}

fn module(seed: u64) -> Option<Vec<u8>> {
    let method = |name| format!(r#"(func (export "canister_update {name}"))"#);
    let exports = wat(&format!("(module {})", METHODS.map(method).concat()));
    let config = wasm_smith::Config { exports: Some(exports), ..crate::metering::config() };
    Some(Module::new(config, &mut Unstructured::new(&bytes(seed))).ok()?.to_bytes())
}

fn profile(mode: MeteringMode) -> Profile {
    let mut profile = profile_in("2026-mid", mode);
    // wasmtime has no notion of changed pages.
    profile.metering.dirty_heap_page = Instructions::ZERO;
    profile
}

fn here(module: &[u8], method: &str, mode: MeteringMode, slice: u64) -> Option<Outcome> {
    let profile = profile(mode);
    compile_under(&profile, module).ok()?.instantiate().ok()?;
    let mut canister = Canister::new(&profile, module).limited(LIMIT, slice);
    let (finished, slices) = canister.run_slices(update(method, b""));
    assert_eq!(slices.iter().sum::<u64>(), finished.instructions.get());
    let error = finished.outcome.err().map(|failure| failure.code);
    let len = canister.instance.memory().heap.get();
    let heap = canister.instance.read_heap(0, len).unwrap_or_default();
    let globals = canister.instance.globals();
    let instructions = finished.instructions.get();
    Some(Outcome { error, instructions, globals, heap }.without_state_if_failed())
}

impl Outcome {
    fn without_state_if_failed(mut self) -> Self {
        if self.error.is_some() {
            self.globals.clear();
            self.heap.clear();
        }
        self
    }
}

fn engine() -> Engine {
    let mut config = wasmtime::Config::new();
    config.cranelift_nan_canonicalization(true).cranelift_opt_level(OptLevel::None);
    config.wasm_multi_memory(true).wasm_memory64(true).wasm_tail_call(true);
    Engine::new(&config).expect("is supported")
}

/// The functions an instrumented module imports.
fn imports(engine: &Engine) -> Linker<()> {
    let mut linker = Linker::new(engine);
    let stop = |_: Caller<'_, ()>| -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg("no instructions are left"))
    };
    linker.func_wrap("__", "0", stop).expect("is new");
    linker.func_wrap("__", "1", |former: i32, _: i32| former).expect("is new");
    linker.func_wrap("__", "2", |former: i64, _: i64, _: i32| former).expect("is new");
    linker.func_wrap("__", "3", |_: i32| {}).expect("is new");
    linker.func_wrap("__", "4", |_: i64, _: i64, _: i64| {}).expect("is new");
    linker
}

/// What `method` comes to; `None` if the stack is used up, which is not the same here, or the module
/// cannot be instantiated.
fn there(engine: &Engine, module: &[u8], method: &str) -> Option<Outcome> {
    let binary = instrumented(module, &profile(MeteringMode::Counter)).ok()?;
    let compiled = wasmtime::Module::new(engine, &binary).expect("is valid");
    let mut store = Store::new(engine, ());
    let instance = imports(engine).instantiate(&mut store, &compiled).ok()?;
    let counter = instance.get_global(&mut store, "icsim:counter").expect("counts");
    counter.set(&mut store, Val::I64(LIMIT as i64)).expect("is mutable");
    let name = format!("canister_update {method}");
    let function = instance.get_typed_func::<(), ()>(&mut store, &name).expect("is exported");
    let error = match function.call(&mut store, ()) {
        Ok(()) => None,
        Err(error) => match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => return None,
            Some(Trap::BadSignature) => Some(ErrorCode::CanisterContractViolation),
            Some(_) => Some(ErrorCode::CanisterTrapped),
            None => Some(ErrorCode::CanisterInstructionLimitExceeded),
        },
    };
    let left = counter.get(&mut store).unwrap_i64();
    let instructions = u64::try_from(LIMIT as i64 - left).unwrap_or(0);
    let globals = globals(&instance, &mut store);
    let memory = instance.get_memory(&mut store, "icsim:memory");
    let heap = memory.map_or(Vec::new(), |memory| memory.data(&store).to_vec());
    Some(Outcome { error, instructions, globals, heap }.without_state_if_failed())
}

/// The values of mutable globals, as recordings write them.
fn globals(instance: &Instance, store: &mut Store<()>) -> Vec<String> {
    let mut values = Vec::new();
    for number in 0.. {
        let name = format!("icsim:global {number}");
        let Some(export) = instance.get_export(&mut *store, &name) else { break };
        let Extern::Global(global) = export else { continue };
        if global.ty(&*store).mutability() == wasmtime::Mutability::Var {
            values.push(match global.get(&mut *store) {
                Val::I32(number) => format!("I32({number})"),
                Val::I64(number) => format!("I64({number})"),
                Val::F32(bits) => format!("F32({:?})", f32::from_bits(bits)),
                Val::F64(bits) => format!("F64({:?})", f64::from_bits(bits)),
                Val::V128(number) => format!("V128({})", number.as_u128()),
                other => format!("{other:?}"),
            });
        }
    }
    values
}

#[test]
fn random_modules_do_the_same_as_in_wasmtime() {
    let engine = engine();
    let first = from_environment("ICSIM_RANDOM_SEED", 1);
    let mut compared = 0;
    for seed in first..first + from_environment("ICSIM_RANDOM_MODULES", 150) {
        let Some(module) = module(seed) else { continue };
        for method in METHODS {
            let Some(expected) = there(&engine, &module, method) else { continue };
            if expected.instructions >= LIMIT {
                // How far past its limit a task may come is not the same in fuel.
                continue;
            }
            for mode in [MeteringMode::Counter, MeteringMode::Fuel] {
                for slice in [LIMIT, 1_000 + seed % 997] {
                    let found = here(&module, method, mode, slice).expect("runs in wasmtime");
                    assert_eq!(found, expected, "seed {seed}, {method}, {mode:?}, {slice}");
                }
            }
            compared += 1;
        }
    }
    assert!(compared > 0, "nothing was compared");
}

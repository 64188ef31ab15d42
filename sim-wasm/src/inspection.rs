//! A look at a module from outside: what it is made of, and whether the network would take it.

use crate::api::signature;
use crate::facts::Facts;
use crate::packed::unpack;
use crate::program::{CompiledProgram, hash};
use crate::rules::Rules;
use crate::validation::{features, validate};
use sim_core::profile::Profile;
use sim_core::runtime::{Exports, InvalidModule};
use sim_core::units::{Bytes, Instructions};
use std::sync::Arc;
use wasmparser::{ValType, Validator, WasmFeatures};

/// What there is to say about a module.
#[derive(Debug)]
pub struct Inspection {
    /// Bytes of the module as given.
    pub size: Bytes,
    /// Bytes it has unpacked, if it is packed.
    pub unpacked: Option<Bytes>,
    /// SHA-256 of the module as given.
    pub hash: [u8; 32],
    /// Its parts, or every reason to refuse it.
    pub parts: Result<Parts, InvalidModule>,
}

/// What an accepted module is made of.
#[derive(Debug)]
pub struct Parts {
    /// Its entry points.
    pub exports: Exports,
    /// Names of the System API functions it imports, in its order.
    pub imports: Vec<String>,
    /// Extensions of WebAssembly 1.0 it uses.
    pub features: Vec<&'static str>,
    /// Its memory, if it has one.
    pub memory: Option<MemoryShape>,
    /// Functions it defines.
    pub functions: u64,
    /// Globals it defines.
    pub globals: u64,
    /// Names of its metadata sections with their lengths.
    pub metadata: Vec<(String, Bytes)>,
    /// Instructions charged for compiling it.
    pub compile_cost: Instructions,
    /// Memory the module itself takes.
    pub stored_size: Bytes,
}

/// The memory a module declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryShape {
    /// Addresses have 64 bits.
    pub wasm64: bool,
    /// Pages of 64 KiB at first.
    pub initial: u64,
    /// Pages it may grow to, by its own declaration.
    pub maximum: Option<u64>,
}

/// Extensions by name.
const FEATURES: [(&str, WasmFeatures); 9] = [
    ("mutable globals", WasmFeatures::MUTABLE_GLOBAL),
    ("sign extension", WasmFeatures::SIGN_EXTENSION),
    ("saturating conversions", WasmFeatures::SATURATING_FLOAT_TO_INT),
    ("multiple values", WasmFeatures::MULTI_VALUE),
    ("bulk memory", WasmFeatures::BULK_MEMORY),
    ("reference types", WasmFeatures::REFERENCE_TYPES),
    ("SIMD", WasmFeatures::SIMD),
    ("tail calls", WasmFeatures::TAIL_CALL),
    ("64-bit memory", WasmFeatures::MEMORY64),
];

/// Looks at `module`, binary Wasm, plain or packed by gzip, with the eyes of `profile`.
pub fn inspect(module: &[u8], profile: &Profile) -> Inspection {
    let rules = Arc::new(Rules::new(profile));
    let unpacked = unpack(module, rules.limits.module);
    Inspection {
        size: Bytes::of_len(module.len()),
        unpacked: match &unpacked {
            Ok(unpacked) if unpacked.len() != module.len() => Some(Bytes::of_len(unpacked.len())),
            _ => None,
        },
        hash: hash(module),
        parts: unpacked.and_then(|unpacked| parts(module, &unpacked, rules)),
    }
}

fn parts(module: &[u8], unpacked: &[u8], rules: Arc<Rules>) -> Result<Parts, InvalidModule> {
    let facts = validate(unpacked, &rules)?;
    let features = used_features(unpacked, features(&rules.limits));
    let program = CompiledProgram::new(module, rules)?;
    Ok(Parts {
        exports: program.exports().clone(),
        features,
        memory: facts.memories.first().map(|memory| MemoryShape {
            wasm64: memory.memory64,
            initial: memory.initial,
            maximum: memory.maximum,
        }),
        functions: facts.functions.len() as u64 - u64::from(facts.imported_functions),
        globals: facts.globals.len() as u64,
        metadata: metadata(&facts),
        compile_cost: program.compile_cost(),
        stored_size: program.stored_size(),
        imports: facts.imports.into_iter().map(|(_, name)| name).collect(),
    })
}

/// Types of the parameters and results of a System API function, as the text format names them, in
/// modules whose addresses have that width; `None` if there is no such function for them.
pub fn system_api_type(name: &str, wasm64: bool) -> Option<(Vec<&'static str>, Vec<&'static str>)> {
    let signature = signature(name).filter(|signature| signature.exists(wasm64))?;
    let name = |ty: ValType| if ty == ValType::I64 { "i64" } else { "i32" };
    let (params, results) = signature.types(wasm64);
    Some((params.into_iter().map(name).collect(), results.into_iter().map(name).collect()))
}

/// A module uses an extension if it is not valid without it.
fn used_features(module: &[u8], accepted: WasmFeatures) -> Vec<&'static str> {
    let valid_without = |feature| {
        let mut validator = Validator::new_with_features(accepted.difference(feature));
        validator.validate_all(module).is_ok()
    };
    let used = FEATURES.iter().filter(|(_, feature)| !valid_without(*feature));
    used.map(|(name, _)| *name).collect()
}

fn metadata(facts: &Facts) -> Vec<(String, Bytes)> {
    let sections = facts.metadata.iter();
    sections.map(|(name, content)| (name.clone(), Bytes::of_len(content.len()))).collect()
}

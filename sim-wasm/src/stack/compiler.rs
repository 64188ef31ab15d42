//! Asks Cranelift for the frames of a module's functions, set up as a replica sets it up
//! (`wasmtime_validation_config`, `rs/embedders/src/wasm_utils/validation.rs`).
//!
//! The target is always the processor of the network's nodes, so the answer is the same wherever
//! this runs. The machine code is looked at and thrown away.

use std::any::Any;
use target_lexicon::{Architecture, BinaryFormat, Environment, OperatingSystem, Triple, Vendor};
use wasmparser_202::{Parser, Validator, WasmFeatures};
use wasmtime_environ::object::write::SymbolSection;
use wasmtime_environ::{
    Compiler, DefinedFuncIndex, FunctionBodyData, ModuleEnvironment, ModuleTranslation,
    ModuleTypesBuilder, ObjectKind, PrimaryMap, RelocationTarget, Tunables,
};

/// What the processors of the network's nodes have.
const PROCESSOR: [&str; 11] = [
    "has_sse3",
    "has_ssse3",
    "has_sse41",
    "has_sse42",
    "has_avx",
    "has_avx2",
    "has_fma",
    "has_popcnt",
    "has_lzcnt",
    "has_bmi1",
    "has_bmi2",
];
/// Return address and saved frame pointer.
const SETUP: u32 = 16;
/// Bytes of the instructions that save and set the frame pointer.
const ENTRY: [u8; 4] = [0x55, 0x48, 0x89, 0xe5];
/// The stack pointer is lowered within so many bytes of the beginning, if it is at all.
const PROLOGUE: usize = 80;

fn target() -> Triple {
    Triple {
        architecture: Architecture::X86_64,
        vendor: Vendor::Unknown,
        operating_system: OperatingSystem::Linux,
        environment: Environment::Gnu,
        binary_format: BinaryFormat::Elf,
    }
}

fn tunables() -> Tunables {
    Tunables {
        // As much as stable memory may have, so that no access needs a check of its bounds.
        static_memory_bound: (400 << 30) >> 16,
        generate_address_map: false,
        parse_wasm_debuginfo: false,
        ..Tunables::default_u64()
    }
}

fn compiler() -> Option<Box<dyn Compiler>> {
    let mut builder = wasmtime_cranelift::builder(Some(target())).ok()?;
    builder.set_tunables(tunables()).ok()?;
    builder.set("opt_level", "none").ok()?;
    builder.enable("enable_nan_canonicalization").ok()?;
    for feature in PROCESSOR {
        builder.enable(feature).ok()?;
    }
    builder.build().ok()
}

/// The frames of all functions that `module` defines, in order.
pub(super) fn frames(module: &[u8]) -> Option<Vec<u32>> {
    let compiler = compiler()?;
    let tunables = tunables();
    let features = WasmFeatures { memory64: true, ..WasmFeatures::default() };
    let mut validator = Validator::new_with_features(features);
    let mut types = ModuleTypesBuilder::default();
    let environment = ModuleEnvironment::new(&tunables, &mut validator, &mut types);
    let mut translation = environment.translate(Parser::new(0), module).ok()?;
    let bodies = std::mem::take(&mut translation.function_body_inputs);
    let functions = compile(&*compiler, &translation, bodies, &types)?;
    let imported = translation.module.num_imported_funcs;
    link(&*compiler, &functions, imported)
}

type Compiled = (String, Box<dyn Any + Send>);

fn compile(
    compiler: &dyn Compiler,
    translation: &ModuleTranslation<'_>,
    bodies: PrimaryMap<DefinedFuncIndex, FunctionBodyData<'_>>,
    types: &ModuleTypesBuilder,
) -> Option<Vec<Compiled>> {
    let compiled = bodies.into_iter().map(|(index, body)| {
        let (_, code) = compiler.compile_function(translation, index, body, types).ok()?;
        Some((String::new(), code))
    });
    compiled.collect()
}

fn link(compiler: &dyn Compiler, functions: &[Compiled], imported: usize) -> Option<Vec<u32>> {
    let mut object = compiler.object(ObjectKind::Module).ok()?;
    // What is not there may as well be the caller: the code is not run.
    let resolve = |caller, target| match target {
        RelocationTarget::Wasm(index) => index.as_u32() as usize - imported,
        _ => caller,
    };
    let places = compiler.append_code(&mut object, functions, &resolve).ok()?;
    let text = match object.symbol(places.first()?.0).section {
        SymbolSection::Section(text) => object.section(text).data(),
        _ => return None,
    };
    let code = |start: u32, length: u32| text.get(start as usize..(start + length) as usize);
    places.iter().map(|(_, place)| frame(code(place.start, place.length)?)).collect()
}

/// What the function takes that begins with `code`.
fn frame(code: &[u8]) -> Option<u32> {
    let prologue = code.strip_prefix(&ENTRY)?;
    let lowered = prologue.windows(7).take(PROLOGUE).find_map(|window| match window {
        // `sub rsp, N`, with N in one byte or in four.
        [0x48, 0x83, 0xec, bytes, ..] => Some((*bytes).into()),
        [0x48, 0x81, 0xec, bytes @ ..] => bytes.try_into().ok().map(u32::from_le_bytes),
        _ => None,
    });
    Some(SETUP + lowered.unwrap_or(0))
}

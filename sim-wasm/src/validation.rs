//! What the network accepts as a canister module (`rs/embedders/src/wasm_utils/validation.rs`).
//!
//! All reasons against a module are collected, so that its author sees them at once.

mod exports;
mod imports;
mod sections;

use crate::facts::Facts;
use crate::host::MAX_HEAP_PAGES;
use sim_core::runtime::InvalidModule;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// Functions a module may define (`rs/config/src/embedders.rs`).
const MAX_FUNCTIONS: usize = 50_000;
/// Globals a module may define (same file).
const MAX_GLOBALS: usize = 1_000;
/// Bytes of the code section (same file).
const MAX_CODE: u64 = 10 << 20;
/// Bytes of a module (same file).
const MAX_MODULE: usize = 100 << 20;
/// The first bytes of a gzip file.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// The extensions of WebAssembly 1.0 that are accepted.
fn features() -> WasmFeatures {
    WasmFeatures::WASM2.union(WasmFeatures::TAIL_CALL)
}

/// Reasons against a module, as they are found.
#[derive(Debug, Default)]
struct Reasons(Vec<String>);

impl Reasons {
    fn add(&mut self, reason: impl Into<String>) {
        self.0.push(reason.into());
    }

    /// Adds `reason` if `count` exceeds `limit`.
    fn limit(&mut self, what: &str, count: u64, limit: u64) {
        if count > limit {
            self.add(format!("it has {count} {what}, the limit is {limit}"));
        }
    }
}

/// Looks through `module` and gathers what is needed of it.
///
/// # Errors
/// The network would refuse it.
pub(crate) fn validate(module: &[u8]) -> Result<Facts, InvalidModule> {
    let mut reasons = Reasons::default();
    if module.starts_with(&GZIP) {
        reasons.add("it is compressed by gzip, which is not supported yet");
        return Err(InvalidModule { reasons: reasons.0 });
    }
    reasons.limit("bytes", module.len() as u64, MAX_MODULE as u64);
    let facts = match gather(module, &mut reasons) {
        Ok(facts) => facts,
        Err(error) => {
            reasons.add(error.to_string());
            return Err(InvalidModule { reasons: reasons.0 });
        }
    };
    check(&facts, &mut reasons);
    if facts.memories.iter().any(|memory| memory.memory64) {
        reasons.add("its memory has 64-bit addresses (memory64), which are not supported yet");
    } else if let Err(error) = Validator::new_with_features(features()).validate_all(module) {
        reasons.add(error.to_string());
    }
    if reasons.0.is_empty() { Ok(facts) } else { Err(InvalidModule { reasons: reasons.0 }) }
}

fn check(facts: &Facts, reasons: &mut Reasons) {
    let functions = facts.functions.len() as u64 - u64::from(facts.imported_functions);
    reasons.limit("functions", functions, MAX_FUNCTIONS as u64);
    reasons.limit("globals", facts.globals.len() as u64, MAX_GLOBALS as u64);
    reasons.limit("tables", facts.tables.into(), 1);
    reasons.limit("memories", facts.memories.len() as u64, 1);
    reasons.limit("bytes of code", facts.code_bytes, MAX_CODE);
    if facts.globals.iter().any(|global| global.content_type.is_reference_type()) {
        reasons.add("it has a global that holds a reference");
    }
    for memory in &facts.memories {
        reasons.limit("pages of initial memory", memory.initial, MAX_HEAP_PAGES);
    }
    exports::check(facts, reasons);
}

/// Reads all sections but the code.
fn gather(module: &[u8], reasons: &mut Reasons) -> wasmparser::Result<Facts> {
    let mut facts = Facts::default();
    let mut custom = sections::CustomSections::default();
    for payload in Parser::new(0).parse_all(module) {
        read_section(payload?, &mut facts, &mut custom, reasons)?;
    }
    custom.finish(&mut facts, reasons);
    Ok(facts)
}

fn read_section(
    payload: Payload<'_>,
    facts: &mut Facts,
    custom: &mut sections::CustomSections,
    reasons: &mut Reasons,
) -> wasmparser::Result<()> {
    match payload {
        Payload::TypeSection(section) => {
            for ty in section.into_iter_err_on_gc_types() {
                facts.types.push(ty?);
            }
        }
        Payload::ImportSection(section) => imports::read(section, facts, reasons)?,
        Payload::FunctionSection(section) => {
            for ty in section {
                facts.functions.push(ty?);
            }
        }
        Payload::TableSection(section) => facts.tables += section.count(),
        Payload::MemorySection(section) => {
            for memory in section {
                facts.memories.push(memory?);
            }
        }
        Payload::GlobalSection(section) => {
            for global in section {
                facts.globals.push(global?.ty);
            }
        }
        Payload::ExportSection(section) => exports::read(section, facts, reasons)?,
        Payload::StartSection { func, .. } => facts.start = Some(func),
        Payload::CodeSectionStart { size, .. } => facts.code_bytes = size.into(),
        Payload::CustomSection(section) => custom.read(&section, reasons),
        _ => {}
    }
    Ok(())
}

//! What the network accepts as a canister module (`rs/embedders/src/wasm_utils/validation.rs`).
//!
//! All reasons against a module are collected, so that its author sees them at once.

mod code;
mod data;
mod exports;
mod globals;
mod imports;
mod sections;

pub(crate) use code::complexities;

use crate::facts::Facts;
use crate::rules::Rules;
use sim_core::profile::Limits;
use sim_core::reject::ErrorCode;
use sim_core::runtime::InvalidModule;
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// Reasons that are kept: a hostile module can have millions.
const MAX_REASONS: usize = 100;
/// Elements of a table at first (`MAX_WASM_TABLE_ENTRIES` of the parser the network uses).
const MAX_INITIAL_TABLE: u64 = 10_000_000;

/// The extensions of WebAssembly 1.0 that are accepted.
pub(crate) fn features(limits: &Limits) -> WasmFeatures {
    let mut features = WasmFeatures::WASM2;
    features.set(WasmFeatures::TAIL_CALL, limits.tail_calls);
    features.set(WasmFeatures::MEMORY64, limits.heap64.get() > 0);
    features
}

/// Reasons against a module, as they are found.
#[derive(Debug, Default)]
struct Reasons(Vec<String>);

impl Reasons {
    fn add(&mut self, reason: impl Into<String>) {
        if self.0.len() < MAX_REASONS {
            self.0.push(reason.into());
        }
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
pub(crate) fn validate(module: &[u8], rules: &Rules) -> Result<Facts, InvalidModule> {
    let mut reasons = Reasons::default();
    let mut look = Look::new(rules);
    if let Err(error) = look.gather(module, &mut reasons) {
        reasons.add(error.to_string());
        return Err(invalid(reasons));
    }
    let Look { facts, bodies, segments, .. } = look;
    check(&facts, rules, &mut reasons);
    if !rules.limits.table_writes {
        for name in &bodies.table_writes {
            reasons.add(format!("it uses {name}, and tables cannot be changed"));
        }
    }
    if let Err(error) = Validator::new_with_features(features(&rules.limits)).validate_all(module) {
        reasons.add(error.to_string());
    }
    if !reasons.0.is_empty() {
        return Err(invalid(reasons));
    }
    if bodies.data_segments > segments.kept {
        return Err(cannot_be_compiled());
    }
    Ok(facts)
}

fn invalid(Reasons(reasons): Reasons) -> InvalidModule {
    InvalidModule { code: ErrorCode::CanisterInvalidWasm, reasons }
}

/// Code names an active data segment that is no more part of what the network compiles.
fn cannot_be_compiled() -> InvalidModule {
    let reason = "its code drops or copies from an active data segment after the last passive one";
    InvalidModule { code: ErrorCode::CanisterWasmEngineError, reasons: vec![reason.to_owned()] }
}

fn check(facts: &Facts, rules: &Rules, reasons: &mut Reasons) {
    let limits = &rules.limits;
    let functions = facts.functions.len() as u64 - u64::from(facts.imported_functions);
    reasons.limit("functions", functions, limits.module_functions);
    reasons.limit("globals", facts.globals.len() as u64, limits.module_globals);
    reasons.limit("tables", facts.tables.len() as u64, 1);
    reasons.limit("memories", facts.memories.len() as u64, 1);
    reasons.limit("bytes of code", facts.code_bytes, limits.module_code.get());
    if facts.globals.iter().any(|global| global.content_type.is_reference_type()) {
        reasons.add("it has a global that holds a reference");
    }
    for table in &facts.tables {
        reasons.limit("elements of an initial table", table.initial, MAX_INITIAL_TABLE);
    }
    for memory in &facts.memories {
        let pages = rules.heap_pages(memory.memory64);
        reasons.limit("pages of initial memory", memory.initial, pages);
    }
    imports::check(facts, reasons);
    exports::check(facts, limits, reasons);
}

/// A look through all sections of a module.
struct Look<'a> {
    rules: &'a Rules,
    facts: Facts,
    custom: sections::CustomSections,
    bodies: code::Bodies,
    segments: data::Segments,
}

impl<'a> Look<'a> {
    fn new(rules: &'a Rules) -> Self {
        Look {
            rules,
            facts: Facts::default(),
            custom: sections::CustomSections::default(),
            bodies: code::Bodies::default(),
            segments: data::Segments::default(),
        }
    }

    fn gather(&mut self, module: &[u8], reasons: &mut Reasons) -> wasmparser::Result<()> {
        for payload in Parser::new(0).parse_all(module) {
            self.read(payload?, reasons)?;
        }
        std::mem::take(&mut self.custom).finish(&mut self.facts, reasons);
        Ok(())
    }

    fn read(&mut self, payload: Payload<'_>, reasons: &mut Reasons) -> wasmparser::Result<()> {
        let facts = &mut self.facts;
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
            Payload::TableSection(section) => {
                for table in section {
                    facts.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    facts.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    facts.globals.push(global.ty);
                    facts.initial_values.push(globals::constant(&global.init_expr)?);
                }
            }
            Payload::ExportSection(section) => exports::read(section, facts, reasons)?,
            Payload::StartSection { func, .. } => facts.start = Some(func),
            Payload::DataSection(section) => self.segments.read(section, facts, reasons)?,
            Payload::CodeSectionStart { size, .. } => facts.code_bytes = size.into(),
            Payload::CodeSectionEntry(body) => {
                let measures = (&self.rules.limits, &self.rules.complexities);
                self.bodies.read(&body, facts, measures, reasons)?;
            }
            Payload::CustomSection(section) => self.custom.read(&section, reasons),
            _ => {}
        }
        Ok(())
    }
}

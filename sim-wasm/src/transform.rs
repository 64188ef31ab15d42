//! The module rewritten so that it counts its own instructions.
//!
//! Added are an import (what is called when the counter is below zero), a helper function for
//! charges that depend on an operand, the counter, and exports of everything the host needs to
//! reach: memory, counter, mutable globals, the function table, `(start)`. Custom sections are
//! dropped. Behaviour is otherwise unchanged.

mod code;

use crate::compile_cost::OperatorCount;
use crate::facts::Facts;
use crate::operators::Weights;
use code::CodeWriter;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection,
    Module, TableSection, TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

/// Names of exports that begin like this are ours.
pub(crate) const RESERVED: &str = "icsim:";
/// Exported name of the memory.
pub(crate) const MEMORY: &str = "icsim:memory";
/// Exported name of the function table.
pub(crate) const TABLE: &str = "icsim:table";
/// Exported name of the instruction counter.
pub(crate) const COUNTER: &str = "icsim:counter";
/// Exported name of the `(start)` function.
pub(crate) const START: &str = "icsim:start";
/// Import called when the counter is below zero; its module is [`RESERVED`].
pub(crate) const OUT_OF_INSTRUCTIONS: &str = "out_of_instructions";

/// Exported name of mutable global `index`.
pub(crate) fn global_name(index: u32) -> String {
    format!("{RESERVED}global {index}")
}

/// A rewritten module.
#[derive(Debug)]
pub(crate) struct Transformed {
    /// Its binary.
    pub(crate) binary: Vec<u8>,
    /// Operators the network's instrumentation of it has.
    pub(crate) operators: OperatorCount,
    /// Its code changes tables or drops segments, which must not outlive a message.
    pub(crate) changes_tables: bool,
}

/// Indices of what is added.
#[derive(Clone, Copy, Debug)]
struct Added {
    /// First index of functions defined by the module, before the rewriting.
    first_defined: u32,
    /// The global that counts.
    counter: u32,
    /// The import called when it is below zero.
    out_of_instructions: u32,
    /// The helper for charges that depend on an operand of 32 bits; the next function is the one
    /// for 64 bits.
    charge: u32,
    /// The type of the import; the next ones are the helpers'.
    first_type: u32,
    /// Lengths in memory have 64 bits.
    memory64: bool,
    /// Lengths in the table have 64 bits.
    table64: bool,
}

impl Added {
    fn new(facts: &Facts) -> Self {
        Added {
            first_defined: facts.imported_functions,
            counter: facts.globals.len() as u32,
            out_of_instructions: facts.imported_functions,
            charge: facts.functions.len() as u32 + 1,
            first_type: facts.types.len() as u32,
            memory64: facts.is_wasm64(),
            table64: facts.tables.first().is_some_and(|table| table.table64),
        }
    }
}

/// The added import moves every defined function by one.
impl Reencode for Added {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error> {
        Ok(if index < self.first_defined { index } else { index + 1 })
    }
}

/// The sections of the new module, in the order they are written.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
}

/// Rewrites `module`, which is valid.
///
/// # Errors
/// It is not valid after all.
pub(crate) fn transform(
    module: &[u8],
    facts: &Facts,
    weights: &Weights,
) -> Result<Transformed, reencode::Error> {
    let mut added = Added::new(facts);
    let mut sections = Sections::default();
    let mut writer = CodeWriter::new(added, weights);
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => writer.write(&body, &mut sections.code)?,
            payload => copy(payload, &mut added, &mut sections)?,
        }
    }
    add(&added, facts, &mut sections);
    let binary = sections.finish();
    let (operators, changes_tables) = writer.finish();
    Ok(Transformed { binary, operators, changes_tables })
}

/// Copies a section that needs no more than new indices.
fn copy(
    payload: Payload<'_>,
    added: &mut Added,
    sections: &mut Sections,
) -> Result<(), reencode::Error> {
    match payload {
        Payload::TypeSection(s) => added.parse_type_section(&mut sections.types, s),
        Payload::ImportSection(s) => added.parse_import_section(&mut sections.imports, s),
        Payload::FunctionSection(s) => added.parse_function_section(&mut sections.functions, s),
        Payload::TableSection(s) => added.parse_table_section(&mut sections.tables, s),
        Payload::MemorySection(s) => added.parse_memory_section(&mut sections.memories, s),
        Payload::GlobalSection(s) => added.parse_global_section(&mut sections.globals, s),
        Payload::ExportSection(s) => added.parse_export_section(&mut sections.exports, s),
        Payload::ElementSection(s) => added.parse_element_section(&mut sections.elements, s),
        Payload::DataSection(s) => added.parse_data_section(&mut sections.data, s),
        Payload::DataCountSection { count, .. } => {
            sections.data_count = Some(count);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Adds what the host and the inserted code need.
fn add(added: &Added, facts: &Facts, sections: &mut Sections) {
    sections.types.ty().function([], []);
    sections.types.ty().function([ValType::I32], [ValType::I32]);
    sections.types.ty().function([ValType::I64], [ValType::I64]);
    let ty = EntityType::Function(added.first_type);
    sections.imports.import(RESERVED, OUT_OF_INSTRUCTIONS, ty);
    sections.functions.function(added.first_type + 1);
    sections.code.function(&code::charge_function(added, false));
    sections.functions.function(added.first_type + 2);
    sections.code.function(&code::charge_function(added, true));
    let counter = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    sections.globals.global(counter, &ConstExpr::i64_const(0));
    let exports = &mut sections.exports;
    exports.export(COUNTER, ExportKind::Global, added.counter);
    for index in facts.lasting_globals() {
        exports.export(&global_name(index), ExportKind::Global, index);
    }
    if !facts.memories.is_empty() {
        exports.export(MEMORY, ExportKind::Memory, 0);
    }
    if !facts.tables.is_empty() {
        exports.export(TABLE, ExportKind::Table, 0);
    }
    if let Some(start) = facts.start {
        let moved = if start < added.first_defined { start } else { start + 1 };
        exports.export(START, ExportKind::Func, moved);
    }
}

impl Sections {
    fn finish(self) -> Vec<u8> {
        let mut module = Module::new();
        module
            .section(&self.types)
            .section(&self.imports)
            .section(&self.functions)
            .section(&self.tables)
            .section(&self.memories)
            .section(&self.globals)
            .section(&self.exports)
            .section(&self.elements);
        if let Some(count) = self.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code).section(&self.data);
        module.finish()
    }
}

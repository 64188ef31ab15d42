//! The module rewritten so that it counts its own instructions.
//!
//! Added are imports (what is called when the counter is below zero, and by the barriers before
//! stores), helper functions for charges that depend on an operand, the counter, a second memory
//! for the marks of touched granules, and exports of everything the host needs to reach: memories,
//! counter, mutable globals, the function table, `(start)`. Custom sections are dropped. Behaviour
//! is otherwise unchanged.
//!
//! - `code`: function bodies, with counting and barriers.
//! - `inline`: small functions in place of their calls. `counter`: the counter in a local.
//! - `plan`: which stores need a barrier; `values` and `frames` know what addresses have in common
//!   and what has certainly been executed.
//! - `depth`: where the stack is counted.
//! - `barrier`: the code of barriers. `scratch`: the locals they need.

mod arity;
mod barrier;
mod code;
mod counter;
mod depth;
mod frames;
mod fuel;
mod immediates;
mod inline;
mod plan;
mod scratch;
mod values;

use crate::barrier::{GROW, TOUCH, TOUCH_RANGE, wide};
use crate::compile_cost::OperatorCount;
use crate::facts::Facts;
use crate::host::WASM_PAGE;
use crate::operators::Weights;
use crate::pages::{ACCESS, ACCESS_RANGE};
use crate::rollback::marks;
use crate::sections::Sections;
use code::CodeWriter;
use sim_core::profile::MeteringMode;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    ConstExpr, EntityType, ExportKind, ExportSection, GlobalType, ImportSection, MemoryType,
    TypeSection, ValType,
};
use wasmparser::{Parser, Payload};

/// Names of exports that begin like this are ours.
pub(crate) const RESERVED: &str = "icsim:";
/// Exported name of the memory.
pub(crate) const MEMORY: &str = "icsim:memory";
/// Exported name of the memory of marks.
pub(crate) const MARKS: &str = "icsim:marks";
/// Exported name of the memory of marks of touched pages.
pub(crate) const PAGE_MARKS: &str = "icsim:pages";
/// Exported name of the function table.
pub(crate) const TABLE: &str = "icsim:table";
/// Exported name of the instruction counter.
pub(crate) const COUNTER: &str = "icsim:counter";
/// Exported name of the `(start)` function.
pub(crate) const START: &str = "icsim:start";
/// Import that charges its operand where fuel is counted.
pub(crate) const CHARGE: &str = "charge";
/// Import called when the counter is below zero; its module is [`RESERVED`].
pub(crate) const OUT_OF_INSTRUCTIONS: &str = "out_of_instructions";

/// Exported name of mutable global `index`.
pub(crate) fn global_name(index: u32) -> String {
    format!("{RESERVED}global {index}")
}

/// Exported name of what is left of the stack.
pub(crate) const STACK: &str = "icsim:stack";
/// Import called when nothing is left of it; takes instructions to give back.
pub(crate) const STACK_OVERFLOW: &str = "stack_overflow";

/// How a module is rewritten.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rewriting<'a> {
    /// How it is to count.
    pub(crate) mode: MeteringMode,
    /// Whether it is to tell which pages of the heap it touches.
    pub(crate) tracks_pages: bool,
    /// Bytes of stack every function takes, if that is counted.
    pub(crate) frames: Option<&'a [u32]>,
}

/// A rewritten module.
#[derive(Debug)]
pub(crate) struct Transformed {
    /// Its binary.
    pub(crate) binary: Vec<u8>,
    /// Operators the network's instrumentation of it has.
    pub(crate) operators: OperatorCount,
    /// How it counts.
    pub(crate) mode: MeteringMode,
    /// Counting this way is exact.
    exact: bool,
    /// The most locals and parameters a function has, with those of one written into it.
    pub(crate) most_locals: u32,
    /// Functions that the interpreter takes for one at most.
    pub(crate) nested: u32,
    /// Its code changes tables or drops segments, which must not outlive a message.
    pub(crate) changes_tables: bool,
}

/// Functions that are imported in addition.
const IMPORTS: u32 = 9;
/// Of the added types, the first of the two that functions have which charge their operand.
const CHARGE_TYPE: u32 = 4;

/// Indices of what is added.
#[derive(Clone, Copy, Debug)]
struct Added {
    /// First index of functions defined by the module, before the rewriting.
    first_defined: u32,
    /// The global that counts.
    counter: u32,
    /// The helper for charges that depend on an operand of 32 bits; the next function is the one
    /// for 64 bits.
    charge: u32,
    /// The first added type; see [`Added::types`].
    first_type: u32,
    /// Addresses have 64 bits.
    wide: bool,
    /// Lengths in the table have 64 bits.
    table64: bool,
    /// Bytes the heap has at least.
    heap: u64,
}

impl Added {
    fn new(facts: &Facts) -> Self {
        Added {
            first_defined: facts.imported_functions,
            counter: facts.globals.len() as u32,
            charge: facts.functions.len() as u32 + IMPORTS,
            first_type: facts.types.len() as u32,
            heap: facts.memories.first().map_or(0, |heap| heap.initial.saturating_mul(WASM_PAGE)),
            wide: facts.is_wasm64(),
            table64: facts.tables.first().is_some_and(|table| table.table64),
        }
    }

    /// The type of addresses.
    fn address(&self) -> ValType {
        if self.wide { ValType::I64 } else { ValType::I32 }
    }

    /// The import called when the counter is below zero.
    fn out_of_instructions(&self) -> u32 {
        self.first_defined
    }

    /// The import that records and marks a granule.
    fn touch(&self) -> u32 {
        self.first_defined + 1
    }

    /// The import that records and marks a range of granules.
    fn touch_range(&self) -> u32 {
        self.first_defined + 2
    }

    /// The import that grows the heap and the marks.
    fn grow(&self) -> u32 {
        self.first_defined + 3
    }

    /// The import that charges its operand of 32 bits; the next one is for 64 bits.
    fn host_charge(&self) -> u32 {
        self.first_defined + CHARGE_TYPE
    }

    /// The import that is called when the stack is used up.
    fn stack_overflow(&self) -> u32 {
        self.first_defined + 6
    }

    /// The import that notes an access to the heap.
    fn access(&self) -> u32 {
        self.first_defined + 7
    }

    /// The import that notes an access to a range of the heap.
    fn access_range(&self) -> u32 {
        self.first_defined + 8
    }

    /// The global that counts what is left of the stack, where it is counted.
    fn stack(&self) -> u32 {
        self.counter + 1
    }

    /// Adds the types of the added functions.
    fn types(&self, types: &mut TypeSection) {
        let address = self.address();
        types.ty().function([], []);
        types.ty().function([address], []);
        types.ty().function([address, address], []);
        types.ty().function([address], [address]);
        types.ty().function([ValType::I32], [ValType::I32]);
        types.ty().function([ValType::I64], [ValType::I64]);
        types.ty().function([ValType::I32], []);
        types.ty().function([address, ValType::I32], []);
        types.ty().function([address, address, ValType::I32], []);
    }

    /// Adds the imports, whose types are the first of [`Added::types`], in the same order.
    fn imports(&self, imports: &mut ImportSection) {
        let named = |name: &str| if self.wide { wide(name) } else { name.to_owned() };
        let [out, charge, overflow] =
            [OUT_OF_INSTRUCTIONS, CHARGE, STACK_OVERFLOW].map(str::to_owned);
        let [touch, range, grow] = [TOUCH, TOUCH_RANGE, GROW].map(named);
        let [one, many] = [ACCESS, ACCESS_RANGE].map(named);
        let names = [out, touch, range, grow, charge, wide(CHARGE), overflow, one, many];
        for (name, ty) in names.iter().zip(self.first_type..) {
            imports.import(RESERVED, name, EntityType::Function(ty));
        }
    }
}

/// The added imports move every defined function.
impl Reencode for Added {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error> {
        Ok(if index < self.first_defined { index } else { index + IMPORTS })
    }
}

/// Rewrites `module`, which is valid.
///
/// # Errors
/// It is not valid after all.
pub(crate) fn transform(
    module: &[u8],
    facts: &Facts,
    weights: &Weights,
    rewriting: &Rewriting<'_>,
) -> Result<Transformed, reencode::Error> {
    let transformed = transform_for(module, facts, weights, rewriting)?;
    if transformed.exact {
        return Ok(transformed);
    }
    let rewriting = Rewriting { mode: MeteringMode::Counter, ..*rewriting };
    transform_for(module, facts, weights, &rewriting)
}

/// The same, for one way of counting.
fn transform_for(
    module: &[u8],
    facts: &Facts,
    weights: &Weights,
    rewriting: &Rewriting<'_>,
) -> Result<Transformed, reencode::Error> {
    let mut added = Added::new(facts);
    let mut sections = Sections::default();
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => bodies.push(body),
            payload => sections.copy(payload, &mut added)?,
        }
    }
    let mut writer = CodeWriter::new(added, facts, weights, rewriting, &bodies);
    for body in &bodies {
        writer.write(body, &mut sections.code)?;
    }
    add(&added, facts, rewriting, &mut sections);
    let binary = sections.finish();
    Ok(writer.finish(binary))
}

/// Adds what the host and the inserted code need.
fn add(added: &Added, facts: &Facts, rewriting: &Rewriting<'_>, sections: &mut Sections) {
    added.types(&mut sections.types);
    added.imports(&mut sections.imports);
    for wide in [false, true] {
        sections.functions.function(added.first_type + CHARGE_TYPE + u32::from(wide));
        sections.code.function(&code::charge_function(added, wide));
    }
    let counter = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    sections.globals.global(counter, &ConstExpr::i64_const(0));
    if rewriting.frames.is_some() {
        let stack = GlobalType { val_type: ValType::I32, ..counter };
        sections.globals.global(stack, &ConstExpr::i32_const(0));
        sections.exports.export(STACK, ExportKind::Global, added.stack());
    }
    if let Some(heap) = facts.memories.first() {
        sections.memories.memory(marks_of(heap));
        if rewriting.tracks_pages {
            sections.memories.memory(marks_of(heap));
            sections.exports.export(PAGE_MARKS, ExportKind::Memory, 2);
        }
    }
    export(added, facts, &mut sections.exports);
}

/// The memory that holds a mark for each granule of `heap`: its pages have one byte.
fn marks_of(heap: &wasmparser::MemoryType) -> MemoryType {
    let pages = usize::try_from(heap.initial.saturating_mul(WASM_PAGE)).unwrap_or(usize::MAX);
    MemoryType {
        minimum: marks(pages),
        maximum: None,
        memory64: heap.memory64,
        shared: false,
        page_size_log2: Some(0),
    }
}

/// Exports what the host needs to reach.
fn export(added: &Added, facts: &Facts, exports: &mut ExportSection) {
    exports.export(COUNTER, ExportKind::Global, added.counter);
    for index in facts.lasting_globals() {
        exports.export(&global_name(index), ExportKind::Global, index);
    }
    if !facts.memories.is_empty() {
        exports.export(MEMORY, ExportKind::Memory, 0);
        exports.export(MARKS, ExportKind::Memory, 1);
    }
    if !facts.tables.is_empty() {
        exports.export(TABLE, ExportKind::Table, 0);
    }
    if let Some(start) = facts.start {
        let moved = if start < added.first_defined { start } else { start + IMPORTS };
        exports.export(START, ExportKind::Func, moved);
    }
}

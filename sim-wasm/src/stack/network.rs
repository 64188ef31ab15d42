//! A module as the network instruments it (`rs/embedders/src/wasm_utils/instrumentation.rs`), as
//! far as the frames of its functions depend on it.

use crate::facts::Facts;
use crate::operators::Weights;
use crate::sections::Sections;
use crate::segments::{Segments, is_dynamic};
use crate::transform::{COUNTER, MEMORY, global_name};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    BlockType, ConstExpr, EntityType, ExportKind, Function, GlobalType, ImportSection, MemoryType,
    TypeSection, ValType,
};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

/// Functions imported before those of the module: what is called when no instructions are left,
/// when the heap grows, and by stable memory.
const IMPORTS: u32 = 5;
const OUT_OF_INSTRUCTIONS: u32 = 0;
const TRY_GROW: u32 = 1;
/// Globals added: the instruction counter and two counters of pages.
const GLOBALS: u32 = 3;
/// Functions of stable memory, which are replaced by functions of the module.
const REPLACED: [&str; 8] = [
    "stable_size",
    "stable_grow",
    "stable_read",
    "stable_write",
    "stable64_size",
    "stable64_grow",
    "stable64_read",
    "stable64_write",
];

/// How indices move.
struct Moved<'a> {
    facts: &'a Facts,
    /// The global that counts instructions.
    counter: u32,
    /// The function that charges its operand.
    charge: u32,
    /// The type of the first import; those of the others and of `charge` follow.
    types: u32,
    /// Imported functions that are replaced.
    replaced: Vec<u32>,
    address: ValType,
}

impl Reencode for Moved<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error> {
        let replacement = (0..).zip(&self.replaced).find(|(_, import)| **import == index);
        Ok(replacement.map_or(index + IMPORTS, |(place, _): (u32, _)| self.charge + 1 + place))
    }
}

impl<'a> Moved<'a> {
    fn new(facts: &'a Facts) -> Self {
        let imports = facts.imports.iter().zip(0..);
        let replaced = imports.filter(|((_, name), _)| REPLACED.contains(&name.as_str()));
        Moved {
            facts,
            counter: facts.globals.len() as u32,
            charge: facts.functions.len() as u32 + IMPORTS,
            types: facts.types.len() as u32,
            replaced: replaced.map(|(_, index)| index).collect(),
            address: if facts.is_wasm64() { ValType::I64 } else { ValType::I32 },
        }
    }

    fn types(&self, types: &mut TypeSection) {
        use ValType::{I32, I64};
        let address = self.address;
        types.ty().function([], []);
        types.ty().function([address, address], [address]);
        types.ty().function([I64, I64, I32], [I64]);
        types.ty().function([I32], []);
        types.ty().function([I64, I64, I64], []);
        types.ty().function([I64], [I64]);
    }

    fn imports(&self, imports: &mut ImportSection) {
        for place in 0..IMPORTS {
            imports.import("__", &place.to_string(), EntityType::Function(self.types + place));
        }
    }
}

/// `module`, which is valid, as the network compiles it.
///
/// # Errors
/// It is not valid after all.
pub(crate) fn instrument(
    module: &[u8],
    facts: &Facts,
    weights: &Weights,
) -> Result<Vec<u8>, reencode::Error> {
    let mut moved = Moved::new(facts);
    let mut sections = Sections::default();
    moved.imports(&mut sections.imports);
    let mut functions = facts.functions.iter().skip(facts.imported_functions as usize);
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionEntry(body) => {
                let ty = functions.next().and_then(|ty| facts.types.get(*ty as usize));
                let parameters = ty.map_or(0, |ty| ty.params().len() as u32);
                let function = moved.body(&body, parameters, weights)?;
                sections.code.function(&function);
            }
            payload => sections.copy(payload, &mut moved)?,
        }
    }
    add(&moved, &mut sections);
    Ok(sections.finish())
}

fn add(moved: &Moved<'_>, sections: &mut Sections) {
    moved.types(&mut sections.types);
    sections.functions.function(moved.types + IMPORTS);
    sections.code.function(&moved.charge());
    for import in &moved.replaced {
        // What they do does not matter to their callers' frames.
        sections.functions.function(moved.facts.functions[*import as usize]);
        let mut function = Function::new([]);
        function.instructions().unreachable().end();
        sections.code.function(&function);
    }
    let counter = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    for _ in 0..GLOBALS {
        sections.globals.global(counter, &ConstExpr::i64_const(0));
    }
    for global in 0..moved.counter {
        sections.exports.export(&global_name(global), ExportKind::Global, global);
    }
    sections.exports.export(COUNTER, ExportKind::Global, moved.counter);
    sections.exports.export(MEMORY, ExportKind::Memory, 0);
    let stable = |memory64, pages| MemoryType {
        minimum: 0,
        maximum: Some(pages),
        memory64,
        shared: false,
        page_size_log2: None,
    };
    if moved.facts.memories.is_empty() {
        sections.memories.memory(stable(false, 0));
    }
    sections.memories.memory(stable(true, (400 << 30) >> 16)).memory(stable(false, 1_600));
}

impl Moved<'_> {
    fn body(
        &mut self,
        body: &FunctionBody<'_>,
        parameters: u32,
        weights: &Weights,
    ) -> Result<Function, reencode::Error> {
        let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let segments = Segments::of(&operators, weights);
        let mut locals = Vec::new();
        for local in body.get_locals_reader()? {
            let (count, ty) = local?;
            locals.push((count, self.val_type(ty)?));
        }
        let pages = parameters + locals.iter().map(|(count, _)| count).sum::<u32>();
        if segments.grows > 0 {
            locals.push((1, self.address));
        }
        let mut function = Function::new(locals);
        let mut charged = segments.charged.iter().peekable();
        for (operator, at) in operators.into_iter().zip(0..) {
            if let Some(segment) = charged.next_if(|segment| segment.start == at) {
                self.segment(&mut function, segment.cost, segment.reentrant);
            }
            self.operator(&mut function, operator, pages)?;
        }
        Ok(function)
    }

    fn segment(&self, function: &mut Function, cost: u64, reentrant: bool) {
        let mut sink = function.instructions();
        sink.global_get(self.counter).i64_const(cost as i64).i64_sub().global_set(self.counter);
        if reentrant {
            sink.global_get(self.counter).i64_const(0).i64_lt_s();
            sink.if_(BlockType::Empty).call(OUT_OF_INSTRUCTIONS).end();
        }
    }

    /// Writes `operator`; local `pages` is for what `memory.grow` is asked for.
    fn operator(
        &mut self,
        function: &mut Function,
        operator: Operator<'_>,
        pages: u32,
    ) -> Result<(), reencode::Error> {
        let grows = matches!(operator, Operator::MemoryGrow { .. });
        if is_dynamic(&operator) {
            let mut sink = function.instructions();
            if self.has_wide_length(&operator) {
                sink.call(self.charge);
            } else {
                sink.i64_extend_i32_u().call(self.charge).i32_wrap_i64();
            }
        }
        if grows {
            function.instructions().local_tee(pages);
        }
        function.instruction(&self.instruction(operator)?);
        if grows {
            function.instructions().local_get(pages).call(TRY_GROW);
        }
        Ok(())
    }

    fn has_wide_length(&self, operator: &Operator<'_>) -> bool {
        let memory = matches!(operator, Operator::MemoryFill { .. } | Operator::MemoryCopy { .. });
        memory && self.facts.is_wasm64()
    }

    /// The function that charges its operand.
    fn charge(&self) -> Function {
        let mut function = Function::new([(1, ValType::I64)]);
        let mut sink = function.instructions();
        sink.global_get(self.counter).local_get(0).i64_sub().local_tee(1);
        sink.global_get(self.counter).i64_gt_s().if_(BlockType::Result(ValType::I64));
        sink.i64_const(i64::MIN).else_().local_get(1).end().global_set(self.counter);
        sink.global_get(self.counter).i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty).call(OUT_OF_INSTRUCTIONS).end().local_get(0).end();
        function
    }
}

//! A module rewritten so that the network's rules let any of its exported functions be called.
//!
//! Counts are recorded of functions with arguments and results, which are no entry points of a
//! canister. A method is added that calls the function and keeps its results in globals; what it
//! costs itself is known and taken off. Where a count leaves out what the system adds to it, the
//! imported functions are replaced by ones that add up what they cost themselves.

use sim_core::profile::Profile;
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, ImportSection, Instruction, Module, SectionId, TypeSection, ValType,
};
use wasmparser::{ExternalKind, FuncType, Parser, Payload, TypeRef};

/// The method that is added.
pub(super) const METHOD: &str = "recorded case";
const RESULT: &str = "recorded result";

/// A module with a method that calls one of its functions.
pub(super) struct EntryModule {
    /// The module.
    pub(super) binary: Vec<u8>,
    /// Instructions the added method takes itself.
    pub(super) overhead: u64,
    /// How many results there are: the last globals hold them.
    pub(super) results: usize,
    /// After them comes one more global: what calls of replaced imports took.
    pub(super) replaced_imports: bool,
}

/// What has to be known of a module to add to it.
#[derive(Default)]
struct Shape {
    types: Vec<FuncType>,
    /// Types of the imported functions.
    imported: Vec<u32>,
    /// Types of all functions.
    functions: Vec<u32>,
    globals: Vec<wasmparser::GlobalType>,
    exported_globals: Vec<u32>,
    function: Option<u32>,
    wasm64: bool,
}

impl Shape {
    fn of(module: &[u8], name: &str) -> Result<Shape, wasmparser::BinaryReaderError> {
        let mut shape = Shape::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        shape.types.push(ty?);
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if let TypeRef::Func(ty) = import?.ty {
                            shape.imported.push(ty);
                            shape.functions.push(ty);
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for ty in section {
                        shape.functions.push(ty?);
                    }
                }
                Payload::MemorySection(section) => {
                    for memory in section {
                        shape.wasm64 |= memory?.memory64;
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        shape.globals.push(global?.ty);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        match export.kind {
                            ExternalKind::Func if export.name == name => {
                                shape.function = Some(export.index);
                            }
                            ExternalKind::Global => shape.exported_globals.push(export.index),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(shape)
    }
}

/// Names of the exported globals, in the order in which an instance lists their values.
pub(super) fn exported_globals(module: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module).flatten() {
        if let Payload::ExportSection(section) = payload {
            let globals =
                section.into_iter().flatten().filter(|export| export.kind == ExternalKind::Global);
            names.extend(globals.map(|export| export.name.to_owned()));
        }
    }
    names
}

/// Adds a method that calls the function exported as `name` with `arguments`.
///
/// # Errors
/// The module has no such function, or it takes other arguments.
pub(super) fn with_entry(
    module: &[u8],
    name: &str,
    arguments: &[Instruction<'_>],
    replace_imports: bool,
    profile: &Profile,
) -> Result<EntryModule, String> {
    let shape = Shape::of(module, name).map_err(|error| error.to_string())?;
    let function = shape.function.ok_or_else(|| format!("no function is exported as `{name}`"))?;
    let ty = shape.functions.get(function as usize).and_then(|ty| shape.types.get(*ty as usize));
    let ty = ty.cloned().ok_or("its type is missing")?;
    if ty.params().len() != arguments.len() {
        return Err(format!(
            "`{name}` takes {} arguments, the case has {}",
            ty.params().len(),
            arguments.len()
        ));
    }
    let weight = |name: &str| match shape.wasm64 {
        true => profile.metering.operator64(name),
        false => profile.metering.operator(name),
    };
    let results = ty.results().to_vec();
    let constants: u64 = arguments.iter().map(|constant| weight(constant_name(constant))).sum();
    let overhead = 1 + constants + weight("call") + results.len() as u64 * weight("global.set");
    let counting =
        1 + weight("global.get") + weight("i64.const") + weight("i64.add") + weight("global.set");
    let mut added =
        Added { shape, function, arguments, results, replace_imports, counting, placed: false };
    let mut rewritten = Module::new();
    added
        .parse_core_module(&mut rewritten, Parser::new(0), module)
        .map_err(|error| error.to_string())?;
    Ok(EntryModule {
        binary: rewritten.finish(),
        overhead,
        results: added.results.len(),
        replaced_imports: replace_imports,
    })
}

fn constant_name(constant: &Instruction<'_>) -> &'static str {
    match constant {
        Instruction::I32Const(_) => "i32.const",
        Instruction::I64Const(_) => "i64.const",
        Instruction::F32Const(_) => "f32.const",
        _ => "f64.const",
    }
}

struct Added<'a> {
    shape: Shape,
    function: u32,
    arguments: &'a [Instruction<'a>],
    results: Vec<wasmparser::ValType>,
    replace_imports: bool,
    /// What a replaced import without result costs.
    counting: u64,
    /// The added globals are there.
    placed: bool,
}

type Outcome = Result<(), Error<std::convert::Infallible>>;

impl Added<'_> {
    fn first_global(&self) -> u32 {
        self.shape.globals.len() as u32
    }

    fn counter(&self) -> u32 {
        self.first_global() + self.results.len() as u32
    }

    fn added_globals(&mut self, globals: &mut GlobalSection) -> Outcome {
        self.placed = true;
        for ty in self.results.clone() {
            let ty = self.val_type(ty)?;
            globals.global(GlobalType { val_type: ty, mutable: true, shared: false }, &zero(ty));
        }
        if self.replace_imports {
            let ty = ValType::I64;
            globals.global(GlobalType { val_type: ty, mutable: true, shared: false }, &zero(ty));
        }
        Ok(())
    }

    fn entry(&self) -> Function {
        let mut entry = Function::new([]);
        for constant in self.arguments {
            entry.instruction(constant);
        }
        entry.instruction(&Instruction::Call(self.function));
        for index in (0..self.results.len() as u32).rev() {
            entry.instruction(&Instruction::GlobalSet(self.first_global() + index));
        }
        entry.instruction(&Instruction::End);
        entry
    }

    /// Adds up its cost and returns zeros, which weigh one each.
    fn replacement(&mut self, ty: u32) -> Result<Function, Error<std::convert::Infallible>> {
        let results = self.shape.types.get(ty as usize).map(|ty| ty.results().to_vec());
        let results = results.unwrap_or_default();
        let cost = self.counting + results.len() as u64;
        let mut counting = Function::new([]);
        counting.instruction(&Instruction::GlobalGet(self.counter()));
        counting.instruction(&Instruction::I64Const(cost as i64));
        counting.instruction(&Instruction::I64Add);
        counting.instruction(&Instruction::GlobalSet(self.counter()));
        for ty in results {
            match self.val_type(ty)? {
                ValType::I64 => counting.instruction(&Instruction::I64Const(0)),
                _ => counting.instruction(&Instruction::I32Const(0)),
            };
        }
        counting.instruction(&Instruction::End);
        Ok(counting)
    }
}

fn zero(ty: ValType) -> ConstExpr {
    match ty {
        ValType::I32 => ConstExpr::i32_const(0),
        ValType::I64 => ConstExpr::i64_const(0),
        ValType::F32 => ConstExpr::f32_const(0.0_f32.into()),
        ValType::F64 => ConstExpr::f64_const(0.0_f64.into()),
        ValType::V128 => ConstExpr::v128_const(0),
        ValType::Ref(ty) => ConstExpr::ref_null(ty.heap_type),
    }
}

impl Reencode for Added<'_> {
    type Error = std::convert::Infallible;

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Outcome {
        utils::parse_type_section(self, types, section)?;
        types.ty().function([], []);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Outcome {
        match self.replace_imports {
            true => Ok(()),
            false => utils::parse_import_section(self, imports, section),
        }
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: wasmparser::FunctionSectionReader<'_>,
    ) -> Outcome {
        if self.replace_imports {
            for ty in &self.shape.imported {
                functions.function(*ty);
            }
        }
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.shape.types.len() as u32);
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Outcome {
        utils::parse_global_section(self, globals, section)?;
        self.added_globals(globals)
    }

    /// A module without globals gets a section for them, which stands right before the exports.
    fn intersperse_section_hook(
        &mut self,
        module: &mut Module,
        _after: Option<SectionId>,
        before: Option<SectionId>,
    ) -> Outcome {
        if before == Some(SectionId::Export) && !self.placed {
            let mut globals = GlobalSection::new();
            self.added_globals(&mut globals)?;
            module.section(&globals);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Outcome {
        utils::parse_export_section(self, exports, section)?;
        let method = self.shape.functions.len() as u32;
        exports.export(&format!("canister_update {METHOD}"), ExportKind::Func, method);
        // Instances list exported globals first: the added ones are last if all are exported.
        for (index, global) in (0..).zip(&self.shape.globals) {
            if global.mutable && !self.shape.exported_globals.contains(&index) {
                exports.export(&format!("recorded global {index}"), ExportKind::Global, index);
            }
        }
        let added = self.results.len() as u32 + u32::from(self.replace_imports);
        for index in 0..added {
            let global = self.first_global() + index;
            exports.export(&format!("{RESULT} {index}"), ExportKind::Global, global);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Outcome {
        if self.replace_imports {
            for ty in self.shape.imported.clone() {
                code.function(&self.replacement(ty)?);
            }
        }
        utils::parse_code_section(self, code, section)?;
        code.function(&self.entry());
        Ok(())
    }
}

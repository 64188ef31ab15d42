//! The sections of a module that is written anew from another one.

use std::convert::Infallible;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{
    CodeSection, DataCountSection, DataSection, ElementSection, ExportSection, FunctionSection,
    GlobalSection, ImportSection, MemorySection, Module, TableSection, TypeSection,
};
use wasmparser::Payload;

/// The sections, in the order they are written; custom ones are left out.
#[derive(Default)]
pub(crate) struct Sections {
    pub(crate) types: TypeSection,
    pub(crate) imports: ImportSection,
    pub(crate) functions: FunctionSection,
    pub(crate) tables: TableSection,
    pub(crate) memories: MemorySection,
    pub(crate) globals: GlobalSection,
    pub(crate) exports: ExportSection,
    pub(crate) elements: ElementSection,
    pub(crate) data_count: Option<u32>,
    pub(crate) code: CodeSection,
    pub(crate) data: DataSection,
}

impl Sections {
    /// Copies a section of the other module, with indices as `moved` has them. Code is none.
    ///
    /// # Errors
    /// The section is not valid.
    pub(crate) fn copy(
        &mut self,
        payload: Payload<'_>,
        moved: &mut impl Reencode<Error = Infallible>,
    ) -> Result<(), reencode::Error> {
        match payload {
            Payload::TypeSection(s) => moved.parse_type_section(&mut self.types, s),
            Payload::ImportSection(s) => moved.parse_import_section(&mut self.imports, s),
            Payload::FunctionSection(s) => moved.parse_function_section(&mut self.functions, s),
            Payload::TableSection(s) => moved.parse_table_section(&mut self.tables, s),
            Payload::MemorySection(s) => moved.parse_memory_section(&mut self.memories, s),
            Payload::GlobalSection(s) => moved.parse_global_section(&mut self.globals, s),
            Payload::ExportSection(s) => moved.parse_export_section(&mut self.exports, s),
            Payload::ElementSection(s) => moved.parse_element_section(&mut self.elements, s),
            Payload::DataSection(s) => moved.parse_data_section(&mut self.data, s),
            Payload::DataCountSection { count, .. } => {
                self.data_count = Some(count);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The module.
    pub(crate) fn finish(self) -> Vec<u8> {
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

//! A runtime that reads modules and executes nothing.

use sim_core::reject::ErrorCode;
use sim_core::runtime::{Exports, Failure, Instance, InvalidModule, Program, Runtime};
use sim_core::units::{Bytes, Instructions};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasmparser::{BinaryReaderError, Parser, Payload};

/// Reads what a module exports and describes of itself; refuses imports from elsewhere than `ic0`.
pub(crate) struct ModuleReader;

#[derive(Default)]
struct Module {
    exports: Exports,
    sections: BTreeMap<String, Vec<u8>>,
    foreign: Vec<String>,
}

impl Runtime for ModuleReader {
    fn compile(&self, bytes: &[u8]) -> Result<Arc<dyn Program>, InvalidModule> {
        let module = read(bytes).map_err(|error| InvalidModule {
            code: ErrorCode::CanisterInvalidWasm,
            reasons: vec![error.message().to_owned()],
        })?;
        match module.foreign.is_empty() {
            true => Ok(Arc::new(module)),
            false => {
                Err(InvalidModule { code: ErrorCode::CanisterInvalidWasm, reasons: module.foreign })
            }
        }
    }
}

fn read(bytes: &[u8]) -> Result<Module, BinaryReaderError> {
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    module.import(import?.module);
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    module.export(export?.name);
                }
            }
            Payload::CustomSection(section) => {
                let name = section.name().trim_start_matches("icp:public ");
                let name = name.trim_start_matches("icp:private ").to_owned();
                module.sections.insert(name, section.data().to_vec());
            }
            _ => {}
        }
    }
    Ok(module)
}

impl Module {
    fn import(&mut self, module: &str) {
        if module != "ic0" {
            let count = self.foreign.len() + 1;
            self.foreign.push(format!("import {count} is from `{module}`, expected `ic0`"));
        }
    }

    fn export(&mut self, name: &str) {
        let exports = &mut self.exports;
        for (prefix, methods) in [
            ("canister_update ", &mut exports.updates),
            ("canister_query ", &mut exports.queries),
            ("canister_composite_query ", &mut exports.composite_queries),
        ] {
            methods.extend(name.strip_prefix(prefix).map(str::to_owned));
        }
    }
}

impl Program for Module {
    fn exports(&self) -> &Exports {
        &self.exports
    }

    fn hash(&self) -> [u8; 32] {
        [0; 32]
    }

    fn stored_size(&self) -> Bytes {
        Bytes::ZERO
    }

    fn compile_cost(&self) -> Instructions {
        Instructions::ZERO
    }

    fn metadata(&self, name: &str) -> Option<&[u8]> {
        self.sections.get(name).map(Vec::as_slice)
    }

    fn instantiate(&self) -> Result<Box<dyn Instance>, Failure> {
        let message = "this runtime only reads modules".to_owned();
        Err(Failure { code: ErrorCode::CanisterWasmEngineError, message })
    }
}

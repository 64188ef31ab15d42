//! Modules in text form.
//!
//! There are two ways to write an element segment of functions for table 0 in binary; recordings
//! were made with tools that chose the shorter one, and the size of a module is charged for.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{ElementSection, Module};

/// Reads a module in text form.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn binary(text: &str) -> Result<Vec<u8>, String> {
    let module =
        wat::parse_str(text).map_err(|error| format!("the text module cannot be read: {error}"))?;
    let mut short = Module::new();
    match Shorten.parse_core_module(&mut short, wasmparser::Parser::new(0), &module) {
        Ok(()) => Ok(short.finish()),
        // Whatever cannot be written anew is refused, or not, as it stands.
        Err(_) => Ok(module),
    }
}

struct Shorten;

impl Reencode for Shorten {
    type Error = std::convert::Infallible;

    fn parse_element(
        &mut self,
        elements: &mut ElementSection,
        mut element: wasmparser::Element<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if let wasmparser::ElementKind::Active { table_index, .. } = &mut element.kind
            && *table_index == Some(0)
            && matches!(element.items, wasmparser::ElementItems::Functions(_))
        {
            *table_index = None;
        }
        wasm_encoder::reencode::utils::parse_element(self, elements, element)
    }
}

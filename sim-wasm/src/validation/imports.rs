//! Imports: functions of the System API with their own types, and nothing else.

use super::Reasons;
use crate::api::{MODULE, signature};
use crate::facts::Facts;
use wasmparser::{ImportSectionReader, TypeRef};

/// Names that are listed.
const MAX_NAMES: usize = 100;

/// Reads the import section.
pub(super) fn read(
    section: ImportSectionReader<'_>,
    facts: &mut Facts,
    reasons: &mut Reasons,
) -> wasmparser::Result<()> {
    for import in section.into_imports() {
        let import = import?;
        let TypeRef::Func(ty) = import.ty else {
            reasons.add(format!("it imports {}.{}: not a function", import.module, import.name));
            continue;
        };
        facts.functions.push(ty);
        facts.imported_functions += 1;
        facts.imports.push((import.module.to_owned(), import.name.to_owned()));
    }
    Ok(())
}

/// Checks the imports once the width of addresses is known, on which their types depend. What
/// cannot be imported is listed with all its names.
pub(super) fn check(facts: &Facts, reasons: &mut Reasons) {
    let mut unknown = Vec::new();
    for ((module, name), index) in facts.imports.iter().zip(0..) {
        let known = if module == MODULE { signature(name) } else { None };
        let wasm64 = facts.is_wasm64();
        let Some(signature) = known.filter(|signature| signature.exists(wasm64)) else {
            unknown.push(format!("{module}.{name}"));
            continue;
        };
        if !facts.function_type(index).is_some_and(|found| signature.matches(found, wasm64)) {
            reasons.add(format!("it imports {MODULE}.{name} with a wrong type"));
        }
    }
    if !unknown.is_empty() {
        let more = unknown.len().saturating_sub(MAX_NAMES);
        unknown.truncate(MAX_NAMES);
        let names = unknown.join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        reasons.add(format!("it imports what is not provided: {names}{more}"));
    }
}

//! Imports: functions of the System API with their own types, and nothing else.

use super::Reasons;
use crate::api::{MODULE, signature};
use crate::facts::Facts;
use wasmparser::{Import, ImportSectionReader, TypeRef};

/// Reads the import section. What cannot be imported is listed with all its names.
pub(super) fn read(
    section: ImportSectionReader<'_>,
    facts: &mut Facts,
    reasons: &mut Reasons,
) -> wasmparser::Result<()> {
    let mut unknown = Vec::new();
    for import in section.into_imports() {
        let import = import?;
        let TypeRef::Func(ty) = import.ty else {
            reasons.add(format!("it imports {}.{}: not a function", import.module, import.name));
            continue;
        };
        facts.functions.push(ty);
        facts.imported_functions += 1;
        facts.imports.push(import.name.to_owned());
        check(&import, ty, facts, &mut unknown, reasons);
    }
    if !unknown.is_empty() {
        reasons.add(format!("it imports what is not provided: {}", unknown.join(", ")));
    }
    Ok(())
}

fn check(
    import: &Import<'_>,
    ty: u32,
    facts: &Facts,
    unknown: &mut Vec<String>,
    reasons: &mut Reasons,
) {
    let known = if import.module == MODULE { signature(import.name) } else { None };
    let Some(signature) = known else {
        unknown.push(format!("{}.{}", import.module, import.name));
        return;
    };
    if !facts.types.get(ty as usize).is_some_and(|found| signature.matches(found)) {
        reasons.add(format!("it imports {MODULE}.{} with a wrong type", import.name));
    }
}

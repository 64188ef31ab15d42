//! Reading files of cases.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The cases of a file, and the folder their modules are looked up in.
pub(super) struct Recordings {
    pub(super) path: PathBuf,
    /// What the file says beside its cases.
    pub(super) whole: Value,
    pub(super) cases: Vec<Value>,
    pub(super) folder: PathBuf,
}

/// Reads a file: an object with `cases`, or one case by itself.
///
/// # Errors
/// It cannot be read, is no JSON, or holds no cases.
pub(super) fn read(path: &Path) -> Result<Recordings, String> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let mut whole: Value = serde_json::from_str(&text).map_err(|error| {
        format!("{shown}:{}:{}: this is no JSON: {error}", error.line(), error.column())
    })?;
    let cases = cases(&mut whole).map_err(|problem| format!("{shown}: {problem}"))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    // Modules are named by their files alone, and may lie in a folder of their own.
    Ok(Recordings { path: path.to_owned(), whole, cases, folder })
}

fn cases(whole: &mut Value) -> Result<Vec<Value>, String> {
    let Some(fields) = whole.as_object_mut() else {
        return Err("expected an object with `cases` or with `steps`".to_owned());
    };
    let cases = match fields.remove("cases") {
        Some(Value::Array(cases)) => cases,
        Some(other) => return Err(format!("`cases`: expected a list, found {other}")),
        None if fields.contains_key("steps") => vec![std::mem::take(whole)],
        None => return Err("expected an object with `cases` or with `steps`".to_owned()),
    };
    match cases.iter().position(|case| !case.is_object()) {
        Some(place) => Err(format!("`cases[{place}]`: expected an object, found {}", cases[place])),
        None if cases.is_empty() => Err("`cases` is empty: there is nothing to run".to_owned()),
        None => Ok(cases),
    }
}

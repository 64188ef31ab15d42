//! Reading files of cases.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The cases of a file, and the folder their modules are looked up in.
pub(super) struct Recordings {
    pub(super) cases: Vec<Value>,
    pub(super) folder: PathBuf,
}

/// Reads a file: an object with `cases`, or one case by itself.
pub(super) fn read(path: &Path) -> Result<Recordings, String> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let mut whole: Value = serde_json::from_str(&text).map_err(|error| {
        format!("{shown}:{}:{}: this is no JSON: {error}", error.line(), error.column())
    })?;
    let cases = match whole["cases"].take() {
        Value::Array(cases) => cases,
        _ if whole["steps"].is_array() => vec![whole],
        _ => return Err(format!("{shown}: expected an object with `cases` or with `steps`")),
    };
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Recordings { cases, folder })
}

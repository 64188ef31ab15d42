//! The canister modules: read, translated from text if need be, and compiled once each.

use crate::diagnostics::Mistake;
use sim_core::runtime::{Program, Runtime};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use toml::Spanned;

/// Compiled modules by path.
pub(super) struct Modules<'a> {
    folder: &'a Path,
    runtime: &'a dyn Runtime,
    compiled: BTreeMap<String, Result<Arc<dyn Program>, Mistake>>,
}

impl<'a> Modules<'a> {
    /// No modules yet; paths are relative to `folder`.
    pub(super) fn new(folder: &'a Path, runtime: &'a dyn Runtime) -> Self {
        Modules { folder, runtime, compiled: BTreeMap::new() }
    }

    /// The program at a path, or what is wrong with it.
    pub(super) fn program(&mut self, wasm: &Spanned<String>) -> Result<Arc<dyn Program>, Mistake> {
        let written = wasm.get_ref();
        if !self.compiled.contains_key(written) {
            let result = self.compile(written);
            self.compiled.insert(written.clone(), result);
        }
        match &self.compiled[written] {
            Ok(program) => Ok(program.clone()),
            Err(mistake) => Err(Mistake { span: Some(wasm.span()), ..mistake.clone() }),
        }
    }

    /// The program at a path if it compiled before.
    pub(super) fn known(&self, wasm: &str) -> Option<Arc<dyn Program>> {
        self.compiled.get(wasm)?.clone().ok()
    }

    fn compile(&self, written: &str) -> Result<Arc<dyn Program>, Mistake> {
        let path = self.folder.join(written);
        let bytes = std::fs::read(&path).map_err(|error| unreadable(written, &path, &error))?;
        let bytes = binary(bytes, written)?;
        self.runtime.compile(&bytes).map_err(|invalid| {
            Mistake::new(format!("the module `{written}` is refused"))
                .label("this module")
                .help(bullets(&invalid.reasons))
        })
    }
}

fn binary(bytes: Vec<u8>, written: &str) -> Result<Vec<u8>, Mistake> {
    if !written.ends_with(".wat") {
        return Ok(bytes);
    }
    wat::Parser::new()
        .parse_bytes(Some(Path::new(written)), &bytes)
        .map(|binary| binary.into_owned())
        .map_err(|error| {
            Mistake::new(format!("the module `{written}` is no Wasm text"))
                .label("this module")
                .help(error.to_string())
        })
}

fn bullets(reasons: &[String]) -> String {
    match reasons {
        [one] => one.clone(),
        many => many.iter().map(|reason| format!("- {reason}")).collect::<Vec<_>>().join("\n"),
    }
}

fn unreadable(written: &str, path: &Path, error: &std::io::Error) -> Mistake {
    if error.kind() != std::io::ErrorKind::NotFound {
        return Mistake::new(format!("the module `{written}` cannot be read: {error}"));
    }
    let mistake = Mistake::new(format!("there is no module `{written}`")).label("no such file");
    let folder = path.parent().unwrap_or(Path::new("."));
    match neighbour(path) {
        Some(near) => mistake.help(format!(
            "did you mean `{}`? Paths are relative to the scenario file",
            Path::new(written).with_file_name(near).display()
        )),
        None => mistake.help(format!(
            "paths are relative to the scenario file: looked into `{}`",
            folder.display()
        )),
    }
}

/// The name of the file beside `path` whose name is most like it.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(path.parent()?).ok()?;
    let is_module = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat")
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_module)
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    crate::diagnostics::nearest(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

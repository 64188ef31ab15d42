//! `icsim inspect`.

use super::arguments::InspectArguments;
use crate::run::exit::Exit;
use sim_core::profile::Profile;
use sim_core::runtime::{Exports, InvalidModule};
use sim_core::units::Bytes;
use sim_wasm::inspection::{self, Inspection, MemoryShape, Parts};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// Columns of a list.
const WIDTH: usize = 100;
/// Columns before what is said about something.
const INDENT: usize = 18;

/// Prints what a module is made of, or why it would be refused.
pub(super) fn inspect(arguments: &InspectArguments) -> Exit {
    let path = &arguments.module;
    let module = match read(path) {
        Ok(module) => module,
        Err(error) => {
            eprintln!("icsim: {error}");
            return Exit::WrongInput;
        }
    };
    // The arguments allow known profiles only.
    let profile = Profile::named(&arguments.profile).unwrap_or_default();
    let inspection = inspection::inspect(&module, &profile);
    // A closed pipe is no reason to fail: there is nobody left to tell.
    let _ = std::io::stdout().write_all(page(path, &inspection).as_bytes());
    if inspection.parts.is_ok() { Exit::Good } else { Exit::WrongInput }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    if path.extension().is_none_or(|extension| extension != "wat") {
        return Ok(bytes);
    }
    let binary = wat::Parser::new().parse_bytes(Some(path), &bytes);
    binary.map(|binary| binary.into_owned()).map_err(|error| error.to_string())
}

fn page(path: &Path, inspection: &Inspection) -> String {
    let mut lines = vec![path.display().to_string(), String::new()];
    let size = bytes(inspection.size);
    lines.push(field(
        "size",
        &match inspection.unpacked {
            Some(unpacked) => format!("{size}, {} unpacked", bytes(unpacked)),
            None => size,
        },
    ));
    lines.push(field("SHA-256", &hexadecimal(&inspection.hash)));
    match &inspection.parts {
        Ok(parts) => show(parts, &mut lines),
        Err(invalid) => refuse(invalid, &mut lines),
    }
    lines.join("\n") + "\n"
}

fn show(parts: &Parts, lines: &mut Vec<String>) {
    let (functions, globals) = (grouped(parts.functions), grouped(parts.globals));
    lines.push(field("stored", &format!("{} of the canister's memory", bytes(parts.stored_size))));
    lines
        .push(field("compilation", &format!("{} instructions", grouped(parts.compile_cost.get()))));
    lines.push(field("memory", &parts.memory.map_or("none".to_owned(), memory)));
    lines.push(field("defines", &format!("{functions} functions, {globals} globals")));
    lines.push(list("features", parts.features.iter().copied()));
    lines.push(list("hooks", hooks(&parts.exports)));
    lines.push(list("updates", names(&parts.exports.updates)));
    lines.push(list("queries", names(&parts.exports.queries)));
    lines.push(list("composite queries", names(&parts.exports.composite_queries)));
    lines.push(list("imports", parts.imports.iter().map(String::as_str)));
    let metadata = parts.metadata.iter().map(|(name, size)| format!("{name} ({})", bytes(*size)));
    let metadata: Vec<String> = metadata.collect();
    lines.push(list("metadata", metadata.iter().map(String::as_str)));
}

fn refuse(invalid: &InvalidModule, lines: &mut Vec<String>) {
    lines.push(field("refused", &invalid.code.to_string()));
    lines.push(String::new());
    lines.extend(invalid.reasons.iter().map(|reason| format!("- {reason}")));
}

fn names(methods: &std::collections::BTreeSet<String>) -> impl Iterator<Item = &str> {
    methods.iter().map(String::as_str)
}

/// The entry points that are no methods.
fn hooks(exports: &Exports) -> impl Iterator<Item = &'static str> {
    let hooks = [
        (exports.start, "start"),
        (exports.init, "init"),
        (exports.pre_upgrade, "pre_upgrade"),
        (exports.post_upgrade, "post_upgrade"),
        (exports.heartbeat, "heartbeat"),
        (exports.global_timer, "global_timer"),
        (exports.inspect_message, "inspect_message"),
        (exports.on_low_wasm_memory, "on_low_wasm_memory"),
    ];
    hooks.into_iter().filter_map(|(exported, name)| exported.then_some(name))
}

fn memory(shape: MemoryShape) -> String {
    let bits = if shape.wasm64 { 64 } else { 32 };
    let most = match shape.maximum {
        Some(pages) => format!("at most {}", grouped(pages)),
        None => "no maximum".to_owned(),
    };
    format!("{bits}-bit addresses, {} pages of 64 KiB at first, {most}", grouped(shape.initial))
}

fn field(name: &str, text: &str) -> String {
    format!("{name:INDENT$}{text}")
}

/// A list that is broken into lines.
fn list<'a>(name: &str, items: impl Iterator<Item = &'a str>) -> String {
    let mut lines = vec![String::new()];
    let mut items = items.peekable();
    while let Some(item) = items.next() {
        let comma = if items.peek().is_some() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = format!("{item}{comma}"),
            Some(line) if INDENT + line.len() + item.len() + 2 <= WIDTH => {
                *line += &format!(" {item}{comma}");
            }
            _ => lines.push(format!("{item}{comma}")),
        }
    }
    if lines.iter().all(String::is_empty) {
        return field(name, "none");
    }
    field(name, &lines.join(&format!("\n{:INDENT$}", "")))
}

fn bytes(size: Bytes) -> String {
    format!("{} bytes", grouped(size.get()))
}

/// A number with a comma between each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        let texts: Vec<String> = [0, 999, 1_000, 1_234_567].map(grouped).into();
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn long_lists_are_broken_at_commas() {
        let text = list("names", ["a".repeat(50), "b".repeat(50)].iter().map(String::as_str));
        let expected = format!("{:18}{},\n{:18}{}", "names", "a".repeat(50), "", "b".repeat(50));
        assert_eq!(text, expected);
    }
}

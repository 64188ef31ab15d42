//! Exports: the entry points of a canister, each with the right type and only once.

use super::Reasons;
use crate::facts::Facts;
use crate::transform::RESERVED;
use sim_core::profile::Limits;
use std::collections::BTreeSet;
use wasmparser::{ExportSectionReader, ExternalKind};

/// Exported methods a module may have (`rs/config/src/embedders.rs`).
const MAX_METHODS: u64 = 1_000;
/// Bytes of all their names (same file).
const MAX_METHOD_NAMES: u64 = 20_000;

/// Names the network exports itself (`RESERVED_SYMBOLS`,
/// `rs/embedders/src/wasm_utils/validation.rs`).
const NAMES: [&str; 6] = [
    "canister counter_instructions",
    "canister counter_dirty_pages",
    "canister counter_accessed_pages",
    "canister_start",
    "stable_memory",
    "stable_bytemap_memory",
];

/// Reads the export section.
pub(super) fn read(
    section: ExportSectionReader<'_>,
    facts: &mut Facts,
    reasons: &mut Reasons,
) -> wasmparser::Result<()> {
    for export in section {
        let export = export?;
        if export.name.starts_with(RESERVED) || NAMES.contains(&export.name) {
            reasons.add(format!("it exports the reserved name {:?}", export.name));
        }
        match export.kind {
            ExternalKind::Func => read_function(export.name, export.index, facts, reasons),
            ExternalKind::Global => facts.exported_globals.push(export.index),
            _ => {}
        }
    }
    Ok(())
}

fn read_function(name: &str, index: u32, facts: &mut Facts, reasons: &mut Reasons) {
    if !name.starts_with("canister_") {
        return;
    }
    if !enter(name, facts) {
        reasons.add(format!("it exports {name:?}, which is no entry point"));
        return;
    }
    facts.entry_names.insert(name.to_owned());
    let ty = facts.function_type(index);
    if ty.is_some_and(|ty| !ty.params().is_empty() || !ty.results().is_empty()) {
        reasons.add(format!("the entry point {name:?} has parameters or results"));
    }
}

/// Notes an entry point; false if there is none of that name.
fn enter(name: &str, facts: &mut Facts) -> bool {
    let exports = &mut facts.exports;
    if let Some((kind, method)) = name.split_once(' ') {
        let methods = match kind {
            "canister_update" => &mut exports.updates,
            "canister_query" => &mut exports.queries,
            "canister_composite_query" => &mut exports.composite_queries,
            _ => return false,
        };
        methods.insert(method.to_owned());
        return true;
    }
    let hook = match name {
        "canister_init" => &mut exports.init,
        "canister_pre_upgrade" => &mut exports.pre_upgrade,
        "canister_post_upgrade" => &mut exports.post_upgrade,
        "canister_heartbeat" => &mut exports.heartbeat,
        "canister_global_timer" => &mut exports.global_timer,
        "canister_inspect_message" => &mut exports.inspect_message,
        "canister_on_low_wasm_memory" => &mut exports.on_low_wasm_memory,
        _ => return false,
    };
    *hook = true;
    true
}

/// Checks what only shows when all exports are known.
pub(super) fn check(facts: &Facts, limits: &Limits, reasons: &mut Reasons) {
    let exports = &facts.exports;
    if exports.on_low_wasm_memory && !limits.low_memory_hook {
        reasons.add("it exports \"canister_on_low_wasm_memory\", which was no entry point yet");
    }
    let kinds = [&exports.updates, &exports.queries, &exports.composite_queries];
    let mut seen = BTreeSet::new();
    for method in kinds.into_iter().flatten() {
        if !seen.insert(method) {
            reasons.add(format!("the method {method:?} is exported more than once"));
        }
    }
    reasons.limit("exported methods", seen.len() as u64, MAX_METHODS);
    let bytes = seen.iter().map(|method| method.len() as u64).sum();
    reasons.limit("bytes of method names", bytes, MAX_METHOD_NAMES);
}

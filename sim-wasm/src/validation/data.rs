//! Data segments: where they lie, and what remains of them once the heap is filled.
//!
//! The network writes active segments into the initial heap itself and takes them out of the module
//! before it is compiled. It can do so where the offset is a constant, and what it takes off the
//! end of the section leaves code that names such a segment without it
//! (`rs/embedders/src/wasm_utils/instrumentation.rs`).

use super::Reasons;
use crate::facts::Facts;
use crate::host::WASM_PAGE;
use wasmparser::{ConstExpr, DataKind, DataSectionReader, Operator};

/// The data segments of one module.
#[derive(Debug, Default)]
pub(super) struct Segments {
    count: u32,
    /// Number of segments without the active ones at the end.
    pub(super) kept: u32,
}

impl Segments {
    /// Reads the data section.
    pub(super) fn read(
        &mut self,
        section: DataSectionReader<'_>,
        facts: &Facts,
        reasons: &mut Reasons,
    ) -> wasmparser::Result<()> {
        for segment in section {
            let segment = segment?;
            let index = self.count;
            self.count += 1;
            match segment.kind {
                DataKind::Passive => self.kept = self.count,
                DataKind::Active { offset_expr, .. } => {
                    let Some(offset) = constant(&offset_expr)? else {
                        reasons.add(format!("the offset of data segment {index} is no constant"));
                        continue;
                    };
                    check_bounds(index, offset, segment.data.len(), facts, reasons);
                }
            }
        }
        Ok(())
    }
}

fn check_bounds(index: u32, offset: u64, len: usize, facts: &Facts, reasons: &mut Reasons) {
    let pages = facts.memories.first().map_or(0, |memory| memory.initial);
    let size = pages.saturating_mul(WASM_PAGE);
    if offset.checked_add(len as u64).is_none_or(|end| end > size) {
        reasons.add(format!("data segment {index} lies outside of the initial memory"));
    }
}

/// The value of an expression that is a single constant.
fn constant(expression: &ConstExpr<'_>) -> wasmparser::Result<Option<u64>> {
    let mut reader = expression.get_operators_reader();
    let value = match reader.read()? {
        Operator::I32Const { value } => u64::from(value as u32),
        Operator::I64Const { value } => value as u64,
        _ => return Ok(None),
    };
    Ok(matches!(reader.read()?, Operator::End).then_some(value))
}

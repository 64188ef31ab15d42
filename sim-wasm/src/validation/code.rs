//! Function bodies: how long, how complex, and which data segments they use.

use super::Reasons;
use crate::facts::Facts;
use crate::operators::Weights;
use sim_core::profile::Limits;
use std::collections::BTreeSet;
use wasmparser::{FunctionBody, Operator};

/// How much work operators are to compile, in the network's estimate; those not listed are one
/// (`wasm_function_complexity`, `rs/embedders/src/wasm_utils/validation.rs`).
const COMPLEXITY: &[(u64, &str)] = &[
    (50, "block loop if br br_if br_table call call_indirect memory.grow table.grow"),
    (14, "table.get"),
    (8, "ref.func"),
    (7, "table.set"),
    (6, "ref.is_null"),
    (5, "table.fill i64.extend_i32_s i64.extend_i32_u f32.demote_f64"),
    (5, "i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u"),
    (5, "i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u"),
    (5, "f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s f32.convert_i64_u"),
    (5, "f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u"),
    (4, "f32.neg f32.abs f64.neg f64.abs table.copy table.init memory.copy"),
    (3, "f32.copysign f64.copysign f64.eq memory.fill"),
    (3, "i32.rem_u i32.rem_s i64.rem_u i64.rem_s i32.div_u i32.div_s i64.div_u i64.div_s"),
    (3, "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u"),
    (3, "i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u"),
    (3, "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u"),
    (3, "i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u"),
    (2, "global.get i32.popcnt i64.popcnt select memory.size f64.promote_f32 i32.wrap_i64"),
    (2, "i32.store i32.store16 i32.store8 i64.store i64.store32 i64.store16 i64.store8"),
    (2, "f32.store f64.store"),
    (2, "i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s"),
    (2, "i32.ge_u"),
    (2, "i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s"),
    (2, "i64.ge_u"),
    (2, "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.ne f64.lt f64.gt f64.le f64.ge"),
    (2, "f32.ceil f64.ceil f32.floor f64.floor f32.sqrt f64.sqrt f32.trunc f64.trunc"),
    (2, "i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32 f64.reinterpret_i64"),
    (2, "i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s"),
];

fn complexity_of(name: &str) -> u64 {
    let mut rows = COMPLEXITY.iter();
    let row = rows.find(|(_, names)| names.split_whitespace().any(|listed| listed == name));
    row.map_or(1, |(complexity, _)| *complexity)
}

/// Complexities in a form that is fast to look up.
pub(crate) fn complexities() -> Weights {
    Weights::by_name(complexity_of, 1)
}

/// What function bodies add up to.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    /// Bodies looked at so far.
    count: u32,
    /// One more than the largest index of a data segment that code names.
    pub(super) data_segments: u32,
    /// Operators in use that change tables, by name.
    pub(super) table_writes: BTreeSet<&'static str>,
}

/// The name of an operator that changes a table.
fn table_write(operator: &Operator<'_>) -> Option<&'static str> {
    Some(match operator {
        Operator::TableSet { .. } => "table.set",
        Operator::TableGrow { .. } => "table.grow",
        Operator::TableFill { .. } => "table.fill",
        Operator::TableCopy { .. } => "table.copy",
        Operator::TableInit { .. } => "table.init",
        _ => return None,
    })
}

impl Bodies {
    /// Looks through one body.
    pub(super) fn read(
        &mut self,
        body: &FunctionBody<'_>,
        facts: &Facts,
        (limits, complexities): (&Limits, &Weights),
        reasons: &mut Reasons,
    ) -> wasmparser::Result<()> {
        let (mut operators, mut complexity) = (0, 0);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let operator = reader.read()?;
            operators += 1;
            complexity += complexities.of(&operator);
            self.table_writes.extend(table_write(&operator));
            if let Operator::MemoryInit { data_index, .. } | Operator::DataDrop { data_index } =
                operator
            {
                self.data_segments = self.data_segments.max(data_index.saturating_add(1));
            }
        }
        let index = facts.imported_functions + self.count;
        self.count += 1;
        let what = format!("operators in function {index}");
        reasons.limit(&what, operators, limits.function_operators);
        if complexity > limits.function_complexity {
            let limit = limits.function_complexity;
            reasons
                .add(format!("function {index} has complexity {complexity}, the limit is {limit}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::is_operator;

    #[test]
    fn every_operator_with_a_complexity_exists() {
        let names = COMPLEXITY.iter().flat_map(|(_, names)| names.split_whitespace());
        let unknown: Vec<_> = names.filter(|name| !is_operator(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

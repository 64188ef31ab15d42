//! Initial values of globals.

use wasmi::{F32, F64, Val};
use wasmparser::{ConstExpr, Operator};

/// The value of an expression that is a single number.
pub(super) fn constant(expression: &ConstExpr<'_>) -> wasmparser::Result<Option<Val>> {
    let mut reader = expression.get_operators_reader();
    let value = match reader.read()? {
        Operator::I32Const { value } => Val::I32(value),
        Operator::I64Const { value } => Val::I64(value),
        Operator::F32Const { value } => Val::F32(F32::from_bits(value.bits())),
        Operator::F64Const { value } => Val::F64(F64::from_bits(value.bits())),
        Operator::V128Const { value } => Val::V128(u128::from_le_bytes(*value.bytes()).into()),
        _ => return Ok(None),
    };
    Ok(matches!(reader.read()?, Operator::End).then_some(value))
}

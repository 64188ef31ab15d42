//! How many operands an operator takes and results it leaves.

use crate::facts::Facts;
use wasmparser::{
    BlockType, ContType, FrameKind, FuncType, ModuleArity, Operator, RefType, SubType,
};

/// Operands and results of an operator that is not control.
pub(super) fn arity(operator: &Operator<'_>, facts: &Facts) -> Option<(u32, u32)> {
    let of = |ty: &FuncType, more| (ty.params().len() as u32 + more, ty.results().len() as u32);
    match operator {
        Operator::Call { function_index } => {
            facts.function_type(*function_index).map(|ty| of(ty, 0))
        }
        Operator::CallIndirect { type_index, .. } => {
            facts.types.get(*type_index as usize).map(|ty| of(ty, 1))
        }
        operator => fixed_arity(operator),
    }
}

/// The same, where it does not depend on the module.
pub(super) fn fixed_arity(operator: &Operator<'_>) -> Option<(u32, u32)> {
    operator.operator_arity(&NoModule)
}

/// Knows nothing: for operators whose arity does not depend on the module.
struct NoModule;

impl ModuleArity for NoModule {
    fn sub_type_at(&self, _: u32) -> Option<&SubType> {
        None
    }

    fn tag_type_arity(&self, _: u32) -> Option<(u32, u32)> {
        None
    }

    fn type_index_of_function(&self, _: u32) -> Option<u32> {
        None
    }

    fn func_type_of_cont_type(&self, _: &ContType) -> Option<&FuncType> {
        None
    }

    fn sub_type_of_ref_type(&self, _: &RefType) -> Option<&SubType> {
        None
    }

    fn control_stack_height(&self) -> u32 {
        0
    }

    fn label_block(&self, _: u32) -> Option<(BlockType, FrameKind)> {
        None
    }
}

//! Checks at start-up that the interpreter still behaves as results depend on it to: an upgrade or
//! a lost crate feature must not change them in silence.

use crate::failure::engine_error;
use crate::live::Live;
use crate::program::CompiledProgram;
use crate::rules::Rules;
use sim_core::runtime::{Failure, InvalidModule};
use std::sync::Arc;
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection, GlobalSection,
    GlobalType, Module, TypeSection, ValType,
};
use wasmi::Val;

/// The interpreter does not compute what it should.
#[derive(Debug, thiserror::Error)]
pub enum BrokenInterpreter {
    /// The test module was refused.
    #[error(transparent)]
    Refused(#[from] InvalidModule),
    /// The test module could not be run.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// A result is wrong.
    #[error("the interpreter computes {what} as {found:#x} instead of {expected:#x}")]
    Wrong {
        /// What was computed.
        what: &'static str,
        /// The result.
        found: u64,
        /// What it has to be.
        expected: u64,
    },
}

/// `0/0` has to be the canonical NaN on every machine.
const CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

/// A module whose one method leaves 0/0 and the result of `eqz; select` in its globals.
fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut globals = GlobalSection::new();
    let mutable = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    globals.global(mutable, &ConstExpr::i64_const(0));
    globals.global(mutable, &ConstExpr::i64_const(0));
    let mut exports = ExportSection::new();
    exports.export("canister_update test", ExportKind::Func, 0);
    let mut code = CodeSection::new();
    code.function(&body());
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&globals).section(&exports).section(&code);
    module.finish()
}

fn body() -> Function {
    let mut function = Function::new([(2, ValType::I32), (1, ValType::F64)]);
    let mut sink = function.instructions();
    sink.local_get(2).local_get(2).f64_div().i64_reinterpret_f64().global_set(0);
    // The value compared is in a local, another one was computed last: see `transform::code`.
    sink.local_get(0).i32_const(3).i32_add().local_set(1);
    sink.i64_const(1).i64_const(2).local_get(0).i32_eqz().select().global_set(1);
    sink.end();
    function
}

/// Runs the test module through the whole pipeline.
pub(crate) fn check(rules: &Arc<Rules>) -> Result<(), BrokenInterpreter> {
    let program = CompiledProgram::new(&module(), rules.clone())?;
    let mut live = Live::new(&program)?;
    live.set_counter(1_000_000)?;
    let function = live.entry(0).ok_or_else(|| engine_error("the test method is missing"))?;
    function.call(&mut live.store, &[], &mut []).map_err(engine_error)?;
    let mut globals = Vec::new();
    live.save_globals(&mut globals);
    expect("0/0", globals.first(), CANONICAL_NAN)?;
    expect("a select after eqz", globals.get(1), 1)
}

fn expect(what: &'static str, found: Option<&Val>, expected: u64) -> Result<(), BrokenInterpreter> {
    let found = match found {
        Some(Val::I64(value)) => *value as u64,
        _ => 0,
    };
    if found == expected { Ok(()) } else { Err(BrokenInterpreter::Wrong { what, found, expected }) }
}

//! The module the interpreter is examined with.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, HeapType, InstructionSink, Module, RefType, TableSection, TableType,
    TypeSection, ValType,
};

/// The method that leaves values of doubtful operators in the globals.
pub(super) const VALUES: &str = "values";
/// The method that loops, calls, and skips a branch.
pub(super) const COUNT: &str = "count";
/// The method that adds one to the global [`GROWN`], then grows the table.
pub(super) const GROW: &str = "grow";

/// What [`VALUES`] leaves in the globals, from the first on.
pub(super) const EXPECTED: [(&str, u64); 6] = [
    // The canonical NaN, on every machine.
    ("0/0", 0x7ff8_0000_0000_0000),
    ("0/0 in single precision", 0x7fc0_0000),
    ("0/0 in a vector", 0x7ff8_0000_0000_0000),
    ("a select after eqz", 1),
    ("a select after eq", 1),
    ("a select after ne", 2),
];
/// The global that counts how often [`GROW`] began.
pub(super) const GROWN: usize = EXPECTED.len();

/// Under the weights of 2026: one for entering the function; five times 4 for adding one to a local,
/// 5 for the call, 1 for the function called and 5 for the test; 4 for the branch that is skipped.
pub(super) const COUNTED: u64 = 1 + 5 * (4 + 5 + 1 + 5) + 4;
/// Under the weights of 2026: one for entering the function, 6 for the global, 303 for the table.
pub(super) const GROWING: u64 = 1 + 6 + 303;

/// The module, in binary.
pub(super) fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for body in [values(), count(), grow(), empty()] {
        functions.function(0);
        code.function(&body);
    }
    let mut exports = ExportSection::new();
    for (method, function) in [VALUES, COUNT, GROW].into_iter().zip(0..) {
        exports.export(&format!("canister_update {method}"), ExportKind::Func, function);
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&table()).section(&globals());
    module.section(&exports).section(&code);
    module.finish()
}

fn table() -> TableSection {
    let mut tables = TableSection::new();
    let element_type = RefType::FUNCREF;
    tables.table(TableType {
        element_type,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    tables
}

fn globals() -> GlobalSection {
    let mut globals = GlobalSection::new();
    let mutable = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
    (0..=GROWN).for_each(|_| {
        globals.global(mutable, &ConstExpr::i64_const(0));
    });
    globals
}

fn values() -> Function {
    let locals = [(2, ValType::I32), (1, ValType::F64), (1, ValType::F32), (1, ValType::V128)];
    let mut function = Function::new(locals);
    let mut sink = function.instructions();
    sink.local_get(2).local_get(2).f64_div().i64_reinterpret_f64().global_set(0);
    sink.local_get(3).local_get(3).f32_div().i32_reinterpret_f32().i64_extend_i32_u().global_set(1);
    sink.local_get(4).local_get(4).f64x2_div().i64x2_extract_lane(0).global_set(2);
    select(&mut sink, 3, |sink| sink.i32_eqz());
    select(&mut sink, 4, |sink| sink.i32_const(0).i32_eq());
    select(&mut sink, 5, |sink| sink.i32_const(0).i32_ne());
    sink.end();
    function
}

/// Selects by a test of local 0, which is zero. Local 1 was computed last and is not: see
/// `transform::code`.
fn select<'a>(
    sink: &mut InstructionSink<'a>,
    global: u32,
    test: impl for<'b> FnOnce(&'b mut InstructionSink<'a>) -> &'b mut InstructionSink<'a>,
) {
    sink.local_get(0).i32_const(3).i32_add().local_set(1);
    sink.i64_const(1).i64_const(2).local_get(0);
    test(sink).select().global_set(global);
}

fn count() -> Function {
    let mut function = Function::new([(1, ValType::I32)]);
    let mut sink = function.instructions();
    sink.loop_(BlockType::Empty);
    sink.local_get(0).i32_const(1).i32_add().local_set(0);
    sink.call(3);
    sink.local_get(0).i32_const(5).i32_lt_u().br_if(0).end();
    sink.local_get(0).i32_eqz().if_(BlockType::Empty).i32_const(7).local_set(0).end();
    sink.end();
    function
}

fn grow() -> Function {
    let global = GROWN as u32;
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.global_get(global).i64_const(1).i64_add().global_set(global);
    // So many that moving them would cost fuel, if it cost anything.
    sink.ref_null(HeapType::FUNC).i32_const(1_000).table_grow(0).drop();
    sink.end();
    function
}

fn empty() -> Function {
    let mut function = Function::new([]);
    function.instructions().end();
    function
}

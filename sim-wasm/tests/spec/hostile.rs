//! Code that means harm: each a clean error, in bounded time and memory.

use crate::kit::{Canister, compile, compile_under, profile, scenario_canister, update, wat};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry, Instance};
use sim_core::units::Bytes;
use std::io::Write;

fn go(body: &str) -> String {
    format!(r#"(module (memory 1) (func $go (export "canister_update go") {body}))"#)
}

/// How `go` ends that does `body`, and the instructions it used.
fn run(body: &str) -> (ErrorCode, u64) {
    let mut canister = Canister::wat(&go(body)).limited(10_000_000, 1_000_000);
    let finished = canister.run(update("go", b""));
    (finished.outcome.expect_err("fails").code, finished.instructions.get())
}

#[test]
fn recursion_without_end_overflows_the_stack() {
    // Each level costs one for its entry and five for the call; the depth is the profile's.
    assert_eq!(run("(call $go)"), (ErrorCode::CanisterTrapped, 6 * 163_829));
}

#[test]
fn recursion_with_large_frames_overflows_the_stack() {
    let locals = "(local i64) ".repeat(10_000);
    let body = format!("{locals} (call $go) (drop (local.get 9999))");
    assert_eq!(run(&body).0, ErrorCode::CanisterTrapped);
}

#[test]
fn loops_without_end_use_up_their_instructions() {
    let limit = (ErrorCode::CanisterInstructionLimitExceeded, 10_000_000);
    assert_eq!(run("(loop (br 0))"), limit);
    assert_eq!(
        run("(loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 60000)) (br 0))"),
        limit
    );
}

#[test]
fn memory_bombs_stop_at_the_limit_of_the_heap() {
    let mut profile = profile("2026-mid");
    profile.limits.heap = Bytes::new(64 << 16);
    let body = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let mut canister = Canister::new(&profile, &wat(&go(body)));
    assert_eq!(canister.fail(update("go", b"")), ErrorCode::CanisterTrapped);
    assert_eq!(canister.instance.memory().heap, Bytes::new(1 << 16));
}

#[test]
fn tables_stop_at_a_million_elements() {
    let grow = |count: u32| {
        format!(
            r#"(module (table 0 funcref) (func (export "canister_update go")
              (if (i32.eq (table.grow (ref.null func) (i32.const {count})) (i32.const -1))
                (then unreachable))))"#
        )
    };
    assert!(Canister::wat(&grow(1_000_000)).run(update("go", b"")).outcome.is_ok());
    assert_eq!(Canister::wat(&grow(1_000_001)).fail(update("go", b"")), ErrorCode::CanisterTrapped);
    let large = compile(&wat("(module (table 5000000 funcref))")).expect("is accepted");
    assert!(large.instantiate().is_err());
    assert!(compile(&wat("(module (table 20000000 funcref))")).is_err());
}

#[test]
fn branch_tables_are_limited() {
    let targets = |count| {
        let body = format!("(block (br_table {} (i32.const 0)))", "0 ".repeat(count));
        compile(&wat(&go(&body))).map(|_| ())
    };
    assert!(targets(100_000).is_ok());
    assert!(targets(10_000_000).is_err());
}

#[test]
fn zip_bombs_are_not_unpacked_beyond_the_limit() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..101 {
        encoder.write_all(&zeros).expect("memory takes all");
    }
    let bomb = encoder.finish().expect("memory takes all");
    assert!(bomb.len() < 1 << 20);
    let refused = compile(&bomb).map(|_| ()).expect_err("is refused");
    assert!(refused.reasons[0].contains("104857600"), "{refused}");
}

#[test]
fn modules_and_code_sections_are_limited() {
    let mut profile = profile("2026-mid");
    profile.limits.module = Bytes::new(100);
    let module = wat(&format!(r#"(module (@custom "x" "{}"))"#, "y".repeat(100)));
    assert!(compile_under(&profile, &module).is_err());
    profile.limits.module = Bytes::new(1_000);
    assert!(compile_under(&profile, &module).is_ok());
    profile.limits.module_code = Bytes::new(50);
    let module = wat(&go(&"nop ".repeat(60)));
    assert!(compile_under(&profile, &module).is_err());
}

#[test]
fn deep_nesting_is_compiled_or_refused() {
    let nested = |depth: usize| go(&format!("{}{}", "block ".repeat(depth), "end ".repeat(depth)));
    // Ten thousand blocks are half a million of complexity, a hundred thousand are five million.
    assert!(compile(&wat(&nested(10_000))).is_ok());
    let refused = compile(&wat(&nested(100_000))).map(|_| ()).expect_err("is refused");
    assert!(refused.to_string().contains("complexity"), "{refused}");
}

#[test]
fn a_module_with_countless_faults_has_no_countless_reasons() {
    let segments = r#"(data (i32.const 0) "x")"#.repeat(10_000);
    let imports: String = (0..10_000).map(|n| format!(r#"(import "env" "f{n}" (func))"#)).collect();
    let refused = compile(&wat(&format!("(module {imports} (memory 0) {segments})")));
    let refused = refused.map(|_| ()).expect_err("is refused").to_string();
    assert!(refused.len() < 20_000, "{} bytes", refused.len());
}

#[test]
fn damaged_modules_are_answered() {
    let module = wat(&go("(drop (i32.load (i32.const 0)))"));
    for end in 0..module.len() {
        // Cut between sections it is a shorter module.
        let _ = compile(&module[..end]).map(|_| ());
    }
    for at in 0..module.len() {
        let mut damaged = module.clone();
        damaged[at] ^= 0xff;
        // Either way, as long as it is an answer.
        let _ = compile(&damaged).map(|_| ());
    }
}

/// Compiles `module` and makes an instance, unless either is refused.
fn answer(module: &[u8]) -> Option<Box<dyn Instance>> {
    compile(module).ok().and_then(|program| program.instantiate().ok())
}

/// Compiles a module, of which `what` there is much; how often it is refused is not the matter.
fn is_accepted(what: &str, text: &str) -> bool {
    let accepted = answer(&wat(text)).is_some();
    println!("{what}: {}", if accepted { "accepted" } else { "refused" });
    accepted
}

#[test]
fn modules_at_the_limits_of_the_binary_format_are_answered() {
    let types = "(type (func)) ".repeat(1_000_000);
    is_accepted("a million types", &format!("(module {types})"));
    let functions = "(func) ".repeat(50_000);
    assert!(is_accepted("50,000 functions", &format!("(module {functions})")));
    let functions = "(func) ".repeat(50_001);
    assert!(!is_accepted("50,001 functions", &format!("(module {functions})")));
    let globals = "(global (mut i64) (i64.const 0)) ".repeat(100_000);
    is_accepted("a hundred thousand globals", &format!("(module {globals})"));
    let segments = r#"(data (i32.const 0) "x") "#.repeat(90_000);
    is_accepted("90,000 data segments", &format!("(module (memory 1) {segments})"));
    let elements = "(elem (i32.const 0) $f) ".repeat(90_000);
    is_accepted(
        "90,000 element segments",
        &format!("(module (table 1 funcref) (func $f) {elements})"),
    );
    let exports: String = (0..100_000).map(|n| format!(r#"(export "f{n}" (func $f)) "#)).collect();
    is_accepted("a hundred thousand exports", &format!("(module (func $f) {exports})"));
}

#[test]
fn functions_with_many_locals_or_deep_expressions_are_answered() {
    let locals = "(local i64 i32 f64) ".repeat(16_000);
    is_accepted("48,000 locals", &go(&locals));
    let too_many = "(local i64) ".repeat(50_001);
    assert!(!is_accepted("50,001 locals", &go(&too_many)));
    let operands = format!("{} {}", "i32.const 1 ".repeat(30_000), "drop ".repeat(30_000));
    is_accepted("30,000 operands on the stack", &go(&operands));
    let sums = format!("{} {} drop", "i32.const 1 ".repeat(100_000), "i32.add ".repeat(99_999));
    is_accepted("100,000 operands on the stack", &go(&sums));
    // Folded this would be a hundred thousand deep, which only the text format cannot say.
    let parameters = "i64 ".repeat(1_000);
    let zeros = "(i64.const 0) ".repeat(1_000);
    let calls = format!("(call $many {zeros}) ").repeat(50);
    let many = format!("(module (func $many (param {parameters})) (func {calls}))");
    assert!(is_accepted("a function with a thousand parameters", &many));
}

#[test]
fn tangled_control_flow_takes_no_more_than_its_share() {
    // Each join forgets what is known of a thousand locals.
    let locals = "(local i32) ".repeat(1_000);
    let sets: String = (0..1_000).map(|n| format!("(local.set {n} (i32.const {n})) ")).collect();
    let tangle =
        format!("(if (local.get 0) (then {sets} (i32.store (local.get 5) (i32.const 1))))");
    is_accepted("joins of a thousand locals", &go(&format!("{locals} {}", tangle.repeat(100))));
    let stores: String =
        (0..5_000).map(|n| format!("(i32.store (local.get 0) (local.get {})) ", n % 2)).collect();
    assert!(is_accepted("thousands of stores", &go(&format!("(local i32 i32) {stores}"))));
    let ifs = format!("{}{}", "local.get 0 if ".repeat(3_000), "end ".repeat(3_000));
    is_accepted("nested ifs", &go(&format!("(local i32) {ifs}")));
    let loops = format!("{}{}", "loop ".repeat(9_000), "end ".repeat(9_000));
    is_accepted("nested loops", &go(&loops));
    let depth = 2_000;
    let labels: String = (0..depth).map(|label| format!("{label} ")).collect();
    let table = format!("(br_table {labels} (i32.const 7))");
    let tables = format!("{}{}{}", "block ".repeat(depth), table.repeat(50), "end ".repeat(depth));
    is_accepted("tables of branches to everywhere", &go(&tables));
}

#[test]
fn modules_of_a_hundred_mebibytes_are_answered() {
    let limit = 100 << 20;
    let mut module = wat("(module)");
    // A custom section that fills what is left: its id, its size in five bytes, an empty name.
    let rest = limit - module.len() - 6;
    module.push(0);
    module.extend((0..5).map(|n| (rest >> (7 * n)) as u8 & 0x7f | if n < 4 { 0x80 } else { 0 }));
    module.resize(limit, 0);
    assert!(answer(&module).is_some());
    module.push(0);
    assert!(answer(&module).is_none());
    let bytes = "\\01".repeat(8 << 20);
    let data = format!(r#"(module (memory 200) (data (i32.const 0) "{bytes}"))"#);
    assert!(is_accepted("a data segment of eight mebibytes", &data));
    let outside = r#"(module (memory 1) (data (i32.const 65535) "xy"))"#;
    assert!(!is_accepted("a data segment outside of the heap", outside));
}

#[test]
fn an_initial_heap_has_no_more_pages_than_addresses_reach() {
    let text = format!("(module (memory {}) {})", 16 << 10, r#"(func (export "canister_init"))"#);
    assert!(is_accepted("a gibibyte of heap", &text));
    assert!(!is_accepted("more pages than addresses reach", "(module (memory 65536))"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_bytes_make_the_runtime_panic(
        which in 0usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..6),
        packed in any::<bool>(),
    ) {
        let mut module = match which {
            0 => scenario_canister("c/counter.wasm"),
            1 => scenario_canister("c/counter64.wasm"),
            2 => wat(include_str!("../../benches/wasm/kernels.wat")),
            _ => wat(&go("(drop (i32.load (i32.const 0)))")),
        };
        for (at, value, kind) in changes {
            let at = at.index(module.len());
            match kind {
                0 => module[at] = value,
                1 => module.insert(at, value),
                _ => drop(module.remove(at)),
            }
        }
        if packed {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&module).expect("memory takes all");
            module = encoder.finish().expect("memory takes all");
        }
        if let Some(instance) = answer(&module) {
            run_everything(instance);
        }
    }
}

/// Calls whatever a damaged canister may still have; it may fail in any way but one.
fn run_everything(instance: Box<dyn Instance>) {
    let mut canister = Canister::of(instance).limited(1_000_000, 100_000);
    for method in ["inc", "forward", "go", "loop", "sieve", "sort", "calls", "dispatch"] {
        let _ = canister.run(update(method, b"argument"));
        canister.instance.commit();
    }
    let _ = canister.run(Entry::Init { arg: [].into() });
    let closure = Closure { function: 1, environment: 7 };
    let _ = canister.run(Entry::ReplyCallback { closure, reply: [1, 2, 3].into() });
    canister.instance.rollback();
}

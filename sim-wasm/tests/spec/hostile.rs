//! Code that means harm: each a clean error, in bounded time and memory.

use crate::kit::{Canister, compile, compile_under, profile, update, wat};
use flate2::Compression;
use flate2::write::GzEncoder;
use sim_core::reject::ErrorCode;
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

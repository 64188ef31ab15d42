//! Modules the network would not accept, and why.

use crate::kit::{compile, compile_under, profile, wat};
use flate2::Compression;
use flate2::write::GzEncoder;
use sim_core::profile::Profile;
use sim_core::reject::ErrorCode;
use std::io::Write;

fn reasons(text: &str) -> String {
    let refused = compile(&wat(text)).map(|_| ()).expect_err("is refused");
    assert!(!refused.reasons.is_empty());
    refused.reasons.join("\n")
}

#[test]
fn unknown_imports_are_listed_with_all_their_names() {
    let reasons = reasons(
        r#"(module (import "env" "puts" (func)) (import "ic0" "nonsense" (func))
          (import "ic0" "msg_reply" (func (param i32))))"#,
    );
    for name in ["env.puts", "ic0.nonsense", "ic0.msg_reply with a wrong type"] {
        assert!(reasons.contains(name), "{reasons}");
    }
}

#[test]
fn each_rule_has_its_reason() {
    for (text, reason) in [
        ("(module (memory i64 98305))", "pages of initial memory"),
        ("(module (memory 65536))", "pages of initial memory"),
        ("(module (table 1 funcref) (table 1 funcref))", "2 tables"),
        ("(module (global funcref (ref.null func)))", "holds a reference"),
        (r#"(module (import "ic0" "g" (global i32)))"#, "not a function"),
        (r#"(module (func (export "canister_foo")))"#, "no entry point"),
        (r#"(module (func (export "canister_foo bar")))"#, "no entry point"),
        (r#"(module (func (export "canister_init") (param i32)))"#, "parameters or results"),
        (
            r#"(module (func (export "canister_update a")) (func (export "canister_query a")))"#,
            "more than once",
        ),
        (r#"(module (func (export "icsim:start")))"#, "reserved"),
        (r#"(module (memory 1 1 shared))"#, "shared"),
        (r#"(module (@custom "icp:other x" ""))"#, "neither public nor private"),
        (r#"(module (@custom "icp:public x" "") (@custom "icp:private x" ""))"#, "more than once"),
        (r#"(module (memory 1) (data (i32.const 65530) "too long"))"#, "outside of the initial"),
        (
            r#"(module (memory 1) (global i32 (i32.const 0)) (data (global.get 0) ""))"#,
            "no constant",
        ),
        ("(module (table 20000000 funcref))", "table"),
        ("(module (memory 1) (memory 1))", "2 memories"),
        (r#"(module (import "ic0" "m" (memory 1)))"#, "not a function"),
        (r#"(module (func (export "canister_start")))"#, "reserved"),
        (r#"(module (memory (export "stable_memory") 1))"#, "reserved"),
        (r#"(module (func (export "canister counter_instructions")))"#, "reserved"),
        ("(module (func $f (param i32)) (start $f))", "start function"),
        ("(module (tag))", "exceptions"),
        ("(module (type (struct)))", "gc"),
        ("(module (memory 1 (pagesize 1)))", "custom page sizes"),
        ("(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", "constant expression"),
        (
            "(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))",
            "threads support is not enabled",
        ),
        (
            "(module (func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))",
            "relaxed simd support is not enabled",
        ),
        (
            "(module (func (drop (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0))) drop))",
            "wide arithmetic support is not enabled",
        ),
    ] {
        let found = reasons(text).to_lowercase();
        assert!(found.contains(&reason.to_lowercase()), "{text}: {found}");
    }
}

#[test]
fn what_a_module_may_use_depends_on_the_profile() {
    let tail_call = "(module (func $f (return_call $f)))";
    let table = "(module (table 1 funcref) (func (table.set (i32.const 0) (ref.null func))))";
    let wide = "(module (memory i64 1))";
    let hook = r#"(module (func (export "canister_on_low_wasm_memory")))"#;
    for (name, text, accepted) in [
        ("2024-06", tail_call, false),
        ("2024-06", table, true),
        ("2024-06", wide, false),
        ("2024-06", hook, false),
        ("2026-mid", tail_call, true),
        ("2026-mid", table, true),
        ("2026-mid", wide, true),
        ("2026-mid", hook, true),
        ("2026-08", table, false),
    ] {
        let refused = compile_under(&profile(name), &wat(text)).err();
        assert_eq!(refused.is_none(), accepted, "{name}, {text}: {refused:?}");
    }
}

#[test]
fn sizes_and_numbers_are_limited() {
    let mut small = profile("2026-mid");
    small.limits.module_code = sim_core::units::Bytes::new(100);
    small.limits.module_functions = 2;
    let refused = |text: &str| {
        let refused = compile_under(&small, &wat(text)).err().expect("is refused");
        refused.reasons.join("\n")
    };
    let long = format!("(module (func {}))", "nop ".repeat(200));
    assert!(refused(&long).contains("bytes of code"));
    assert!(refused("(module (func) (func) (func))").contains("3 functions"));
    let sections: String = (0..17).map(|n| format!(r#"(@custom "icp:public {n}" "")"#)).collect();
    assert!(reasons(&format!("(module {sections})")).contains("17 custom sections"));
    let large = format!(r#"(module (@custom "icp:private x" "{}"))"#, "x".repeat(1 << 20));
    assert!(reasons(&large).contains("bytes of custom sections"));
    let name = "n".repeat(20_001);
    let named = format!(r#"(module (func (export "canister_update {name}")))"#);
    assert!(reasons(&named).contains("bytes of method names"));
}

#[test]
fn what_breaks_no_rule_but_cannot_be_compiled_is_an_error_of_the_engine() {
    // The network takes active segments off the end before it compiles the module.
    let drops =
        |segments: &str| wat(&format!(r#"(module (memory 1) {segments} (func (data.drop 0)))"#));
    let (active, passive) = (r#"(data (i32.const 0) "a")"#, r#"(data "p")"#);
    let code = |segments: &str| compile(&drops(segments)).map(|_| ()).map_err(|e| e.code);
    assert_eq!(code(active), Err(ErrorCode::CanisterWasmEngineError));
    assert_eq!(code(&[active, passive].concat()), Ok(()));
    assert_eq!(code(&[passive, active].concat()), Ok(()));
    let unknown = wat(r#"(module (import "ic0" "nonsense" (func)))"#);
    let refused = compile(&unknown).map(|_| ()).expect_err("is refused");
    assert_eq!(refused.code, ErrorCode::CanisterInvalidWasm);
}

#[test]
fn functions_are_limited_in_length_and_complexity() {
    let mut profile = profile("2026-mid");
    // The test module at start-up has sixteen.
    profile.limits.function_operators = 30;
    let compiles = |profile: &Profile, nops: usize| {
        let module = wat(&format!("(module (func {}))", "nop ".repeat(nops)));
        compile_under(profile, &module).map(|_| ()).map_err(|refused| refused.reasons.join(";"))
    };
    assert_eq!(compiles(&profile, 29), Ok(()));
    assert!(compiles(&profile, 30).is_err_and(|why| why.contains("operators in function 0")));
    profile.limits.function_operators = 1_000;
    profile.limits.function_complexity = 100;
    assert_eq!(compiles(&profile, 99), Ok(()));
    assert!(compiles(&profile, 100).is_err_and(|why| why.contains("complexity 101")));
}

#[test]
fn packed_modules_are_unpacked_and_stored_as_they_came() {
    let plain = wat(r#"(module (func (export "canister_update go")))"#);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&plain).expect("memory takes all");
    let packed = encoder.finish().expect("memory takes all");
    let (program, same) = (compile(&packed).expect("is accepted"), compile(&plain).expect("too"));
    assert_eq!(program.exports(), same.exports());
    assert_eq!(program.compile_cost(), same.compile_cost());
    assert_ne!(program.hash(), same.hash());
    let difference = program.stored_size().get() - same.stored_size().get();
    assert_eq!(difference, (packed.len() - plain.len()) as u64);
}

#[test]
fn limits_are_inclusive() {
    let globals = |count| format!("(module {})", "(global i32 (i32.const 0))".repeat(count));
    assert!(compile(&wat(&globals(1_000))).is_ok());
    assert!(reasons(&globals(1_001)).contains("1001 globals"));
    let methods = |count: usize| {
        let export = |n| format!(r#"(export "canister_update {n}" (func $f))"#);
        format!("(module (func $f) {})", (0..count).map(export).collect::<String>())
    };
    assert!(compile(&wat(&methods(1_000))).is_ok());
    assert!(reasons(&methods(1_001)).contains("exported methods"));
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    for bytes in [&b""[..], b"\0asm", b"hello, world", &[0x1f, 0x8b, 0x08, 0]] {
        assert!(compile(bytes).is_err());
    }
}

#[test]
fn metadata_and_exports_are_known() {
    let program = compile(&wat(r#"(module (func $f) (start $f) (export "canister_init" (func $f))
          (export "canister_update a b" (func $f)) (export "memory" (func $f))
          (@custom "icp:public candid:service" "service : {}"))"#))
    .expect("is accepted");
    let exports = program.exports();
    assert!(exports.start && exports.init && !exports.heartbeat);
    assert_eq!(exports.updates.iter().collect::<Vec<_>>(), ["a b"]);
    assert_eq!(program.metadata("candid:service"), Some(&b"service : {}"[..]));
}

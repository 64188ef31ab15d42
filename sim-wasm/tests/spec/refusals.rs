//! Modules the network would not accept, and why.

use crate::kit::{compile, wat};

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
        ("(module (memory i64 1))", "memory64"),
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
    ] {
        let found = reasons(text);
        assert!(found.contains(reason), "{text}: {found}");
    }
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

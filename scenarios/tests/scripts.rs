//! Scripts by hand: every kind of step, and what is said about mistakes.

use scenarios::script::{self, Runtimes};
use serde_json::{Value, json};
use std::path::Path;

/// A canister that replies with the caller, keeps its argument, and prints.
const ECHO: &str = r#"(module
    (import "ic0" "msg_caller_size" (func $caller_size (result i32)))
    (import "ic0" "msg_caller_copy" (func $caller_copy (param i32 i32 i32)))
    (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
    (import "ic0" "msg_reply" (func $reply))
    (import "ic0" "stable_grow" (func $grow (param i32) (result i32)))
    (import "ic0" "stable_write" (func $write (param i32 i32 i32)))
    (memory 1)
    (data (i32.const 100) "{{id:a}}")
    (func (export "canister_init") (drop (call $grow (i32.const 1)))
        (call $write (i32.const 0) (i32.const 100) (i32.const 10)))
    (func $who (call $caller_copy (i32.const 0) (i32.const 0) (call $caller_size))
        (call $append (i32.const 0) (call $caller_size))
        (call $reply))
    (export "canister_update who" (func $who))
    (export "canister_query ask" (func $who)))"#;

fn play(config: Value, steps: Value) -> Vec<Value> {
    let case = json!({ "config": config, "steps": steps });
    let played = script::run(&case, Path::new("."), &Runtimes::default());
    played.expect("the script is right").results
}

fn refuse(config: Value, steps: Value) -> String {
    let case = json!({ "config": config, "steps": steps });
    let played = script::run(&case, Path::new("."), &Runtimes::default());
    played.expect_err("the script is wrong").to_string()
}

fn echo(more: &[Value]) -> Vec<Value> {
    let mut steps = vec![
        json!({ "op": "create", "as": "a", "cycles": "5_000_000_000_000" }),
        json!({ "op": "install", "c": "a", "wat": ECHO, "arg": { "zeros": 3 } }),
    ];
    steps.extend_from_slice(more);
    play(Value::Null, Value::Array(steps))
}

#[test]
fn ids_in_a_module_are_those_of_the_canisters() {
    let results = echo(&[
        json!({ "op": "heap", "c": "a", "offset": 100, "len": 10 }),
        json!({ "op": "stable", "c": "a", "len": 10 }),
    ]);
    assert_eq!(results[2]["bytes"], "00000000000000000101");
    assert_eq!(results[3]["bytes"], results[2]["bytes"]);
    assert_eq!((&results[2]["pages"], &results[3]["pages"]), (&json!(1), &json!(1)));
}

#[test]
fn senders_have_several_forms() {
    let results = echo(&[
        json!({ "op": "update", "c": "a", "method": "who" }),
        json!({ "op": "query", "c": "a", "method": "ask", "sender": "a" }),
        json!({ "op": "query", "c": "a", "method": "ask", "sender": "user:7" }),
        json!({ "op": "query", "c": "a", "method": "ask", "sender": "ryjl3-tyaaa-aaaaa-aaaba-cai" }),
    ]);
    assert_eq!(results[2]["reply"], "04");
    assert_eq!(results[3]["reply"], "00000000000000000101");
    assert_eq!(results[4]["reply"].as_str().map(str::len), Some(58));
    assert_eq!(results[5]["reply"], "00000000000000020101");
}

#[test]
fn a_message_is_answered_when_rounds_have_run() {
    let results = echo(&[
        json!({ "op": "submit", "c": "a", "method": "who", "as": "m", "arg": { "text": "hi" } }),
        json!({ "op": "poll", "id": "m" }),
        json!({ "op": "tick", "n": 2, "label": "two rounds" }),
        json!({ "op": "poll", "id": "m" }),
    ]);
    assert_eq!(results[3].get("reply"), None);
    assert_eq!(results[4]["trace"][0]["what"], "Ingress, method name who,");
    assert_eq!(results[4]["trace"][0]["round"], 3);
    assert_eq!(results[5]["reply"], "04");
}

#[test]
fn what_lies_beyond_the_end_of_memory_is_left_out() {
    let results = echo(&[
        json!({ "op": "heap", "c": "a", "offset": 65_530, "len": 100 }),
        json!({ "op": "stable", "c": "a", "offset": 1_000_000_000_000_u64, "len": 1_000_000 }),
    ]);
    assert_eq!(results[2]["bytes"].as_str().map(str::len), Some(12));
    assert_eq!(results[3]["bytes"], "");
}

#[test]
fn the_management_canister_is_called_by_name_or_by_argument() {
    let results = echo(&[
        json!({ "op": "settings", "c": "a", "settings": {
            "freezing_threshold": "1000", "compute_allocation": 1, "memory_allocation": 0,
            "controllers": ["user:1", "2vxsx-fae"], "reserved_cycles_limit": "0",
            "wasm_memory_limit": 1_000_000, "log_visibility": "public" } }),
        json!({ "op": "mgmt", "method": "stop_canister", "c": "a" }),
        json!({ "op": "update", "c": "a", "method": "who" }),
        json!({ "op": "mgmt", "method": "start_canister", "arg": { "candid_canister_id": "a" },
            "sender": "user:1" }),
        json!({ "op": "update", "c": "a", "method": "who" }),
        json!({ "op": "mgmt", "method": "stop_canister", "c": "a", "sender": "user:9" }),
    ]);
    assert_eq!(results[2]["reply"], "4449444c0000");
    assert_eq!(results[4]["reject"]["error_code"], "IC0508");
    assert_eq!(results[5]["reply"], "4449444c0000");
    assert_eq!(results[6]["reply"], "04");
    assert_eq!(results[7]["reject"]["error_code"], "IC0512");
}

#[test]
fn a_canister_that_was_deleted_has_no_balance() {
    let results = echo(&[
        json!({ "op": "mgmt", "method": "stop_canister", "c": "a" }),
        json!({ "op": "mgmt", "method": "delete_canister", "c": "a" }),
        json!({ "op": "state", "c": "a" }),
        json!({ "op": "heap", "c": "a", "len": 4 }),
    ]);
    assert_eq!(results[3]["balances"], json!({ "a": null }));
    assert_eq!(results[4]["missing"], true);
    assert_eq!(results[5]["missing"], true);
}

#[test]
fn canisters_live_on_the_subnet_they_are_created_on() {
    let subnets = json!({ "subnets": [
        { "type": "application", "size": 34 },
        { "type": "system" },
        { "type": "verified", "size": 4 },
    ], "fees": "2026", "time_s": 1_700_000_000, "dts": true });
    let results = play(
        subnets,
        json!([
            { "op": "create", "as": "a" },
            { "op": "create", "as": "s", "subnet": 1 },
            { "op": "create", "as": "v", "subnet": 2 },
            { "op": "install", "c": "s", "wat": ECHO },
            { "op": "install", "c": "v", "wat": ECHO },
            { "op": "state", "c": "s" },
            { "op": "state", "c": "v" },
        ]),
    );
    assert_eq!(results[5]["subnet"], 1);
    assert_eq!(results[5]["balance"], "100000000000000");
    assert_ne!(results[6]["balance"], "100000000000000");
    assert_eq!(results[1]["id"].as_str(), results[5]["id"].as_str());
}

#[test]
fn time_passes_only_when_it_is_said() {
    let steps = json!([
        { "op": "create", "as": "a", "settings": { "compute_allocation": 1 } },
        { "op": "tick" },
        { "op": "advance", "s": 100, "ns": 5 },
        { "op": "tick" },
        { "op": "state", "c": "a" },
    ]);
    let results = play(json!({ "scheduler": { "scheduler_cores": 2 } }), steps);
    assert_eq!(results[1]["balances"]["a"], "100000000000000");
    let burned = &results[4]["consumed_by_use_case"];
    assert_eq!(burned["ComputeAllocation"], "1000000000");
}

#[test]
fn mistakes_in_steps_are_told_with_place_and_what_was_expected() {
    let a = || json!({ "op": "create", "as": "a" });
    let cases = [
        (json!({}), "step 2: `op` is missing; expected one of `create`"),
        (json!(7), "step 2: expected an object, found 7"),
        (json!({ "op": "tik" }), "step 2 (tik): unknown step `tik`; did you mean `tick`?"),
        (json!({ "op": "tick", "m": 1 }), "step 2 (tick): unknown field `m`; expected one of `n`"),
        (json!({ "op": "tick", "n": -1 }), "`n`: expected a whole number from 0 on, found -1"),
        (json!({ "op": "heap", "c": "a", "len": u64::MAX }), "`len`: expected at most 67108864"),
        (json!({ "op": "tick", "n": u64::MAX }), "`n`: expected at most 1000000 rounds"),
        (json!({ "op": "advance", "s": u64::MAX }), "expected at most 4294967296 seconds"),
        (json!({ "op": "update", "c": "b", "method": "m" }), "`c`: there is no canister `b`"),
        (json!({ "op": "update", "c": "a" }), "`method` is missing: the method called"),
        (json!({ "op": "update", "c": "a", "method": 7 }), "`method`: expected text, found 7"),
        (json!({ "op": "create", "as": "b", "subnet": 1 }), "`subnet`: expected a number below 1"),
        (
            json!({ "op": "create", "as": "b", "cycles": "much" }),
            "`cycles`: expected a whole number",
        ),
        (
            json!({ "op": "create", "as": "b", "settings": { "freezing_treshold": 1 } }),
            "unknown setting `freezing_treshold`; did you mean `freezing_threshold`?",
        ),
        (json!({ "op": "settings", "c": "a" }), "`settings`: expected an object, found null"),
        (json!({ "op": "install", "c": "a" }), "expected one of `wat`, `wasm_file`, `wasm_hex`"),
        (json!({ "op": "install", "c": "a", "wat": "(modul" }), "the text module cannot be read"),
        (json!({ "op": "install", "c": "a", "wasm_hex": "abc" }), "`wasm_hex`: `abc` is no even"),
        (json!({ "op": "install", "c": "a", "wasm_file": "x.wasm" }), "cannot read ./x.wasm"),
        (
            json!({ "op": "install", "c": "a", "wasm_hex": "00", "mode": "instal" }),
            "unknown mode `instal`; did you mean `install`?",
        ),
        (
            json!({ "op": "update", "c": "a", "method": "m", "arg": { "zeroes": 3 } }),
            "`arg`: expected hexadecimal digits, {\"zeros\": n}",
        ),
        (
            json!({ "op": "update", "c": "a", "method": "m", "arg": "{{id:b}}" }),
            "`arg`: there is no canister `b`",
        ),
        (
            json!({ "op": "query", "c": "a", "method": "m", "sender": "user:x" }),
            "`sender`: `user:x` is no user",
        ),
        (json!({ "op": "mgmt", "method": "stop_canister" }), "expected `c` or `arg`"),
        (json!({ "op": "poll", "id": "m1" }), "`id`: no message was submitted as `m1`"),
    ];
    for (step, expected) in cases {
        let said = refuse(Value::Null, json!([a(), step.clone()]));
        assert!(said.starts_with("step 2") && said.contains(expected), "{step}: {said}");
    }
}

#[test]
fn mistakes_in_the_configuration_are_told_with_the_nearest_name() {
    let cases = [
        (json!([]), "config: expected an object, found []"),
        (json!({ "subnet": [] }), "config: unknown field `subnet`; did you mean `subnets`?"),
        (json!({ "subnets": [] }), "`subnets`: expected a list of 1 to 100 subnets, found []"),
        (json!({ "subnets": [{ "size": 0 }] }), "`subnets[0]`: `size`: expected a number of nodes"),
        (
            json!({ "subnets": [{}, { "type": "sistem" }] }),
            "`subnets[1]`: unknown type `sistem`; did you mean `system`?",
        ),
        (json!({ "fees": "2027" }), "`fees`: expected \"2026\", found \"2027\""),
        (json!({ "dts": "yes" }), "`dts`: expected true or false, found \"yes\""),
        (json!({ "time_s": u64::MAX }), "`time_s`: expected seconds since 1970"),
        (
            json!({ "scheduler": { "scheduler_core": 1 } }),
            "`scheduler`: unknown setting `scheduler_core`; did you mean `scheduler_cores`?",
        ),
        (
            json!({ "scheduler": { "scheduler_cores": 0 } }),
            "a number of threads from 1 on, found 0",
        ),
    ];
    for (config, expected) in cases {
        let said = refuse(config.clone(), json!([]));
        assert!(said.contains(expected), "{config}: {said}");
    }
}

#[test]
fn a_case_without_steps_is_told() {
    let played = script::run(&json!({}), Path::new("."), &Runtimes::default());
    let said = played.expect_err("there are no steps").to_string();
    assert_eq!(said, "`steps`: expected a list of steps, found null");
}

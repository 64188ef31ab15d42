//! What is said of Candid texts and principals that are wrong.

use crate::support::{refused, with};
use insta::assert_snapshot;

const ARG: &str = r#"'(principal "$echo", 3)'"#;

#[test]
fn unknown_name() {
    assert_snapshot!(refused(&with(&[("$echo", "$ecko")])));
}

#[test]
fn unknown_name_in_a_text_with_escapes() {
    assert_snapshot!(refused(&with(&[(ARG, r#""(principal \"$ecko\", 3)""#)])));
}

#[test]
fn syntax() {
    assert_snapshot!(refused(&with(&[(ARG, r#"'(principal "$echo", 3 nat)'"#)])));
}

#[test]
fn unfinished() {
    assert_snapshot!(refused(&with(&[(ARG, r#"'(principal "$echo", 3'"#)])));
}

#[test]
fn wrong_type() {
    assert_snapshot!(refused(&with(&[(ARG, r#"'(principal "$echo", "three")'"#)])));
}

#[test]
fn too_few() {
    assert_snapshot!(refused(&with(&[(ARG, r#"'(principal "$echo")'"#)])));
}

#[test]
fn too_many() {
    assert_snapshot!(refused(&with(&[(ARG, r#"'(principal "$echo", 3, 4)'"#)])));
}

#[test]
fn install_argument() {
    let canister = "subnet = \"left\"\nwasm = \"../../canisters/relay.wat\"\ninit = '(\"$echo\")'";
    let from = "subnet = \"left\"\nwasm = \"../../canisters/PingPong.wasm\"";
    assert_snapshot!(refused(&with(&[
        (from, canister),
        ("\"play\"", "\"forward\""),
        (ARG, "'()'")
    ])));
}

#[test]
fn missing_install_argument() {
    let canister = "subnet = \"left\"\nwasm = \"../../canisters/relay.wat\"";
    let from = "subnet = \"left\"\nwasm = \"../../canisters/PingPong.wasm\"";
    assert_snapshot!(refused(&with(&[
        (from, canister),
        ("\"play\"", "\"forward\""),
        (ARG, "'()'")
    ])));
}

#[test]
fn controllers() {
    let controllers = "cycles = \"2T\"\ncontrollers = [\"$pign\", \"aaaaa-ab\"]";
    assert_snapshot!(refused(&with(&[("cycles = \"2T\"", controllers)])));
}

#[test]
fn sender() {
    assert_snapshot!(refused(&with(&[("arg =", "sender = \"me\"\narg =")])));
}

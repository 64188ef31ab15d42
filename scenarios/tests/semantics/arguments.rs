//! Steps of cases in the form scripts have.

use serde_json::{Value, json};
use sim_core::id::{CanisterId, SubnetId};
use std::path::Path;

/// The principal of the n-th canister of the first subnet, in text form.
fn named(text: &str) -> String {
    let mut text = text.to_owned();
    for number in 0..10u32 {
        let id = CanisterId::on(SubnetId::new(0), number).to_string();
        text = text.replace(&format!("${number}"), &id);
    }
    text
}

/// Puts in what a step names: modules, Candid arguments, calls of the proxy.
pub(crate) fn prepare(step: &Value, folder: &Path) -> Value {
    let mut step = step.clone();
    if let Some(name) = step["wat"].as_str().and_then(|text| text.strip_prefix('@')) {
        let path = folder.join(format!("{name}.wat"));
        step["wat"] = json!(std::fs::read_to_string(path).expect("the module is there"));
    }
    if let Some(text) = step["candid"].as_str() {
        step["arg"] = json!(hex(&candid(text)));
    }
    if step["call"].is_object() {
        step["arg"] = json!(hex(&proxied(&step["call"])));
    }
    // What scripts do not have.
    if let Some(fields) = step.as_object_mut() {
        fields.retain(|name, _| !["expect", "candid", "call"].contains(&name.as_str()));
    }
    step
}

fn candid(text: &str) -> Vec<u8> {
    let args = candid_parser::parse_idl_args(&named(text)).expect("it is Candid");
    args.to_bytes().expect("it can be encoded")
}

fn proxied(call: &Value) -> Vec<u8> {
    let text = |field: &str| call[field].as_str().unwrap_or_default();
    let callee = ic_principal::Principal::from_text(named(text("to"))).expect("it is a principal");
    let mut arg = vec![callee.as_slice().len() as u8];
    arg.extend_from_slice(callee.as_slice());
    arg.push(text("method").len() as u8);
    arg.extend_from_slice(text("method").as_bytes());
    arg.extend_from_slice(&call["cycles"].as_u64().unwrap_or(0).to_le_bytes());
    match call["candid"].as_str() {
        Some(payload) => arg.extend(candid(payload)),
        None => arg.extend_from_slice(text("text").as_bytes()),
    }
    arg
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Steps of cases in the form scripts have.

use crate::{machine, program, sized};
use candid::Principal;
use serde_json::{Value, json};
use sim_core::id::{CanisterId, SubnetId};
use std::collections::BTreeMap;
use std::path::Path;

/// Ids of the canisters of a case: those its steps create have names, and `n` or `s:n` is the n-th canister
/// of the first or the s-th subnet.
pub(crate) struct Ids {
    named: BTreeMap<String, CanisterId>,
}

impl Ids {
    /// Ids in the order in which the steps create canisters.
    pub(crate) fn of(steps: &[Value]) -> Ids {
        let mut created: BTreeMap<u64, u32> = BTreeMap::new();
        let mut named = BTreeMap::new();
        for step in steps.iter().filter(|step| step["op"] == "create" && step["id"].is_null()) {
            let subnet = step["subnet"].as_u64().unwrap_or(0);
            let number = created.entry(subnet).or_default();
            let id = CanisterId::on(SubnetId::new(subnet as u16), *number);
            // A canister that cannot be created takes no number.
            if step["expect"]["error"].is_null() && step["expect"]["reject"].is_null() {
                *number += 1;
            }
            if let Some(name) = step["as"].as_str() {
                named.insert(name.to_owned(), id);
            }
        }
        Ids { named }
    }

    /// The principal that is called `name`.
    pub(crate) fn principal(&self, name: &str) -> Result<Principal, String> {
        if let Some(id) = self.named.get(name) {
            return Ok(id.principal());
        }
        if let Some(number) = name.strip_prefix("subnet").and_then(|number| number.parse().ok()) {
            return Ok(SubnetId::new(number).principal());
        }
        if name == "management" {
            return Ok(Principal::management_canister());
        }
        let (subnet, number) = name.split_once(':').unwrap_or(("0", name));
        match (subnet.parse(), number.parse()) {
            (Ok(subnet), Ok(number)) => {
                Ok(CanisterId::on(SubnetId::new(subnet), number).principal())
            }
            _ => Err(format!("there is no canister `{name}`")),
        }
    }

    /// Text with `$name` replaced by the principal in text form.
    fn put_in(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split('$');
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let of_name = |letter: char| letter.is_alphanumeric() || letter == ':';
            let end = part.find(|letter| !of_name(letter)).unwrap_or(part.len());
            whole.push_str(&self.principal(&part[..end])?.to_text());
            whole.push_str(&part[end..]);
        }
        Ok(whole)
    }

    /// An argument in Candid text, encoded.
    pub(crate) fn candid(&self, text: &str) -> Result<Vec<u8>, String> {
        let text = repeated(&self.put_in(text)?)?;
        let args = candid_parser::parse_idl_args(&text).map_err(|error| error.to_string())?;
        args.to_bytes().map_err(|error| error.to_string())
    }
}

/// Text with `<text*n>` replaced by `text`, n times.
fn repeated(text: &str) -> Result<String, String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let (inner, after) = after.split_once('>').ok_or("`<` without `>`")?;
        let (what, count) = inner.rsplit_once('*').ok_or("`<…>` without `*`")?;
        let count: usize = count.parse().map_err(|_| format!("`{count}` is no number"))?;
        whole.push_str(before);
        whole.push_str(&what.repeat(count));
        rest = after;
    }
    Ok(whole + rest)
}

/// Puts in what a step names: modules, Candid arguments, programs, calls of the proxy.
pub(crate) fn prepare(step: &Value, folder: &Path, ids: &Ids) -> Result<Value, String> {
    let mut step = step.clone();
    if let Some(name) = step["wat"].as_str().and_then(|text| text.strip_prefix('@')) {
        step["wat"] = json!(module(name, &step["hooks"], folder));
    }
    if let Some(text) = step["candid"].as_str() {
        step["arg"] = json!(hex(&ids.candid(text)?));
    }
    if let Some(text) = step["do"].as_str() {
        step["arg"] = json!(hex(&program::assemble(text, ids)?));
    }
    if step["call"].is_object() {
        step["arg"] = json!(hex(&proxied(&step["call"], ids)?));
    }
    // A message to the machine needs no method.
    for (op, method) in [("update", "update"), ("submit", "update"), ("query", "query")] {
        if step["op"] == op && step["method"].is_null() {
            step["method"] = json!(method);
        }
    }
    // What scripts do not have.
    if let Some(fields) = step.as_object_mut() {
        fields.retain(|name, _| {
            !["expect", "candid", "do", "hooks", "call"].contains(&name.as_str())
        });
    }
    Ok(step)
}

fn module(name: &str, hooks: &Value, folder: &Path) -> String {
    let hooks: Vec<&str> =
        hooks.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match name {
        "machine" => machine::module(false, &hooks),
        "machine-2026" => machine::module(true, &hooks),
        sized if sized.contains(' ') => {
            sized::module(sized).unwrap_or_else(|| panic!("there is no module `{sized}`"))
        }
        file => {
            let path = folder.join(format!("{file}.wat"));
            std::fs::read_to_string(path).expect("the module is there")
        }
    }
}

fn proxied(call: &Value, ids: &Ids) -> Result<Vec<u8>, String> {
    let text = |field: &str| call[field].as_str().unwrap_or_default();
    let callee =
        Principal::from_text(ids.put_in(text("to"))?).map_err(|error| error.to_string())?;
    let mut arg = vec![callee.as_slice().len() as u8];
    arg.extend_from_slice(callee.as_slice());
    arg.push(text("method").len() as u8);
    arg.extend_from_slice(text("method").as_bytes());
    arg.extend_from_slice(&call["cycles"].as_u64().unwrap_or(0).to_le_bytes());
    match call["candid"].as_str() {
        Some(payload) => arg.extend(ids.candid(payload)?),
        None => arg.extend_from_slice(text("text").as_bytes()),
    }
    Ok(arg)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

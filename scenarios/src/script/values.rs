//! Values in steps: bytes in hexadecimal and other forms, senders, canisters by name.

use super::text_module;
use crate::diagnostics::nearest;
use ic_principal::Principal;
use serde_json::Value;
use sim_core::id::CanisterId;
use std::collections::BTreeMap;

/// Canisters by the name a script gave them.
pub(crate) type Names = BTreeMap<String, CanisterId>;

/// Bytes in hexadecimal, with `{{id:NAME}}` for the ten bytes of a canister's id.
pub(crate) fn hex(text: &str, names: &Names) -> Result<Vec<u8>, String> {
    let mut digits = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{id:") {
        let (name, after) = after.split_once("}}").ok_or("`{{id:` without `}}`")?;
        digits.push_str(before);
        digits.push_str(&to_hex(canister(name, names)?.principal().as_slice()));
        rest = after;
    }
    digits.push_str(rest);
    from_hex(&digits).ok_or_else(|| {
        let start: String = digits.chars().take(40).collect();
        format!("`{start}` is no even number of hexadecimal digits")
    })
}

/// A module in text form, with `{{id:NAME}}` for the escaped bytes of a canister's id.
pub(crate) fn wat(text: &str, names: &Names) -> Result<Vec<u8>, String> {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{id:") {
        let (name, after) = after.split_once("}}").ok_or("`{{id:` without `}}`")?;
        whole.push_str(before);
        for byte in canister(name, names)?.principal().as_slice() {
            whole.push_str(&format!("\\{byte:02x}"));
        }
        rest = after;
    }
    whole.push_str(rest);
    text_module::binary(&whole)
}

/// More zeros than any message may have.
const MOST_ZEROS: u64 = 1 << 27;

/// The payload of a call.
pub(crate) fn payload(arg: &Value, names: &Names) -> Result<Vec<u8>, String> {
    match arg {
        Value::Null => return Ok(Vec::new()),
        Value::String(text) => return hex(text, names),
        _ => {}
    }
    let mut forms = arg.as_object().into_iter().flatten();
    match (forms.next().map(|(form, value)| (form.as_str(), value)), forms.next()) {
        (Some(("zeros", count)), None) => {
            let count = count.as_u64().filter(|count| *count <= MOST_ZEROS);
            let bytes = count.map(|count| vec![0; count as usize]);
            bytes.ok_or(format!("`zeros`: expected a number up to {MOST_ZEROS}"))
        }
        (Some(("text", Value::String(text))), None) => Ok(text.as_bytes().to_vec()),
        (Some(("candid_canister_id", Value::String(name))), None) => {
            candid_id(canister(name, names)?)
        }
        _ => Err(format!(
            "expected hexadecimal digits, {{\"zeros\": n}}, {{\"text\": \"…\"}} or \
             {{\"candid_canister_id\": \"a\"}}, found {arg}"
        )),
    }
}

fn candid_id(id: CanisterId) -> Result<Vec<u8>, String> {
    let record = sim_core::management::CanisterIdRecord { canister_id: id.principal() };
    candid::encode_one(record).map_err(|error| error.to_string())
}

/// The canister called `name`.
pub(crate) fn canister(name: &str, names: &Names) -> Result<CanisterId, String> {
    let known = names.get(name).copied();
    known.or_else(|| principal(name)).ok_or_else(|| {
        let near = nearest(name, names.keys().map(String::as_str));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        format!("there is no canister `{name}`{hint}")
    })
}

/// The canister a principal in text form names.
fn principal(text: &str) -> Option<CanisterId> {
    Principal::from_text(text).ok().map(|principal| CanisterId::called(&principal))
}

/// A sender: a principal, `user:N`, a canister's name; anonymous if absent.
pub(crate) fn sender(value: &Value, names: &Names) -> Result<Principal, String> {
    let text = match value {
        Value::Null => return Ok(Principal::anonymous()),
        Value::String(text) => text,
        other => return Err(format!("expected a principal or `user:N`, found {other}")),
    };
    if let Some(number) = text.strip_prefix("user:") {
        let number: u64 = number.parse().map_err(|_| format!("`{text}` is no user"))?;
        let mut bytes = [0; 29];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        bytes[28] = 2;
        return Ok(Principal::from_slice(&bytes));
    }
    if let Some(id) = names.get(text) {
        return Ok(id.principal());
    }
    Principal::from_text(text).map_err(|error| format!("`{text}` is no principal: {error}"))
}

/// Lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16);
    let pair = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
    (digits.len().is_multiple_of(2)).then(|| digits.chunks(2).map(pair).collect())?
}

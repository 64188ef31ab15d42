//! Values in steps: bytes in hexadecimal and other forms, senders, canisters by name.

use super::text_module;
use ic_principal::Principal;
use serde_json::Value;
use sim_core::id::CanisterId;
use std::collections::BTreeMap;

/// Canisters by the name a script gave them.
pub(super) type Names = BTreeMap<String, CanisterId>;

/// Bytes in hexadecimal, with `{{id:NAME}}` for the ten bytes of a canister's id.
pub(super) fn hex(text: &str, names: &Names) -> Result<Vec<u8>, String> {
    let mut digits = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{id:") {
        let (name, after) = after.split_once("}}").ok_or("`{{id:` without `}}`")?;
        digits.push_str(before);
        digits.push_str(&to_hex(canister(name, names)?.principal().as_slice()));
        rest = after;
    }
    digits.push_str(rest);
    from_hex(&digits).ok_or_else(|| format!("`{digits}` is not hexadecimal"))
}

/// A module in text form, with `{{id:NAME}}` for the escaped bytes of a canister's id.
pub(super) fn wat(text: &str, names: &Names) -> Result<Vec<u8>, String> {
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

/// The payload of a call.
pub(super) fn payload(arg: &Value, names: &Names) -> Result<Vec<u8>, String> {
    match arg {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => hex(text, names),
        Value::Object(form) => {
            if let Some(count) = form.get("zeros").and_then(Value::as_u64) {
                let count = usize::try_from(count).ok().filter(|count| *count <= 1 << 27);
                return count.map(|count| vec![0; count]).ok_or("too many zeros".to_owned());
            }
            if let Some(text) = form.get("text").and_then(Value::as_str) {
                return Ok(text.as_bytes().to_vec());
            }
            if let Some(name) = form.get("candid_canister_id").and_then(Value::as_str) {
                return candid_id(canister(name, names)?);
            }
            Err(format!("unknown argument {arg}; expected zeros, text or candid_canister_id"))
        }
        _ => Err(format!("unknown argument {arg}; expected hexadecimal text or an object")),
    }
}

fn candid_id(id: CanisterId) -> Result<Vec<u8>, String> {
    let record = sim_core::management::CanisterIdRecord { canister_id: id.principal() };
    candid::encode_one(record).map_err(|error| error.to_string())
}

/// The canister called `name`.
pub(super) fn canister(name: &str, names: &Names) -> Result<CanisterId, String> {
    let known = names.get(name).copied();
    known.or_else(|| principal(name)).ok_or_else(|| format!("there is no canister `{name}`"))
}

/// The canister a principal in text form names.
fn principal(text: &str) -> Option<CanisterId> {
    Principal::from_text(text).ok().map(|principal| CanisterId::called(&principal))
}

/// A sender: a principal, `user:N`, a canister's name; anonymous if absent.
pub(super) fn sender(value: &Value, names: &Names) -> Result<Principal, String> {
    let Some(text) = value.as_str() else { return Ok(Principal::anonymous()) };
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
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16);
    let pair = |pair: &[u8]| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
    (digits.len().is_multiple_of(2)).then(|| digits.chunks(2).map(pair).collect())?
}

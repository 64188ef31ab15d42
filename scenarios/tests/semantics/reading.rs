//! Reads values out of results: amounts, and fields of replies in Candid.

use candid::types::Label;
use candid::types::value::{IDLArgs, IDLField, IDLValue};
use serde_json::{Map, Value, json};

/// The fields of an object.
pub(crate) fn fields(value: &Value) -> Result<&Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("fields are expected, found {value}"))
}

/// One value or a list of them, each read.
pub(crate) fn rows<T>(
    value: &Value,
    read: impl Fn(&Value) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match value {
        Value::Array(values) => values.iter().map(read).collect(),
        one => Ok(vec![read(one)?]),
    }
}

/// A number, as such or as digits.
pub(crate) fn amount(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => number.as_i128(),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// Whether a number is the one wanted, or within a pair.
pub(crate) fn is_within(found: i128, wanted: &Value) -> bool {
    match wanted {
        Value::Array(pair) => match &pair[..] {
            [least, most] => {
                amount(least).is_some_and(|least| least <= found)
                    && amount(most).is_some_and(|most| found <= most)
            }
            _ => false,
        },
        one => amount(one) == Some(found),
    }
}

/// What stands at a path such as `settings.controllers.0` of a reply in Candid; options are looked through,
/// and `len` is the length of a list.
pub(crate) fn decoded(reply: &str, path: &str) -> Result<Value, String> {
    let digits = reply.as_bytes().chunks(2);
    let text = |pair: &[u8]| String::from_utf8_lossy(pair).into_owned();
    let bytes = digits.map(|pair| u8::from_str_radix(&text(pair), 16));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    let args = IDLArgs::from_bytes(&bytes).map_err(|error| format!("{error}: {reply}"))?;
    let mut value = args.args.first().cloned().ok_or("the reply is empty")?;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        value = inner(&value, part).ok_or_else(|| format!("there is no `{part}` in {value}"))?;
    }
    Ok(plain(&value))
}

fn inner(value: &IDLValue, part: &str) -> Option<IDLValue> {
    match value {
        IDLValue::Opt(inside) => inner(inside, part),
        IDLValue::Record(fields) => field(fields, part),
        IDLValue::Variant(chosen) => field(std::slice::from_ref(&chosen.0), part),
        IDLValue::Vec(values) if part == "len" => Some(IDLValue::Nat64(values.len() as u64)),
        IDLValue::Blob(bytes) if part == "len" => Some(IDLValue::Nat64(bytes.len() as u64)),
        IDLValue::Vec(values) => values.get(part.parse::<usize>().ok()?).cloned(),
        _ => None,
    }
}

fn field(fields: &[IDLField], name: &str) -> Option<IDLValue> {
    let wanted = Label::Named(name.to_owned()).get_id();
    fields.iter().find(|field| field.id.get_id() == wanted).map(|field| field.val.clone())
}

/// A value as JSON has it: numbers as such if they fit, bytes in hexadecimal, principals as text.
fn plain(value: &IDLValue) -> Value {
    match value {
        IDLValue::Opt(inside) => plain(inside),
        IDLValue::Text(text) => json!(text),
        IDLValue::Principal(principal) => json!(principal.to_text()),
        IDLValue::Blob(bytes) => json!(crate::arguments::hex(bytes)),
        IDLValue::None | IDLValue::Null => Value::Null,
        IDLValue::Vec(values) => values.iter().map(plain).collect(),
        IDLValue::Nat8(number) => json!(number),
        IDLValue::Nat32(number) => json!(number),
        IDLValue::Nat64(number) => json!(number),
        IDLValue::Bool(truth) => json!(truth),
        other => {
            let digits = other.to_string().replace('_', "");
            let number = digits.split(' ').next().and_then(|digits| digits.parse::<u64>().ok());
            number.map_or(json!(digits), |number| json!(number))
        }
    }
}

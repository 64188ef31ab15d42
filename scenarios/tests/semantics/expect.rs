//! What a step is expected to come to.

use crate::arguments::hex;
use crate::reading;
use serde_json::Value;
use std::collections::BTreeMap;

/// Numbers that earlier steps have kept, by the field they are from.
pub(crate) type Noted = BTreeMap<String, i128>;

/// Compares a result with what is expected.
pub(crate) fn check(expect: &Value, result: &Value, noted: &mut Noted) -> Result<(), String> {
    let Some(expected) = expect.as_object() else { return Ok(()) };
    for (kind, wanted) in expected {
        if !holds(kind, wanted, result, noted)? {
            return Err(format!("expected {kind} {wanted}"));
        }
    }
    Ok(())
}

fn holds(kind: &str, wanted: &Value, result: &Value, noted: &mut Noted) -> Result<bool, String> {
    let reply = result["reply"].as_str();
    let text = || hex(wanted.as_str().unwrap_or_default().as_bytes());
    let contains = |part: &str| reply.is_some_and(|reply| reply.contains(part));
    let plain = wanted.as_str().unwrap_or_default();
    Ok(match kind {
        "ok" => !result["reply"].is_null(),
        "unanswered" => result["reply"].is_null() && result["reject"].is_null(),
        "reject" => result["reject"]["code"] == *wanted,
        "error" => result["reject"]["error_code"] == format!("IC0{wanted}"),
        "message" => result["reject"]["message"].as_str().is_some_and(|said| said.contains(plain)),
        "at_submit" => result["at_submit"] == *wanted,
        "reply" => reply == wanted.as_str(),
        "len" => result["reply"]["len"] == *wanted,
        "text" => reply == Some(&text()),
        "number" => reply == Some(&number(wanted)?),
        "numbers" => reply == Some(&reading::rows(wanted, number)?.concat()),
        "contains_text" => contains(&text()),
        "lacks_text" => reply.is_some() && !contains(&text()),
        "contains_hex" => contains(plain),
        "lacks_hex" => reply.is_some() && !contains(plain),
        "candid" => reading::fields(wanted)?.iter().try_fold(true, |good, (path, value)| {
            Ok::<_, String>(good && reading::decoded(reply.unwrap_or_default(), path)? == *value)
        })?,
        "called" => called(reply, wanted)?,
        "refunded" => refunded(reply) == wanted.as_u64(),
        "refunded_less" => refunded(reply) < wanted.as_u64() && refunded(reply).is_some(),
        "field" => reading::fields(wanted)?.iter().all(|(name, value)| result[name] == *value),
        "note" => note(wanted, result, noted)?,
        "change" => changes(wanted, result, noted)?,
        "within" => reading::fields(wanted)?.iter().all(|(name, range)| {
            reading::amount(&result[name]).is_some_and(|found| reading::is_within(found, range))
        }),
        other => return Err(format!("there is no expectation `{other}`")),
    })
}

/// Eight bytes in hexadecimal digits.
fn number(wanted: &Value) -> Result<String, String> {
    let unsigned = wanted.as_u64().or_else(|| wanted.as_i64().map(|number| number as u64));
    Ok(hex(&unsigned.ok_or("a number is expected")?.to_le_bytes()))
}

/// Whether the proxy's call went as expected: 0, or the reject code.
fn called(reply: Option<&str>, wanted: &Value) -> Result<bool, String> {
    Ok(match wanted.as_u64().ok_or("a reject code is expected")? {
        0 => reply.is_some_and(|reply| reply.starts_with("00")),
        code => reply.is_some_and(|reply| reply.starts_with(&format!("01{code:02x}"))),
    })
}

/// Keeps the fields named.
fn note(wanted: &Value, result: &Value, noted: &mut Noted) -> Result<bool, String> {
    for name in
        reading::rows(wanted, |name| name.as_str().map(str::to_owned).ok_or("a name".into()))?
    {
        let Some(found) = reading::amount(&result[&name]) else { return Ok(false) };
        noted.insert(name, found);
    }
    Ok(true)
}

/// Whether fields have changed by amounts since they were noted: each exactly, or within a pair.
fn changes(wanted: &Value, result: &Value, noted: &Noted) -> Result<bool, String> {
    let mut good = true;
    for (name, range) in reading::fields(wanted)? {
        let before = noted.get(name).ok_or_else(|| format!("`{name}` was not noted"))?;
        let now = reading::amount(&result[name]);
        good &= now.is_some_and(|now| reading::is_within(now - before, range));
        if !good {
            return Err(format!("expected `{name}` to change by {range}, {before} became {now:?}"));
        }
    }
    Ok(good)
}

/// Cycles that the proxy says came back with a reject.
fn refunded(reply: Option<&str>) -> Option<u64> {
    let digits = reply?.get(4..20)?;
    let bytes = (0..8).map(|index| u8::from_str_radix(&digits[2 * index..2 * index + 2], 16));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

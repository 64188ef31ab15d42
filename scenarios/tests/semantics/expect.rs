//! What a step is expected to come to.

use crate::arguments::hex;
use serde_json::Value;

/// Compares a result with what is expected; `noted` is a number that an earlier step has kept.
pub(crate) fn check(expect: &Value, result: &Value, noted: &mut Option<u64>) -> Result<(), String> {
    let Some(expected) = expect.as_object() else { return Ok(()) };
    for (kind, wanted) in expected {
        if !holds(kind, wanted, result, noted)? {
            return Err(format!("expected {kind} {wanted}"));
        }
    }
    Ok(())
}

fn holds(
    kind: &str,
    wanted: &Value,
    result: &Value,
    noted: &mut Option<u64>,
) -> Result<bool, String> {
    let reply = result["reply"].as_str();
    let text = || hex(wanted.as_str().unwrap_or_default().as_bytes());
    let contains = |part: &str| reply.is_some_and(|reply| reply.contains(part));
    let plain = wanted.as_str().unwrap_or_default();
    Ok(match kind {
        "ok" => !result["reply"].is_null(),
        "reject" => result["reject"]["code"] == *wanted,
        "error" => result["reject"]["error_code"] == format!("IC0{wanted}"),
        "at_submit" => result["at_submit"] == *wanted,
        "reply" => reply == wanted.as_str(),
        "text" => reply == Some(&text()),
        "number" => {
            let number = wanted.as_u64().ok_or("a number is expected")?;
            reply == Some(&hex(&number.to_le_bytes()))
        }
        "contains_text" => contains(&text()),
        "lacks_text" => reply.is_some() && !contains(&text()),
        "contains_hex" => contains(plain),
        "lacks_hex" => reply.is_some() && !contains(plain),
        "called" => match wanted.as_u64() {
            Some(0) => reply.is_some_and(|reply| reply.starts_with("00")),
            code => {
                let code = code.ok_or("a reject code is expected")?;
                reply.is_some_and(|reply| reply.starts_with(&format!("01{code:02x}")))
            }
        },
        "refunded" => refunded(reply) == wanted.as_u64(),
        "refunded_less" => refunded(reply) < wanted.as_u64() && refunded(reply).is_some(),
        "field" => {
            let fields = wanted.as_object().ok_or("fields are expected")?;
            fields.iter().all(|(name, value)| result[name] == *value)
        }
        "note" => {
            *noted = result[plain].as_u64();
            noted.is_some()
        }
        "more" => {
            let more = wanted.as_u64().ok_or("a number is expected")?;
            result["memory_usage"].as_u64() == noted.map(|noted| noted + more)
        }
        other => return Err(format!("there is no expectation `{other}`")),
    })
}

/// Cycles that the proxy says came back with a reject.
fn refunded(reply: Option<&str>) -> Option<u64> {
    let digits = reply?.get(4..20)?;
    let bytes = (0..8).map(|index| u8::from_str_radix(&digits[2 * index..2 * index + 2], 16));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().ok()?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

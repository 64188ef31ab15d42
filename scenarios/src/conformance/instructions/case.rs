//! A recorded count: which module, what is entered, and what is expected.

use super::outcome::Ending;
use crate::script::values;
use serde_json::{Map, Value};
use wasm_encoder::Instruction;

/// A case whose module is at hand.
pub(super) struct Case<'a> {
    pub(super) fields: &'a Value,
    /// The module, binary.
    pub(super) module: Vec<u8>,
    /// The name under which the entry is exported.
    pub(super) entry: &'a str,
    /// Of a function that is no entry point of a canister.
    pub(super) arguments: Vec<Instruction<'a>>,
    pub(super) message: Vec<u8>,
    pub(super) limit: Option<u64>,
    pub(super) ending: Option<Ending>,
    /// What the system adds for calls of its own is not in the count.
    pub(super) without_system: bool,
    /// How often the same message is sent.
    pub(super) times: u64,
}

impl<'a> Case<'a> {
    pub(super) fn read(fields: &'a Value, module: Vec<u8>) -> Result<Self, String> {
        let text = |field: &str| fields[field].as_str();
        let entry = text("entry").ok_or("it has no `entry`")?;
        let listed = fields["args"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(Case {
            fields,
            module,
            entry,
            arguments: listed.iter().map(constant).collect::<Result<_, _>>()?,
            message: message(&fields["msg_arg"], text("kind"))?,
            limit: number(fields, "instruction_limit")?,
            ending: text("expected_outcome").map(Ending::read).transpose()?,
            without_system: text("name")
                .is_some_and(|name| name.contains("host overhead excluded")),
            times: text("setup").map_or(Ok(1), repetitions)?,
        })
    }

    /// What the message may use, where that is not what the profile grants.
    pub(super) fn granted(&self) -> Option<u64> {
        let benchmark = (self.fields["kind"] == BENCHMARK).then_some(BENCHMARK_LIMIT);
        self.limit.or(benchmark)
    }

    /// Values expected of globals, by name.
    pub(super) fn globals(&self) -> Map<String, Value> {
        let mut expected = self.fields["expected_globals"].as_object().cloned().unwrap_or_default();
        for (field, value) in self.fields.as_object().into_iter().flatten() {
            if let Some(name) = field.strip_prefix("expected_global_") {
                expected.insert(name.to_owned(), value.clone());
            }
        }
        expected
    }
}

/// A field that is a whole number, if it is there.
pub(super) fn number(fields: &Value, field: &str) -> Result<Option<u64>, String> {
    match &fields[field] {
        Value::Null => Ok(None),
        value => value.as_u64().map(Some).ok_or(format!("`{field}` is no whole number: {value}")),
    }
}

/// `{"i64": 3}` as the instruction that pushes it.
fn constant(value: &Value) -> Result<Instruction<'static>, String> {
    let wrong = || format!("{value} is no argument; expected an object such as {{\"i64\": 3}}");
    let (ty, number) = value.as_object().and_then(|form| form.iter().next()).ok_or_else(wrong)?;
    let whole = || number.as_i64().or(number.as_u64().map(|number| number as i64));
    match ty.as_str() {
        "i32" => whole().map(|number| Instruction::I32Const(number as i32)),
        "i64" => whole().map(Instruction::I64Const),
        "f32" => number.as_f64().map(|number| Instruction::F32Const((number as f32).into())),
        "f64" => number.as_f64().map(|number| Instruction::F64Const(number.into())),
        _ => None,
    }
    .ok_or_else(wrong)
}

/// The kind of benchmarks of the replica.
pub(super) const BENCHMARK: &str = "exact-count-replica-level";
/// Benchmarks send an argument as large as an ingress message may be.
const BENCHMARK_ARGUMENT: usize = 2 << 20;
/// Benchmarks use more than a network grants.
const BENCHMARK_LIMIT: u64 = 1_000_000_000_000;

/// The message's payload: hexadecimal, `N x HH` for repeated bytes, or a form of a script.
fn message(value: &Value, kind: Option<&str>) -> Result<Vec<u8>, String> {
    if let Some((count, byte)) = value.as_str().and_then(|text| text.split_once(" x ")) {
        let count = count.trim().parse::<usize>().ok().filter(|count| *count <= 1 << 27);
        let byte = u8::from_str_radix(byte.trim(), 16).ok();
        let bytes = count.zip(byte).map(|(count, byte)| vec![byte; count]);
        return bytes.ok_or(format!("`msg_arg`: {value} is not of the form \"1024 x 00\""));
    }
    match kind {
        Some(BENCHMARK) if value.is_null() => Ok(vec![0; BENCHMARK_ARGUMENT]),
        _ => values::payload(value, &values::Names::new()),
    }
}

/// Reads "repeat the same message 10 times on one instance".
fn repetitions(setup: &str) -> Result<u64, String> {
    let mut words = setup.split_whitespace();
    let stated = words
        .position(|word| word == "times")
        .and_then(|times| setup.split_whitespace().nth(times.checked_sub(1)?)?.parse::<u64>().ok());
    stated
        .filter(|times| setup.starts_with("repeat") && (1..=1_000).contains(times))
        .ok_or_else(|| format!("its set-up is in words that are not understood: {setup}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn repeated_bytes_are_written_with_their_number() {
        assert_eq!(message(&json!("3 x 0a"), None), Ok(vec![10; 3]));
        assert_eq!(message(&json!("0a0b"), None), Ok(vec![10, 11]));
        assert!(message(&json!("x x 00"), None).is_err());
    }

    #[test]
    fn repetitions_are_read_from_the_set_up() {
        assert_eq!(repetitions("repeat the same message 10 times on one instance"), Ok(10));
        assert!(repetitions("dance 10 times").is_err());
    }
}

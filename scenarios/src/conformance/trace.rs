//! Executions of a step, compared: within each inner iteration and thread in their order.

use super::fields::{Mismatch, plain, short};
use serde_json::Value;

/// Fields of an entry that are compared.
const COMPARED: [&str; 10] = [
    "place",
    "canister",
    "round",
    "iter",
    "thread",
    "what",
    "instructions",
    "round_instructions",
    "heap_delta",
    "balance_after",
];
/// The mark of a trace that was cut short.
const OMITTED: &str = "omitted";

/// Fields of an entry that nothing here knows.
pub(super) fn unknown(entry: &Value) -> Vec<&String> {
    let names = entry.as_object().into_iter().flat_map(|fields| fields.keys());
    let known = |name: &str| COMPARED.contains(&name) || name == OMITTED;
    names.filter(|name| !known(name)).collect()
}

/// The first difference of two traces.
pub(super) fn mismatch(expected: &Value, found: &Value) -> Option<Mismatch> {
    let (expected, found) = (entries(expected), entries(found));
    let cut = expected.iter().position(|entry| entry.get(OMITTED).is_some());
    match cut {
        // How many are left out is recorded; which they are is not.
        Some(place) => {
            let omitted = expected[place][OMITTED].as_u64().unwrap_or(0);
            let kept = expected.len() as u64 - 1;
            let whole = kept + omitted;
            length(whole, found.len() as u64).or_else(|| {
                let (before, after) = (&expected[..place], &expected[place + 1..]);
                let end = found.len().saturating_sub(after.len());
                in_order(before, found.get(..place).unwrap_or_default(), 0)
                    .or_else(|| in_order(after, found.get(end..).unwrap_or_default(), end))
            })
        }
        None => in_order(&grouped(expected), &grouped(found), 0),
    }
}

/// One line for each entry, for the eye.
pub(super) fn lines(trace: &Value) -> Vec<String> {
    let line = |entry: Value| {
        if let Some(count) = entry.get(OMITTED) {
            return format!("… {count} left out");
        }
        let part = |name: &str| plain(&entry[name]);
        format!(
            "round {} iter {} thread {} {} {} [{}] {} instructions ({} in round), heap delta {}, \
             balance {}",
            part("round"),
            part("iter"),
            part("thread"),
            part("place"),
            part("canister"),
            part("what"),
            part("instructions"),
            part("round_instructions"),
            part("heap_delta"),
            part("balance_after"),
        )
    };
    entries(trace).into_iter().map(line).collect()
}

fn entries(trace: &Value) -> Vec<Value> {
    trace.as_array().cloned().unwrap_or_default()
}

/// Entries of one iteration and thread together; threads run side by side, so which of two threads
/// is written down first says nothing.
fn grouped(mut entries: Vec<Value>) -> Vec<Value> {
    let number = |entry: &Value, field: &str| entry[field].as_u64().unwrap_or(0);
    entries.sort_by_key(|entry| (number(entry, "iter"), number(entry, "thread")));
    entries
}

fn in_order(expected: &[Value], found: &[Value], first: usize) -> Option<Mismatch> {
    for (index, (wanted, got)) in expected.iter().zip(found).enumerate() {
        let differs = |field: &&str| wanted.get(*field).is_some() && wanted[*field] != got[*field];
        if let Some(field) = COMPARED.into_iter().find(differs) {
            return Some(Mismatch {
                field: format!("trace[{}].{field} of {}", first + index, short(&wanted["what"])),
                expected: short(&wanted[field]),
                found: short(&got[field]),
            });
        }
    }
    length(expected.len() as u64, found.len() as u64)
}

fn length(expected: u64, found: u64) -> Option<Mismatch> {
    (expected != found).then(|| Mismatch {
        field: "number of executions in trace".to_owned(),
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(iter: u64, thread: u64, canister: &str) -> Value {
        json!({ "iter": iter, "thread": thread, "canister": canister, "instructions": null })
    }

    #[test]
    fn threads_may_be_written_down_in_any_order() {
        let expected = json!([entry(0, 0, "a"), entry(0, 1, "b")]);
        let found = json!([entry(0, 1, "b"), entry(0, 0, "a")]);
        assert_eq!(mismatch(&expected, &found), None);
    }

    #[test]
    fn the_order_within_a_thread_counts() {
        let expected = json!([entry(0, 0, "a"), entry(0, 0, "b")]);
        let found = json!([entry(0, 0, "b"), entry(0, 0, "a")]);
        let mismatch = mismatch(&expected, &found).expect("they are swapped");
        assert_eq!((mismatch.expected.as_str(), mismatch.found.as_str()), ("\"a\"", "\"b\""));
    }

    #[test]
    fn a_slice_that_paused_is_not_one_that_finished() {
        let (expected, mut found) = (json!([entry(0, 0, "a")]), json!([entry(0, 0, "a")]));
        found[0]["instructions"] = 7.into();
        assert!(mismatch(&expected, &found).is_some());
    }

    #[test]
    fn what_is_left_out_of_a_recorded_trace_is_counted() {
        let expected = json!([entry(0, 0, "a"), { "omitted": 2 }]);
        let found = |count: usize| Value::Array(vec![entry(0, 0, "a"); count]);
        assert_eq!(mismatch(&expected, &found(3)), None);
        assert!(mismatch(&expected, &found(2)).is_some());
        let in_the_middle = json!([entry(0, 0, "a"), { "omitted": 2 }, entry(0, 0, "a")]);
        assert_eq!(mismatch(&in_the_middle, &found(4)), None);
    }
}

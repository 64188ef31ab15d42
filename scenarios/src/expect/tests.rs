//! Conditions are read, settled and judged.

use super::evaluate::{Found, Unknown};
use super::live::Source;
use super::parse::{What, condition};
use super::value::Value;
use super::{Expectation, When};
use sim_core::time::SimTime;

/// What is found for the names of these tests.
fn found(what: &What) -> Found {
    let name = match what {
        What::Name(name) => name.as_str(),
        What::Query { method, .. } => method,
    };
    let list = |values: &[u128]| values.iter().map(|value| Value::int(*value)).collect();
    match name {
        "latency.p99" => Ok(Value::int(1_500_000_000)),
        "canister.a b.balance" => Ok(Value::int(5_000_000_000_000)),
        "many" => Ok(Value::Many(list(&[3, 4, 5]))),
        "list" => Ok(Value::List(list(&[1, 2]))),
        "state" => {
            Ok(Value::Variant(candid::idl_hash("Paid"), "Paid".to_owned(), Box::new(Value::Null)))
        }
        "half" => Ok(Value::Float(0.5)),
        "silent" => Err(Unknown::Silent("stopped".to_owned())),
        _ => Err(Unknown::Nothing("none".to_owned())),
    }
}

fn check(text: &str) -> Result<(), String> {
    let parsed = condition(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let values: Vec<Found> = parsed.operands.iter().map(|operand| found(&operand.what)).collect();
    let source = || Source::Metric(String::new());
    let expectation = Expectation {
        text: text.into(),
        when: When::AtTheEnd,
        every: None,
        from: SimTime::ZERO,
        root: parsed.root,
        operands: parsed.operands.into_iter().map(|operand| (operand.text, source())).collect(),
    };
    expectation.verdict(&values, &[]).map_err(|broken| match broken.undecided {
        true => "undecided".to_owned(),
        false => broken.found,
    })
}

#[test]
fn what_holds_is_no_violation() {
    for text in [
        "latency.p99 < 2s",
        "2s >= latency.p99",
        "canister.a b.balance == 5T and latency.p99 != 3",
        "latency.p99 <= canister.a b.balance",
        "latency.p99 * 2 - 1s == 2_000_000_000",
        "not (latency.p99 > 2s or latency.p99 < 1s)",
        "latency.p99 / 3s == 0.5 and half == 50% and half < 1",
        "many > 2 and sum(many) == 12 and min(many) == 3 and max(many) == 5",
        "sum(query.a.list()) == 3 and len(query.a.list()) == 2",
        "query.a.state() == \"Paid\"",
        "latency.p99 < 1s or latency.p99 < 2s or gone > 1",
        "-3 < latency.p99",
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn what_does_not_hold_is_shown_with_what_was_found() {
    assert_eq!(check("latency.p99 < 1s"), Err("latency.p99 = 1500000000".to_owned()));
    assert_eq!(check("latency.p99 > 1 and many < 5"), Err("many = 3, 4, 5".to_owned()));
    assert_eq!(check("gone > 0"), Err("gone = none".to_owned()), "nothing fulfils nothing");
    assert!(check("latency.p99 == \"a\"").is_err());
    assert!(check("latency.p99 / 0 > 1").is_err());
}

#[test]
fn what_cannot_be_asked_at_present_is_undecided_unless_the_rest_decides() {
    assert_eq!(check("query.a.silent() == 1"), Err("undecided".to_owned()));
    assert_eq!(check("query.a.silent() == 1 and latency.p99 > 1"), Err("undecided".to_owned()));
    let decided = check("query.a.silent() == 1 and latency.p99 < 1");
    assert_eq!(decided, Err("latency.p99 = 1500000000".to_owned()));
    assert_eq!(check("query.a.silent() == 1 or latency.p99 > 1"), Ok(()));
}

#[test]
fn what_compares_nothing_is_refused_at_its_place() {
    for (text, place) in [
        ("", ""),
        ("1 < 2", "1 < 2"),
        ("latency.p99 <", ""),
        ("a < b < c", "<"),
        ("x < 5parsecs", "5parsecs"),
        ("a + b", "a + b"),
        ("average(many) > 2", "average"),
        ("(a < 2", ""),
        ("query.bank.total( > 2", "query.bank.total( > 2"),
        ("query.total() > 2", "query.total("),
        ("a ? 2", "? 2"),
    ] {
        let error = condition(text).expect_err(text);
        assert_eq!(&text[error.range.clone()], place, "{text}: {error}");
    }
}

#[test]
fn times_are_read_and_written() {
    for text in ["at the end", "always", "eventually", "eventually within 30s"] {
        assert_eq!(text.parse::<When>().map(|when| when.to_string()), Ok(text.to_owned()));
    }
    assert!("eventually within a while".parse::<When>().is_err());
    assert!("sometimes".parse::<When>().is_err());
}

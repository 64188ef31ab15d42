//! Recordings of a real replica, replayed: every case of the file agrees in every compared field.

use scenarios::conformance::{Verdict, compare};
use serde_json::Value;
use std::path::Path;

fn recordings() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/recordings.json");
    let text = std::fs::read_to_string(path).expect("the recordings are there");
    let mut whole: Value = serde_json::from_str(&text).expect("they are JSON");
    serde_json::from_value(whole["cases"].take()).expect("they hold cases")
}

#[test]
fn every_recorded_case_agrees() {
    let cases = recordings();
    assert!(cases.len() > 100);
    for case in &cases {
        let verdict = compare(case, Path::new("."));
        assert_eq!(verdict, Verdict::Agrees, "{}", case["name"]);
    }
}

#[test]
fn a_recording_that_was_tampered_with_does_not_agree() {
    let mut case = recordings().swap_remove(0);
    case["results"][2]["balances"]["a"] = "1".into();
    let Verdict::Differs(difference) = compare(&case, Path::new(".")) else {
        panic!("the balance was changed");
    };
    assert_eq!((difference.step, difference.field.as_str()), (3, "balances"));
}

#[test]
fn a_step_that_cannot_be_understood_skips_the_case_with_a_reason() {
    let mut case = recordings().swap_remove(0);
    case["steps"][0]["op"] = "dance".into();
    let Verdict::Skipped(reason) = compare(&case, Path::new(".")) else {
        panic!("there is no such step");
    };
    assert!(reason.contains("unknown step `dance`"), "{reason}");
}

#[test]
fn a_case_with_nothing_to_compare_does_not_agree() {
    let mut case = recordings().swap_remove(0);
    case["results"] = Value::Array(Vec::new());
    assert!(matches!(compare(&case, Path::new(".")), Verdict::Skipped(_)));
    let words = serde_json::json!({ "name": "a rule", "rule": "in words" });
    assert!(matches!(compare(&words, Path::new(".")), Verdict::Skipped(_)));
}

//! Recordings of a real replica, held against the model. Cases that do not agree yet are listed in
//! `fixtures/conformance/disagreements.toml`: the list has to be exact.
//!
//! What takes long without optimisation is ignored here and run in release:
//! `cargo test --release -p scenarios --test recordings -- --include-ignored`.

use scenarios::conformance::{
    Difference, Selection, Verdict, judge, judge_all, name, recorded_instructions, unknown_fields,
};
use scenarios::script::{self, Runtimes};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/conformance")
}

fn cases(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join(format!("{file}.json")));
    let mut whole: Value =
        serde_json::from_str(&text.expect("the recordings are there")).expect("they are JSON");
    serde_json::from_value(whole["cases"].take()).expect("they hold cases")
}

/// Names of cases in a table of the list; each has a reason.
fn listed(path: &[&str]) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder().join("disagreements.toml"));
    let whole: toml::Table = text.expect("the list is there").parse().expect("it is TOML");
    let whole = toml::Value::Table(whole);
    let found = path.iter().try_fold(&whole, |table, name| table.get(name));
    let Some(listed) = found.and_then(toml::Value::as_table) else { return BTreeSet::new() };
    let reason = |value: &toml::Value| value.as_str().is_some_and(|reason| reason.len() > 10);
    assert!(listed.values().all(reason), "each case listed has its reason");
    listed.keys().cloned().collect()
}

/// Cases that are known not to agree.
fn known_disagreements(file: &str) -> BTreeSet<String> {
    listed(&[file])
}

/// Cases that are known not to be judged.
fn known_skipped(file: &str) -> BTreeSet<String> {
    listed(&["skipped", file])
}

/// What is wrong with a list: cases that belong on it and are not there, and the other way round.
fn inexact(
    known: &BTreeSet<String>,
    found: &BTreeMap<String, String>,
    judged: &BTreeSet<&str>,
) -> Vec<String> {
    let missing = found.iter().filter(|(name, _)| !known.contains(*name));
    let vain =
        known.iter().filter(|name| judged.contains(name.as_str()) && !found.contains_key(*name));
    missing
        .map(|(name, verdict)| format!("{name}: {verdict}"))
        .chain(vain.map(|name| format!("{name}: take it off the list")))
        .collect()
}

/// Judges the cases of a file that are `wanted`, and holds the result against the lists.
fn check(file: &str, wanted: impl Fn(&Value) -> bool) {
    let cases: Vec<Value> = cases(file).into_iter().filter(|case| wanted(case)).collect();
    let (mut disagreeing, mut skipped) = (BTreeMap::new(), BTreeMap::new());
    judge_all(&cases, &folder(), &Runtimes::default(), |case, verdict| {
        let list = match verdict {
            Verdict::Agrees => return,
            Verdict::Differs(_) | Verdict::Malformed(_) => &mut disagreeing,
            Verdict::Skipped(_) => &mut skipped,
        };
        list.insert(name(case).to_owned(), format!("{}: {verdict}", verdict.word()));
    });
    let names: BTreeSet<&str> = cases.iter().map(name).collect();
    let mut wrong = inexact(&known_disagreements(file), &disagreeing, &names);
    wrong.extend(inexact(&known_skipped(file), &skipped, &names));
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Not too long without optimisation.
fn is_quick(case: &Value) -> bool {
    recorded_instructions(case) < 2_000_000_000
}

/// Not a benchmark, which calls a function a million times.
fn is_short(case: &Value) -> bool {
    !case["wat"].as_str().is_some_and(|text| text.contains("1000000"))
}

#[test]
fn scripts_of_a_replica_agree() {
    check("replica-2024-06", is_quick);
}

#[test]
#[ignore = "takes long without optimisation"]
fn scripts_of_a_loaded_replica_agree() {
    check("replica-2024-06", |case| !is_quick(case));
}

#[test]
fn random_modules_agree() {
    check("fuzz-2024-06", |case| recorded_instructions(case) < 20_000_000);
}

#[test]
#[ignore = "takes long without optimisation"]
fn random_modules_that_run_long_agree() {
    check("fuzz-2024-06", |case| recorded_instructions(case) >= 20_000_000);
}

#[test]
fn counts_of_instructions_agree() {
    check("instructions", is_short);
}

#[test]
#[ignore = "takes long without optimisation"]
fn counts_of_benchmarks_agree() {
    check("instructions", |case| !is_short(case));
}

#[test]
fn prices_agree() {
    check("fees", |_| true);
}

#[test]
fn every_case_listed_exists() {
    for file in ["replica-2024-06", "fuzz-2024-06", "instructions", "fees"] {
        let names: BTreeSet<String> =
            cases(file).iter().map(|case| name(case).to_owned()).collect();
        for listed in known_disagreements(file).union(&known_skipped(file)) {
            assert!(names.contains(listed), "{file} has no case {listed}");
        }
    }
}

fn case(file: &str, wanted: &str) -> Value {
    let found = cases(file).into_iter().find(|case| name(case) == wanted);
    found.expect("the file has this case")
}

fn verdict(case: &Value) -> Verdict {
    judge(case, &folder(), &Runtimes::default())
}

fn difference(case: &Value) -> Difference {
    match verdict(case) {
        Verdict::Differs(difference) => difference,
        other => panic!("{} should differ, but {other}", name(case)),
    }
}

#[test]
fn a_recording_that_was_tampered_with_does_not_agree() {
    let original = case("replica-2024-06", "call_payload_0");
    assert_eq!(verdict(&original), Verdict::Agrees);
    let tampered = |pointer: &str, value: Value| {
        let mut case = original.clone();
        *case.pointer_mut(pointer).expect("is recorded") = value;
        difference(&case)
    };
    let balance = tampered("/results/4/balances/a", json!("1"));
    assert_eq!(
        (balance.place.as_str(), balance.field.as_str()),
        ("step 5 (update a go)", "balances.a")
    );
    let fields = [
        ("/results/4/trace/1/canister", json!("a"), "trace[1].canister"),
        ("/results/4/trace/1/instructions", json!(1), "trace[1].instructions"),
        ("/results/4/trace/1/balance_after", json!("1"), "trace[1].balance_after"),
        ("/results/4/trace/1/thread", json!(3), "trace[1].thread"),
        ("/results/4/trace/1/place", json!("subnet"), "trace[1].place"),
        ("/results/4/reply", json!("00"), "reply"),
        ("/results/4/rounds", json!(9), "rounds"),
        ("/results/5/version", json!(9), "version"),
        ("/results/5/consumed_cycles", json!("9"), "consumed_cycles"),
        ("/results/7/bytes", json!("ff"), "bytes"),
    ];
    for (pointer, value, field) in fields {
        let found = tampered(pointer, value);
        assert!(found.field.starts_with(field), "{pointer}: {found}");
    }
}

#[test]
fn a_trace_with_an_execution_too_many_does_not_agree() {
    let mut case = case("replica-2024-06", "call_payload_0");
    let trace = case["results"][4]["trace"].as_array_mut().expect("is recorded");
    trace.pop();
    assert_eq!(difference(&case).field, "number of executions in trace");
}

#[test]
fn of_a_reject_what_was_recorded_is_compared() {
    let reject = |case: &mut Value, change: &dyn Fn(&mut Value)| {
        let results = case["results"].as_array_mut().expect("is recorded").iter_mut();
        let rejected = results.into_iter().find(|result| result["reject"].is_object());
        change(&mut rejected.expect("one was rejected")["reject"]);
    };
    let original = case("replica-2024-06", "err_lookup");
    assert_eq!(verdict(&original), Verdict::Agrees);
    for (field, other) in
        [("code", json!(1)), ("error_code", json!("IC0101")), ("error", json!("CanisterQueueFull"))]
    {
        let mut case = original.clone();
        reject(&mut case, &|reject| reject[field] = other.clone());
        assert_eq!(difference(&case).field, format!("reject.{field}"));
        reject(&mut case, &|reject| reject[field] = Value::Null);
        assert_eq!(verdict(&case), Verdict::Agrees, "without {field}");
    }
    let mut none = original.clone();
    reject(&mut none, &|reject| *reject = Value::Null);
    assert_eq!(difference(&none).field, "reject");
    let mut more = original.clone();
    reject(&mut more, &|reject| reject["mood"] = json!("bad"));
    assert_eq!(unknown_fields(&more), ["reject.mood".to_owned()].into());
}

#[test]
fn a_count_that_is_off_by_one_does_not_agree() {
    let mut case = case("instructions", "plain-10-adds");
    case["expected_instructions"] = json!(26);
    assert_eq!(difference(&case).found, "25");
    case["expected_instructions"] = json!(25);
    case["expected_global_acc"] = json!(11);
    assert_eq!(difference(&case).field, "global acc");
}

#[test]
fn a_price_that_is_off_by_one_does_not_agree() {
    let mut case = case("fees", "F086");
    case["expected_cycles"] = json!(1_543_079);
    assert_eq!(difference(&case).found, "1543080");
}

#[test]
fn a_case_with_nothing_to_compare_does_not_agree() {
    let mut script = case("replica-2024-06", "call_payload_0");
    script["results"] = Value::Null;
    assert!(matches!(verdict(&script), Verdict::Skipped(_)));
    script["results"] = json!([]);
    assert!(matches!(verdict(&script), Verdict::Malformed(_)));
    for words in
        [json!({ "name": "a" }), json!({ "op": "a song", "expected_cycles": 1, "era": "E24" })]
    {
        assert!(matches!(verdict(&words), Verdict::Skipped(_)), "{words}");
    }
    let mut count = case("instructions", "plain-10-adds");
    for field in ["expected_instructions", "expected_global_acc"] {
        count.as_object_mut().expect("is an object").remove(field);
    }
    assert!(matches!(verdict(&count), Verdict::Malformed(_)));
}

#[test]
fn a_step_that_cannot_be_understood_fails_the_case_with_what_was_expected() {
    let mut case = case("replica-2024-06", "call_payload_0");
    case["steps"][0]["op"] = "crate".into();
    let said = verdict(&case).to_string();
    assert!(
        said.contains("step 1 (crate): unknown step `crate`; did you mean `create`?"),
        "{said}"
    );
}

#[test]
fn what_a_script_came_to_is_a_recording_that_agrees() {
    let runtimes = Runtimes::default();
    for name in ["call_payload_0", "heartbeat_trap", "err_lookup", "motoko_upgrade", "upgrade"] {
        let mut case = case("replica-2024-06", name);
        for result in case["results"].as_array_mut().into_iter().flatten() {
            *result = json!({});
        }
        let played = script::run(&case, &folder(), &runtimes).expect("the script is right");
        case["results"] = Value::Array(played.results);
        case["rounds"] = played.rounds.into();
        assert_eq!(judge(&case, &folder(), &runtimes), Verdict::Agrees, "{name}");
    }
}

#[test]
fn cases_are_selected_by_name_and_pattern() {
    let selection = Selection::new(&["call_*".to_owned(), "dts".to_owned()]);
    assert!(selection.wants("call_self") && selection.wants("dts") && !selection.wants("upgrade"));
}

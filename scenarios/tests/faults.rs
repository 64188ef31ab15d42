//! `[[fault]]`: every kind of fault, from the scenario file to what it does to a run.

mod runs;

use runs::{Outcome, assert_refused};
use sim_core::id::MessageId;
use sim_core::record::{Event, Outcome as Answer};
use sim_core::reject::ErrorCode;
use std::collections::{BTreeMap, BTreeSet};

/// A canister on the left asks one on the right once a second, with and without a guarantee.
const CALLS: &str = r#"title = "Calls"
duration = "40s"
profile = "2026-mid"

[[subnet]]
name = "left"
nodes = 13
[[subnet]]
name = "right"
nodes = 13
[network]
latency = "40ms"

[[canister]]
name = "caller"
subnet = "left"
wasm = "../canisters/PingPong.wasm"
cycles = "100T"
[[canister]]
name = "callee"
subnet = "right"
wasm = "../canisters/PingPong.wasm"
cycles = "100T"
[[canister]]
name = "keeper"
subnet = "left"
wasm = "../canisters/StableV1.wasm"
cycles = "100T"

[[workload]]
name = "sure"
target = "caller"
method = "play"
arg = '(principal "$callee", 1)'
arrivals = { kind = "constant", rate = "1/s" }
stop = "25s"
[[workload]]
name = "unsure"
target = "caller"
method = "boundedPing"
arg = '(principal "$callee", 5)'
arrivals = { kind = "constant", rate = "1/s" }
stop = "25s"
"#;

fn outcome(more: &str, seed: u64) -> Outcome {
    runs::outcome(&format!("{CALLS}\n{more}"), seed, 1)
}

fn fault(fields: &str) -> Outcome {
    outcome(&format!("[[fault]]\n{fields}"), 7)
}

#[test]
fn without_faults_everything_is_answered_soon() {
    let calm = outcome("", 7);
    assert_eq!((calm.number("replied"), calm.number("rejected")), (48, 0));
    assert!(calm.millis("latency.max") < 7_000);
}

#[test]
fn a_subnet_stalls_or_restarts() {
    let calm = outcome("", 7).number("subnet.right.rounds");
    for kind in ["subnet-stalls", "subnet-restarts"] {
        let stalled = fault(&format!("kind = '{kind}'\nsubnet = 'right'\nat = '5s'\nfor = '10s'"));
        assert!(stalled.number("subnet.right.rounds") + 8 < calm, "{kind}");
        assert!(stalled.millis("workload.sure.latency.max") > 9_000, "{kind}");
        assert_eq!(stalled.number("workload.sure.replied"), 24, "{kind}");
    }
}

#[test]
fn a_link_is_cut_and_mended() {
    let cut = "kind = 'link-cut'\nlink = ['left', 'right']\nat = '5s'\n";
    let mended = fault(&format!("{cut}until = '15s'"));
    assert!(mended.millis("workload.sure.latency.max") > 9_000);
    assert_eq!(mended.number("workload.sure.replied"), 24);
    let broken = fault(cut);
    assert!(broken.number("workload.sure.open") > 10, "nobody mends it");
}

#[test]
fn a_link_is_cut_one_way() {
    // Ten seconds after the cut, what was on its way has arrived.
    let arrived = |number: &str| {
        format!(
            "[[expect]]\nthat = 'query.callee.stats().received {number}'\nwhen = 'always'\nfrom = '15s'\n"
        )
    };
    let cut = |from: &str, to: &str, expected: &str| {
        let fields = "kind = 'link-cut'\nat = '5s'\none_way = true";
        outcome(&format!("[[fault]]\n{fields}\nlink = ['{from}', '{to}']\n{expected}"), 7)
    };
    let there = cut("left", "right", &arrived("<= 12"));
    assert_eq!(there.violations, [], "no request gets there");
    let back = cut("right", "left", &arrived(">= 20"));
    assert_eq!(back.violations, [], "the requests get there");
    for cut in [there, back] {
        assert!(cut.number("workload.sure.open") > 10, "no answer comes back");
    }
}

#[test]
fn a_link_is_slow() {
    let mean = |more: &str| outcome(more, 7).millis("workload.sure.latency.mean");
    let slow = "[[fault]]\nkind = 'link-slow'\nlink = ['left', 'right']\nat = '0s'\nfactor = 100.0";
    assert!(mean(slow) > mean("") + 4_000);
}

#[test]
fn a_link_loses_best_effort_messages_only() {
    let lossy = fault("kind = 'link-lossy'\nlink = ['left', 'right']\nat = '0s'\nshare = '100%'");
    assert_eq!(lossy.number("workload.sure.replied"), 24);
    assert_eq!(lossy.number("workload.unsure.rejected"), 24);
}

#[test]
fn a_canister_is_frozen_or_stopped_for_a_while() {
    for kind in ["canister-frozen", "canister-stopped"] {
        let kept = fault(&format!("kind = '{kind}'\ncanister = 'callee'\nat = '5s'\nfor = '10s'"));
        let (replied, rejected) =
            (kept.number("workload.sure.replied"), kept.number("workload.sure.rejected"));
        assert!(replied >= 10 && rejected + kept.number("workload.unsure.rejected") > 5, "{kind}");
    }
}

#[test]
fn a_canister_is_upgraded_at_an_instant() {
    let version = |number, when| {
        format!("[[expect]]\nthat = 'query.keeper.info().0 == {number}'\nwhen = '{when}'\n")
    };
    let upgrade = "[[fault]]\nkind = 'canister-upgraded'\ncanister = 'keeper'\nat = '5s'\n\
        wasm = '../canisters/StableV2.wasm'\n";
    let expected = [upgrade, &version(1, "eventually"), &version(2, "at the end")].concat();
    assert_eq!(outcome(&expected, 7).violations, []);
    let calm = outcome(&version(2, "at the end"), 7).violations;
    assert_eq!(calm[0].found, "query.keeper.info().0 = 1");
}

/// The codes with which calls between canisters were rejected, and how often.
fn codes(outcome: &Outcome) -> Vec<(ErrorCode, usize)> {
    let events = || {
        let records = outcome.history.records();
        records.map(|record| &record.event)
    };
    let call = |event: &Event| match event {
        Event::Called { message, .. } => Some(*message),
        _ => None,
    };
    let calls: BTreeSet<MessageId> = events().filter_map(call).collect();
    let mut codes = BTreeMap::new();
    for event in events() {
        match event {
            Event::Responded { message, outcome: Answer::Reject(code) }
                if calls.contains(message) =>
            {
                *codes.entry(*code).or_default() += 1;
            }
            _ => {}
        }
    }
    codes.into_iter().collect()
}

#[test]
fn chosen_calls_are_rejected_with_a_chosen_code() {
    let calls = "kind = 'calls-rejected'\ncode = 'CanisterTrapped'\nat = '0s'\n";
    let all = fault(&format!("{calls}caller = 'caller'\ncallee = 'callee'\nmethod = 'ping'"));
    assert_eq!(all.number("rejected"), 48);
    assert_eq!(codes(&all), [(ErrorCode::CanisterTrapped, 48)]);
    let otherwise = calls.replace("CanisterTrapped", "CanisterNotFound");
    assert_eq!(codes(&fault(&otherwise)), [(ErrorCode::CanisterNotFound, 48)]);
    let none = fault(&format!("{calls}callee = 'keeper'"));
    assert_eq!((none.number("rejected"), codes(&none)), (0, vec![]), "nobody calls it");
    let some = fault(&format!("{calls}share = '50%'")).number("rejected");
    assert!((10..40).contains(&some), "{some}");
    assert_eq!(fault(&format!("{calls}method = 'pong'")).number("rejected"), 0);
}

#[test]
fn answers_come_late() {
    let late = fault("kind = 'answers-late'\ncallee = 'callee'\nby = '8s'\nat = '5s'\nfor = '5s'");
    assert!(late.millis("workload.sure.latency.max") > 8_000);
    assert!(late.number("workload.unsure.rejected") > 0, "its deadline has passed");
}

#[test]
fn faults_recur_and_are_drawn_from_the_seed() {
    let stalls = |every: &str, seed| {
        let fault = format!(
            "[[fault]]\nkind = 'subnet-stalls'\nsubnet = 'right'\nat = '2s'\nfor = '2s'\nevery = {every}"
        );
        outcome(&fault, seed)
    };
    let calm = outcome("", 7).number("subnet.right.rounds");
    let regular = stalls("'8s'", 7).number("subnet.right.rounds");
    assert!(regular + 8 < calm, "five stalls of two seconds");
    let random = "{ kind = 'exponential', mean = '8s' }";
    assert_eq!(stalls(random, 7).digest, stalls(random, 7).digest);
    let rounds = |seed| stalls(random, seed).number("subnet.right.rounds");
    assert_ne!(rounds(7), rounds(8));
}

#[test]
fn mistakes_are_shown_where_they_are() {
    for (fields, said) in [
        ("kind = 'link-cut'\nat = '5s'", "faults of kind `link-cut` need `link`"),
        ("kind = 'link-kut'\nat = '5s'", "did you mean `link-cut`?"),
        ("kind = 'link-cut'\nlink = ['left', 'rihgt']\nat = '5s'", "did you mean `right`?"),
        ("kind = 'subnet-stalls'\nsubnet = 'left'", "the field `at` is missing"),
        ("kind = 'subnet-stalls'\nsubnet = 'left'\nat = '5s'\nby = '1s'", "`by` means nothing"),
        ("kind = 'subnet-stalls'\nsubnet = 'left'\nat = '5s'\nuntil = '4s'", "before it begins"),
        (
            "kind = 'subnet-stalls'\nsubnet = 'left'\nat = '5s'\nuntil = '8s'\nfor = '1s'",
            "one of the two",
        ),
        (
            "kind = 'subnet-stalls'\nsubnet = 'left'\nat = '5s'\nuntil = '8s'\nevery = '9s'",
            "not with `every`",
        ),
        ("kind = 'calls-rejected'\ncode = 'CanisterTraped'\nat = '5s'", "`CanisterTrapped`?"),
        ("kind = 'calls-rejected'\ncode = 'CanisterTrapped'\nat = '5s'\nshare = 0.001", "whole"),
        ("kind = 'canister-frozen'\ncanister = 'caler'\nat = '5s'", "did you mean `caller`?"),
        (
            "kind = 'canister-upgraded'\ncanister = 'caller'\nat = '5s'\nwasm = 'x.wasm'",
            "no module",
        ),
        ("kind = 'link-slow'\nlink = ['left', 'right']\nat = '5s'\nfactor = 0.5", "from 1 to"),
    ] {
        assert_refused(&format!("{CALLS}\n[[fault]]\n{fields}"), said);
    }
}

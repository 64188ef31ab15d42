//! Traces in the formats of other tools.

use crate::synthetic;
use reports::analysis::Analysis;
use reports::causes::Causes;
use reports::export::{dot, jsonl, mermaid, perfetto};
use reports::sequence::Sequence;
use reports::story;
use serde_json::Value;
use sim_core::history::History;
use sim_core::id::MessageId;
use sim_core::profile::Profile;
use std::collections::BTreeSet;

/// The first message that led to a call.
fn calling(causes: &Causes<'_>, analysis: &Analysis) -> MessageId {
    let mut ids = analysis.messages.iter().map(|message| message.id);
    ids.find(|id| !causes.children(*id).is_empty()).unwrap()
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn with_analysis(history: &History, see: impl FnOnce(&Analysis)) {
    let profile = Profile::default();
    see(&Analysis::of(&synthetic::report(history, &profile)));
}

#[test]
fn every_record_is_a_line_of_json() {
    let history = synthetic::history();
    let analysis = Analysis::of(&synthetic::report(&history, &Profile::default()));
    let lines = text(|out| jsonl::write(out, &history, &analysis));
    let records: usize = history.subnets.iter().map(|subnet| subnet.records.len()).sum();
    assert_eq!(lines.lines().count(), records);
    for line in lines.lines() {
        let object: Value = serde_json::from_str(line).unwrap();
        assert!(object["time_ns"].is_u64() && object["event"].is_string(), "{line}");
    }
    let head: Vec<&str> = lines.lines().take(12).collect();
    insta::assert_snapshot!("records.jsonl", head.join("\n"));
}

#[test]
fn a_perfetto_trace_has_slices_counters_and_whole_arrows() {
    let history = synthetic::history();
    with_analysis(&history, |analysis| {
        let profile = Profile::default();
        let trace = text(|out| perfetto::write(out, &history, &profile, &analysis.messages));
        let trace: Value = serde_json::from_str(&trace).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
        assert!(of("X") > 300 && of("C") > 100, "{} slices, {} counters", of("X"), of("C"));
        assert!(of("s") > 100);
        assert_eq!(of("s"), of("f"));
        // Perfetto takes numbers only for the ids of arrows.
        let ids = |phase: &str| {
            let arrows = events.iter().filter(|event| event["ph"] == phase);
            arrows.map(|event| event["id"].as_u64().unwrap()).collect::<BTreeSet<_>>()
        };
        assert_eq!((ids("s").len(), ids("s")), (of("s"), ids("f")));
        let names: Vec<&Value> = events
            .iter()
            .filter(|event| event["name"] == "process_name")
            .map(|event| &event["args"]["name"])
            .collect();
        assert_eq!(names, ["left (13 nodes)", "right (34 nodes)"]);
    });
}

/// An arrow is drawn between the slices in which its ends lie.
#[test]
fn arrows_of_a_perfetto_trace_end_in_slices() {
    let history = synthetic::history();
    with_analysis(&history, |analysis| {
        let profile = Profile::default();
        let trace = text(|out| perfetto::write(out, &history, &profile, &analysis.messages));
        let trace: Value = serde_json::from_str(&trace).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        let slices: Vec<&Value> = events.iter().filter(|event| event["ph"] == "X").collect();
        for end in events.iter().filter(|event| event["ph"] == "f") {
            let at = end["ts"].as_f64().unwrap();
            let holds = |slice: &&&Value| {
                let start = slice["ts"].as_f64().unwrap();
                slice["pid"] == end["pid"]
                    && slice["tid"] == end["tid"]
                    && (start..=start + slice["dur"].as_f64().unwrap()).contains(&at)
            };
            assert!(slices.iter().find(holds).is_some(), "{end}");
        }
    });
}

#[test]
fn the_call_graph_counts_calls() {
    let history = synthetic::history();
    with_analysis(&history, |analysis| {
        let graph = text(|out| dot::call_graph(out, &analysis.messages, &analysis.names));
        insta::assert_snapshot!("calls.dot", graph);
    });
}

#[test]
fn what_a_message_led_to_is_told_in_every_form() {
    let history = synthetic::history();
    with_analysis(&history, |analysis| {
        let causes = Causes::of(&analysis.messages);
        let id = calling(&causes, analysis);
        let tree = text(|out| dot::causal_tree(out, &causes, id));
        let sequence = Sequence::of(&causes, id, analysis, 100);
        let diagram = text(|out| mermaid::write(out, &sequence));
        let story = story::tell(&causes, id, analysis).unwrap();
        insta::assert_snapshot!("one call", format!("{tree}\n{diagram}\n{story}"));
    });
}

#[test]
fn a_call_knows_what_led_to_it() {
    let history = synthetic::history();
    with_analysis(&history, |analysis| {
        let causes = Causes::of(&analysis.messages);
        let id = calling(&causes, analysis);
        let call = causes.children(id)[0];
        assert_eq!(causes.parent(call.id).map(|parent| parent.id), Some(id));
        let line: Vec<MessageId> = causes.line(call.id).iter().map(|message| message.id).collect();
        assert_eq!(line, [call.id, id]);
        let story = story::tell(&causes, call.id, analysis).unwrap();
        assert!(story.starts_with(&format!("led to it: {id} ")), "{story}");
    });
}

#[test]
fn a_long_sequence_says_what_it_leaves_out() {
    let history = synthetic::history();
    with_analysis(&history, |analysis| {
        let causes = Causes::of(&analysis.messages);
        let id = calling(&causes, analysis);
        let sequence = Sequence::of(&causes, id, analysis, 1);
        assert_eq!((sequence.steps.len(), sequence.left_out), (1, 3));
        let diagram = text(|out| mermaid::write(out, &sequence));
        assert!(diagram.contains("3 more arrows left out"), "{diagram}");
    });
}

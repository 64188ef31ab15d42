//! Candid in everything that a person reads.

use crate::synthetic;
use reports::analysis::Analysis;
use reports::candid::Interfaces;
use reports::causes::Causes;
use reports::export::{jsonl, mermaid};
use reports::sequence::Sequence;
use reports::{RunReport, story};
use sim_core::history::History;
use sim_core::id::MessageId;
use sim_core::profile::Profile;
use sim_core::record::{Event, Outcome};
use sim_core::sink::{Content, Said};

const INTERFACE: &str = r#"
type item = record { name : text; owner : principal };
service : { write : (item, nat) -> (variant { ok : nat; err : text }) }
"#;

/// `(record { owner = principal "…"; name = "apple" }, 7 : nat)` by hand: two types, one table.
fn argument(owner: &[u8]) -> Vec<u8> {
    let mut bytes = b"DIDL\x01\x6c\x02".to_vec();
    // Fields in order of their hashes: `name` is 1,224,700,491, `owner` is 947,296,307.
    bytes.extend(leb128(947_296_307));
    bytes.push(0x68);
    bytes.extend(leb128(1_224_700_491));
    bytes.push(0x71);
    bytes.extend(b"\x02\x00\x7d\x01");
    bytes.push(owner.len() as u8);
    bytes.extend(owner);
    bytes.extend(b"\x05apple\x07");
    bytes
}

fn leb128(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 & 0x7f | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A run whose first ingress message says something, and what its receiver declares.
fn talkative(response: Said) -> (History, Interfaces, MessageId) {
    let mut history = synthetic::history();
    let owner = history.subnets[0].canisters[1].id;
    let first = history.subnets[0].records.iter().find_map(|record| match &record.event {
        Event::Submitted { message, canister, .. } => Some((*message, *canister)),
        _ => None,
    });
    let (message, canister) = first.unwrap();
    for record in history.subnets.iter_mut().flat_map(|subnet| &mut subnet.records) {
        match &mut record.event {
            Event::Submitted { message: of, method, .. } if *of == message => {
                *method = "write".into();
            }
            Event::Responded { message: of, outcome } if *of == message => {
                if let Said::Reject(_) = response {
                    *outcome = Outcome::Reject(sim_core::reject::ErrorCode::CanisterTrapped);
                }
            }
            _ => {}
        }
    }
    let bytes = argument(owner.principal().as_slice());
    let said = [Said::Argument(bytes.into()), response];
    history.subnets[0].contents = said.into_iter().map(|said| Content { message, said }).collect();
    let mut interfaces = Interfaces::default();
    interfaces.add(canister, INTERFACE);
    (history, interfaces, message)
}

fn told(history: &History, interfaces: &Interfaces, message: MessageId) -> [String; 3] {
    let profile = Profile::default();
    let run = RunReport { interfaces, ..synthetic::report(history, &profile) };
    let analysis = Analysis::of(&run);
    let causes = Causes::of(&analysis.messages);
    let sequence = Sequence::of(&causes, message, &analysis, 100);
    let mut diagram = Vec::new();
    mermaid::write(&mut diagram, &sequence).unwrap();
    let mut lines = Vec::new();
    jsonl::write(&mut lines, history, &analysis).unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    [story::tell(&causes, message, &analysis).unwrap(), text(diagram), text(lines)]
}

/// `(variant { ok = 42 })`, whose field is told apart by its hash alone.
fn reply() -> Said {
    let mut bytes = b"DIDL\x01\x6b\x01".to_vec();
    bytes.extend(leb128(24_860));
    bytes.extend(b"\x7d\x01\x00\x00\x2a");
    Said::Reply(bytes.into())
}

#[test]
fn arguments_and_replies_are_told_by_the_declared_interface() {
    let (history, interfaces, message) = talkative(reply());
    let [story, diagram, lines] = told(&history, &interfaces, message);
    let name = &history.subnets[0].canisters[1].name;
    for text in [&story, &lines.replace("\\\"", "\"")] {
        assert!(text.contains("name = \"apple\""), "{text}");
        assert!(text.contains(&format!("owner = principal \"${name}\"")), "{text}");
        assert!(text.contains("(variant { ok = 42 : nat })"), "{text}");
    }
    assert!(diagram.contains("write(record {"), "{diagram}");
    assert!(diagram.contains("reply (variant { ok = 42 : nat })"), "{diagram}");
}

#[test]
fn without_an_interface_fields_are_numbers() {
    let (history, _, message) = talkative(reply());
    let [story, ..] = told(&history, Interfaces::NONE, message);
    assert!(story.contains("1_224_700_491 = \"apple\""), "{story}");
}

#[test]
fn a_reject_is_told_in_its_words() {
    let (history, interfaces, message) = talkative(Said::Reject("out of apples".into()));
    let [story, diagram, lines] = told(&history, &interfaces, message);
    for text in [story, diagram, lines] {
        assert!(text.contains("out of apples"), "{text}");
    }
}

#[test]
fn what_is_no_candid_is_told_by_its_size() {
    let (history, interfaces, message) = talkative(Said::Reply((*b"\0\0\0").into()));
    let [story, ..] = told(&history, &interfaces, message);
    assert!(story.contains("reply of ") && !story.contains("reply of 3 B:"), "{story}");
}

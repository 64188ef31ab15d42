//! Traces that are stored and read back.

use crate::synthetic;
use reports::store::{self, FORMAT, Level, ReadError};
use sim_core::fees::{Charge, IdleUse};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId, SubnetId};
use sim_core::ledger::{Entry, UseCase};
use sim_core::profile::Profile;
use sim_core::record::{AccountState, EntryKind, Event, Outcome, Record, RoundSummary};
use sim_core::reject::ErrorCode;
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::{Bytes, Cycles, Instructions};

fn stored(history: &History, level: Level) -> Vec<u8> {
    let profile = Profile::default();
    let mut file = Vec::new();
    store::write(&mut file, &synthetic::report(history, &profile), level).unwrap();
    file
}

/// A history without the fields that cannot be compared.
fn content(history: &History) -> String {
    format!("{history:?}")
}

#[test]
fn a_stored_run_reads_back_as_itself() {
    for history in [synthetic::history(), synthetic::crowded(), synthetic::empty()] {
        let read = store::read(&stored(&history, Level::Full)[..]).unwrap();
        assert_eq!(content(&read.history), content(&history));
        assert_eq!(read.profile, Profile::default());
        let (report, profile) = (read.report(), Profile::default());
        let expected = synthetic::report(&history, &profile);
        assert_eq!((report.title, report.command), (expected.title, expected.command));
        assert_eq!(report.description, expected.description);
    }
}

#[test]
fn a_trace_takes_a_fraction_of_its_records_memory() {
    let history = synthetic::history();
    let records: usize = history.subnets.iter().map(|subnet| subnet.records.len()).sum();
    let bytes = stored(&history, Level::Full).len();
    assert!(bytes < records * size_of::<Record>() / 3, "{bytes} bytes for {records} records");
}

#[test]
fn each_level_keeps_what_the_one_below_it_does() {
    let mut history = synthetic::history();
    let line = Event::Printed {
        canister: CanisterId::on(SubnetId::new(0), 0),
        line: b"hi".as_slice().into(),
    };
    history.subnets[0].records.push(Record { time: SimTime::ZERO, event: line });
    let [summary, messages, full] = [Level::Summary, Level::Messages, Level::Full].map(|level| {
        let read = store::read(&stored(&history, level)[..]).unwrap();
        assert_eq!(read.head.level, level);
        read.history.subnets.iter().map(|subnet| subnet.records.len()).sum::<usize>()
    });
    assert!(0 < summary && summary < messages, "{summary} {messages}");
    assert_eq!(messages + 1, full);
}

#[test]
fn a_trace_that_was_cut_off_is_refused() {
    let file = stored(&synthetic::history(), Level::Messages);
    for length in (0..file.len()).step_by(97).chain([file.len() - 1]) {
        let error = store::read(&file[..length]).unwrap_err();
        assert!(matches!(error, ReadError::CutOff | ReadError::NoTrace), "{length}: {error}");
    }
}

#[test]
fn a_damaged_trace_is_never_a_panic() {
    let file = stored(&synthetic::history(), Level::Messages);
    for place in (0..file.len()).step_by(41) {
        let mut damaged = file.clone();
        damaged[place] ^= 0xff;
        // Some damage only changes numbers, which nobody can see.
        let _ = store::read(&damaged[..]);
    }
}

#[test]
fn another_format_says_what_to_do() {
    let mut file = stored(&synthetic::empty(), Level::Full);
    file[12..16].copy_from_slice(&(FORMAT + 1).to_le_bytes());
    let error = store::read(&file[..]).unwrap_err();
    assert!(error.to_string().contains("run the scenario again"), "{error}");
    let error = store::read(&b"id,kind,parent"[..]).unwrap_err();
    assert!(matches!(error, ReadError::NoTrace), "{error}");
}

/// One event of each kind, its fields told apart by their values.
fn every_kind() -> Vec<Event> {
    let message = MessageId::new(SubnetId::new(1), 2);
    let canister = CanisterId::on(SubnetId::new(1), 3);
    let callee = canister.principal();
    let (bytes, cycles, instructions) = (Bytes::new(4), Cycles::new(5), Instructions::new(6));
    let (entry, method) = (EntryKind::ReplyCallback, "m");
    vec![
        Event::Submitted { message, workload: "w".into(), canister, method: method.into(), bytes },
        Event::Called {
            message,
            parent: None,
            caller: canister,
            callee,
            method: method.into(),
            bytes,
            cycles,
        },
        Event::Inducted { message, fee: cycles },
        Event::Responded { message, outcome: Outcome::Reply(bytes) },
        Event::Completed { message, outcome: Outcome::Reject(ErrorCode::CanisterTrapped) },
        Event::Charged {
            canister,
            charge: Charge::Request { bytes },
            entry: Entry { count: 12, cycles },
        },
        Event::Account {
            canister,
            state: Box::new(AccountState {
                balance: cycles,
                reserved: cycles,
                idle: IdleUse { memory: bytes, messages: bytes, compute: 13 },
                freezing_seconds: 14,
                wasm64: true,
            }),
        },
        Event::Printed { canister, line: b"line".as_slice().into() },
        Event::Uninstalled { canister },
        Event::Round(Box::new(RoundSummary {
            height: 7,
            burned: [cycles; UseCase::COUNT],
            ..Default::default()
        })),
        Event::Executed {
            message: Some(message),
            canister,
            entry,
            iteration: 8,
            thread: 9,
            instructions,
            duration: SimDuration::from_nanos(10),
            cost: cycles,
            balance: cycles,
            heap_delta: bytes,
            resumed: true,
            failure: Some(ErrorCode::CanisterTrapped),
        },
    ]
}

/// If this fails, stored traces of the earlier form cannot be read any more: raise
/// `store::FORMAT`, then accept the new form.
#[test]
fn stored_records_keep_their_form_within_a_format() {
    let mut history = synthetic::history();
    history.subnets.truncate(1);
    let time = SimTime::from_nanos(11);
    let records = every_kind().into_iter().map(|event| Record { time, event });
    history.subnets[0].records = records.collect();
    history.subnets[0].canisters.truncate(1);
    let file = stored(&history, Level::Full);
    // The head holds the profile, whose form may change freely.
    let length = u32::from_le_bytes(file[17..21].try_into().unwrap()) as usize;
    let body = &file[21 + length..];
    let lines: Vec<String> = body
        .chunks(32)
        .map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
    insta::assert_snapshot!(format!("format {FORMAT}"), lines.join("\n"));
}

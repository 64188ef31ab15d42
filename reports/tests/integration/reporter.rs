//! Reports that are made while the run goes on.

use crate::synthetic;
use reports::messages::Part;
use reports::metrics::WarmUp;
use reports::reporter::Reporter;
use reports::store::{self, Level, Stream, Writer};
use reports::tables::Table;
use reports::{reporter::Made, write};
use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId, SubnetId};
use sim_core::profile::Profile;
use sim_core::record::{Event, Outcome, Record};
use sim_core::sink::{Content, Recorded, Said};
use sim_core::time::SimTime;
use sim_core::units::Bytes;
use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use tempfile::TempDir;

/// A history in epochs of so many seconds.
fn epochs(history: &History, seconds: u64) -> Vec<Vec<Recorded>> {
    let count = history.duration.as_nanos() / 1_000_000_000 / seconds + 2;
    let of = |record: &Record| record.time.as_nanos() / 1_000_000_000 / seconds;
    let recorded = |number: u64, last: bool| {
        let is_in = move |record: &&Record| of(record) == number || (last && of(record) > number);
        let subnets = history.subnets.iter();
        let part = subnets.map(|subnet| Recorded {
            records: subnet.records.iter().filter(is_in).cloned().collect(),
            contents: Vec::new(),
        });
        part.collect()
    };
    (0..count).map(|number| recorded(number, number + 1 == count)).collect()
}

fn without_records(history: &History) -> History {
    let mut outline = history.clone();
    outline.subnets.iter_mut().for_each(|subnet| subnet.records.clear());
    outline
}

/// Every file of a folder by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        match entry.path().is_dir() {
            true => {
                let inner = self::files(&entry.path()).into_iter();
                files.extend(inner.map(|(file, content)| (format!("{name}/{file}"), content)));
            }
            false => {
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

/// The report of a history taken in epochs.
fn in_epochs(history: &History, seconds: u64) -> TempDir {
    let (folder, profile) = (tempfile::tempdir().unwrap(), Profile::default());
    let mut outline = without_records(history);
    let words = synthetic::report(history, &profile);
    let wanted = (Table::ALL.as_slice(), words.figures);
    let mut reporter = Reporter::new(&outline, words.interfaces, wanted, WarmUp::None);
    for epoch in epochs(history, seconds) {
        reporter.take(&epoch.iter().map(Part::from).collect::<Vec<_>>()).unwrap();
    }
    let mut made = reporter.finish().unwrap();
    made.give_back(&mut outline);
    let run = synthetic::report(&outline, &profile);
    write::write_made(folder.path(), &run, &made.analysis, made.tables).unwrap();
    folder
}

#[test]
fn a_run_taken_in_epochs_gives_the_report_of_the_whole_run() {
    let (history, profile) = (synthetic::history(), Profile::default());
    let whole = tempfile::tempdir().unwrap();
    reports::write_report(whole.path(), &synthetic::report(&history, &profile)).unwrap();
    let expected = files(whole.path());
    for seconds in [1, 7] {
        let found = files(in_epochs(&history, seconds).path());
        for (file, content) in &expected {
            assert!(found[file] == *content, "{file} differs in epochs of {seconds} s");
        }
        assert_eq!(found.len(), expected.len());
    }
}

#[test]
fn a_trace_written_in_epochs_reads_back_as_the_whole_run() {
    let (history, profile) = (synthetic::history(), Profile::default());
    let outline = without_records(&history);
    let mut file = Vec::new();
    let report = synthetic::report(&outline, &profile);
    let mut writer = Writer::begin(&mut file, &report, Level::Full).unwrap();
    for epoch in epochs(&history, 3) {
        writer.take(&epoch.iter().map(Part::from).collect::<Vec<_>>()).unwrap();
    }
    writer.finish(&history).unwrap();
    let read = store::read(&file[..]).unwrap();
    let sorted = |history: &History| {
        let mut history = history.clone();
        history.subnets.iter_mut().for_each(|s| s.records.sort_by_key(|record| record.time));
        format!("{history:?}")
    };
    assert_eq!(sorted(&read.history), sorted(&history));
}

#[test]
fn a_stored_run_is_looked_at_epoch_by_epoch() {
    let (history, profile) = (synthetic::history(), Profile::default());
    let mut file = Vec::new();
    store::write(&mut file, &synthetic::report(&history, &profile), Level::Full).unwrap();
    let stream = Stream::open(Cursor::new(file)).unwrap();
    let (stored, made) = Made::of(stream, &Table::EXPORTED, &[]).unwrap();
    let whole = reports::analysis::Analysis::of(&synthetic::report(&history, &profile));
    assert_eq!(made.analysis.latencies.ingress, whole.latencies.ingress);
    assert_eq!(made.analysis.traffic, whole.traffic);
    assert_eq!(stored.history.digest, history.digest);
    let slowest = |analysis: &reports::analysis::Analysis| {
        analysis.slowest().take(10).map(|message| message.id).collect::<Vec<_>>()
    };
    assert_eq!(slowest(&made.analysis)[0], slowest(&whole)[0]);
}

/// A message from sending to answer, as an epoch of one subnet.
fn epoch_of(number: u64, count: u64) -> Recorded {
    let subnet = SubnetId::new(0);
    let canister = CanisterId::on(subnet, 0);
    let mut records = Vec::new();
    let mut contents = Vec::new();
    for place in number * count..(number + 1) * count {
        let message = MessageId::new(subnet, place);
        let mut at = |offset: u64, event| {
            records.push(Record { time: SimTime::from_nanos(place * 1_000 + offset), event });
        };
        let (workload, method, bytes) = ("w".into(), "m".into(), Bytes::new(3));
        at(0, Event::Submitted { message, workload, canister, method, bytes });
        at(100 + place % 777, Event::Responded { message, outcome: Outcome::Reply(bytes) });
        at(200 + place % 777, Event::Completed { message, outcome: Outcome::Reply(bytes) });
        contents.push(Content { message, said: Said::Argument((*b"DIDL\0\0").into()) });
    }
    Recorded { records, contents }
}

#[test]
fn the_memory_for_a_trace_does_not_grow_with_the_run() {
    let (history, profile) = (synthetic::history(), Profile::default());
    let report = synthetic::report(&history, &profile);
    let mut writer = Writer::begin(std::io::sink(), &report, Level::Full).unwrap();
    let take = |writer: &mut Writer<std::io::Sink>, number| {
        writer.take(&[Part::from(&epoch_of(number, 2_000))]).unwrap();
        writer.buffered()
    };
    let first = take(&mut writer, 0);
    let last = (1..100).map(|number| take(&mut writer, number)).max().unwrap();
    assert!(last <= first * 2 && last < 1 << 20, "{first} bytes at first, {last} at last");
}

#[test]
fn messages_that_are_over_are_let_go() {
    use reports::messages::Joiner;
    let names = reports::names::Names::new(&synthetic::history());
    let mut joiner = Joiner::default();
    let mut over = 0;
    for number in 0..50 {
        joiner.take(&[Part::from(&epoch_of(number, 200))], &names);
        over += joiner.ended().len();
        assert!(joiner.is_empty(), "{} messages are kept", joiner.len());
    }
    assert_eq!(over, 10_000);
}

#[test]
fn what_messages_said_is_stored_once_and_read_back() {
    let (mut history, profile) = (synthetic::history(), Profile::default());
    let Recorded { records, contents } = epoch_of(0, 500);
    history.subnets.truncate(1);
    history.subnets[0].records = records;
    history.subnets[0].contents = contents;
    let stored = |level| {
        let mut file = Vec::new();
        store::write(&mut file, &synthetic::report(&history, &profile), level).unwrap();
        file
    };
    let full = store::read(&stored(Level::Full)[..]).unwrap();
    assert_eq!(full.history.subnets[0].contents, history.subnets[0].contents);
    let messages = store::read(&stored(Level::Messages)[..]).unwrap();
    assert!(messages.history.subnets[0].contents.is_empty());
}

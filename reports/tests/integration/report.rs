//! The whole report, as files.

use crate::synthetic;
use reports::charts::kind::Kind;
use reports::{ReportError, RunReport, write_report};
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::record::{Event, Record};
use sim_core::time::SimTime;
use sim_core::units::{Cycles, Instructions};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file of the report of `history`, by name.
fn files(history: &History) -> BTreeMap<String, Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::default();
    write_report(dir.path(), &synthetic::report(history, &profile)).unwrap();
    let mut files = BTreeMap::new();
    collect(dir.path(), "", &mut files);
    files
}

fn collect(dir: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), files),
            false => drop(files.insert(name, fs::read(entry.path()).unwrap())),
        }
    }
}

/// The names of all files of the report of `history`, in order.
fn expected() -> Vec<String> {
    let figures = Kind::DEFAULT.map(Kind::name);
    let mut files: Vec<String> = reports::write::files(figures.into_iter()).collect();
    files.sort();
    files
}

#[test]
fn the_same_run_gives_the_same_files() {
    let history = synthetic::history();
    let (first, second) = (files(&history), files(&history));
    assert_eq!(first.keys().cloned().collect::<Vec<_>>(), expected());
    for name in ["messages.csv", "report.html", "figures/latency.svg", "figures/timeline.csv"] {
        assert!(first.contains_key(name), "{name}");
    }
    for (name, contents) in &first {
        assert!(second[name] == *contents, "{name} differs");
    }
}

#[test]
fn a_run_in_which_nothing_happened_has_a_report() {
    assert_eq!(files(&synthetic::empty()).len(), expected().len());
}

/// Leaves reports in the build's folder for temporary files, where they can be looked at: of the
/// run as it is, of one that is harder to show, and of one in which nothing happened.
#[test]
fn reports_can_be_looked_at() {
    let profile = Profile::default();
    let mut tight = profile.clone();
    tight.limits.round_instructions = Instructions::new(300_000_000);
    keep("plain", &synthetic::history(), &profile);
    keep("hard", &synthetic::crowded(), &tight);
    keep("empty", &synthetic::empty(), &profile);
}

fn keep(name: &str, history: &History, profile: &Profile) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&dir).unwrap();
    write_report(&dir, &synthetic::report(history, profile)).unwrap();
}

#[test]
fn texts_of_users_are_escaped() {
    let mut history = synthetic::history();
    history.subnets[0].name = "<b>left</b>".to_owned();
    let profile = Profile::default();
    let evil = "<script>alert(\"1\")</script>";
    let run = RunReport {
        title: evil,
        description: Some(evil),
        scenario_file: evil,
        command: evil,
        ..synthetic::report(&history, &profile)
    };
    let dir = tempfile::tempdir().unwrap();
    write_report(dir.path(), &run).unwrap();
    let page = fs::read_to_string(dir.path().join("report.html")).unwrap();
    // The one script is the page's own.
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<script>alert") && !page.contains("<b>"));
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let page = String::from_utf8(files(&synthetic::history())["report.html"].clone()).unwrap();
    let page = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    assert!(!page.contains("http") && !page.contains("src=") && !page.contains("@import"));
    for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let is_within = link.starts_with('#');
        assert!(is_within || expected().iter().any(|file| file == link), "{link}");
    }
}

#[test]
fn an_error_names_the_file() {
    let (history, profile) = (synthetic::empty(), Profile::default());
    let run = synthetic::report(&history, &profile);
    let error = write_report(Path::new("no/such/folder"), &run).unwrap_err();
    assert!(matches!(error, ReportError::Write { .. }));
    assert!(error.to_string().contains("messages.csv"), "{error}");
}

/// The page of a history.
fn page(history: &History) -> String {
    String::from_utf8(files(history)["report.html"].clone()).unwrap()
}

#[test]
fn the_page_warns_of_what_went_wrong() {
    let mut history = synthetic::history();
    let quiet = page(&history);
    assert!(quiet.contains("Messages that were rejected.") && quiet.contains("CanisterCalledTrap"));
    assert!(
        !quiet.contains("Canisters that died.") && !quiet.contains("Canisters that are frozen.")
    );
    let canister = history.subnets[0].canisters[0].id;
    let time = SimTime::from_nanos(5_000_000_000);
    let event = Event::Uninstalled { canister };
    history.subnets[0].records.push(Record { time, event });
    history.subnets[1].canisters[0].balance = Cycles::new(1);
    let Some(Event::Round(last)) = history.subnets[1]
        .records
        .iter_mut()
        .rev()
        .map(|record| &mut record.event)
        .find(|event| matches!(event, Event::Round(_)))
    else {
        panic!("the subnet has rounds");
    };
    last.left_over = 5_000;
    let page = page(&history);
    assert!(page.contains("front-left ran out of cycles at 5 s"));
    assert!(page.contains("front-right holds 1 cycles and freezes below 500M"));
    assert!(page.contains("right: 5,"));
}

#[test]
fn a_run_without_trouble_has_no_warnings() {
    assert!(page(&synthetic::empty()).contains("None: every message was answered"));
}

#[test]
fn the_slowest_messages_are_drawn() {
    let page = page(&synthetic::history());
    assert_eq!(page.matches("<details").count(), 5);
    assert!(page.contains("and what it led to</title>"));
}

#[test]
fn expectations_that_failed_are_among_the_warnings() {
    let (history, profile) = (synthetic::history(), Profile::default());
    let dir = tempfile::tempdir().unwrap();
    let sentence = ["`latency.p99 < 1ms` does not hold".to_owned()];
    let run = RunReport { disappointments: &sentence, ..synthetic::report(&history, &profile) };
    write_report(dir.path(), &run).unwrap();
    let page = fs::read_to_string(dir.path().join("report.html")).unwrap();
    let warnings =
        page.split("id=\"warnings\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(warnings.contains("Expectations that failed."), "{warnings}");
    assert!(warnings.contains("latency.p99 &lt; 1ms"), "{warnings}");
}

#[test]
fn a_run_that_counted_in_another_unit_than_the_network_says_so() {
    let (history, mut profile) = (synthetic::history(), Profile::default());
    let page = |profile: &Profile| {
        let dir = tempfile::tempdir().unwrap();
        write_report(dir.path(), &synthetic::report(&history, profile)).unwrap();
        fs::read_to_string(dir.path().join("report.html")).unwrap()
    };
    let warning = "are not the network";
    assert!(!page(&profile).contains(warning));
    profile.metering.mode = sim_core::profile::MeteringMode::Native;
    assert!(page(&profile).contains(warning));
}

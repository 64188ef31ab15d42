//! Looking again at stored runs: `icsim trace` and `icsim diff` from the outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const PING_PONG: &str = "library/ping-pong.toml";

fn icsim(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.args(arguments).output().expect("icsim starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A short run, stored as `name` in `folder`; answers its folder.
fn stored(folder: &TempDir, name: &str, more: &[&str]) -> String {
    let out = folder.path().join(name).to_string_lossy().into_owned();
    let arguments = ["run", PING_PONG, "--duration", "4s", "--out", &out];
    let output = icsim(&[&arguments[..], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    out
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn a_message_is_shown_with_what_it_led_to() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let listed = stdout(&icsim(&["trace", "show", &run]));
    let slowest = listed.lines().nth(1).expect("a message").split(' ').next().expect("an id");
    let output = icsim(&["trace", "show", &run, "--call", slowest]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let story = stdout(&output);
    assert!(story.contains("executed") && story.contains(slowest), "{story}");
}

#[test]
fn a_trace_is_exported_to_every_format() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let listed = stdout(&icsim(&["trace", "show", &run]));
    let id = listed.lines().nth(1).expect("a message").split(' ').next().expect("an id").to_owned();
    for (format, opening) in [
        ("jsonl", "{\"time_ns\":"),
        ("perfetto", "{\"displayTimeUnit\""),
        ("dot", "digraph calls"),
        ("mermaid", "sequenceDiagram"),
    ] {
        let output = icsim(&["trace", "export", &run, "--format", format, "--call", &id]);
        let text = stdout(&output);
        let is_tree = format == "dot" && text.starts_with("digraph causes");
        assert!(text.starts_with(opening) || is_tree, "{format}: {text}{}", stderr(&output));
    }
    let tables = folder.path().join("tables");
    let arguments =
        ["trace", "export", &run, "--format", "csv", "--out", &tables.to_string_lossy()];
    assert_eq!(icsim(&arguments).status.code(), Some(0));
    for table in ["messages.csv", "executions.csv", "charges.csv", "log.csv"] {
        assert!(tables.join(table).exists(), "{table}");
    }
    let again = icsim(&arguments);
    assert!(stderr(&again).contains("--force"), "{}", stderr(&again));
}

/// What is exported from a stored run is what the run itself wrote.
#[test]
fn a_stored_run_gives_the_tables_of_the_run() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let tables = folder.path().join("tables");
    icsim(&["trace", "export", &run, "--format", "csv", "--out", &tables.to_string_lossy()]);
    for table in ["messages.csv", "rounds.csv", "canisters.csv"] {
        let read = |folder: &Path| fs::read(folder.join(table)).expect("a table");
        assert!(read(Path::new(&run)) == read(&tables), "{table} differs");
    }
}

#[test]
fn runs_are_told_apart_where_they_part() {
    let folder = folder();
    let [a, same, other] = [
        stored(&folder, "a", &[]),
        stored(&folder, "same", &["--threads", "1"]),
        stored(&folder, "other", &["--seed", "1"]),
    ];
    let output = icsim(&["diff", &a, &same]);
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(0), "the traces are the same\n")
    );
    let output = icsim(&["diff", &a, &other]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).starts_with("the runs part at "), "{}", stdout(&output));
}

#[test]
fn a_run_without_messages_in_its_trace_says_what_to_do() {
    let folder = folder();
    let summary = stored(&folder, "summary", &["--trace", "summary"]);
    let output = icsim(&["trace", "show", &summary]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--trace messages"), "{}", stderr(&output));
    let none = stored(&folder, "none", &["--trace", "none"]);
    assert!(!Path::new(&none).join("trace.icsim").exists());
    let output = icsim(&["trace", "show", &none]);
    assert!(stderr(&output).contains("holds no trace.icsim"), "{}", stderr(&output));
    let output = icsim(&["trace", "show", "no/such/folder"]);
    assert!(stderr(&output).contains("there is no `no/such/folder`"), "{}", stderr(&output));
}

#[test]
fn a_message_that_is_not_there_is_named() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let output = icsim(&["trace", "show", &run, "--call", "7.7"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no message 7.7"), "{}", stderr(&output));
    let output = icsim(&["trace", "show", &run, "--call", "seven"]);
    assert!(stderr(&output).contains("such as 0.17"), "{}", stderr(&output));
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

#[test]
fn a_stored_run_is_drawn_as_it_was() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let out = folder.path().join("figures");
    let arguments = ["plot", &run, "--out", &out.to_string_lossy()];
    let output = icsim(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let figures = Path::new(&run).join("figures");
    assert_eq!(files(&out), files(&figures));
    for file in files(&out).iter().filter(|file| !file.ends_with("png")) {
        let read = |folder: &Path| fs::read(folder.join(file)).expect("a file");
        assert!(read(&out) == read(&figures), "{file} differs");
    }
    assert!(stderr(&icsim(&arguments)).contains("--force"));
}

#[test]
fn runs_are_laid_over_one_another() {
    let folder = folder();
    let (a, b) = (stored(&folder, "a", &[]), stored(&folder, "b", &["--seed", "1"]));
    let out = folder.path().join("figures");
    let kinds = ["--figure", "latency", "--figure", "traffic", "--width", "page"];
    let arguments = ["plot", &a, &b, "--out", &out.to_string_lossy()];
    let output = icsim(&[&arguments[..], &kinds].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let svg = fs::read_to_string(out.join("latency.svg")).expect("a figure");
    assert!(svg.starts_with("<svg width=\"900\"") && svg.contains("cross subnet, b"));
    assert!(out.join("traffic-1.svg").exists() && out.join("traffic-2.svg").exists());
}

/// A copy of the library's scenario with more text, in a folder of its own.
fn scenario(folder: &TempDir, more: &str) -> String {
    let canisters = fs::canonicalize("canisters").expect("the canisters");
    let text = fs::read_to_string(PING_PONG).expect("the scenario");
    let text = text.replace("../canisters", &canisters.to_string_lossy());
    let path = folder.path().join("scenario.toml");
    fs::write(&path, text + more).expect("a file");
    path.to_string_lossy().into_owned()
}

#[test]
fn a_scenario_chooses_its_figures() {
    let folder = folder();
    let more = "\n[[figure]]\nkind = \"boxes\"\nname = \"mine\"\nwidth = \"page\"\n";
    let (path, out) = (scenario(&folder, more), folder.path().join("out"));
    let arguments = ["run", &path, "--duration", "2s", "--out", &out.to_string_lossy(), "--force"];
    for _ in 0..2 {
        // The second time in place of the first: a figure of its own name is a result like others.
        let output = icsim(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let mut figures = files(&out.join("figures"));
    figures.retain(|file| !file.ends_with(".pdf"));
    assert_eq!(figures, ["mine.csv", "mine.png", "mine.svg"]);
}

#[test]
fn mistakes_in_figures_are_shown_where_they_are() {
    let folder = folder();
    for (more, said) in [
        ("kind = \"latencies\"", "did you mean `latency`?"),
        ("kind = \"boxes\"\nname = \"My figure\"", "cannot be the name of files"),
        ("kind = \"boxes\"\nmessage = \"0.1\"", "shows no message"),
        ("kind = \"timeline\"\nmessage = \"first\"", "expected an id such as 0.17"),
        ("kind = \"boxes\"\n[[figure]]\nkind = \"boxes\"", "two figures of the name `boxes`"),
    ] {
        let path = scenario(&folder, &format!("\n[[figure]]\n{more}\n"));
        let output = icsim(&["run", &path]);
        assert_eq!(output.status.code(), Some(2), "{more}");
        let said_so = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said_so.contains(said), "{more}: {}", stderr(&output));
    }
}

/// The module of the scenario declares its interface in its metadata.
#[test]
fn arguments_and_replies_are_shown_as_candid() {
    let folder = folder();
    let run = stored(&folder, "run", &[]);
    let listed = stdout(&icsim(&["trace", "show", &run, "--slowest", "500"]));
    let said = listed.lines().find(|line| line.contains("(principal \"$")).expect(&listed);
    let lines = stdout(&icsim(&["trace", "export", &run, "--format", "jsonl"]));
    assert!(lines.contains("\"argument\":\"(principal \\\"$"), "{}", &lines[..2_000]);
    assert!(lines.contains("\"answer\":\"("), "{}", &lines[..2_000]);
    let id = said.split(' ').next().expect("an id").to_owned();
    let diagram = stdout(&icsim(&["trace", "export", &run, "--format", "mermaid", "--call", &id]));
    assert!(diagram.contains("(principal \"$"), "{diagram}");
    let page = fs::read_to_string(Path::new(&run).join("report.html")).expect("a report");
    assert!(page.contains("inc()"), "the slowest messages are shown with their arguments");
}

#[test]
fn a_trace_without_contents_shows_methods() {
    let folder = folder();
    let run = stored(&folder, "run", &["--trace", "messages"]);
    let listed = stdout(&icsim(&["trace", "show", &run]));
    assert!(!listed.contains("principal") && listed.lines().count() > 10, "{listed}");
}

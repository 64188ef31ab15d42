//! `icsim run` from the outside: what it prints and what it leaves, or does not leave, behind.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PING_PONG: &str = "library/ping-pong.toml";

fn icsim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    icsim(arguments).output().expect("icsim starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder to work in, and the output folder in it that does not exist yet.
fn workplace() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    (folder, out)
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.expect("an entry"))).collect();
    names.sort();
    names
}

/// The digest a run printed last.
fn digest(output: &Output) -> String {
    let stdout = text(&output.stdout);
    let last = stdout.lines().last().unwrap_or_default().to_owned();
    last.strip_prefix("trace digest ").expect("ends with the digest").to_owned()
}

/// A scenario of one subnet with one canister, in a folder of its own.
fn scenario(folder: &Path, module: &str, cycles: &str, more: &str) -> PathBuf {
    let module = fs::canonicalize(Path::new("tests/fixtures").join(module)).expect("a fixture");
    let path = folder.join("scenario.toml");
    let text = format!(
        "title = \"One\"\nduration = \"5s\"\n{more}\n[[subnet]]\nname = \"only\"\nnodes = 13\n\n\
         [[canister]]\nname = \"one\"\nsubnet = \"only\"\nwasm = '{}'\ncycles = \"{cycles}\"\n",
        module.display()
    );
    fs::write(&path, text).expect("a file");
    path
}

#[test]
fn ping_pong_leaves_all_its_files() {
    let (folder, out) = workplace();
    let output = run(&["run", PING_PONG, "--duration", "5s", "--out", &out.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(digest(&output).len(), 64);
    assert_eq!(entries(folder.path()), ["out"]);
    let files = entries(&out);
    for file in ["profile.toml", "scenario.toml", "report.html"] {
        assert!(files.iter().any(|name| name == file), "{file} is not among {files:?}");
    }
}

#[test]
fn the_warm_up_is_left_out_of_the_summary_and_the_table() {
    let (_folder, out) = workplace();
    let text_of = |warm_up: &str| {
        let (folder, _) = workplace();
        let file = folder.path().join("warm.toml");
        let canisters = fs::canonicalize("canisters").expect("a folder");
        let scenario = fs::read_to_string(PING_PONG)
            .expect("a scenario")
            .replace("../canisters", &canisters.to_string_lossy())
            .replace("\nduration = ", &format!("\n{warm_up}\nduration = "));
        fs::write(&file, scenario).expect("a file");
        let folder = out.to_string_lossy();
        let arguments = ["run", &file.to_string_lossy(), "--duration", "5s", "--out", &folder];
        let output = run(&[&arguments[..], &["--force"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let summary = fs::read_to_string(out.join("summary.json")).expect("a summary");
        let summary: serde_json::Value = serde_json::from_str(&summary).expect("is JSON");
        (text(&output.stdout), summary)
    };
    let (_, whole) = text_of("");
    let (table, warm) = text_of("warm_up = \"2s\"");
    assert_eq!((&whole["warm_up_ns"], &warm["warm_up_ns"]), (&0.into(), &2_000_000_000_u64.into()));
    assert!(table.contains("warm-up   2 s"), "{table}");
    let replies = |summary: &serde_json::Value| summary["latency"]["ingress"]["n"].as_u64();
    assert!(replies(&warm) < replies(&whole));
    assert_eq!(warm["digest"], whole["digest"]);
}

#[test]
fn without_a_folder_the_digest_is_the_same() {
    let (_folder, out) = workplace();
    let arguments = ["run", PING_PONG, "--duration", "5s", "--seed", "7", "--quiet"];
    let bare = run(&arguments);
    let kept =
        run(&[&arguments[..], &["--threads", "1", "--out", &out.to_string_lossy()]].concat());
    assert_eq!(digest(&bare), digest(&kept));
    assert!(bare.stderr.is_empty(), "{}", text(&bare.stderr));
}

#[test]
fn a_folder_that_exists_is_replaced_with_force_only() {
    let (_folder, out) = workplace();
    let out = out.to_string_lossy();
    let arguments = ["run", PING_PONG, "--duration", "2s", "--out", &out];
    let forced = [&arguments[..], &["--force"]].concat();
    assert_eq!(run(&arguments).status.code(), Some(0));
    assert_eq!(run(&arguments).status.code(), Some(2));
    assert_eq!(run(&forced).status.code(), Some(0));
    let notes = Path::new(&*out).join("notes.txt");
    fs::write(&notes, "").expect("a file");
    let output = run(&forced);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`notes.txt`"), "{}", text(&output.stderr));
    assert!(notes.exists());
}

#[test]
fn the_folder_of_the_scenario_is_never_replaced() {
    let (folder, _) = workplace();
    let path = scenario(folder.path(), "echo.wat", "100T", "");
    let here = folder.path().to_string_lossy();
    let output = run(&["run", &path.to_string_lossy(), "--out", &here, "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(entries(folder.path()), ["scenario.toml"]);
}

#[test]
fn a_scenario_among_results_does_not_replace_itself() {
    let (_folder, out) = workplace();
    let shown = out.to_string_lossy();
    assert_eq!(
        run(&["run", PING_PONG, "--duration", "2s", "--out", &shown]).status.code(),
        Some(0)
    );
    let path = scenario(&out, "echo.wat", "100T", "");
    let output = run(&["run", &path.to_string_lossy(), "--out", &shown, "--force"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("which this run reads"), "{}", text(&output.stderr));
    assert!(path.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_table_that_cannot_be_written_is_an_error() {
    let full = fs::File::create("/dev/full").expect("Linux has it");
    let output = icsim(&["run", PING_PONG, "--duration", "2s", "--quiet"]).stdout(full).output();
    let output = output.expect("icsim starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("standard output"), "{}", text(&output.stderr));
}

#[test]
fn an_endless_init_is_refused() {
    let (folder, out) = workplace();
    let limit = "[profile.limits]\nsetup_instructions = \"1M\"\n";
    let path = scenario(folder.path(), "endless.wat", "100T", limit);
    let output = run(&["run", &path.to_string_lossy(), "--out", &out.to_string_lossy()]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("scenario.toml:13:8"), "{stderr}");
    assert!(stderr.contains("setup_instructions"), "{stderr}");
    assert_eq!(entries(folder.path()), ["scenario.toml"]);
}

#[test]
fn cycles_below_the_creation_fee_are_refused() {
    let (folder, out) = workplace();
    let path = scenario(folder.path(), "echo.wat", "1M", "");
    let output = run(&["run", &path.to_string_lossy(), "--out", &out.to_string_lossy()]);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("scenario.toml:12:10"), "{stderr}");
    assert!(stderr.contains("creation fee"), "{stderr}");
    assert_eq!(entries(folder.path()), ["scenario.toml"]);
}

/// Starts icsim, interrupts it two seconds after its first line; answers its last line.
#[cfg(unix)]
fn interrupted(arguments: &[&str]) -> (Option<i32>, Option<String>) {
    let mut child = icsim(arguments).spawn().expect("icsim starts");
    // From its first line on, it listens; give it time to be in the middle of the work.
    let mut first = String::new();
    let mut lines = BufReader::new(child.stderr.take().expect("is piped"));
    lines.read_line(&mut first).expect("says something");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill starts").success());
    let last = lines.lines().map_while(Result::ok).last();
    (child.wait().expect("ends").code(), last)
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing() {
    let (folder, out) = workplace();
    let arguments = ["run", PING_PONG, "--duration", "10d", "--out", &out.to_string_lossy()];
    let said = Some("icsim: interrupted; nothing was written".to_owned());
    assert_eq!(interrupted(&arguments), (Some(130), said));
    assert!(entries(folder.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_set_up_that_takes_long() {
    let (folder, out) = workplace();
    let limit = "[profile.limits]\nsetup_instructions = \"10T\"\n";
    let path = scenario(folder.path(), "endless.wat", "100000T", limit);
    let arguments = ["run", &path.to_string_lossy(), "--out", &out.to_string_lossy()];
    let said = Some("icsim: interrupted; nothing was written".to_owned());
    assert_eq!(interrupted(&arguments), (Some(130), said));
    assert_eq!(entries(folder.path()), ["scenario.toml"]);
}

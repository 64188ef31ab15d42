//! The rules of the house that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What may stand at the root, and the kinds of file that belong in the folders.
const ROOT: &[&str] = &[
    ".ci",
    ".gitattributes",
    ".github",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "benches",
    "clippy.toml",
    "docs",
    "reports",
    "rustfmt.toml",
    "scenarios",
    "sim-core",
    "sim-wasm",
    "tests",
];
const KINDS: &[&str] = &[
    "rs", "toml", "md", "snap", "svg", "png", "csv", "json", "html", "css", "ttf", "txt", "wasm",
    "wat", "mo", "js", "did", "c", "h", "sh", "py",
];
/// The folders in which every file is of one of these kinds.
const FOLDERS: &[&str] = &["sim-core", "sim-wasm", "reports", "scenarios", "tests", "docs"];
const LONGEST_FILE: usize = 500;
const LONGEST_LINE: usize = 110;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The project's files by their path below the root: those that git tracks, so that a user may keep
/// others beside them. None without git, or outside of a repository.
fn tracked() -> Vec<PathBuf> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        eprintln!("skipped: git does not say which files belong to the project");
        return Vec::new();
    };
    let names = String::from_utf8(listed.stdout).expect("names of files are UTF-8");
    let paths = names.split_terminator('\0').map(PathBuf::from);
    // A file that was removed and not yet committed is tracked still.
    paths.filter(|path| root().join(path).is_file()).collect()
}

/// The project's own; a canister's program is as it was when its module was built, for that names
/// lines where it may panic.
fn rust_files() -> Vec<(PathBuf, String)> {
    let is_ours = |path: &PathBuf| {
        let is_rust = path.extension().is_some_and(|kind| kind == "rs");
        is_rust && !path.starts_with("scenarios/canisters")
    };
    let rust = tracked().into_iter().filter(is_ours);
    rust.map(|path| {
        let text = fs::read_to_string(root().join(&path)).expect("sources are text");
        (path, text)
    })
    .collect()
}

fn assert_none(what: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{what}:\n  {}", offenders.join("\n  "));
}

#[test]
fn every_source_file_opens_with_a_module_doc() {
    let bare = |(path, text): (PathBuf, String)| {
        (!text.starts_with("//!")).then(|| path.display().to_string())
    };
    let offenders: Vec<_> = rust_files().into_iter().filter_map(bare).collect();
    assert_none("these files do not open with a module doc", &offenders);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not contain them.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["todo", "!("], ["dbg", "!("]];
    let marks = marks.map(|parts| parts.concat());
    let mut offenders = Vec::new();
    for (path, text) in rust_files() {
        for (number, line) in text.lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark)) {
                offenders.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert_none("these lines leave something for later", &offenders);
}

#[test]
fn files_and_lines_are_short_enough_to_read() {
    let mut offenders = Vec::new();
    for (path, text) in rust_files() {
        if text.lines().count() > LONGEST_FILE {
            offenders.push(format!("{} has more than {LONGEST_FILE} lines", path.display()));
        }
        for (number, line) in text.lines().enumerate() {
            let exempt = line.contains('"') || line.contains("//");
            if line.chars().count() > LONGEST_LINE && !exempt {
                offenders.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert_none("these are too long", &offenders);
}

#[test]
fn there_are_no_stray_files() {
    let is_stray = |path: &PathBuf| {
        let first = path.components().next().map(|part| part.as_os_str().to_string_lossy());
        let first = first.unwrap_or_default();
        let kind = path.extension().unwrap_or_default().to_string_lossy();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_known = name.starts_with("LICENSE") || name == "Cargo.lock";
        let is_of_a_kind = KINDS.contains(&&*kind) || is_known || !FOLDERS.contains(&&*first);
        !ROOT.contains(&&*first) || !is_of_a_kind
    };
    let stray = tracked().into_iter().filter(is_stray);
    let offenders: Vec<_> = stray.map(|path| path.display().to_string()).collect();
    assert_none("these files belong nowhere", &offenders);
}

fn manifest(folder: &str) -> toml::Table {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml"));
    text.expect("every crate has a manifest").parse().expect("which is TOML")
}

#[test]
fn arrows_point_down_only() {
    let allowed: [(&str, &[&str]); 4] = [
        ("sim-core", &[]),
        ("sim-wasm", &["sim-core"]),
        ("reports", &["sim-core"]),
        ("scenarios", &["sim-core", "sim-wasm", "reports"]),
    ];
    let crates = ["sim-core", "sim-wasm", "reports", "scenarios"];
    for (folder, may_use) in allowed {
        let manifest = manifest(folder);
        let dependencies = manifest["dependencies"].as_table().expect("a table");
        for name in dependencies.keys().filter(|name| crates.contains(&name.as_str())) {
            assert!(may_use.contains(&name.as_str()), "{folder} may not depend on {name}");
        }
    }
}

#[test]
fn the_model_knows_no_wasm_and_does_no_input_or_output() {
    let banned = ["wasmi", "wasmparser", "std::fs", "std::net", "std::env", "std::process"];
    let printing = ["println!", "eprintln!", "std::io"];
    let mut offenders = Vec::new();
    for (path, text) in rust_files() {
        if !path.starts_with("sim-core/src") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if banned.iter().chain(&printing).any(|word| code.contains(word)) {
                offenders.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert_none("the model must not do this", &offenders);
}

#[test]
fn the_interpreter_is_pinned_exactly() {
    let dependencies = manifest(".");
    let wasmi = &dependencies["workspace"]["dependencies"]["wasmi"]["version"];
    assert!(wasmi.as_str().is_some_and(|version| version.starts_with('=')), "{wasmi}");
}

/// The platform of the compiler.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc can be run");
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}

#[test]
fn no_dependency_needs_a_newer_compiler_than_we_state() {
    let stated = manifest(".")["workspace"]["package"]["rust-version"].to_string();
    // Only what this machine builds has been downloaded.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(["--filter-platform", &host()])
        .current_dir(root())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata = String::from_utf8_lossy(&output.stdout);
    let minor = |version: &str| -> u32 {
        let mut parts = version.trim_matches('"').split('.');
        assert_eq!(parts.next(), Some("1"), "{version}");
        parts.next().and_then(|minor| minor.parse().ok()).expect("a version has a minor number")
    };
    for part in metadata.split("\"rust_version\":\"").skip(1) {
        let version = part.split('"').next().expect("a string ends");
        assert!(
            minor(version) <= minor(&stated),
            "a dependency needs {version}, we state {stated}"
        );
    }
}

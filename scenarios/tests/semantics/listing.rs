//! Which cases there are, where each is shown, and why some cannot be: `ids.json` has all ids,
//! `elsewhere.json` those without a script. The table in `docs/semantics.md` is made from this.

use crate::folder;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// What the table in the documentation begins with; it goes on to the end of the file.
const MARK: &str =
    "<!-- From here on made by `UPDATE_DOCS=1 cargo test -p scenarios --test semantics`. -->\n";
const DOCS: &str = "../docs/semantics.md";

fn read(file: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(file)).expect("the file is there");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The cases of each file of scripts, in order of the files' names.
pub(crate) fn scripts() -> Vec<(String, Vec<Value>)> {
    let files = std::fs::read_dir(folder()).expect("the folder is there");
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = files.filter_map(Result::ok).map(name).collect();
    names.retain(|name| name.ends_with(".json"));
    names.sort();
    let cases = |name: String| match read(&name) {
        Value::Array(cases) => Some((name, cases)),
        _ => None,
    };
    names.into_iter().filter_map(cases).collect()
}

/// The ids an entry names.
pub(crate) fn ids(entry: &Value) -> Vec<String> {
    let listed = entry["ids"].as_array().into_iter().flatten();
    listed.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn entries(list: &str) -> Vec<Value> {
    read("elsewhere.json")[list].as_array().cloned().unwrap_or_default()
}

fn all() -> BTreeSet<String> {
    let groups = read("ids.json");
    let groups = groups.as_object().into_iter().flatten();
    groups
        .flat_map(|(_, ids)| ids.as_str().unwrap_or_default().split_whitespace())
        .map(str::to_owned)
        .collect()
}

/// Every id has a test or a reason for having none, and not both.
pub(crate) fn check() -> Result<(), String> {
    let shown = |cases: &[Value]| cases.iter().flat_map(ids).collect::<BTreeSet<_>>();
    let mut tested: BTreeSet<_> = scripts().iter().flat_map(|(_, cases)| shown(cases)).collect();
    let elsewhere = entries("tests");
    tested.extend(shown(&elsewhere));
    let excused = shown(&entries("do not apply"));
    let all = all();
    let missing: Vec<_> =
        all.iter().filter(|id| !tested.contains(*id) && !excused.contains(*id)).collect();
    let both: Vec<_> = tested.intersection(&excused).collect();
    let is_case = |id: &str| id.len() == 5 && id.starts_with('S');
    let unknown: Vec<_> =
        tested.union(&excused).filter(|id| is_case(id) && !all.contains(*id)).collect();
    let gone: Vec<_> =
        elsewhere.iter().filter(|entry| !exists(entry)).map(|entry| &entry["test"]).collect();
    if [missing.len(), both.len(), unknown.len(), gone.len()] == [0; 4] {
        return Ok(());
    }
    Err(format!(
        "neither tested nor listed: {missing:?}; both: {both:?}; unknown: {unknown:?}; \
         tests that do not exist: {gone:?}"
    ))
}

/// Whether the test of an entry is where it says.
fn exists(entry: &Value) -> bool {
    let file = entry["file"].as_str().unwrap_or_default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    entry["test"].as_str().is_some_and(|name| text.contains(&format!("fn {name}(")))
}

fn table() -> String {
    let mut text = String::from("| ids | test | what is shown |\n|---|---|---|\n");
    let mut row = |ids: &[String], place: &str, say: &Value| {
        let (ids, say) = (ids.join(" "), say.as_str().unwrap_or_default());
        writeln!(text, "| {ids} | {place} | {say} |").expect("text can be written to");
    };
    for (file, cases) in scripts() {
        for case in cases {
            row(&ids(&case), &format!("`{file}`"), &case["say"]);
        }
    }
    for entry in entries("tests") {
        let (file, test) = (&entry["file"], &entry["test"]);
        let place =
            format!("`{}` in `{}`", test.as_str().unwrap_or("?"), file.as_str().unwrap_or("?"));
        row(&ids(&entry), &place, &entry["say"]);
    }
    text.push_str("\n## Cases that do not apply\n\n| ids | why |\n|---|---|\n");
    for entry in entries("do not apply") {
        let why = entry["why"].as_str().unwrap_or_default();
        writeln!(text, "| {} | {why} |", ids(&entry).join(" ")).expect("text can be written to");
    }
    text
}

/// The documentation has the table as it is; with `UPDATE_DOCS` set, it is written there.
pub(crate) fn check_table() -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCS);
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let (above, below) = text.split_once(MARK).ok_or(format!("docs/semantics.md lacks {MARK}"))?;
    let table = table();
    if below.trim() == table.trim() {
        return Ok(());
    }
    if std::env::var_os("UPDATE_DOCS").is_none() {
        return Err("docs/semantics.md is behind; set UPDATE_DOCS=1 to write its table".to_owned());
    }
    std::fs::write(&path, format!("{above}{MARK}\n{table}")).map_err(|error| error.to_string())
}

//! `icsim sweep` and `icsim merge`: the same tables however the work is divided.

use scenarios::document::change::Change;
use scenarios::run::interrupt::Interrupt;
use scenarios::source::Source;
use scenarios::sweep::job::{Job, Outcome, SweepError, Watch};
use scenarios::sweep::manifest::Manifest;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A scenario of two subnets in a folder of its own, with a sweep of two points of three runs.
fn scenario(sweep: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = fs::canonicalize("canisters/relay.wat").expect("is there");
    let counter = fs::canonicalize("tests/fixtures/counted.wat").expect("is there");
    let text = format!(
        r#"title = "Swept"
duration = "15s"
[[subnet]]
name = "left"
nodes = 13
[[subnet]]
name = "right"
nodes = 13
[network]
latency = {{ kind = "fixed", value = "10ms" }}
[[canister]]
name = "counter"
subnet = "right"
wasm = '{}'
cycles = "100T"
[[canister]]
name = "relay"
subnet = "left"
wasm = '{}'
cycles = "100T"
init = '(principal "$counter")'
[[workload]]
target = "relay"
method = "forward"
arrivals = {{ kind = "poisson", rate = "5/s" }}
[sweep]
{sweep}
"#,
        counter.display(),
        relay.display()
    );
    let path = folder.path().join("swept.toml");
    fs::write(&path, text).expect("a file");
    (folder, path)
}

const TWO_POINTS: &str = "\"network.latency.value\" = [\"10ms\", \"2s\"]\nreplications = 3";

fn icsim(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.args(arguments).output().expect("icsim starts")
}

fn sweep(scenario: &Path, out: &Path, more: &[&str]) -> Output {
    let (scenario, out) = (scenario.to_string_lossy(), out.to_string_lossy());
    icsim(&[&["sweep", &scenario, "--out", &out, "--quiet", "--no-figures"], more].concat())
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file of a folder by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry"))
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

fn names(folder: &Path) -> Vec<String> {
    files(folder).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_sweep_leaves_tables_and_a_manifest() {
    let (folder, path) = scenario(TWO_POINTS);
    let out = folder.path().join("out");
    let output = sweep(&path, &out, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(names(&out), ["comparison.csv", "manifest.json", "results.csv", "summary.csv"]);
    let results = fs::read_to_string(out.join("results.csv")).expect("is there");
    let head = "point,replication,seed,network.latency.value,metric,unit,value";
    assert_eq!(results.lines().next(), Some(head));
    let of_metric = |line: &&str| line.contains(",latency.p50,");
    assert_eq!(results.lines().filter(of_metric).count(), 6);
    let comparison = fs::read_to_string(out.join("comparison.csv")).expect("is there");
    let slower = comparison.lines().find(|line| line.contains(",latency.p50,ns,3,"));
    let low: f64 = slower.and_then(|line| line.split(',').nth(7)?.parse().ok()).expect("a number");
    assert!(low > 0.0, "a slower link makes calls slower: {slower:?}");
}

#[test]
fn a_row_can_be_had_again_from_the_command_of_the_manifest_alone() {
    let (folder, path) = scenario(TWO_POINTS);
    let out = folder.path().join("out");
    sweep(&path, &out, &[]);
    let manifest = Manifest::read(&out).expect("is there");
    assert_eq!(manifest.runs[0].seed, manifest.runs[3].seed, "common random numbers");
    for place in [0, 5] {
        let run = &manifest.runs[place];
        let command = manifest.commands[run.point].replace("SEED", &run.seed.to_string());
        let program = Path::new(env!("CARGO_BIN_EXE_icsim")).parent().expect("a folder");
        let paths = std::env::var("PATH").unwrap_or_default();
        let again = Command::new("sh")
            .args(["-c", &command])
            .env("PATH", format!("{}:{paths}", program.display()))
            .output()
            .expect("a shell");
        let printed = String::from_utf8_lossy(&again.stdout).into_owned();
        assert!(printed.contains(&format!("trace digest {}", run.digest)), "{command}: {printed}");
    }
}

#[test]
fn the_number_of_workers_is_in_no_result() {
    let (folder, path) = scenario(TWO_POINTS);
    let (one, three) = (folder.path().join("one"), folder.path().join("three"));
    sweep(&path, &one, &["--jobs", "1"]);
    sweep(&path, &three, &["--jobs", "3"]);
    assert_eq!(files(&one), files(&three));
}

#[test]
fn shards_make_the_whole() {
    let (folder, path) = scenario(TWO_POINTS);
    let at = |name: &str| folder.path().join(name);
    sweep(&path, &at("whole"), &[]);
    for (name, shard) in [("a", "1/2"), ("b", "2/2")] {
        let output = sweep(&path, &at(name), &["--shard", shard]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    let merge = |folders: &[&str], out: &str| {
        let folders: Vec<String> =
            folders.iter().map(|name| at(name).to_string_lossy().into_owned()).collect();
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let out = at(out).to_string_lossy().into_owned();
        icsim(&[&["merge", "--no-figures"], &folders[..], &["--out", &out]].concat())
    };
    assert_eq!(merge(&["b", "a"], "merged").status.code(), Some(0));
    assert_eq!(files(&at("merged")), files(&at("whole")));
    for (folders, found) in [
        (&["a"][..], "shard 2/2 is missing"),
        (&["a", "b", "a"], "are both shard 1/2"),
        (&["a", "whole"], "holds a whole sweep"),
        (&["a", "nowhere"], "holds no complete shard"),
    ] {
        let refused = merge(folders, "refused");
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains(found), "{found}: {}", stderr(&refused));
    }
    let other = sweep(&path, &at("other"), &["--shard", "2/2", "--seed", "1"]);
    assert_eq!(other.status.code(), Some(0));
    assert!(stderr(&merge(&["a", "other"], "refused")).contains("different sweeps"));
}

#[test]
fn a_sweep_is_drawn_and_can_be_drawn_again() {
    let one_metric = format!("{TWO_POINTS}\nmetrics = [\"latency.p50\"]");
    let (folder, path) = scenario(&one_metric);
    let (out, again) = (folder.path().join("out"), folder.path().join("again"));
    let [path, out_text, again_text] =
        [&path, &out, &again].map(|path| path.to_string_lossy().into_owned());
    let drawn = icsim(&["sweep", &path, "--out", &out_text, "--quiet"]);
    assert_eq!(drawn.status.code(), Some(0), "{}", stderr(&drawn));
    let figures = names(&out.join("figures"));
    let kinds = ["curves", "forest", "spread"].map(|kind| format!("{kind}-latency-p50"));
    let every = kinds.iter().flat_map(|kind| ["csv", "png", "svg"].map(|e| format!("{kind}.{e}")));
    assert_eq!(figures, every.collect::<Vec<_>>());
    let plot = |more: &[&str]| {
        icsim(&[&["plot", &out_text, "--out", &again_text, "--force"], more].concat())
    };
    assert_eq!(plot(&[]).status.code(), Some(0));
    assert_eq!(files(&again), files(&out.join("figures")));
    for (arguments, found) in [
        (&["--metric", "letancy.*"][..], "no metric of the sweep is called letancy.*"),
        (&["--x", "duration"], "it varies network.latency.value"),
        (&["--figure", "latency"], "a figure of runs"),
        (&["--figure", "curves", &again_text], "drawn alone"),
    ] {
        let refused = plot(arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&refused).contains(found), "{found}: {}", stderr(&refused));
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_that_is_not_built_in_is_said_to_be_missing() {
    let (folder, path) = scenario(TWO_POINTS);
    let refused = sweep(&path, &folder.path().join("out"), &["--parquet"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--features parquet"), "{}", stderr(&refused));
}

/// The cells of a Parquet file, as a CSV file has them.
#[cfg(feature = "parquet")]
fn cells(file: fs::File) -> Vec<Vec<String>> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    let reader = SerializedFileReader::new(file).expect("is Parquet");
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Str(text) => text.clone(),
        Field::Decimal(number) => {
            let bytes = number.data().try_into().expect("16 bytes");
            i128::from_be_bytes(bytes).to_string()
        }
        other => panic!("no table has a {other:?}"),
    };
    let rows = reader.get_row_iter(None).expect("has rows");
    rows.map(|row| row.expect("a row").get_column_iter().map(|(_, f)| text(f)).collect()).collect()
}

/// Read back with the library that wrote it: every cell is the one of the CSV.
#[cfg(feature = "parquet")]
#[test]
fn the_tables_of_a_sweep_read_back_from_parquet() {
    let (folder, path) = scenario(TWO_POINTS);
    let out = folder.path().join("out");
    let output = sweep(&path, &out, &["--parquet"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["results", "summary", "comparison"] {
        let columns = fs::File::open(out.join(name).with_extension("parquet")).expect("is there");
        let text = fs::read_to_string(out.join(name).with_extension("csv")).expect("is there");
        let found = cells(columns);
        let expected: Vec<Vec<String>> =
            text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect();
        assert_eq!(found, expected, "{name}");
    }
}

/// What a scheduler would start is started by hand here.
#[test]
fn the_script_of_a_cluster_does_shards_and_merge() {
    let (folder, path) = scenario(TWO_POINTS);
    let at = |name: &str| folder.path().join(name);
    sweep(&path, &at("whole"), &[]);
    for scheduler in ["slurm", "hyperqueue", "parallel"] {
        let out = at(scheduler);
        let script = sweep(&path, &out, &["--emit", scheduler, "--shards", "2"]);
        assert_eq!(script.status.code(), Some(0), "{}", stderr(&script));
        let file = at("job.sh");
        fs::write(&file, &script.stdout).expect("a file");
        let run = |arguments: &[&str]| {
            let mut command = Command::new("sh");
            command.arg(&file).args(arguments).env("ICSIM", env!("CARGO_BIN_EXE_icsim"));
            command.output().expect("a shell").status.code()
        };
        assert_eq!(run(&["merge"]), Some(2), "there is nothing to merge yet");
        // The second one is done already when it is asked for again.
        for shard in ["2", "1", "2"] {
            assert_eq!(run(&["shard", shard]), Some(0));
        }
        assert_eq!(run(&["merge"]), Some(0));
        assert_eq!(files(&out), files(&at("whole")));
    }
}

#[test]
fn no_script_is_made_for_a_sweep_that_cannot_be_done_in_parts() {
    let (folder, path) = scenario("replications = 9\nuntil = \"ci of latency.p50 < 5%\"");
    let refused = sweep(&path, &folder.path().join("out"), &["--emit", "slurm"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("cannot be cut into shards"), "{}", stderr(&refused));
}

/// Asks to stop after so many runs.
struct StopAfter(usize, Interrupt);

impl Watch for StopAfter {
    fn planned(&mut self, _runs: usize) {}
    fn done(&mut self) {
        self.0 = self.0.saturating_sub(1);
        if self.0 == 0 {
            self.1.request();
        }
    }
}

fn run_until(path: &Path, folder: &Path, runs: usize) -> Result<Outcome, SweepError> {
    let source = Source::read(path).expect("is there");
    let interrupt = Interrupt::default();
    let job = Job {
        source: &source,
        set: &[],
        duration: None,
        seed: 0,
        workers: 1,
        shard: None,
        folder,
        resume: true,
        command: &|changes: &[Change], seed| {
            let set = changes.iter().map(|change| format!(" --set {}", change.argument()));
            format!("icsim run {} --seed {seed}{}", path.display(), set.collect::<String>())
        },
    };
    job.run(&interrupt, &mut StopAfter(runs, interrupt.clone()))
}

#[test]
fn an_interrupted_sweep_goes_on_where_it_was() {
    let (folder, path) = scenario(TWO_POINTS);
    let (whole, out) = (folder.path().join("whole"), folder.path().join("out"));
    sweep(&path, &whole, &[]);
    assert!(matches!(run_until(&path, &out, 2), Err(SweepError::Interrupted)));
    assert!(!names(&out).contains(&"manifest.json".to_owned()), "it is not complete");
    let refused = sweep(&path, &out, &[]);
    assert!(stderr(&refused).contains("--resume"), "{}", stderr(&refused));
    let outcome = run_until(&path, &out, usize::MAX).expect("goes on");
    assert!((2..6).contains(&outcome.resumed), "{outcome:?}");
    assert_eq!(files(&out), files(&whole));
}

#[test]
fn a_run_that_fails_is_recorded_and_stops_no_other() {
    let (folder, path) =
        scenario("\"canister.counter.cycles\" = [\"1K\", \"100T\"]\nseeds = \"5..6\"");
    let out = folder.path().join("out");
    let output = sweep(&path, &out, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let manifest = Manifest::read(&out).expect("is there");
    assert_eq!((manifest.runs.len(), manifest.failed.len()), (2, 2));
    let failed = &manifest.failed[0];
    assert_eq!((failed.point, failed.seed), (0, 5));
    assert!(failed.error.contains("below the creation fee"), "{}", failed.error);
    let command = format!("icsim run {} --seed 5 --set canister.counter.cycles=1K", path.display());
    assert_eq!(failed.command, command);
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(icsim(&words).status.code(), Some(2), "the command fails as the run did");
}

#[test]
fn a_sweep_until_a_precision_runs_no_more_than_it_needs() {
    let (folder, path) = scenario(
        "\"network.latency.value\" = [\"10ms\", \"2s\"]\nreplications = 40\n\
         metrics = [\"subnet.*.rounds\"]\nuntil = \"ci of subnet.left.rounds < 50%\"",
    );
    let out = folder.path().join("out");
    let output = sweep(&path, &out, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let manifest = Manifest::read(&out).expect("is there");
    assert_eq!(manifest.runs.len(), 10, "five of each point are enough");
    let sharded = sweep(&path, &folder.path().join("shard"), &["--shard", "1/2"]);
    assert!(stderr(&sharded).contains("cannot be cut into shards"), "{}", stderr(&sharded));
}

#[test]
fn a_mistake_in_a_swept_value_is_shown_where_it_stands() {
    let (folder, path) = scenario("\"network.latency.value\" = [\"10ms\", \"30 parsecs\"]");
    let output = sweep(&path, &folder.path().join("out"), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("swept.toml:27:36") && said.contains("30 parsecs"), "{said}");
    let set = sweep(&path, &folder.path().join("out"), &["--set", "subnet.lift.nodes=40"]);
    assert!(stderr(&set).contains("did you mean `left`?"), "{}", stderr(&set));
    assert!(stderr(&set).contains("[--set:1:1]"), "{}", stderr(&set));
}

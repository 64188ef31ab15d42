//! A sweep as jobs of a real Slurm, which `slurm/cluster.sh` starts on this machine for the time of the
//! test. Ignored unless asked for: `.ci/slurm` does, where Slurm is installed or can be.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const SCENARIO: &str = r#"title = "Swept on a cluster"
duration = "10s"
[[subnet]]
name = "one"
nodes = 13
[[canister]]
name = "server"
subnet = "one"
cycles = "100T"
[canister.model.method.serve]
instructions = { kind = "exponential", mean = "100M" }
[[workload]]
name = "clients"
target = "server"
method = "serve"
arrivals = { kind = "poisson", rate = "1/s" }
[sweep]
"workload.clients.arrivals.rate" = ["1/s", "4/s", "16/s"]
replications = 4
"#;

/// Submits, and waits until no job is left.
const SUBMIT_AND_WAIT: &str =
    "sh job.sh --time=2 && until [ -z \"$(squeue --noheader)\" ]; do sleep 0.5; done";

fn icsim(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_icsim"));
    command.current_dir(folder).args(arguments).output().expect("icsim starts")
}

/// Every file of a folder by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

#[test]
#[ignore = "needs Slurm; .ci/slurm runs it"]
fn a_sweep_as_jobs_of_slurm_is_the_sweep_run_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::write(at.join("swept.toml"), SCENARIO).expect("a file");
    let script =
        icsim(at, &["sweep", "swept.toml", "--out", "out", "--emit", "slurm", "--shards", "3"]);
    assert!(script.status.success(), "{}", String::from_utf8_lossy(&script.stderr));
    fs::write(at.join("job.sh"), &script.stdout).expect("a file");
    let cluster = fs::canonicalize("tests/slurm/cluster.sh").expect("is there");
    let output = Command::new("timeout")
        .args(["--kill-after=10", "180"])
        .arg(cluster)
        .arg(at.join("cluster"))
        .args(["sh", "-c", SUBMIT_AND_WAIT])
        .current_dir(at)
        .env("ICSIM", env!("CARGO_BIN_EXE_icsim"))
        .output()
        .expect("starts");
    let said = [output.stdout, output.stderr].concat();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&said));
    let whole = icsim(at, &["sweep", "swept.toml", "--out", "whole", "--quiet"]);
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    for shard in ["1", "2", "3"] {
        let manifest = at.join("out.shards").join(shard).join("manifest.json");
        assert!(manifest.exists(), "shard {shard}: {}", job_logs(at));
    }
    assert_eq!(files(&at.join("out")), files(&at.join("whole")), "{}", job_logs(at));
}

/// What the jobs printed.
fn job_logs(folder: &Path) -> String {
    let logs = files_named(folder, "slurm-");
    logs.iter().map(|log| fs::read_to_string(log).unwrap_or_default()).collect()
}

fn files_named(folder: &Path, start: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(start));
    named.map(|entry| entry.path()).collect()
}

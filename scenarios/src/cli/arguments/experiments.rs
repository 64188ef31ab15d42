//! The arguments of the commands that run a scenario many times.

use super::{duration, quoted, seed};
use crate::document::change::Change;
use crate::sweep::emit::{Jobs, Scheduler};
use crate::sweep::manifest::Shard;
use clap::Args;
use sim_core::time::SimDuration;
use std::path::{Path, PathBuf};

/// The arguments of `icsim sweep`.
#[derive(Debug, Args)]
#[command(after_help = SWEEP_NOTES)]
pub(in crate::cli) struct SweepArguments {
    /// The scenario file (TOML); its `[sweep]` says what is varied
    pub(in crate::cli) scenario: PathBuf,
    /// Write the tables to this new or empty folder
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// The seed that the seeds of replications are derived from
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub(in crate::cli) seed: u64,
    /// Change a field at every point, such as network.latency.median=40ms
    #[arg(long, value_name = "PATH=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Simulate this long instead, such as "10s" or "2h"
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(in crate::cli) duration: Option<SimDuration>,
    /// Runs at a time; no influence on results [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Go on with an interrupted sweep; finished runs are not repeated
    #[arg(long)]
    pub(in crate::cli) resume: bool,
    /// Do only the I-th of N parts; `icsim merge` brings them together
    #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
    pub(in crate::cli) shard: Option<Shard>,
    /// Run nothing: print a script that does the sweep as jobs of a cluster
    #[arg(long, value_name = "SCHEDULER", conflicts_with_all = ["shard", "resume", "jobs"])]
    pub(in crate::cli) emit: Option<Scheduler>,
    /// How many shards the script has
    #[arg(long, value_name = "N", default_value_t = 8, requires = "emit",
          value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) shards: u16,
    /// Write the tables as Parquet too (an icsim that is built with the feature `parquet`)
    #[arg(long, value_parser = parquet, num_args = 0, default_missing_value = "true",
          default_value_t = false)]
    pub(in crate::cli) parquet: bool,
    /// Draw no figures; `icsim plot` can later
    #[arg(long)]
    pub(in crate::cli) no_figures: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

/// Whether Parquet is wanted; refused where it was not built in.
fn parquet(wanted: &str) -> Result<bool, String> {
    match wanted == "true" && !cfg!(feature = "parquet") {
        true => Err("this icsim was built without the feature `parquet`; build it with \
                     `cargo install --path scenarios --features parquet`"
            .to_owned()),
        false => Ok(wanted == "true"),
    }
}

const SWEEP_NOTES: &str = "\
Runs the scenario at every point of its [sweep], each point from several seeds, and writes
  results.csv     one row for each point, replication and metric
  summary.csv     means and medians of each metric at each point, with 95 % intervals
  comparison.csv  each point against the first, replication by replication
  figures/        means with bands, differences to the first point, box plots of runs
  manifest.json   what it was made from, and the digest of every run
A run that fails does not stop the others; the manifest has the command that repeats it, and the
exit code is 1. Ctrl-C keeps what is finished for --resume. docs/sweeps.md says more.

Example of a [sweep]:
  [sweep]
  \"network.latency.median\" = [\"10ms\", \"40ms\", \"160ms\"]
  \"workload.ping-across.arrivals.rate\" = { from = \"1/s\", to = \"8/s\", steps = 4, scale = \"log\" }
  replications = 10

Examples:
  icsim sweep scenarios/library/latency-study.toml --out results
  icsim sweep scenarios/library/latency-study.toml --out part1 --shard 1/2
  icsim sweep scenarios/library/latency-study.toml --out results --emit slurm --shards 16 > job.sh";

/// The arguments of `icsim merge`.
#[derive(Debug, Args)]
#[command(after_help = MERGE_NOTES)]
pub(in crate::cli) struct MergeArguments {
    /// The folders of all shards, in any order
    #[arg(value_name = "DIR", required = true)]
    pub(in crate::cli) folders: Vec<PathBuf>,
    /// Write the whole sweep to this new or empty folder
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// Write the tables as Parquet too (an icsim that is built with the feature `parquet`)
    #[arg(long, value_parser = parquet, num_args = 0, default_missing_value = "true",
          default_value_t = false)]
    pub(in crate::cli) parquet: bool,
    /// Draw no figures; `icsim plot` can later
    #[arg(long)]
    pub(in crate::cli) no_figures: bool,
}

const MERGE_NOTES: &str = "\
Shards must be of one sweep (scenario, modules, seed, version of icsim), each there once and
complete. The result is that of the sweep run at once.

Example:
  icsim merge part1 part2 --out results";

impl SweepArguments {
    /// Runs at a time.
    pub(in crate::cli) fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// The script that does the sweep of so many runs as jobs.
    pub(in crate::cli) fn script(&self, scheduler: Scheduler, runs: usize) -> String {
        let mut sweep = format!("sweep {} --seed {}", path(&self.scenario), self.seed);
        let duration = self.duration.iter().map(|duration| format!(" --duration {duration}"));
        let set = self.set.iter().map(|set| format!(" --set {}", quoted(set)));
        duration.chain(set).for_each(|word| sweep.push_str(&word));
        let mut parts = self.out.clone().into_os_string();
        parts.push(".shards");
        // More shards than runs would leave some of them empty.
        let shards = usize::from(self.shards).min(runs).max(1);
        let (mut out, parts) = (path(&self.out), path(Path::new(&parts)));
        for (wanted, option) in [(self.parquet, " --parquet"), (self.no_figures, " --no-figures")] {
            out.push_str(if wanted { option } else { "" });
        }
        Jobs { scheduler, sweep, out, parts, shards, runs }.to_string()
    }

    /// The command that repeats one run.
    pub(in crate::cli) fn repeat(&self, changes: &[Change], seed: u64) -> String {
        let set: Vec<String> = changes.iter().map(Change::argument).collect();
        repeat_run(&self.scenario, seed, None, self.duration, &set)
    }
}

fn path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// The command that makes a run again, without where its results go.
pub(in crate::cli) fn repeat_run(
    scenario: &Path,
    seed: u64,
    tie_seed: Option<u64>,
    duration: Option<SimDuration>,
    set: &[String],
) -> String {
    let mut words =
        vec![format!("icsim run {} --seed {seed}", quoted(&scenario.to_string_lossy()))];
    words.extend(tie_seed.map(|seed| format!("--tie-seed {seed}")));
    words.extend(duration.map(|duration| format!("--duration {duration}")));
    words.extend(set.iter().map(|set| format!("--set {}", quoted(set))));
    words.join(" ")
}

/// The arguments of `icsim check`.
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// Scenario files (TOML); each is checked as written and at every point of its sweep
    #[arg(value_name = "SCENARIO", required = true)]
    pub(in crate::cli) scenarios: Vec<PathBuf>,
}

/// The arguments of `icsim new`.
#[derive(Debug, Args)]
pub(in crate::cli) struct NewArguments {
    /// Write it to this file, which must not exist [default: standard output]
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
}

/// The arguments of `icsim calibrate`.
#[derive(Debug, Args)]
#[command(after_help = CALIBRATE_NOTES)]
pub(in crate::cli) struct CalibrateArguments {
    /// The scenario file (TOML), with canisters that have code, and workloads for them
    pub(in crate::cli) scenario: PathBuf,
    /// A canister to calibrate, or the name of copies; may be repeated [default: all with code]
    #[arg(long = "canister", value_name = "NAME")]
    pub(in crate::cli) canisters: Vec<String>,
    /// Write the modelled canisters to this TOML file [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
    /// The seed of the run that is observed
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub(in crate::cli) seed: u64,
    /// Change a field of the scenario, such as network.latency.median=40ms
    #[arg(long, value_name = "PATH=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Simulate this long instead, such as "10s" or "2h"
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(in crate::cli) duration: Option<SimDuration>,
    /// Show no progress
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

const CALIBRATE_NOTES: &str = "\
Runs the scenario and fits to each method of the canisters: instructions, sizes of replies and of
calls, whom it calls, memory written and grown, how often it rejects. Messages that make different
calls become cases of their method. Then it runs the scenario again with the models in the place of
the code, and prints on standard error how much throughput and latency differ.

A model answers with as many bytes, but not with the same ones: what depends on the content of a reply
is not modelled. Heartbeats and timers are left out, and said so in the file.

Examples:
  icsim calibrate scenarios/library/ping-pong.toml --out models.toml
  icsim calibrate scenarios/library/ping-pong.toml --canister ping --duration 10m";

impl CalibrateArguments {
    /// The command that does the same again, without where its results go.
    pub(in crate::cli) fn repeat(&self) -> String {
        let run = repeat_run(&self.scenario, self.seed, None, self.duration, &self.set);
        let mut command = run.replacen("icsim run", "icsim calibrate", 1);
        for name in &self.canisters {
            command.push_str(&format!(" --canister {}", quoted(name)));
        }
        command
    }
}

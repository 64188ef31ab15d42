//! The arguments of `icsim explore` and `icsim replay`.

use super::{duration, seed};
use crate::explore::strategy::Strategy;
use clap::Args;
use sim_core::time::SimDuration;
use std::path::PathBuf;

/// The arguments of `icsim explore`.
#[derive(Debug, Args)]
#[command(after_help = EXPLORE_NOTES)]
pub(in crate::cli) struct ExploreArguments {
    /// The scenario file (TOML)
    pub(in crate::cli) scenario: PathBuf,
    /// Stop after so many runs [default: 10000, or without end if --time is given]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) runs: Option<u64>,
    /// Stop after so much time, such as "60s"
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(in crate::cli) time: Option<SimDuration>,
    /// Fixes every run of the search
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub(in crate::cli) seed: u64,
    /// Who chooses: jitter, walk, pos, pct2, pct3, pctcp2, pctcp3, pctcp5, swarm [default: all]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(in crate::cli) strategies: Vec<Strategy>,
    /// Runs at a time; no influence on what is found [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Change a field, such as network.latency.median=40ms
    #[arg(long, value_name = "PATH=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Write the failure to this file
    #[arg(long, value_name = "FILE", default_value = "failure.json")]
    pub(in crate::cli) out: PathBuf,
    /// Make every twentieth run again and compare
    #[arg(long)]
    pub(in crate::cli) check_determinism: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
}

impl ExploreArguments {
    /// At most so many runs.
    pub(in crate::cli) fn most_runs(&self) -> u64 {
        let default = if self.time.is_some() { u64::MAX } else { 10_000 };
        self.runs.unwrap_or(default)
    }

    /// Runs at a time.
    pub(in crate::cli) fn workers(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// Who takes turns.
    pub(in crate::cli) fn portfolio(&self) -> Vec<Strategy> {
        match self.strategies.is_empty() {
            true => Strategy::ALL.to_vec(),
            false => self.strategies.clone(),
        }
    }
}

const EXPLORE_NOTES: &str = "\
Looks for a legal order of messages under which the scenario goes wrong: an expectation that does
not hold, an execution that traps, a canister that comes to reject every call, a call without an
answer, lost cycles. What may happen is allowed in the scenario:
  [explore]
  allow = [\"trap\"]

The first failure is made small and written to a file: which messages have to wait, and what of the
scenario it needs. `icsim replay` repeats and explains it. The tutorial is
docs/tutorial-ordering-bug.md; docs/exploring.md says how it works and how well.

Examples:
  icsim explore scenarios/library/double-spend.toml
  icsim explore my.toml --time 60s --strategies pos,pct2 --out failures/first.json

Exit codes: 0 if nothing was found, 1 if something was, 2 if the input is wrong.";

/// The arguments of `icsim replay`.
#[derive(Debug, Args)]
#[command(after_help = REPLAY_NOTES)]
pub(in crate::cli) struct ReplayArguments {
    /// The failure file that `icsim explore` wrote
    pub(in crate::cli) failure: PathBuf,
    /// Tell the story: in words, as a sequence diagram, and where the history parts from one that
    /// goes well
    #[arg(long)]
    pub(in crate::cli) explain: bool,
    /// Write the happens-before graph of the messages that matter (Graphviz DOT)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) graph: Option<PathBuf>,
    /// Stop at a time such as "3.5s", or at a message such as "0.7" when it was executed, and show the
    /// world: queues, calls, balances, globals, memory
    #[arg(long, value_name = "EVENT")]
    pub(in crate::cli) until: Option<String>,
    /// Explore onward from --until: what came before stays as it is
    #[arg(long, requires = "until", value_name = "RUNS", num_args = 0..=1, default_missing_value = "1000")]
    pub(in crate::cli) fork: Option<u64>,
    /// Exit with 0 if the failure still happens, with 1 if not
    #[arg(long, conflicts_with = "expect_pass")]
    pub(in crate::cli) expect_fail: bool,
    /// Exit with 0 if nothing goes wrong any more, with 1 if something does
    #[arg(long)]
    pub(in crate::cli) expect_pass: bool,
}

const REPLAY_NOTES: &str = "\
Runs the history of a failure again, bit for bit as long as scenario and modules are the same, and
says whether it still goes wrong in the same way.

Examples:
  icsim replay failure.json --explain
  icsim replay failure.json --until 3.5s
  icsim replay failure.json --until 3.5s --fork
  icsim replay tests/double-spend.json --expect-pass

Exit codes: 1 if it still goes wrong and 0 if not, unless --expect-fail turns that round; 0 after --until.";

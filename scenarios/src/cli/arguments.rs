//! The arguments of every command, and their help.

use clap::{Args, Parser, Subcommand};
use sim_core::profile::Profile;
use sim_core::time::SimDuration;
use std::path::PathBuf;

/// Simulates a network of Internet Computer subnets, deterministically: one seed, one history.
#[derive(Debug, Parser)]
#[command(name = "icsim", version, after_help = EXAMPLES, subcommand_required = true)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a scenario and write its results.
    Run(RunArguments),
    /// Show what a canister module is made of, or why it would be refused.
    Inspect(InspectArguments),
}

const EXAMPLES: &str = "\
Examples:
  icsim run scenarios/library/ping-pong.toml
  icsim run scenarios/library/ping-pong.toml --seed 7 --out results
  icsim inspect scenarios/canisters/PingPong.wasm

Exit codes:
  0    all went well
  2    the input is wrong; the message names file, line and column
  3    a fault of icsim itself; the message says what to report
  130  interrupted with Ctrl-C; nothing was written";

/// The arguments of `icsim run`.
#[derive(Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
pub(super) struct RunArguments {
    /// The scenario file (TOML)
    pub(super) scenario: PathBuf,
    /// The seed of all random numbers
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) seed: u64,
    /// A second seed: the same workload in another legal order
    #[arg(long, value_name = "N")]
    pub(super) tie_seed: Option<u64>,
    /// Simulate this long instead, such as "10s" or "2h"
    #[arg(long, value_name = "TIME")]
    pub(super) duration: Option<SimDuration>,
    /// Write traces, charts and a report to this new folder
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace the output folder if it holds earlier results
    #[arg(long, requires = "out")]
    pub(super) force: bool,
    /// Threads to use; no influence on results [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) threads: Option<u16>,
    /// Show no progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

const RUN_EXAMPLES: &str = "\
Prints a summary table and the trace digest, a hash over everything that happened: the same
scenario and seed give the same digest, on any machine and with any number of threads. Without
--out nothing is written. Ctrl-C ends the run and leaves nothing behind.

Examples:
  Print the summary and the digest only:
    icsim run scenarios/library/ping-pong.toml

  Keep everything, from another seed:
    icsim run scenarios/library/ping-pong.toml --seed 7 --out results

  The same workload in another legal order:
    icsim run scenarios/library/ping-pong.toml --seed 7 --tie-seed 1

  A quick look, replacing the results of the last one:
    icsim run scenarios/library/ping-pong.toml --duration 5s --out results --force";

/// The arguments of `icsim inspect`.
#[derive(Debug, Args)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(super) struct InspectArguments {
    /// The module: binary (.wasm), packed (.wasm.gz) or text (.wat)
    pub(super) module: PathBuf,
    /// The profile whose rules and prices apply
    #[arg(long, value_name = "NAME", default_value = Profile::DEFAULT,
          value_parser = clap::builder::PossibleValuesParser::new(Profile::NAMES))]
    pub(super) profile: String,
}

const INSPECT_EXAMPLES: &str = "\
Prints size, hash, cost of compilation, memory, features, entry points and imports. A module that
an install would refuse is shown with every reason, and the exit code is 2.

Examples:
  icsim inspect scenarios/canisters/PingPong.wasm
  icsim inspect scenarios/canisters/relay.wat --profile 2024-06";

impl RunArguments {
    /// The command that makes the same run again, without where its results go.
    pub(super) fn repeat(&self) -> String {
        let mut words = vec![format!(
            "icsim run {} --seed {}",
            quoted(&self.scenario.to_string_lossy()),
            self.seed
        )];
        words.extend(self.tie_seed.map(|seed| format!("--tie-seed {seed}")));
        words.extend(self.duration.map(|duration| format!("--duration {duration}")));
        words.join(" ")
    }

    /// Threads of the host to use.
    pub(super) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }
}

/// The word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@%".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_run_can_be_repeated() {
        let line = ["icsim", "run", "a b.toml", "--seed", "7", "--tie-seed", "1", "--quiet"];
        let Ok(Arguments { command: Command::Run(run) }) = Arguments::try_parse_from(line) else {
            panic!("these arguments are valid");
        };
        assert_eq!(run.repeat(), "icsim run 'a b.toml' --seed 7 --tie-seed 1");
    }
}

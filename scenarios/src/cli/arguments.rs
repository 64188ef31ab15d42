//! The arguments of every command, and their help.

mod experiments;
mod explore;

pub(super) use experiments::{
    CalibrateArguments, CheckArguments, MergeArguments, NewArguments, SweepArguments,
};
pub(super) use explore::{ExploreArguments, ReplayArguments};

use super::look::{DiffArguments, PlotArguments, TraceArguments};
use clap::{Args, Parser, Subcommand};
use reports::store::Level;
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
    /// Run a scenario at many points and from many seeds.
    Sweep(SweepArguments),
    /// Bring the shards of a sweep together.
    Merge(MergeArguments),
    /// Fit modelled canisters to what canisters with code do in a run.
    Calibrate(CalibrateArguments),
    /// Look for an order of messages under which a scenario goes wrong.
    Explore(ExploreArguments),
    /// Run a failure again, and explain it.
    Replay(ReplayArguments),
    /// Validate scenarios without running them.
    Check(CheckArguments),
    /// Write a commented scenario to start from.
    New(NewArguments),
    /// Replay recordings of a real replica and compare.
    Conformance(ConformanceArguments),
    /// Drive a world step by step from a JSON file.
    Script(ScriptArguments),
    /// Look at a stored run, or write it in formats of other tools.
    Trace(TraceArguments),
    /// Draw figures of stored runs.
    Plot(PlotArguments),
    /// Find where two stored runs part.
    Diff(DiffArguments),
    /// Show what a canister module is made of, or why it would be refused.
    Inspect(InspectArguments),
    /// Say what a finished run would have cost under other prices.
    Reprice(RepriceArguments),
    /// List the built-in profiles, or print one.
    Profiles(ProfilesArguments),
    /// Print the JSON Schema of scenario files, from which editors complete and check.
    Schema,
}

/// The arguments of `icsim reprice`.
#[derive(Debug, Args)]
#[command(after_help = REPRICE_NOTES)]
pub(super) struct RepriceArguments {
    /// The results folder of a run
    #[arg(value_name = "RUN")]
    pub(super) run: PathBuf,
    /// The other prices: a built-in profile, or a TOML file with a profile or with differences
    #[arg(long, value_name = "PROFILE")]
    pub(super) profile: String,
    /// Print a JSON document; amounts of cycles are decimal strings
    #[arg(long)]
    pub(super) json: bool,
}

const REPRICE_NOTES: &str = "\
Prices every charge of the run again, each with its own rounding, and prints what subnets, use cases
and canisters paid and would have paid. The history stays as it was recorded: where a canister would
have been frozen or out of cycles and was not, or the other way round, the last lines say from when
on the answer is no longer exact.

A file with differences names where it starts from:
  base = \"2024-06\"
  [fees]
  update_message_base = \"5M\"

Examples:
  icsim run scenarios/library/ping-pong.toml --out results
  icsim reprice results --profile 2024-06
  icsim reprice results --profile dearer.toml
  icsim reprice results --profile dearer.toml --json";

/// The arguments of `icsim profiles`.
#[derive(Debug, Args)]
#[command(after_help = PROFILES_NOTES)]
pub(super) struct ProfilesArguments {
    /// What to do instead of listing
    #[command(subcommand)]
    pub(super) command: Option<ProfilesCommand>,
}

/// What `icsim profiles` does besides listing.
#[derive(Debug, Subcommand)]
pub(super) enum ProfilesCommand {
    /// Print a profile as TOML.
    Show {
        /// The profile
        #[arg(value_name = "NAME",
              value_parser = clap::builder::PossibleValuesParser::new(Profile::NAMES))]
        name: String,
    },
}

const PROFILES_NOTES: &str = "\
A scenario picks a profile and overrides any field:
  profile = { base = \"2026-mid\", fees = { update_message_base = \"5M\" } }

Where each figure comes from is in docs/sources.md.

Examples:
  icsim profiles
  icsim profiles show 2024-06";

/// The arguments of `icsim conformance`.
#[derive(Debug, Args)]
#[command(after_help = CONFORMANCE_NOTES)]
pub(super) struct ConformanceArguments {
    /// Recordings (JSON); modules they name are looked up beside them
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Run only this case, and print its trace beside the recorded one; may be repeated, and `*`
    /// stands for any characters
    #[arg(long = "case", value_name = "NAME")]
    pub(super) cases: Vec<String>,
    /// Print one JSON object for each case, whether it agrees or not
    #[arg(long)]
    pub(super) json: bool,
}

/// The arguments of `icsim script`.
#[derive(Debug, Args)]
#[command(after_help = SCRIPT_NOTES)]
pub(super) struct ScriptArguments {
    /// The script: a case with `config` and `steps`, or a file with `cases`
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

const CONFORMANCE_NOTES: &str = "\
Runs every case and compares all that was recorded and the model has: replies, reject codes, rounds,
every execution with its instructions and balance, balances, state, memory; counts of instructions;
prices. Prints one line for each case that disagrees: the first step and field that differ, with what
was recorded and what the model says. A case that cannot be run for want of something is skipped,
with the reason. The last line counts: N passed, M failed, K skipped.

Examples:
  icsim conformance recordings.json
  icsim conformance recordings.json --case 'call_*' --case dts
  icsim conformance --json replica.json fuzz.json

Exit codes: 0 if nothing failed, 1 if a case failed, 2 if a file or a name cannot be understood.
Steps and config: `icsim script --help`.
Fields, reasons for skipping and what is compared: docs/scripts.md.";

const SCRIPT_NOTES: &str = "\
Prints the cases with their `results`, in the form of the recordings that `icsim conformance` reads.

Example, a canister that is created, installed and called:
  { \"name\": \"counter\",
    \"config\": { \"subnets\": [{ \"type\": \"application\", \"size\": 13 }] },
    \"steps\": [
      { \"op\": \"create\", \"as\": \"a\" },
      { \"op\": \"install\", \"c\": \"a\", \"wasm_file\": \"Counter.wasm\", \"arg\": \"4449444c0000\" },
      { \"op\": \"update\", \"c\": \"a\", \"method\": \"inc\", \"arg\": \"4449444c0000\" },
      { \"op\": \"state\", \"c\": \"a\" } ] }

Steps:
  create    as, subnet, cycles, id, settings, sender
  install   c, wat | wasm_file | wasm_hex, arg, mode, sender
            mode: \"install\", \"reinstall\" or \"upgrade\"
  update    c, method, arg, sender         submits and runs rounds until answered
  submit    c, method, arg, as, sender     submits, runs no round
  poll      id                             the answer, if there is one
  query     c, method, arg, sender
  mgmt      method, c | arg, subnet, sender
  settings  c, settings, sender
  tick      n                              rounds
  advance   s, ns                          of the clock
  state     c
  heap, stable  c, offset, len

Values:
  c         the name a step gave with `as`, or an id; \"aaaaa-aa\" is the management canister
  arg       hexadecimal digits, { \"zeros\": n }, { \"text\": \"…\" }, { \"candid_canister_id\": \"a\" }
  sender    \"user:N\", the name of a canister, or a principal; anonymous if absent
  {{id:a}}  in hexadecimal digits or in wat: the ten bytes of the id of canister `a`

Config, all optional:
  subnets    [{ \"type\", \"size\" }]; type: \"application\" (default), \"system\" or \"verified\";
             size: nodes, 13 by default
  profile    a name, or { \"base\": name, and what differs }; \"2024-06\" as recorded by default
  fees       \"2026\": base fee 5 M, an instruction 1 cycle, creation 500 B
  scheduler  { scheduler_cores, max_instructions_per_round, max_instructions_per_message,
             max_instructions_per_message_without_dts, max_instructions_per_slice,
             instruction_overhead_per_message, instruction_overhead_per_canister }
  dts        time slicing, true or false; as `sandbox` if absent
  sandbox    what `dts` is where that is absent; true by default
  time_s     start, in seconds since 1970; 2021-05-06 19:17:10 UTC by default
  mainnet_debug_print  true: printing is not shown and costs nothing for that;
             false by default, but true with a profile

Each field, with the settings of canisters, is described in docs/scripts.md.";

const EXAMPLES: &str = "\
Examples:
  icsim run scenarios/library/ping-pong.toml
  icsim run scenarios/library/ping-pong.toml --seed 7 --out results
  icsim trace show results
  icsim plot results --figure all --out figures
  icsim sweep scenarios/library/latency-study.toml --out results
  icsim inspect scenarios/canisters/PingPong.wasm

Exit codes:
  0    all went well
  1    a comparison, an expectation or some runs of a sweep failed, or two traces differ
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
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub(super) seed: u64,
    /// A second seed: the same workload in another legal order
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    pub(super) tie_seed: Option<u64>,
    /// Simulate this long instead, such as "10s" or "2h"
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) duration: Option<SimDuration>,
    /// Change a field of the scenario, such as network.latency.median=40ms
    #[arg(long, value_name = "PATH=VALUE")]
    pub(super) set: Vec<String>,
    /// Write traces, charts and a report to this new or empty folder
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replace the output folder if it holds earlier results and nothing else
    #[arg(long, requires = "out")]
    pub(super) force: bool,
    /// Which records to store: rounds only, also messages, or everything
    #[arg(long, value_name = "LEVEL", default_value = "full", requires = "out",
          value_parser = clap::builder::PossibleValuesParser::new(["none", "summary", "messages", "full"]))]
    pub(super) trace: String,
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
        let RunArguments { scenario, seed, tie_seed, duration, set, .. } = self;
        experiments::repeat_run(scenario, *seed, *tie_seed, *duration, set)
    }

    /// The level of the trace to store, if one is.
    pub(super) fn level(&self) -> Option<Level> {
        [Level::Summary, Level::Messages, Level::Full]
            .into_iter()
            .find(|level| level.name() == self.trace)
    }

    /// Threads of the host to use.
    pub(super) fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }
}

/// A seed from its text.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number from 0 to 2^64-1".to_owned())
}

/// A simulated time from its text.
fn duration(text: &str) -> Result<SimDuration, String> {
    let duration: SimDuration = text.parse().map_err(|error| format!("{error}"))?;
    match duration == SimDuration::ZERO {
        true => Err("expected a duration of more than 0, such as \"60s\"".to_owned()),
        false => Ok(duration),
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

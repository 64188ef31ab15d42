//! Looking again at stored runs: the arguments of `icsim trace` and `icsim diff`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};
use reports::charts::kind::Kind;
use reports::charts::sweep;
use reports::theme;
use sim_core::id::MessageId;
use std::path::PathBuf;

/// The arguments of `icsim trace`.
#[derive(Debug, Args)]
#[command(after_help = TRACE_EXAMPLES, subcommand_required = true)]
pub(in crate::cli) struct TraceArguments {
    /// What to do.
    #[command(subcommand)]
    pub(in crate::cli) command: TraceCommand,
}

/// What `icsim trace` does.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TraceCommand {
    /// Tell one message's story: what led to it, its life, and what it led to.
    Show(ShowArguments),
    /// Write the trace in a format of other tools.
    Export(ExportArguments),
}

/// The arguments of `icsim trace show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The results folder of a run, or its trace
    pub(in crate::cli) run: PathBuf,
    /// The message, by its id in messages.csv, such as 0.17; without it, the slowest are listed
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) call: Option<MessageId>,
    /// How many messages to list without --call
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(in crate::cli) slowest: usize,
}

/// The arguments of `icsim trace export`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// The results folder of a run, or its trace
    pub(in crate::cli) run: PathBuf,
    /// The format
    #[arg(long, value_name = "FORMAT")]
    pub(in crate::cli) format: Format,
    /// Only this message and what it led to (dot, mermaid)
    #[arg(long, value_name = "ID", required_if_eq("format", "mermaid"))]
    pub(in crate::cli) call: Option<MessageId>,
    /// Where to write: a file, or for csv and parquet a folder [default: standard output]
    #[arg(long, value_name = "PATH", required_if_eq_any([("format", "csv"), ("format", "parquet")]))]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace what is there
    #[arg(long, requires = "out")]
    pub(in crate::cli) force: bool,
}

/// Formats of traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// A folder of tables, described in docs/tables.md
    Csv,
    /// One JSON object for each record
    Jsonl,
    /// For ui.perfetto.dev and chrome://tracing
    Perfetto,
    /// Graphviz: the call graph, or what one message led to
    Dot,
    /// A sequence diagram of one message and what it led to
    Mermaid,
    /// The tables of csv, as Parquet files
    #[cfg(feature = "parquet")]
    Parquet,
}

/// The arguments of `icsim diff`.
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(in crate::cli) struct DiffArguments {
    /// The results folder of a run, or its trace
    pub(in crate::cli) a: PathBuf,
    /// Another one
    pub(in crate::cli) b: PathBuf,
}

/// The arguments of `icsim plot`.
#[derive(Debug, Args)]
#[command(after_help = PLOT_EXAMPLES)]
pub(in crate::cli) struct PlotArguments {
    /// Results folders of runs, or their traces; or the results folder of one sweep
    #[arg(value_name = "RUN", required = true)]
    pub(in crate::cli) runs: Vec<PathBuf>,
    /// A kind of figure; may be given several times [default: those of the first run's scenario;
    /// all of a sweep]
    #[arg(long = "figure", value_name = "KIND", value_parser = PossibleValuesParser::new(kinds()))]
    pub(in crate::cli) figures: Vec<String>,
    /// One column of a page, or the whole page
    #[arg(long, value_name = "WIDTH")]
    pub(in crate::cli) width: Option<Width>,
    /// The message that a time line shows [default: the slowest]
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) call: Option<MessageId>,
    /// Of a sweep: a metric to draw, in which `*` stands for anything; may be given several times
    #[arg(long = "metric", value_name = "NAME")]
    pub(in crate::cli) metrics: Vec<String>,
    /// Of a sweep: the field that curves run along [default: the one with most values]
    #[arg(long, value_name = "FIELD")]
    pub(in crate::cli) x: Option<String>,
    /// The folder to write to
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// Replace figures that are there
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// The names of all kinds of figures, of runs and of sweeps.
fn kinds() -> impl Iterator<Item = &'static str> {
    let of_runs = Kind::ALL.into_iter().map(Kind::name);
    of_runs.chain(sweep::Kind::ALL.into_iter().map(sweep::Kind::name)).chain(["all"])
}

/// Widths of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Width {
    /// 88 mm
    Column,
    /// 180 mm
    Page,
}

impl From<Width> for theme::Width {
    fn from(width: Width) -> theme::Width {
        match width {
            Width::Column => theme::Width::Column,
            Width::Page => theme::Width::Page,
        }
    }
}

const PLOT_EXAMPLES: &str = "\
Draws from the stored trace; nothing is simulated again. Kinds that can be laid over one another draw
all runs into one figure, the others one figure for each run. docs/figures.md shows every kind.

Examples:
  Every kind of figure, as wide as a page:
    icsim plot results --figure all --width page --out figures

  Two runs compared:
    icsim plot before after --figure latency --figure throughput --out figures

  A sweep:
    icsim plot results --figure curves --metric 'latency.*' --out figures";

const TRACE_EXAMPLES: &str = "\
Reads the trace that `icsim run --out` left; nothing is simulated again.

Examples:
  The slowest messages, and the story of one of them:
    icsim trace show results
    icsim trace show results --call 0.17

  A time line to zoom into, for ui.perfetto.dev:
    icsim trace export results --format perfetto --out trace.json

  Who calls whom, drawn by Graphviz:
    icsim trace export results --format dot | dot -Tsvg > calls.svg";

const DIFF_EXAMPLES: &str = "\
Prints the earliest record that is not the same in both, and the messages that led to it. Exit code
0 if the traces are the same, 1 if they differ.

Example, two orders of the same workload:
  icsim run scenarios/library/ping-pong.toml --out a
  icsim run scenarios/library/ping-pong.toml --out b --tie-seed 1
  icsim diff a b";

//! `icsim trace`.

use super::look::{ExportArguments, Format, ShowArguments, TraceArguments, TraceCommand};
use super::printed;
use crate::run::exit::Exit;
use crate::run::stored;
use reports::analysis::Analysis;
use reports::causes::Causes;
use reports::export::{dot, jsonl, mermaid, perfetto};
use reports::human;
use reports::sequence::Sequence;
use reports::store::{Level, Stored};
use reports::story;
use sim_core::id::MessageId;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Arrows of a sequence diagram; more cannot be read.
const MOST_ARROWS: usize = 400;

/// Shows or exports a stored run.
pub(super) fn run(arguments: &TraceArguments) -> Exit {
    let result = match &arguments.command {
        TraceCommand::Show(arguments) => show(arguments),
        TraceCommand::Export(arguments) => export(arguments),
    };
    match result {
        Ok(()) => Exit::Good,
        Err(problem) => {
            eprintln!("icsim: {problem}");
            Exit::WrongInput
        }
    }
}

/// Reads a run whose trace has the life of messages.
fn open(path: &Path) -> Result<Stored, String> {
    let stored = stored::open(path).map_err(|error| error.to_string())?;
    if stored.head.level < Level::Messages {
        let (path, level) = (path.display(), stored.head.level);
        return Err(format!(
            "the trace of `{path}` has the level {level}, without messages; run the scenario again with --trace messages"
        ));
    }
    Ok(stored)
}

fn show(arguments: &ShowArguments) -> Result<(), String> {
    let stored = open(&arguments.run)?;
    let analysis = Analysis::of(&stored.report());
    let text = match arguments.call {
        Some(id) => {
            let causes = Causes::of(&analysis.messages);
            story::tell(&causes, id, &analysis.names).ok_or_else(|| unknown(id, &analysis))?
        }
        None => slowest(&analysis, arguments.slowest),
    };
    printed(io::stdout().write_all(text.as_bytes()))
}

/// A table of the messages that took longest.
fn slowest(analysis: &Analysis<'_>, most: usize) -> String {
    let mut text = format!("{:<14} {:>10}  {:<28} {}\n", "message", "took", "callee", "method");
    for message in analysis.slowest().take(most) {
        let took = message.latency_ns().map_or_else(String::new, human::duration);
        let callee = human::shorten(&message.callee, 28);
        let (id, method) = (message.id.to_string(), message.method);
        text.push_str(&format!("{id:<14} {took:>10}  {callee:<28} {method}\n"));
    }
    text
}

fn unknown(id: MessageId, analysis: &Analysis<'_>) -> String {
    let count = human::count(analysis.messages.len() as u64);
    format!(
        "there is no message {id} among the {count} of the trace; `icsim trace show` lists the slowest"
    )
}

fn export(arguments: &ExportArguments) -> Result<(), String> {
    let stored = open(&arguments.run)?;
    if let Some(out) = arguments.out.as_deref().filter(|out| out.exists() && !arguments.force) {
        let out = out.display();
        return Err(format!("`{out}` exists; choose another, or replace it with --force"));
    }
    match (arguments.format, arguments.out.as_deref()) {
        (Format::Csv, Some(folder)) => tables(&stored, folder),
        #[cfg(feature = "parquet")]
        (Format::Parquet, Some(folder)) => super::columns::write(&stored, folder),
        (_, Some(file)) => {
            let opened = File::create(file)
                .map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
            text(&stored, arguments, BufWriter::new(opened))
        }
        (_, None) => text(&stored, arguments, BufWriter::new(io::stdout().lock())),
    }
}

/// Writes a format that is one text.
fn text(stored: &Stored, arguments: &ExportArguments, out: impl Write) -> Result<(), String> {
    let analysis = Analysis::of(&stored.report());
    let causes = Causes::of(&analysis.messages);
    if let Some(id) = arguments.call.filter(|id| causes.message(*id).is_none()) {
        return Err(unknown(id, &analysis));
    }
    let (history, messages) = (&stored.history, &analysis.messages);
    printed(match (arguments.format, arguments.call) {
        (Format::Jsonl, _) => jsonl::write(out, history),
        (Format::Perfetto, _) => perfetto::write(out, history, &stored.profile, messages),
        (Format::Dot, None) => dot::call_graph(out, messages, &analysis.names),
        (Format::Dot, Some(id)) => dot::causal_tree(out, &causes, id),
        (Format::Mermaid, Some(id)) => {
            mermaid::write(out, &Sequence::of(&causes, id, &analysis.names, MOST_ARROWS))
        }
        // The arguments ask for what these need.
        _ => Ok(()),
    })
}

/// Writes every table into a folder.
fn tables(stored: &Stored, folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot write `{}`: {error}", folder.display()))?;
    let run = stored.report();
    reports::write::write_all_tables(folder, &run, &Analysis::of(&run))
        .map_err(|error| error.to_string())
}

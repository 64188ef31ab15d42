//! `icsim trace`.

use super::look::{ExportArguments, Format, ShowArguments, TraceArguments, TraceCommand};
use super::printed;
use crate::run::exit::Exit;
use crate::run::stored;
use reports::analysis::Analysis;
use reports::causes::Causes;
use reports::charts::kind::Kind;
use reports::charts::spec::Spec;
use reports::export::{dot, jsonl, mermaid, perfetto};
use reports::human;
use reports::reporter::Made;
use reports::sequence::Sequence;
use reports::store::{Level, Stored};
use reports::story;
use reports::tables::Table;
use sim_core::id::MessageId;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Arrows of a sequence diagram; more cannot be read.
const MOST_ARROWS: usize = 400;
/// Messages that are known to be the slowest without looking at all at once.
const LISTED: usize = 20;

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

/// A run whose trace has the life of messages, looked at without holding its records in memory.
fn look(path: &Path, tables: &[Table], call: Option<MessageId>) -> Result<(Stored, Made), String> {
    let wanted = call.map(|id| Spec { message: Some(id), ..Spec::of(Kind::Timeline) });
    let (stored, made) =
        stored::look(path, tables, wanted.as_slice()).map_err(|error| error.to_string())?;
    check(path, &stored)?;
    Ok((stored, made))
}

/// Makes sure that a trace has the life of messages.
fn check(path: &Path, stored: &Stored) -> Result<(), String> {
    let (path, level) = (path.display(), stored.head.level);
    match level < Level::Messages {
        true => Err(format!(
            "the trace of `{path}` has the level {level}, without messages; run the scenario again with --trace messages"
        )),
        false => Ok(()),
    }
}

fn show(arguments: &ShowArguments) -> Result<(), String> {
    let (_, Made { analysis, .. }) = look(&arguments.run, &[], arguments.call)?;
    let text = match arguments.call {
        Some(id) => {
            let causes = Causes::of(&analysis.messages);
            story::tell(&causes, id, &analysis).ok_or_else(|| unknown(id, &analysis))?
        }
        // The slowest of a long list are only known if all messages are.
        None if arguments.slowest > LISTED => {
            let stored = stored::open(&arguments.run).map_err(|error| error.to_string())?;
            slowest(&Analysis::of(&stored.report()), arguments.slowest)
        }
        None => slowest(&analysis, arguments.slowest),
    };
    printed(io::stdout().write_all(text.as_bytes()))
}

/// A table of the messages that took longest.
fn slowest(analysis: &Analysis, most: usize) -> String {
    let mut text = format!("{:<14} {:>10}  {:<28} {}\n", "message", "took", "callee", "method");
    for message in analysis.slowest().take(most) {
        let took = message.latency_ns().map_or_else(String::new, human::duration);
        let callee = human::shorten(&message.callee, 28);
        let request = analysis.speech.request(message);
        let (id, method) = (message.id.to_string(), human::shorten(&request, 60));
        text.push_str(&format!("{id:<14} {took:>10}  {callee:<28} {method}\n"));
    }
    text
}

fn unknown(id: MessageId, analysis: &Analysis) -> String {
    let count = human::count(analysis.tallies.answers.submitted);
    format!(
        "there is no message {id} among the {count} of the trace; `icsim trace show` lists the slowest"
    )
}

fn export(arguments: &ExportArguments) -> Result<(), String> {
    if let Some(out) = arguments.out.as_deref().filter(|out| out.exists() && !arguments.force) {
        let out = out.display();
        return Err(format!("`{out}` exists; choose another, or replace it with --force"));
    }
    match (arguments.format, arguments.out.as_deref()) {
        (Format::Csv, Some(folder)) => tables(&arguments.run, folder),
        #[cfg(feature = "parquet")]
        (Format::Parquet, Some(folder)) => super::columns::write(&arguments.run, folder),
        (_, Some(file)) => {
            let opened = File::create(file)
                .map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
            text(arguments, BufWriter::new(opened))
        }
        (_, None) => text(arguments, BufWriter::new(io::stdout().lock())),
    }
}

/// Writes a format that is one text.
fn text(arguments: &ExportArguments, out: impl Write) -> Result<(), String> {
    let is_of_one = matches!(arguments.format, Format::Dot | Format::Mermaid);
    if let Some(id) = arguments.call.filter(|_| is_of_one) {
        return one(arguments, id, out);
    }
    let stored = stored::open(&arguments.run).map_err(|error| error.to_string())?;
    check(&arguments.run, &stored)?;
    let analysis = Analysis::of(&stored.report());
    let (history, messages) = (&stored.history, &analysis.messages);
    printed(match arguments.format {
        Format::Jsonl => jsonl::write(out, history, &analysis),
        Format::Perfetto => perfetto::write(out, history, &stored.profile, messages),
        Format::Dot => dot::call_graph(out, messages, &analysis.names),
        // The arguments ask for what these need.
        _ => Ok(()),
    })
}

/// Writes what one message led to.
fn one(arguments: &ExportArguments, id: MessageId, out: impl Write) -> Result<(), String> {
    let (_, Made { analysis, .. }) = look(&arguments.run, &[], Some(id))?;
    let causes = Causes::of(&analysis.messages);
    if causes.message(id).is_none() {
        return Err(unknown(id, &analysis));
    }
    printed(match arguments.format {
        Format::Dot => dot::causal_tree(out, &causes, id),
        _ => mermaid::write(out, &Sequence::of(&causes, id, &analysis, MOST_ARROWS)),
    })
}

/// Writes every table into a folder.
fn tables(run: &Path, folder: &Path) -> Result<(), String> {
    let (stored, made) = look(run, &Table::EXPORTED, None)?;
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot write `{}`: {error}", folder.display()))?;
    reports::write::write_tables(folder, &Table::EXPORTED, &stored.report(), made.tables)
        .map_err(|error| error.to_string())
}

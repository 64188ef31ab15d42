//! The `icsim` command line.

mod arguments;
mod calibrate;
mod check;
#[cfg(feature = "parquet")]
mod columns;
mod conformance;
mod diff;
mod explore;
mod inspect;
mod look;
mod plot;
mod profiles;
mod recordings;
mod replay;
mod reprice;
mod run;
mod schema;
mod script;
mod sweep;
mod terminal;
mod trace;

pub use crate::run::exit::Exit;

use arguments::{Arguments, Command};
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Does what the arguments say, the program's name first; answers how it went.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let exit = match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command: Command::Run(arguments) }) => run::run(&arguments),
        Ok(Arguments { command: Command::Sweep(arguments) }) => sweep::sweep(&arguments),
        Ok(Arguments { command: Command::Merge(arguments) }) => sweep::merge_shards(&arguments),
        Ok(Arguments { command: Command::Calibrate(arguments) }) => calibrate::run(&arguments),
        Ok(Arguments { command: Command::Check(arguments) }) => check::check(&arguments),
        Ok(Arguments { command: Command::New(arguments) }) => check::new(&arguments),
        Ok(Arguments { command: Command::Conformance(arguments) }) => conformance::run(&arguments),
        Ok(Arguments { command: Command::Script(arguments) }) => script::run(&arguments),
        Ok(Arguments { command: Command::Trace(arguments) }) => trace::run(&arguments),
        Ok(Arguments { command: Command::Plot(arguments) }) => plot::run(&arguments),
        Ok(Arguments { command: Command::Diff(arguments) }) => diff::run(&arguments),
        Ok(Arguments { command: Command::Explore(arguments) }) => explore::run(&arguments),
        Ok(Arguments { command: Command::Replay(arguments) }) => replay::run(&arguments),
        Ok(Arguments { command: Command::Reprice(arguments) }) => reprice::run(&arguments),
        Ok(Arguments { command: Command::Profiles(arguments) }) => profiles::run(&arguments),
        Ok(Arguments { command: Command::Schema }) => schema::run(),
        Ok(Arguments { command: Command::Inspect(arguments) }) => inspect::inspect(&arguments),
        Err(error) => {
            // A closed pipe is no reason to fail: there is nobody left to tell.
            let _ = error.print();
            if error.use_stderr() { Exit::WrongInput } else { Exit::Good }
        }
    };
    exit.into()
}

/// Prints a line. A closed pipe is no reason to fail: there is nobody left to tell.
fn say(line: std::fmt::Arguments<'_>) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What came of printing. A closed pipe is no reason to fail: there is nobody left to tell.
fn printed(result: std::io::Result<()>) -> Result<(), String> {
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write: {error}"))
        }
        _ => Ok(()),
    }
}

//! `icsim diff`.

use super::look::DiffArguments;
use super::printed;
use crate::run::exit::Exit;
use crate::run::stored;
use reports::divergence;
use reports::store::{Level, Stored};
use std::io::Write;

/// Says where two stored runs part.
pub(super) fn run(arguments: &DiffArguments) -> Exit {
    let wrong = |problem: String| {
        eprintln!("icsim: {problem}");
        Exit::WrongInput
    };
    let both = match stored::open(&arguments.a).and_then(|a| Ok((a, stored::open(&arguments.b)?))) {
        Ok(both) => both,
        Err(error) => return wrong(error.to_string()),
    };
    match compare(&both.0, &both.1) {
        Ok((text, exit)) => match printed(std::io::stdout().write_all(text.as_bytes())) {
            Ok(()) => exit,
            Err(problem) => wrong(problem),
        },
        Err(problem) => wrong(problem),
    }
}

fn compare(a: &Stored, b: &Stored) -> Result<(String, Exit), String> {
    if a.head.level != b.head.level {
        let (a, b): (Level, Level) = (a.head.level, b.head.level);
        return Err(format!(
            "the traces have different levels, {a} and {b}; run both with the same --trace"
        ));
    }
    if let Some(difference) = divergence::unlike(&a.history, &b.history) {
        return Ok((
            format!("the runs are not of the same network: {difference}\n"),
            Exit::Disagreement,
        ));
    }
    match divergence::first(&a.history, &b.history) {
        Some(first) => Ok((divergence::tell(first, &a.report(), &b.report()), Exit::Disagreement)),
        None if a.history.digest != b.history.digest => Ok((
            "the records are the same; the runs differ in what was not stored, such as payloads\n"
                .to_owned(),
            Exit::Disagreement,
        )),
        None => Ok(("the traces are the same\n".to_owned(), Exit::Good)),
    }
}

//! What standard error is, a terminal with or without colours or a pipe; and lines on standard output.

use crate::diagnostics::Look;
use crate::run::progress::Style;
use std::io::{IsTerminal, Write};

/// Columns of diagnostics.
const WIDTH: usize = 100;

/// How diagnostics are drawn on standard error; `NO_COLOR` is respected.
pub(super) fn look() -> Look {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match std::io::stderr().is_terminal() {
        true => Look::Terminal { width: WIDTH, colour: !no_colour },
        false => Look::Plain { width: WIDTH },
    }
}

/// How progress is shown on standard error.
pub(super) fn progress(quiet: bool) -> Style {
    match (quiet, std::io::stderr().is_terminal()) {
        (true, _) => Style::Quiet,
        (false, true) => Style::Bar,
        (false, false) => Style::Lines,
    }
}

/// Prints a line on standard output.
pub(super) fn line(text: &str) {
    // A closed pipe is no reason to fail: there is nobody left to tell.
    let _ = writeln!(std::io::stdout(), "{text}");
}

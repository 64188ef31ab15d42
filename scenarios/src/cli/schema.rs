//! `icsim schema`.

use super::printed;
use crate::run::exit::Exit;
use crate::schema;
use std::io::Write;

/// Prints the JSON Schema of scenario files.
pub(super) fn run() -> Exit {
    let text = format!("{:#}\n", schema::of_scenario().as_value());
    match printed(std::io::stdout().write_all(text.as_bytes())) {
        Ok(()) => Exit::Good,
        Err(problem) => {
            eprintln!("icsim: {problem}");
            Exit::WrongInput
        }
    }
}

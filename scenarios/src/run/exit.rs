//! Exit codes.

use std::process::ExitCode;

/// How a command went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Good,
    /// A comparison or an expectation failed, or some runs of a sweep.
    Disagreement,
    /// The input is wrong: arguments, scenario, output folder.
    WrongInput,
    /// A fault of icsim itself.
    Fault,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The number the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Good => 0,
            Exit::Disagreement => 1,
            Exit::WrongInput => 2,
            Exit::Fault => 3,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

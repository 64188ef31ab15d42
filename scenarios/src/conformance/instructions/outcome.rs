//! How a recorded execution ended, as cases say it: a word, and often an explanation after it.

use sim_core::reject::ErrorCode;
use sim_core::runtime::{Effects, Failure};
use std::fmt;

/// How an execution is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It succeeds; with a reply, if that is said.
    Success { replies: bool },
    /// It fails for this reason.
    Failure(ErrorCode),
}

impl Ending {
    /// Reads texts such as `InstructionLimitExceeded(24)` or `Success with reply; …`.
    pub(super) fn read(text: &str) -> Result<Ending, String> {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        if word == "Success" {
            return Ok(Ending::Success { replies: rest.starts_with(" with reply") });
        }
        let with_prefix = format!("Canister{word}");
        let named = |code: &&ErrorCode| [word, with_prefix.as_str()].contains(&code.name());
        let code = ErrorCode::ALL.iter().find(named);
        code.map(|code| Ending::Failure(*code))
            .ok_or_else(|| format!("there is no outcome `{word}`; expected Success or an error"))
    }

    /// True if an execution that came to `outcome` ended so.
    pub(super) fn is(self, outcome: &Result<Effects, Failure>) -> bool {
        match (self, outcome) {
            (Ending::Success { replies }, Ok(effects)) => !replies || effects.response.is_some(),
            (Ending::Failure(code), Err(failure)) => failure.code == code,
            _ => false,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Success { replies: false } => f.write_str("Success"),
            Ending::Success { replies: true } => f.write_str("Success with reply"),
            Ending::Failure(code) => f.write_str(code.name()),
        }
    }
}

/// How an execution ended, in the same words.
pub(super) fn describe(outcome: &Result<Effects, Failure>) -> String {
    match outcome {
        Ok(effects) if effects.response.is_some() => "Success with reply".to_owned(),
        Ok(_) => "Success".to_owned(),
        Err(failure) => format!("{} ({})", failure.code.name(), failure.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_before_an_explanation_count() {
        let limit = Ending::Failure(ErrorCode::CanisterInstructionLimitExceeded);
        assert_eq!(Ending::read("InstructionLimitExceeded(24)"), Ok(limit));
        assert_eq!(Ending::read("CanisterInstructionLimitExceeded (why)"), Ok(limit));
        assert_eq!(Ending::read("Success: why"), Ok(Ending::Success { replies: false }));
        assert_eq!(Ending::read("Success with reply; why"), Ok(Ending::Success { replies: true }));
        assert!(Ending::read("Bliss").is_err());
    }
}

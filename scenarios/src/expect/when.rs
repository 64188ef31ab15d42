//! When an expectation has to hold.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sim_core::time::SimDuration;
use std::fmt;
use std::str::FromStr;

/// When an expectation has to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// When the run is over.
    #[default]
    AtTheEnd,
    /// Whenever it is checked.
    Always,
    /// At some check, no later than so long after the first; by the end of the run if not given.
    Eventually(Option<SimDuration>),
}

/// A text that says no such thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not when an expectation can hold, expected \"at the end\", \"always\", \"eventually\" or \
     \"eventually within 30s\""
)]
pub struct InvalidWhen(String);

impl FromStr for When {
    type Err = InvalidWhen;

    fn from_str(text: &str) -> Result<When, InvalidWhen> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["at", "the", "end"] => Ok(When::AtTheEnd),
            ["always"] => Ok(When::Always),
            ["eventually"] => Ok(When::Eventually(None)),
            ["eventually", "within", time] => match time.parse() {
                Ok(time) => Ok(When::Eventually(Some(time))),
                Err(_) => Err(InvalidWhen(text.to_owned())),
            },
            _ => Err(InvalidWhen(text.to_owned())),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::AtTheEnd => f.write_str("at the end"),
            When::Always => f.write_str("always"),
            When::Eventually(None) => f.write_str("eventually"),
            When::Eventually(Some(time)) => write!(f, "eventually within {time}"),
        }
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<When, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

//! How much of a run its trace keeps.

use serde::{Deserialize, Serialize};
use sim_core::record::Event;
use std::fmt;

/// Which records a trace holds; each level holds what the one before it does.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Level {
    /// Rounds, and canisters that ran out of cycles.
    Summary,
    /// The life of every message, and every execution.
    Messages,
    /// Everything: also what canisters printed, every charge, and their accounts.
    #[default]
    Full,
}

impl Level {
    /// Whether a trace of this level holds `event`.
    pub fn keeps(self, event: &Event) -> bool {
        match event {
            Event::Round(_) | Event::Uninstalled { .. } => true,
            Event::Printed { .. } | Event::Charged { .. } | Event::Account { .. } => {
                self >= Level::Full
            }
            _ => self >= Level::Messages,
        }
    }

    /// The level's name, as it is written after `--trace`.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Summary => "summary",
            Level::Messages => "messages",
            Level::Full => "full",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

//! `[explore]`.

use crate::schema;
use schemars::JsonSchema;
use serde::Deserialize;
use sim_core::time::SimDuration;

/// How `icsim explore` judges the histories it finds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExploreEntry {
    /// What may happen: `trap`, `stuck`, `unanswered`, `cycles_lost`.
    #[serde(default)]
    pub allow: Vec<Allowed>,
    /// How long before the end no message is made to wait any more, a quarter of the run if it is
    /// not said.
    #[schemars(with = "Option<schema::Duration>")]
    pub settle: Option<SimDuration>,
}

/// Something that may happen without being a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    /// Executions that fail.
    Trap,
    /// Canisters that come to reject every call.
    Stuck,
    /// Calls without an answer.
    Unanswered,
    /// Cycles lost with dropped messages.
    CyclesLost,
}

impl ExploreEntry {
    /// Whether violations of a kind are none.
    pub fn allows(&self, kind: &str) -> bool {
        self.allow.iter().any(|allowed| allowed.name() == kind)
    }
}

impl Allowed {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Allowed::Trap => "trap",
            Allowed::Stuck => "stuck",
            Allowed::Unanswered => "unanswered",
            Allowed::CyclesLost => "cycles_lost",
        }
    }
}

//! What can be wrong with a history.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Something wrong with a history. Two are the same if they differ only in the values found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Violation {
    /// The model contradicted itself or panicked: a fault of icsim.
    Model {
        /// What it said.
        message: String,
    },
    /// An expectation or invariant of the scenario does not hold.
    Expectation {
        /// The expectation as written.
        expected: String,
        /// What was compared, with the values found.
        found: String,
    },
    /// An execution failed: a trap, a breach of the System API's rules, too many instructions.
    Trap {
        /// Whose.
        canister: String,
        /// What was executed: `update`, `reply callback`…
        entry: String,
        /// The error code's name.
        code: String,
    },
    /// A canister answers every call of a method with a reject, and answered before with a reply:
    /// it makes no progress any more, as behind a lock that nobody opens.
    Stuck {
        /// The canister.
        canister: String,
        /// The method.
        method: String,
        /// The error code's name of the last reject.
        code: String,
    },
    /// A call was not answered, although there was time.
    Unanswered {
        /// The canister that was called.
        canister: String,
        /// The method.
        method: String,
    },
    /// Cycles attached to messages were lost with them.
    CyclesLost {
        /// The canister that lost them.
        canister: String,
        /// How many.
        cycles: u128,
    },
}

impl Violation {
    /// What `allow` under `[explore]` calls violations of this kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Violation::Model { .. } => "model",
            Violation::Expectation { .. } => "expectation",
            Violation::Trap { .. } => "trap",
            Violation::Stuck { .. } => "stuck",
            Violation::Unanswered { .. } => "unanswered",
            Violation::CyclesLost { .. } => "cycles_lost",
        }
    }

    /// Whether both are wrong in the same way, whatever the values found.
    pub fn same_as(&self, other: &Violation) -> bool {
        use Violation::{CyclesLost, Expectation, Model, Stuck, Trap, Unanswered};
        match (self, other) {
            (Model { .. }, Model { .. }) => true,
            (Expectation { expected: a, .. }, Expectation { expected: b, .. }) => a == b,
            (CyclesLost { canister: a, .. }, CyclesLost { canister: b, .. }) => a == b,
            (Stuck { canister: a, method: m, .. }, Stuck { canister: b, method: n, .. }) => {
                (a, m) == (b, n)
            }
            (Trap { .. }, Trap { .. }) | (Unanswered { .. }, Unanswered { .. }) => self == other,
            _ => false,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Model { message } => write!(f, "a fault of icsim itself: {message}"),
            Violation::Expectation { expected, found } => {
                write!(f, "expected {expected}, found {found}")
            }
            Violation::Trap { canister, entry, code } => {
                let entry = entry.as_str();
                let article = if entry.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                write!(f, "{article} {entry} of `{canister}` failed: {code}")
            }
            Violation::Stuck { canister, method, code } => write!(
                f,
                "`{canister}` makes no progress any more: it replied to `{method}` before, and now \
                 every call is rejected ({code})"
            ),
            Violation::Unanswered { canister, method } => {
                write!(f, "a call of `{method}` of `{canister}` was never answered")
            }
            Violation::CyclesLost { canister, cycles } => {
                write!(
                    f,
                    "`{canister}` lost {cycles} cycles that were attached to dropped messages"
                )
            }
        }
    }
}

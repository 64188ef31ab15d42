//! Cycles never appear or vanish: every movement goes through one ledger of named accounts.

use crate::units::Cycles;
use serde::Serialize;

/// What cycles are burned for (`CyclesUseCase`, `rs/types/cycles/src/cycles_use_case.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCase {
    /// Executing messages and tasks.
    Execution,
    /// Requests and responses between canisters.
    Transmission,
    /// Inducting ingress messages.
    Ingress,
    /// Memory.
    Storage,
    /// Creating canisters.
    Creation,
    /// Burned by a canister on purpose.
    Burned,
    /// Left in a canister when it ran out of cycles.
    Uninstall,
}

impl UseCase {
    /// How many there are.
    pub const COUNT: usize = 7;

    /// Every use case, in the order of [`crate::record::RoundSummary::burned`].
    pub const ALL: [UseCase; UseCase::COUNT] = [
        UseCase::Execution,
        UseCase::Transmission,
        UseCase::Ingress,
        UseCase::Storage,
        UseCase::Creation,
        UseCase::Burned,
        UseCase::Uninstall,
    ];

    /// The name used in tables, the same as when serialised.
    pub const fn name(self) -> &'static str {
        match self {
            UseCase::Execution => "execution",
            UseCase::Transmission => "transmission",
            UseCase::Ingress => "ingress",
            UseCase::Storage => "storage",
            UseCase::Creation => "creation",
            UseCase::Burned => "burned",
            UseCase::Uninstall => "uninstall",
        }
    }
}

/// Totals of the accounts of one subnet. At any moment
/// `minted + arrived = held in canisters + attached + prepaid + burned + departed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Created at set-up.
    pub minted: Cycles,
    /// Came in with messages from other subnets.
    pub arrived: Cycles,
    /// Left with messages to other subnets.
    pub departed: Cycles,
    /// Burned, by use case.
    pub burned: [Cycles; UseCase::COUNT],
}

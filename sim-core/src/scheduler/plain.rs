//! The network's policies as their descriptions have them: each round goes through all canisters. What
//! [`crate::scheduler`] does with those that are awake has to come to the same.

mod ic_2024;
mod ic_2026;
mod tests;

use crate::canister::Canister;
pub(crate) use ic_2024::AccumulatedPriority;
pub(crate) use ic_2026::ChargedRounds;

/// Canisters that exist, and their places.
fn existing(canisters: &[Canister]) -> impl Iterator<Item = (usize, &Canister)> {
    canisters.iter().enumerate().filter(|(_, canister)| !canister.deleted)
}

//! What changed a canister's code and controllers: the latest changes, and how many there were.

use crate::units::Bytes;
use ic_principal::Principal;
use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes one recorded change takes, and one controller listed in it (measured on a replica of
/// June 2024).
const CHANGE: u64 = 104;
const LISTED_CONTROLLER: u64 = 30;

/// Who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeOrigin {
    /// A client.
    User(Principal),
    /// A canister, with its version if it told it.
    Canister { canister: Principal, version: Option<u64> },
}

/// How code came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deployment {
    Install,
    Reinstall,
    Upgrade,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChangeDetails {
    Creation { controllers: Arc<[Principal]> },
    Uninstall,
    Deployment { mode: Deployment, hash: [u8; 32] },
    Controllers { controllers: Arc<[Principal]> },
    LoadSnapshot { version: u64, snapshot: Arc<[u8]>, taken_at: u64 },
}

/// A change of a canister.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Nanoseconds since 1970.
    pub(crate) at: u64,
    /// The canister's version after it.
    pub(crate) version: u64,
    pub(crate) origin: ChangeOrigin,
    pub(crate) details: ChangeDetails,
}

impl Change {
    fn bytes(&self) -> u64 {
        match &self.details {
            ChangeDetails::Creation { controllers }
            | ChangeDetails::Controllers { controllers } => {
                CHANGE + LISTED_CONTROLLER * controllers.len() as u64
            }
            ChangeDetails::Uninstall
            | ChangeDetails::Deployment { .. }
            | ChangeDetails::LoadSnapshot { .. } => CHANGE,
        }
    }
}

/// The changes of a canister.
#[derive(Debug, Default)]
pub(crate) struct History {
    kept: VecDeque<Change>,
    total: u64,
}

impl History {
    /// Adds a change; of those before it, the latest stay.
    pub(crate) fn record(&mut self, change: Change, keep: u64) {
        self.kept.push_back(change);
        self.total += 1;
        while self.kept.len() as u64 > keep {
            self.kept.pop_front();
        }
    }

    /// Forgets the changes, but not how many there were.
    pub(crate) fn forget(&mut self) {
        self.kept.clear();
    }

    /// How many changes there were.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The latest `count` changes that are kept, oldest first.
    pub(crate) fn latest(&self, count: u64) -> impl Iterator<Item = &Change> {
        self.kept.iter().skip((self.kept.len() as u64).saturating_sub(count) as usize)
    }

    /// Memory the changes take.
    pub(crate) fn memory(&self) -> Bytes {
        Bytes::new(self.kept.iter().map(Change::bytes).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(version: u64) -> Change {
        let origin = ChangeOrigin::User(Principal::anonymous());
        Change { at: 0, version, origin, details: ChangeDetails::Uninstall }
    }

    #[test]
    fn the_latest_changes_are_kept_and_all_are_counted() {
        let mut history = History::default();
        for version in 0..23 {
            history.record(change(version), 20);
        }
        assert_eq!((history.total(), history.latest(200).count()), (23, 20));
        assert_eq!(history.latest(1).map(|change| change.version).collect::<Vec<_>>(), [22]);
        assert_eq!(history.memory(), Bytes::new(20 * CHANGE));
        history.forget();
        assert_eq!((history.total(), history.memory()), (23, Bytes::ZERO));
    }
}

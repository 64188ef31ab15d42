//! Snapshots of a canister: code and memories at one moment, or parts of them that were uploaded.

use super::chunks::ChunkStore;
use super::low_memory::LowMemoryHook;
use crate::id::CanisterId;
use crate::runtime::{Program, StateImage};
use crate::units::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names a snapshot: its number, then the canister's id.
pub(crate) type SnapshotId = Arc<[u8]>;

/// Where code and memories of a snapshot are.
#[derive(Clone)]
pub(crate) enum Contents {
    /// As they were when it was taken.
    Taken { program: Arc<dyn Program>, image: StateImage },
    /// As they were uploaded.
    Uploaded(Arc<Parts>),
}

/// Uploaded parts of a snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parts {
    pub(crate) module: Vec<u8>,
    pub(crate) heap: Vec<u8>,
    pub(crate) stable: Vec<u8>,
    pub(crate) globals: Vec<crate::runtime::GlobalValue>,
}

/// A snapshot.
#[derive(Clone)]
pub(crate) struct Snapshot {
    /// Nanoseconds since 1970.
    pub(crate) taken_at: u64,
    pub(crate) size: Bytes,
    /// The canister's version then.
    pub(crate) version: u64,
    pub(crate) contents: Contents,
    pub(crate) chunks: ChunkStore,
    pub(crate) certified_data: Box<[u8]>,
    pub(crate) timer: Option<u64>,
    pub(crate) hook: LowMemoryHook,
}

/// The snapshots of a canister, in order of age.
#[derive(Default)]
pub(crate) struct Snapshots {
    kept: BTreeMap<SnapshotId, Snapshot>,
    made: u64,
}

impl Snapshots {
    /// Keeps a snapshot and names it.
    pub(crate) fn insert(&mut self, canister: CanisterId, snapshot: Snapshot) -> SnapshotId {
        let mut id = self.made.to_be_bytes().to_vec();
        id.extend_from_slice(canister.principal().as_slice());
        self.made += 1;
        let id: SnapshotId = id.into();
        self.kept.insert(id.clone(), snapshot);
        id
    }

    /// The snapshot called `id`.
    pub(crate) fn get(&self, id: &[u8]) -> Option<&Snapshot> {
        self.kept.get(id)
    }

    /// The snapshot called `id`, to change.
    pub(crate) fn get_mut(&mut self, id: &[u8]) -> Option<&mut Snapshot> {
        self.kept.get_mut(id)
    }

    /// Forgets the snapshot called `id`.
    pub(crate) fn remove(&mut self, id: &[u8]) -> Option<Snapshot> {
        self.kept.remove(id)
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }

    /// All snapshots with their names.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&SnapshotId, &Snapshot)> {
        self.kept.iter()
    }

    /// Memory they take.
    pub(crate) fn memory(&self) -> Bytes {
        self.kept.values().map(|snapshot| snapshot.size).sum()
    }
}

/// The canister whose id a snapshot's name ends in.
pub(crate) fn owner(id: &[u8]) -> Option<CanisterId> {
    let principal = ic_principal::Principal::try_from_slice(id.get(8..)?).ok()?;
    CanisterId::from_principal(&principal)
}

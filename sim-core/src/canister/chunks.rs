//! Parts of modules, uploaded one by one and named by their hash.

use crate::runtime::Payload;
use crate::units::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SHA-256 of a chunk.
pub(crate) type ChunkId = [u8; 32];

/// A canister's chunk store.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChunkStore {
    chunks: BTreeMap<ChunkId, Payload>,
    /// Memory they are charged as.
    memory: Bytes,
}

/// The name a chunk would have.
pub(crate) fn chunk_id(chunk: &[u8]) -> ChunkId {
    Sha256::digest(chunk).into()
}

impl ChunkStore {
    /// Adds a chunk that is charged as `size` bytes; one that is there already changes nothing.
    pub(crate) fn insert(&mut self, chunk: &[u8], size: Bytes) {
        if self.chunks.insert(chunk_id(chunk), chunk.into()).is_none() {
            self.memory += size;
        }
    }

    /// The chunk called `id`.
    pub(crate) fn get(&self, id: &ChunkId) -> Option<&Payload> {
        self.chunks.get(id)
    }

    /// Names of all chunks, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &ChunkId> {
        self.chunks.keys()
    }

    /// Memory they take.
    pub(crate) fn memory(&self) -> Bytes {
        self.memory
    }
}

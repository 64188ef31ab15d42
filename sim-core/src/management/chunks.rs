//! The chunk store: `upload_chunk`, `stored_chunks`, `clear_chunk_store`.

use candid::{CandidType, Deserialize, Principal};

/// Names a chunk.
#[derive(Clone, Debug, PartialEq, Eq, CandidType, Deserialize)]
pub struct ChunkHash {
    /// SHA-256 of its content.
    #[serde(with = "serde_bytes")]
    pub hash: Vec<u8>,
}

/// The argument of `upload_chunk`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct UploadChunkArgs {
    /// The canister whose chunk store keeps it.
    pub canister_id: Principal,
    /// The content.
    #[serde(with = "serde_bytes")]
    pub chunk: Vec<u8>,
}

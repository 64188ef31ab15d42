//! Snapshots: their Candid forms.

use candid::{CandidType, Deserialize, Nat, Principal};
use serde_bytes::ByteBuf;

/// The argument of `take_canister_snapshot`.
#[derive(CandidType, Deserialize)]
pub(crate) struct TakeArgs {
    pub(crate) canister_id: Principal,
    pub(crate) replace_snapshot: Option<ByteBuf>,
}

/// The argument of `load_canister_snapshot`.
#[derive(CandidType, Deserialize)]
pub(crate) struct LoadArgs {
    pub(crate) canister_id: Principal,
    pub(crate) snapshot_id: ByteBuf,
    pub(crate) sender_canister_version: Option<u64>,
}

/// An argument that names a snapshot.
#[derive(CandidType, Deserialize)]
pub(crate) struct SnapshotArgs {
    pub(crate) canister_id: Principal,
    pub(crate) snapshot_id: ByteBuf,
}

/// A snapshot as it is listed.
#[derive(CandidType)]
pub(crate) struct SnapshotEntry {
    pub(crate) id: ByteBuf,
    pub(crate) taken_at_timestamp: u64,
    pub(crate) total_size: u64,
}

/// Where a snapshot comes from.
#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum Source {
    taken_from_canister,
    metadata_upload,
}

/// A mutable or exported global.
#[derive(Clone, Debug, PartialEq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum GlobalValue {
    i32(i32),
    i64(i64),
    f32(f32),
    f64(f64),
    v128(Nat),
}

/// Whether the global timer is set.
#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum TimerState {
    inactive,
    active(u64),
}

/// The state of the hook for low memory.
#[derive(Clone, Copy, Debug, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum HookState {
    condition_not_satisfied,
    ready,
    executed,
}

/// The reply of `read_canister_snapshot_metadata`.
#[derive(CandidType)]
pub(crate) struct MetadataReply {
    pub(crate) source: Source,
    pub(crate) taken_at_timestamp: u64,
    pub(crate) wasm_module_size: u64,
    pub(crate) globals: Vec<GlobalValue>,
    pub(crate) wasm_memory_size: u64,
    pub(crate) stable_memory_size: u64,
    pub(crate) wasm_chunk_store: Vec<super::chunks::ChunkHash>,
    pub(crate) canister_version: u64,
    pub(crate) certified_data: ByteBuf,
    pub(crate) global_timer: Option<TimerState>,
    pub(crate) on_low_wasm_memory_hook_status: Option<HookState>,
}

/// The argument of `upload_canister_snapshot_metadata`.
#[derive(CandidType, Deserialize)]
pub(crate) struct UploadMetadataArgs {
    pub(crate) canister_id: Principal,
    pub(crate) replace_snapshot: Option<ByteBuf>,
    pub(crate) wasm_module_size: u64,
    pub(crate) globals: Vec<GlobalValue>,
    pub(crate) wasm_memory_size: u64,
    pub(crate) stable_memory_size: u64,
    pub(crate) certified_data: ByteBuf,
    pub(crate) global_timer: Option<TimerState>,
    pub(crate) on_low_wasm_memory_hook_status: Option<HookState>,
}

/// The reply of `upload_canister_snapshot_metadata`.
#[derive(CandidType)]
pub(crate) struct UploadedReply {
    pub(crate) snapshot_id: ByteBuf,
}

/// Part of a memory.
#[derive(Clone, Copy, CandidType, Deserialize)]
pub(crate) struct Range {
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

/// A chunk of the chunk store.
#[derive(CandidType, Deserialize)]
pub(crate) struct ChunkOf {
    pub(crate) hash: ByteBuf,
}

/// What `read_canister_snapshot_data` is to read.
#[derive(CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum ReadKind {
    wasm_module(Range),
    wasm_memory(Range),
    stable_memory(Range),
    wasm_chunk(ChunkOf),
}

/// The argument of `read_canister_snapshot_data`.
#[derive(CandidType, Deserialize)]
pub(crate) struct ReadDataArgs {
    pub(crate) canister_id: Principal,
    pub(crate) snapshot_id: ByteBuf,
    pub(crate) kind: ReadKind,
}

/// The reply of `read_canister_snapshot_data`.
#[derive(CandidType)]
pub(crate) struct DataReply {
    pub(crate) chunk: ByteBuf,
}

/// Where in a memory an upload goes.
#[derive(Clone, Copy, CandidType, Deserialize)]
pub(crate) struct At {
    pub(crate) offset: u64,
}

/// What `upload_canister_snapshot_data` writes.
#[derive(CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub(crate) enum UploadKind {
    wasm_module(At),
    wasm_memory(At),
    stable_memory(At),
    wasm_chunk,
}

/// The argument of `upload_canister_snapshot_data`.
#[derive(CandidType, Deserialize)]
pub(crate) struct UploadDataArgs {
    pub(crate) canister_id: Principal,
    pub(crate) snapshot_id: ByteBuf,
    pub(crate) kind: UploadKind,
    pub(crate) chunk: ByteBuf,
}

//! `install_code` and `install_chunked_code`.

use candid::{CandidType, Deserialize, Nat, Principal};

/// How `install_code` treats what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum InstallMode {
    /// Into an empty canister.
    install,
    /// Throwing away code and state.
    reinstall,
    /// Keeping stable memory.
    upgrade(Option<UpgradeOptions>),
}

/// Options of an upgrade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, CandidType, Deserialize)]
pub struct UpgradeOptions {
    /// Do not run `canister_pre_upgrade`.
    pub skip_pre_upgrade: Option<bool>,
    /// What becomes of the heap.
    pub wasm_memory_persistence: Option<WasmMemoryPersistence>,
}

/// What becomes of the heap in an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, CandidType, Deserialize)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum WasmMemoryPersistence {
    /// It stays.
    keep,
    /// The new code begins with a fresh one.
    replace,
}

impl InstallMode {
    /// The options of an upgrade; none for the other modes.
    pub(crate) fn upgrade_options(self) -> Option<UpgradeOptions> {
        match self {
            InstallMode::upgrade(options) => Some(options.unwrap_or_default()),
            InstallMode::install | InstallMode::reinstall => None,
        }
    }
}

/// The argument of `install_code`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct InstallCodeArgs {
    /// What to do with what is there.
    pub mode: InstallMode,
    /// The canister.
    pub canister_id: Principal,
    /// The module.
    #[serde(with = "serde_bytes")]
    pub wasm_module: Vec<u8>,
    /// The argument of its entry point.
    #[serde(with = "serde_bytes")]
    pub arg: Vec<u8>,
    /// Percent of a thread.
    pub compute_allocation: Option<Nat>,
    /// Bytes.
    pub memory_allocation: Option<Nat>,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
}

/// The argument of `install_chunked_code`.
#[derive(Clone, Debug, CandidType, Deserialize)]
pub struct InstallChunkedCodeArgs {
    /// What to do with what is there.
    pub mode: InstallMode,
    /// The canister.
    pub target_canister: Principal,
    /// The canister whose chunk store holds the module; the target itself, if there is none.
    pub store_canister: Option<Principal>,
    /// The chunks in order.
    pub chunk_hashes_list: Vec<super::chunks::ChunkHash>,
    /// SHA-256 of the whole module.
    #[serde(with = "serde_bytes")]
    pub wasm_module_hash: Vec<u8>,
    /// The argument of its entry point.
    #[serde(with = "serde_bytes")]
    pub arg: Vec<u8>,
    /// Version of the calling canister.
    pub sender_canister_version: Option<u64>,
}

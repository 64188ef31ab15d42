//! The messages of actions, as clients send them to the management canister.

use crate::document::{ActionKind, SettingsEntry};
use candid::{CandidType, Encode, Nat};
use sha2::{Digest, Sha256};
use sim_core::action::Step;
use sim_core::id::CanisterId;
use sim_core::management::{
    CanisterIdRecord, CanisterSettings, ChunkHash, InstallChunkedCodeArgs, InstallCodeArgs,
    InstallMode, UpdateSettingsArgs, UpgradeOptions, UploadChunkArgs, WasmMemoryPersistence,
};
use sim_core::message::Target;
use sim_core::profile::Profile;
use sim_core::runtime::{Payload, Program};
use std::sync::Arc;

/// The custom section of modules whose heap survives an upgrade, if it is asked for.
const PERSISTENT_HEAP: &str = "enhanced-orthogonal-persistence";
/// What an ingress message holds besides the module: more than enough.
const ENVELOPE: u64 = 64 * 1024;

/// Code that is to be installed.
pub(super) struct Installation {
    pub(super) canister: CanisterId,
    pub(super) program: Arc<dyn Program>,
    pub(super) arg: Payload,
    pub(super) skip_pre_upgrade: bool,
}

impl Installation {
    /// One message, or several if the module is too large for one.
    pub(super) fn steps(&self, kind: ActionKind, profile: &Profile) -> Vec<Step> {
        let mode = match kind {
            ActionKind::Install => InstallMode::install,
            ActionKind::Reinstall => InstallMode::reinstall,
            _ => InstallMode::upgrade(self.options()),
        };
        let size = (self.program.binary().len() + self.arg.len()) as u64;
        match size + ENVELOPE <= profile.limits.ingress_message.get() {
            true => vec![self.whole(mode)],
            false => self.in_chunks(mode, profile.management.chunk.get() as usize),
        }
    }

    /// As clients do: a heap that can be kept is kept.
    fn options(&self) -> Option<UpgradeOptions> {
        let persistent = self.program.metadata(PERSISTENT_HEAP).is_some();
        let options = UpgradeOptions {
            skip_pre_upgrade: self.skip_pre_upgrade.then_some(true),
            wasm_memory_persistence: persistent.then_some(WasmMemoryPersistence::keep),
        };
        (options != UpgradeOptions::default()).then_some(options)
    }

    fn whole(&self, mode: InstallMode) -> Step {
        let args = InstallCodeArgs {
            mode,
            canister_id: self.canister.principal(),
            wasm_module: self.program.binary().to_vec(),
            arg: self.arg.to_vec(),
            compute_allocation: None,
            memory_allocation: None,
            sender_canister_version: None,
        };
        send(self.canister, "install_code", &args)
    }

    fn in_chunks(&self, mode: InstallMode, size: usize) -> Vec<Step> {
        let module = self.program.binary();
        let chunks: Vec<&[u8]> = module.chunks(size.max(1)).collect();
        let canister_id = self.canister.principal();
        let upload = |chunk: &&[u8]| {
            let args = UploadChunkArgs { canister_id, chunk: chunk.to_vec() };
            send(self.canister, "upload_chunk", &args)
        };
        let mut steps = vec![about(self.canister, "clear_chunk_store")];
        steps.extend(chunks.iter().map(upload));
        let hash = |chunk: &&[u8]| ChunkHash { hash: Sha256::digest(chunk).to_vec() };
        let args = InstallChunkedCodeArgs {
            mode,
            target_canister: canister_id,
            store_canister: None,
            chunk_hashes_list: chunks.iter().map(hash).collect(),
            wasm_module_hash: Sha256::digest(module).to_vec(),
            arg: self.arg.to_vec(),
            sender_canister_version: None,
        };
        steps.push(send(self.canister, "install_chunked_code", &args));
        steps
    }
}

/// A call that says nothing but which canister it is about.
pub(super) fn about(canister: CanisterId, method: &str) -> Step {
    send(canister, method, &CanisterIdRecord { canister_id: canister.principal() })
}

/// New settings.
pub(super) fn settings(canister: CanisterId, settings: &SettingsEntry) -> Step {
    let settings = CanisterSettings {
        compute_allocation: settings.compute_allocation.map(Nat::from),
        memory_allocation: settings.memory_allocation.map(|bytes| Nat::from(bytes.get())),
        freezing_threshold: settings.freezing_threshold.map(|time| Nat::from(time.as_secs())),
        ..CanisterSettings::default()
    };
    let canister_id = canister.principal();
    let args = UpdateSettingsArgs { canister_id, settings, sender_canister_version: None };
    send(canister, "update_settings", &args)
}

fn send<T: CandidType>(canister: CanisterId, method: &str, args: &T) -> Step {
    // These types can all be written as Candid.
    let arg = Encode!(args).unwrap_or_default().into();
    let target = Target::Management { effective: Some(canister) };
    Step::Send { target, method: method.into(), arg }
}

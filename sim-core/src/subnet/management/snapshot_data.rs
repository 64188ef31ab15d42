//! Reading and uploading the parts of snapshots.

use super::snapshots::too_few_cycles;
use super::{Answer, Subnet, Used, failure};
use crate::canister::chunks::ChunkStore;
use crate::canister::low_memory::LowMemoryHook;
use crate::canister::options::may_see;
use crate::canister::snapshots::{Contents, Parts, Snapshot};
use crate::management::chunks::ChunkHash;
use crate::management::method::Method;
use crate::management::snapshots::{
    DataReply, GlobalValue as Global, HookState, MetadataReply, Range, ReadDataArgs, ReadKind,
    SnapshotArgs, Source, TimerState, UploadDataArgs, UploadKind, UploadMetadataArgs,
    UploadedReply,
};
use crate::management::{decode, empty_reply, reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, GlobalValue, Instance};
use crate::units::Bytes;
use ic_principal::Principal;
use serde_bytes::ByteBuf;
use std::sync::Arc;

fn refused(text: &str) -> Failure {
    failure(ErrorCode::InvalidManagementPayload, text)
}

impl Subnet {
    /// The place of a canister whose snapshots the sender of a call may read.
    fn readable(
        &self,
        canister: Principal,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Result<usize, Failure> {
        let place = self.place(canister, used)?;
        let (canister, sender) = (&self.canisters[place], call.origin.caller());
        match may_see(&canister.options.snapshot_visibility, &sender, &canister.controllers) {
            true => Ok(place),
            false => {
                let message = format!("{sender} may not read snapshots of {}", canister.id);
                Err(failure(ErrorCode::CanisterInvalidController, message))
            }
        }
    }

    /// `read_canister_snapshot_metadata`.
    pub(super) fn read_snapshot_metadata(
        &mut self,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Answer {
        let args: SnapshotArgs = decode(&call.arg)?;
        let place = self.readable(args.canister_id, call, used)?;
        let snapshot = self.snapshot(place, &args.snapshot_id)?;
        let memories = Memories::of(snapshot)?;
        let chunks = snapshot.chunks.ids().map(|id| ChunkHash { hash: id.to_vec() });
        let metadata = MetadataReply {
            source: match &snapshot.contents {
                Contents::Taken { .. } => Source::taken_from_canister,
                Contents::Uploaded(_) => Source::metadata_upload,
            },
            taken_at_timestamp: snapshot.taken_at,
            wasm_module_size: memories.module().len() as u64,
            globals: memories.globals().iter().map(shown).collect(),
            wasm_memory_size: memories.sizes().0.get(),
            stable_memory_size: memories.sizes().1.get(),
            wasm_chunk_store: chunks.collect(),
            canister_version: snapshot.version,
            certified_data: ByteBuf::from(snapshot.certified_data.to_vec()),
            global_timer: Some(snapshot.timer.map_or(TimerState::inactive, TimerState::active)),
            on_low_wasm_memory_hook_status: Some(match snapshot.hook {
                LowMemoryHook::NotSatisfied => HookState::condition_not_satisfied,
                LowMemoryHook::Ready => HookState::ready,
                LowMemoryHook::Executed => HookState::executed,
            }),
        };
        Ok(reply(&metadata))
    }

    /// `read_canister_snapshot_data`.
    pub(super) fn read_snapshot_data(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: ReadDataArgs = decode(&call.arg)?;
        let place = self.readable(args.canister_id, call, used)?;
        let most = self.profile.management.snapshot_part;
        let snapshot = self.snapshot(place, &args.snapshot_id)?;
        let memories = Memories::of(snapshot)?;
        let within = |range: Range| match range.size <= most.get() {
            true => Ok(range),
            false => Err(refused("the part is too long")),
        };
        let read = match args.kind {
            ReadKind::wasm_module(range) => part(memories.module(), within(range)?),
            ReadKind::wasm_memory(range) => memories.heap(within(range)?),
            ReadKind::stable_memory(range) => memories.stable(within(range)?),
            ReadKind::wasm_chunk(chunk) => chunk_of(&snapshot.chunks, &chunk.hash),
        };
        let chunk = read.ok_or_else(|| refused("the part lies outside of the snapshot"))?;
        let size = Bytes::of_len(chunk.len());
        let baseline = self.profile.management.snapshot_data;
        self.charge_snapshot(place, baseline, size, used)?;
        Ok(reply(&DataReply { chunk: ByteBuf::from(chunk) }))
    }

    /// `upload_canister_snapshot_metadata`: a new snapshot of zeros.
    pub(super) fn upload_snapshot_metadata(
        &mut self,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Answer {
        let args: UploadMetadataArgs = decode(&call.arg)?;
        let place =
            self.controlled(args.canister_id, Method::UploadSnapshotMetadata, call, used)?;
        self.check_new_snapshot(place, args.replace_snapshot.as_deref().map(Vec::as_slice))?;
        let limits = &self.profile.limits;
        let fits = args.wasm_module_size <= limits.module.get()
            && args.wasm_memory_size <= limits.heap.get().max(limits.heap64.get())
            && args.stable_memory_size <= self.profile.management.uploaded_stable.get();
        if !fits {
            return Err(refused("a part of the snapshot exceeds its limit"));
        }
        let sizes = [args.wasm_module_size, args.wasm_memory_size, args.stable_memory_size];
        let size = sizes.iter().fold(Bytes::ZERO, |sum, size| sum + Bytes::new(*size));
        self.check_growth(place, size, too_few_cycles)?;
        let snapshot = self.uploaded(place, &args, size);
        let entry = self.keep_snapshot(
            place,
            snapshot,
            args.replace_snapshot.as_deref().map(Vec::as_slice),
        );
        Ok(reply(&UploadedReply { snapshot_id: entry.id }))
    }

    fn uploaded(&self, place: usize, args: &UploadMetadataArgs, size: Bytes) -> Snapshot {
        let zeros = |size: u64| vec![0; size as usize];
        let parts = Parts {
            module: zeros(args.wasm_module_size),
            heap: zeros(args.wasm_memory_size),
            stable: zeros(args.stable_memory_size),
            globals: args.globals.iter().map(read).collect(),
        };
        Snapshot {
            taken_at: self.unix_time(),
            size,
            version: self.canisters[place].version,
            contents: Contents::Uploaded(Arc::new(parts)),
            chunks: ChunkStore::default(),
            certified_data: args.certified_data.as_slice().into(),
            timer: match args.global_timer {
                Some(TimerState::active(time)) => Some(time),
                Some(TimerState::inactive) | None => None,
            },
            hook: match args.on_low_wasm_memory_hook_status {
                Some(HookState::ready) => LowMemoryHook::Ready,
                Some(HookState::executed) => LowMemoryHook::Executed,
                Some(HookState::condition_not_satisfied) | None => LowMemoryHook::NotSatisfied,
            },
        }
    }

    /// `upload_canister_snapshot_data`.
    pub(super) fn upload_snapshot_data(
        &mut self,
        call: &ManagementCall,
        used: &mut Used,
    ) -> Answer {
        let args: UploadDataArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::UploadSnapshotData, call, used)?;
        self.snapshot(place, &args.snapshot_id)?;
        let rules = &self.profile.management;
        let (baseline, chunk_size) = (rules.snapshot_data, rules.chunk);
        if args.chunk.len() as u64 > rules.snapshot_part.get() {
            return Err(refused("the part is too long"));
        }
        self.charge_snapshot(place, baseline, Bytes::of_len(args.chunk.len()), used)?;
        let canister = &mut self.canisters[place];
        let Some(snapshot) = canister.snapshots.get_mut(&args.snapshot_id) else {
            return Err(refused("the snapshot is gone"));
        };
        let Contents::Uploaded(parts) = &mut snapshot.contents else {
            return Err(refused("only a snapshot that was uploaded can be written"));
        };
        let parts = Arc::make_mut(parts);
        let (memory, at) = match args.kind {
            UploadKind::wasm_module(at) => (&mut parts.module, at),
            UploadKind::wasm_memory(at) => (&mut parts.heap, at),
            UploadKind::stable_memory(at) => (&mut parts.stable, at),
            UploadKind::wasm_chunk => {
                let before = snapshot.chunks.memory();
                snapshot.chunks.insert(&args.chunk, chunk_size);
                snapshot.size += snapshot.chunks.memory().saturating_sub(before);
                canister.measure(&self.fees);
                return Ok(empty_reply());
            }
        };
        let range = Range { offset: at.offset, size: args.chunk.len() as u64 };
        let target = bounds(memory.len(), range).and_then(|bounds| memory.get_mut(bounds));
        let target = target.ok_or_else(|| refused("the part lies outside of the snapshot"))?;
        target.copy_from_slice(&args.chunk);
        Ok(empty_reply())
    }
}

/// The memories of a snapshot, to read.
enum Memories<'a> {
    Instance { instance: Box<dyn Instance>, module: &'a [u8] },
    Parts(&'a Parts),
}

impl<'a> Memories<'a> {
    fn of(snapshot: &'a Snapshot) -> Result<Self, Failure> {
        Ok(match &snapshot.contents {
            Contents::Taken { program, image } => {
                Memories::Instance { instance: program.restore(image)?, module: program.binary() }
            }
            Contents::Uploaded(parts) => Memories::Parts(parts),
        })
    }

    fn module(&self) -> &[u8] {
        match self {
            Memories::Instance { module, .. } => module,
            Memories::Parts(parts) => &parts.module,
        }
    }

    fn globals(&self) -> Vec<GlobalValue> {
        match self {
            Memories::Instance { instance, .. } => instance.global_values(),
            Memories::Parts(parts) => parts.globals.clone(),
        }
    }

    /// Heap and stable memory.
    fn sizes(&self) -> (Bytes, Bytes) {
        match self {
            Memories::Instance { instance, .. } => {
                (instance.memory().heap, instance.memory().stable)
            }
            Memories::Parts(parts) => {
                (Bytes::of_len(parts.heap.len()), Bytes::of_len(parts.stable.len()))
            }
        }
    }

    fn heap(&self, range: Range) -> Option<Vec<u8>> {
        match self {
            Memories::Instance { instance, .. } => instance.read_heap(range.offset, range.size),
            Memories::Parts(parts) => part(&parts.heap, range),
        }
    }

    fn stable(&self, range: Range) -> Option<Vec<u8>> {
        match self {
            Memories::Instance { instance, .. } => instance.read_stable(range.offset, range.size),
            Memories::Parts(parts) => part(&parts.stable, range),
        }
    }
}

fn bounds(len: usize, range: Range) -> Option<std::ops::Range<usize>> {
    let begin = usize::try_from(range.offset).ok()?;
    let end = begin.checked_add(usize::try_from(range.size).ok()?)?;
    (end <= len).then_some(begin..end)
}

fn part(memory: &[u8], range: Range) -> Option<Vec<u8>> {
    memory.get(bounds(memory.len(), range)?).map(<[u8]>::to_vec)
}

fn chunk_of(chunks: &ChunkStore, hash: &[u8]) -> Option<Vec<u8>> {
    chunks.get(hash.try_into().ok()?).map(|chunk| chunk.to_vec())
}

fn shown(value: &GlobalValue) -> Global {
    match *value {
        GlobalValue::I32(value) => Global::i32(value),
        GlobalValue::I64(value) => Global::i64(value),
        GlobalValue::F32(bits) => Global::f32(f32::from_bits(bits)),
        GlobalValue::F64(bits) => Global::f64(f64::from_bits(bits)),
        GlobalValue::V128(value) => Global::v128(value.into()),
    }
}

fn read(value: &Global) -> GlobalValue {
    match value {
        Global::i32(value) => GlobalValue::I32(*value),
        Global::i64(value) => GlobalValue::I64(*value),
        Global::f32(value) => GlobalValue::F32(value.to_bits()),
        Global::f64(value) => GlobalValue::F64(value.to_bits()),
        Global::v128(value) => GlobalValue::V128(u128::try_from(&value.0).unwrap_or(u128::MAX)),
    }
}

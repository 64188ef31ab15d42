//! Taking, loading, listing and deleting snapshots.

use super::{Answer, Subnet, Used, failure};
use crate::canister::history::ChangeDetails;
use crate::canister::snapshots::{Contents, Snapshot, SnapshotId, owner};
use crate::canister::{Canister, Code};
use crate::fees::Charge;
use crate::management::method::Method;
use crate::management::snapshots::{LoadArgs, SnapshotArgs, SnapshotEntry, TakeArgs};
use crate::management::{decode, empty_reply, reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::{Failure, GivenState, Program, StableSource};
use crate::units::{Bytes, Instructions};
use serde_bytes::ByteBuf;
use std::sync::Arc;

impl Subnet {
    /// `take_canister_snapshot`.
    pub(super) fn take_snapshot(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: TakeArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::TakeSnapshot, call, used)?;
        self.check_new_snapshot(place, args.replace_snapshot.as_deref().map(Vec::as_slice))?;
        let canister = &self.canisters[place];
        let Some(code) = &canister.code else {
            let message = format!("canister {} has no code to take a snapshot of", canister.id);
            return Err(failure(ErrorCode::CanisterRejectedMessage, message));
        };
        let size = canister.execution_memory() + canister.chunks.memory();
        let (program, image) = (code.program.clone(), code.instance.image());
        let snapshot = Snapshot {
            taken_at: self.unix_time(),
            size,
            version: canister.version,
            contents: Contents::Taken { program, image },
            chunks: canister.chunks.clone(),
            certified_data: canister.certified_data.clone(),
            timer: canister.timer,
            hook: canister.hook,
        };
        self.charge_snapshot(place, self.profile.management.snapshot, size, used)?;
        self.check_growth(place, size, too_few_cycles)?;
        let entry = self.keep_snapshot(
            place,
            snapshot,
            args.replace_snapshot.as_deref().map(Vec::as_slice),
        );
        Ok(reply(&entry))
    }

    /// Whether a canister may have one more snapshot, or another one in the place of `replaced`.
    pub(super) fn check_new_snapshot(
        &self,
        place: usize,
        replaced: Option<&[u8]>,
    ) -> Result<(), Failure> {
        let (canister, rules) = (&self.canisters[place], &self.profile.management);
        match replaced {
            Some(id) => {
                self.snapshot(place, id)?;
            }
            None if canister.snapshots.iter().len() as u64 >= rules.snapshots => {
                let message =
                    format!("canister {} has its {} snapshots", canister.id, rules.snapshots);
                return Err(failure(ErrorCode::CanisterRejectedMessage, message));
            }
            None => {}
        }
        self.check_heap_delta(canister)
    }

    fn check_heap_delta(&self, canister: &Canister) -> Result<(), Failure> {
        let limit = self.profile.limits.heap_delta_rate;
        if canister.heap_delta_debit < limit {
            return Ok(());
        }
        let message = format!(
            "Canister {} is heap delta rate limited: current delta debit {}, limit {limit}",
            canister.id, canister.heap_delta_debit
        );
        Err(failure(ErrorCode::CanisterHeapDeltaRateLimited, message))
    }

    /// Keeps a snapshot and describes it.
    pub(super) fn keep_snapshot(
        &mut self,
        place: usize,
        snapshot: Snapshot,
        replaced: Option<&[u8]>,
    ) -> SnapshotEntry {
        let canister = &mut self.canisters[place];
        if let Some(id) = replaced {
            canister.snapshots.remove(id);
        }
        let (taken_at, size) = (snapshot.taken_at, snapshot.size);
        canister.heap_delta_debit += size;
        let id = canister.snapshots.insert(canister.id, snapshot);
        canister.measure(&self.fees);
        entry(&id, taken_at, size)
    }

    /// A snapshot of a canister.
    pub(super) fn snapshot(&self, place: usize, id: &[u8]) -> Result<&Snapshot, Failure> {
        let canister = &self.canisters[place];
        if let Some(snapshot) = canister.snapshots.get(id) {
            return Ok(snapshot);
        }
        let shown: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let elsewhere = owner(id)
            .filter(|other| *other != canister.id && other.subnet() == self.id)
            .and_then(|other| self.canisters.get(other.local()))
            .is_some_and(|other| other.snapshots.get(id).is_some());
        if elsewhere {
            let message =
                format!("The snapshot {shown} does not belong to canister {}", canister.id);
            return Err(failure(ErrorCode::CanisterRejectedMessage, message));
        }
        let message =
            format!("Could not find the snapshot ID {shown} for canister {}", canister.id);
        Err(failure(ErrorCode::CanisterSnapshotNotFound, message))
    }

    /// Charges `baseline` and an instruction for each byte, where snapshots cost instructions.
    pub(super) fn charge_snapshot(
        &mut self,
        place: usize,
        baseline: Instructions,
        size: Bytes,
        used: &mut Used,
    ) -> Result<(), Failure> {
        if baseline.is_zero() {
            return Ok(());
        }
        let instructions = baseline + Instructions::new(size.get());
        let charge = Charge::Execution { limit: instructions, used: instructions, wasm64: false };
        let price = self.fees.price(&charge);
        let canister = &mut self.canisters[place];
        if !canister.can_spend(price) {
            let message = format!("canister {} cannot pay {price} cycles", canister.id);
            return Err(failure(ErrorCode::CanisterOutOfCycles, message));
        }
        // It was just checked that it can.
        let _ = self.ledger.burn(&mut canister.account, price, charge);
        used.spend(instructions);
        Ok(())
    }

    /// `load_canister_snapshot`: code, memories, chunks and certified data are as they were.
    pub(super) fn load_snapshot(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: LoadArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::LoadSnapshot, call, used)?;
        let snapshot = self.snapshot(place, &args.snapshot_id)?.clone();
        self.check_heap_delta(&self.canisters[place])?;
        let code = self.code_of(&snapshot)?;
        let baseline = match self.profile.management.snapshot {
            Instructions::ZERO => Instructions::ZERO,
            baseline => baseline + code.program.compile_cost(),
        };
        self.charge_snapshot(place, baseline, snapshot.size, used)?;
        let canister = &mut self.canisters[place];
        canister.code = Some(code);
        canister.chunks = snapshot.chunks;
        canister.certified_data = snapshot.certified_data;
        canister.timer = snapshot.timer;
        canister.hook = snapshot.hook;
        canister.tasks.clear();
        canister.heap_delta_debit += snapshot.size;
        canister.version += 1;
        let details = ChangeDetails::LoadSnapshot {
            version: snapshot.version,
            snapshot: args.snapshot_id.as_slice().into(),
            taken_at: snapshot.taken_at,
        };
        let origin = Self::change_origin(call, args.sender_canister_version);
        self.note_change(place, origin, details);
        Ok(empty_reply())
    }

    fn code_of(&self, snapshot: &Snapshot) -> Result<Code, Failure> {
        match &snapshot.contents {
            Contents::Taken { program, image } => {
                let instance = program.restore(image)?;
                Ok(Code { program: program.clone(), instance })
            }
            Contents::Uploaded(parts) => {
                let program: Arc<dyn Program> = self
                    .runtime
                    .compile(&parts.module)
                    .map_err(|invalid| failure(invalid.code, invalid.to_string()))?;
                let instance = program.instantiate_given(GivenState {
                    heap: parts.heap.clone(),
                    stable: StableSource::Bytes(parts.stable.clone()),
                    globals: Some(parts.globals.clone()),
                })?;
                Ok(Code { program, instance })
            }
        }
    }

    /// `list_canister_snapshots`.
    pub(super) fn list_snapshots(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let place = self.subject(Method::ListSnapshots, call, used)?;
        let all = self.canisters[place].snapshots.iter();
        let entries: Vec<SnapshotEntry> =
            all.map(|(id, snapshot)| entry(id, snapshot.taken_at, snapshot.size)).collect();
        Ok(reply(&entries))
    }

    /// `delete_canister_snapshot`.
    pub(super) fn delete_snapshot(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: SnapshotArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::DeleteSnapshot, call, used)?;
        self.snapshot(place, &args.snapshot_id)?;
        let canister = &mut self.canisters[place];
        canister.snapshots.remove(&args.snapshot_id);
        canister.measure(&self.fees);
        Ok(empty_reply())
    }

    /// Whether a canister and its subnet have room for `size` bytes more.
    ///
    /// # Errors
    /// What `short` makes of too few cycles, or that the subnet is full.
    pub(super) fn check_growth(
        &self,
        place: usize,
        size: Bytes,
        short: fn(String) -> Failure,
    ) -> Result<(), Failure> {
        let canister = &self.canisters[place];
        let grown = canister.memory_usage() + size;
        let allocated = canister.memory_allocation;
        if !allocated.is_zero() && allocated < grown && self.profile.management.allocation_caps {
            let message = format!(
                "Canister was given {allocated} memory allocation but at least {grown} of memory is \
                 needed."
            );
            return Err(failure(ErrorCode::InsufficientMemoryAllocation, message));
        }
        let threshold = canister.freezing_threshold_of(grown);
        let balance = canister.account.balance();
        if balance < threshold {
            let missing = threshold.saturating_sub(balance);
            return Err(short(format!("At least {missing} additional cycles are required.")));
        }
        let available = self.available_memory();
        let more = grown.max(allocated).saturating_sub(canister.memory());
        if more > available {
            let message = format!(
                "Canister requested {size} of memory but only {available} are available in the subnet"
            );
            return Err(failure(ErrorCode::SubnetOversubscribed, message));
        }
        Ok(())
    }
}

/// The canister could not pay for more memory.
pub(super) fn too_few_cycles(message: String) -> Failure {
    failure(ErrorCode::InsufficientCyclesInMemoryGrow, message)
}

fn entry(id: &SnapshotId, taken_at_timestamp: u64, size: Bytes) -> SnapshotEntry {
    SnapshotEntry { id: ByteBuf::from(id.to_vec()), taken_at_timestamp, total_size: size.get() }
}

//! `update_settings`: what has to hold before settings apply, and applying them.
//!
//! After `validate_canister_settings` (`rs/execution_environment/src/canister_settings.rs`, 2024).

use super::{Answer, Subnet, Used, failure};
use crate::canister::Canister;
use crate::canister::history::ChangeDetails;
use crate::fees::IdleUse;
use crate::management::method::Method;
use crate::management::settings::SettingsChange;
use crate::management::{UpdateSettingsArgs, decode, empty_reply};
use crate::message::ManagementCall;
use crate::reject::ErrorCode;
use crate::runtime::Failure;
use crate::units::{Bytes, Cycles};

/// What a canister has before a change of its settings.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    /// Bytes in use.
    usage: Bytes,
    memory_allocation: Bytes,
    compute_allocation: u64,
    balance: Cycles,
    freezing_seconds: u64,
    messages: Bytes,
    reserved: Cycles,
    /// Memory it pays for.
    memory: Bytes,
    reserved_limit: Cycles,
}

impl Standing {
    fn of(canister: &Canister) -> Self {
        Standing {
            usage: canister.memory_usage(),
            memory_allocation: canister.memory_allocation,
            compute_allocation: canister.compute_allocation,
            balance: canister.account.balance(),
            freezing_seconds: canister.freezing_seconds,
            messages: canister.message_memory(),
            reserved: canister.account.reserved(),
            memory: canister.memory(),
            reserved_limit: canister.reserved_cycles_limit,
        }
    }
}

impl Subnet {
    /// `update_settings`.
    pub(super) fn update_settings(&mut self, call: &ManagementCall, used: &mut Used) -> Answer {
        let args: UpdateSettingsArgs = decode(&call.arg)?;
        let place = self.controlled(args.canister_id, Method::UpdateSettings, call, used)?;
        let change = SettingsChange::read(args.settings, &self.profile.management)?;
        self.validate_change(place, &change)?;
        let before = self.canisters[place].memory();
        self.apply_settings(place, &change);
        self.reserve(place, before);
        let canister = &mut self.canisters[place];
        canister.version += 1;
        canister.measure(&self.fees);
        if change.controllers.is_some() {
            let controllers = canister.controllers.clone();
            let origin = Self::change_origin(call, args.sender_canister_version);
            self.note_change(place, origin, ChangeDetails::Controllers { controllers });
        }
        Ok(empty_reply())
    }

    /// Whether a canister can be created with such settings and `balance` cycles.
    ///
    /// # Errors
    /// As for changing them.
    pub(super) fn validate_new(
        &self,
        change: &SettingsChange,
        balance: Cycles,
    ) -> Result<(), Failure> {
        let freezing_seconds = self.profile.limits.freezing_threshold_seconds;
        let reserved_limit = self.profile.limits.reserved_cycles;
        let now = Standing { balance, freezing_seconds, reserved_limit, ..Standing::default() };
        self.validate(change, now)
    }

    /// Whether a canister's settings can be changed so.
    ///
    /// # Errors
    /// Its subnet or its balance does not allow it.
    pub(super) fn validate_change(
        &self,
        place: usize,
        change: &SettingsChange,
    ) -> Result<(), Failure> {
        self.validate(change, Standing::of(&self.canisters[place]))
    }

    fn validate(&self, change: &SettingsChange, now: Standing) -> Result<(), Failure> {
        self.validate_memory(change, now)?;
        let compute = change.compute_allocation.unwrap_or(now.compute_allocation);
        let memory = change.memory_allocation.unwrap_or(now.memory_allocation);
        if compute > now.compute_allocation {
            self.validate_compute(compute, now.compute_allocation)?;
        }
        let seconds = change.freezing_seconds.unwrap_or(now.freezing_seconds);
        let idle = IdleUse { memory: memory.max(now.usage), messages: now.messages, compute };
        let threshold = self.fees.freezing_threshold(idle, seconds, now.reserved);
        let now = Standing {
            reserved_limit: change.reserved_cycles_limit.unwrap_or(now.reserved_limit),
            ..now
        };
        if now.balance >= threshold {
            return self.validate_reservation(memory.max(now.usage), threshold, now);
        }
        let missing = threshold.saturating_sub(now.balance);
        let short = |what: &str, code| {
            let message = format!(
                "Cannot increase {what} allocation due to insufficient cycles. At least {missing} \
                 additional cycles are required."
            );
            Err(failure(code, message))
        };
        if compute > now.compute_allocation {
            return short("compute", ErrorCode::InsufficientCyclesInComputeAllocation);
        }
        if memory > now.memory_allocation {
            return short("memory", ErrorCode::InsufficientCyclesInMemoryAllocation);
        }
        Ok(())
    }

    fn validate_memory(&self, change: &SettingsChange, now: Standing) -> Result<(), Failure> {
        let Some(wanted) = change.memory_allocation else { return Ok(()) };
        let (old, new) = (now.memory_allocation.max(now.usage), wanted.max(now.usage));
        let available = self.available_memory() + old;
        if new > old && new > available {
            let message = format!("{new} bytes are asked for, but only {available} are available");
            return Err(failure(ErrorCode::SubnetOversubscribed, message));
        }
        // Memory that was allocated caps what a canister can use until the end of 2025.
        if !wanted.is_zero() && wanted < now.usage && self.profile.management.allocation_caps {
            let message = format!(
                "Canister was given {wanted} memory allocation but at least {} of memory is needed.",
                now.usage
            );
            return Err(failure(ErrorCode::InsufficientMemoryAllocation, message));
        }
        Ok(())
    }

    /// What has to be reserved for memory that a change allocates on a subnet that is filling up.
    pub(super) fn reservation(&self, memory: Bytes, before: Bytes) -> Cycles {
        let taken = self.canisters.memory();
        self.fees.reservation(memory.saturating_sub(before), self.fees.storage_use(taken))
    }

    fn validate_reservation(
        &self,
        memory: Bytes,
        threshold: Cycles,
        now: Standing,
    ) -> Result<(), Failure> {
        let reserve = self.reservation(memory, now.memory);
        if reserve.is_zero() {
            return Ok(());
        }
        if now.reserved + reserve > now.reserved_limit {
            let message = format!(
                "Cannot increase memory allocation due to its reserved cycles limit of {}.",
                now.reserved_limit
            );
            let code = ErrorCode::ReservedCyclesLimitExceededInMemoryAllocation;
            return Err(failure(code, message));
        }
        if now.balance < threshold + reserve {
            let message = format!("{reserve} cycles have to be reserved for the memory allocation");
            return Err(failure(ErrorCode::InsufficientCyclesInMemoryAllocation, message));
        }
        Ok(())
    }

    /// Reserves cycles for what a canister has allocated since it had `before`.
    pub(super) fn reserve(&mut self, place: usize, before: Bytes) {
        let memory = self.canisters[place].memory_usage();
        let memory = memory.max(self.canisters[place].memory_allocation);
        let reserve = self.reservation(memory, before);
        // It was checked that the canister has as much.
        let _ = self.ledger.reserve(&mut self.canisters[place].account, reserve);
    }

    fn validate_compute(&self, wanted: u64, before: u64) -> Result<(), Failure> {
        let taken: u64 = self.canisters.iter().map(|canister| canister.compute_allocation).sum();
        let others = taken.saturating_sub(before);
        let available = self.profile.management.compute_capacity.saturating_sub(others + 1);
        if wanted <= available {
            return Ok(());
        }
        let message = format!(
            "Canister requested a compute allocation of {wanted}% which cannot be satisfied because \
             the Subnet's remaining compute capacity is {available}%"
        );
        Err(failure(ErrorCode::SubnetOversubscribed, message))
    }

    /// Memory of the subnet that no canister has.
    pub(super) fn available_memory(&self) -> Bytes {
        let taken = self.canisters.memory();
        let rules = &self.profile.management;
        self.profile
            .limits
            .subnet_memory
            .saturating_sub(taken)
            .saturating_sub(rules.subnet_memory_reserve)
    }

    /// Applies settings that were found to be good.
    pub(super) fn apply_settings(&mut self, place: usize, change: &SettingsChange) {
        let canister = &mut self.canisters[place];
        if let Some(controllers) = &change.controllers {
            canister.controllers = controllers.as_slice().into();
        }
        put(&mut canister.freezing_seconds, &change.freezing_seconds);
        put(&mut canister.compute_allocation, &change.compute_allocation);
        put(&mut canister.memory_allocation, &change.memory_allocation);
        put(&mut canister.reserved_cycles_limit, &change.reserved_cycles_limit);
        let options = &mut canister.options;
        put(&mut options.minimum_incoming_cycles, &change.minimum_incoming_cycles);
        put(&mut options.log_visibility, &change.log_visibility);
        put(&mut options.snapshot_visibility, &change.snapshot_visibility);
        put(&mut options.status_visibility, &change.status_visibility);
        put(&mut options.wasm_memory_limit, &change.wasm_memory_limit);
        put(&mut options.wasm_memory_threshold, &change.wasm_memory_threshold);
        put(&mut options.log_limit, &change.log_limit);
        put(&mut options.environment, &change.environment);
        canister.log.shrink(canister.options.log_limit);
    }
}

fn put<T: Clone>(place: &mut T, value: &Option<T>) {
    if let Some(value) = value {
        place.clone_from(value);
    }
}

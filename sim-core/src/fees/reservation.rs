//! Cycles that are set aside when memory grows on a subnet that is filling up
//! (`storage_reservation_cycles`, `ResourceSaturation`).

use super::FeeSchedule;
use crate::network::SubnetKind;
use crate::profile::Profile;
use crate::units::{Bytes, Cycles};

/// When memory has to be reserved for, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reservation {
    /// The longest time reserved for: on a full subnet.
    pub period_seconds: u64,
    /// Memory taken on the subnet below which nothing is reserved.
    pub threshold: Bytes,
    /// Memory of the subnet.
    pub capacity: Bytes,
    /// Each execution thread sees its share of all of these.
    pub threads: u64,
}

impl Reservation {
    /// The rules of a profile on a subnet of some kind: only application subnets reserve.
    pub fn of(profile: &Profile, kind: SubnetKind) -> Reservation {
        let limits = &profile.limits;
        let applies = kind == SubnetKind::Application;
        let period = profile.fees.storage_reservation_period.as_secs();
        Reservation {
            period_seconds: if applies { period } else { 0 },
            threshold: limits.storage_reservation_threshold,
            capacity: limits.subnet_memory,
            threads: limits.execution_threads.max(1),
        }
    }
}

/// How full a subnet is, as the canisters of one thread see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageUse {
    usage: u64,
    threshold: u64,
    capacity: u64,
}

impl StorageUse {
    /// As it is while canisters are set up before a run: there is room, and nothing is reserved.
    pub const WITHOUT_END: StorageUse =
        StorageUse { usage: 0, threshold: u64::MAX, capacity: u64::MAX };

    /// `usage` bytes of `capacity` are taken; below `threshold` nothing is reserved. More than all is
    /// taken as all.
    pub fn new(usage: Bytes, threshold: Bytes, capacity: Bytes) -> StorageUse {
        let (usage, threshold, capacity) = (usage.get(), threshold.get(), capacity.get());
        StorageUse { usage: usage.min(capacity), threshold, capacity }
    }

    /// With `bytes` more.
    pub fn plus(self, bytes: Bytes) -> StorageUse {
        let usage = self.usage.saturating_add(bytes.get()).min(self.capacity);
        StorageUse { usage, ..self }
    }

    /// Bytes that are not taken.
    pub fn room(self) -> Bytes {
        Bytes::new(self.capacity.saturating_sub(self.usage))
    }

    /// Bytes taken above the threshold.
    pub fn above_threshold(self) -> Bytes {
        Bytes::new(self.usage.saturating_sub(self.threshold))
    }

    /// The part of `value` that corresponds to how far the usage is from threshold to capacity.
    pub fn share_of(self, value: u64) -> u64 {
        let width = self.capacity.saturating_sub(self.threshold);
        if width == 0 {
            return if self.above_threshold().is_zero() { 0 } else { value };
        }
        let part = u128::from(self.above_threshold().get()) * u128::from(value);
        u64::try_from(part / u128::from(width)).unwrap_or(u64::MAX)
    }
}

impl FeeSchedule {
    /// The use of a subnet on which `taken` bytes are taken.
    pub fn storage_use(&self, taken: Bytes) -> StorageUse {
        let Reservation { threshold, capacity, threads, .. } = self.reservation;
        let share = |bytes: Bytes| Bytes::new(bytes.get() / threads.max(1));
        StorageUse::new(share(taken), share(threshold), share(capacity))
    }

    /// What a canister has to reserve for `bytes` more, on a subnet used as `before`: the cost of the
    /// memory above the threshold for half the period that the fullness asks for.
    pub fn reservation(&self, bytes: Bytes, before: StorageUse) -> Cycles {
        let all = |usage: StorageUse| {
            let seconds = usage.share_of(self.reservation.period_seconds) / 2;
            self.storage_for_seconds(usage.above_threshold(), seconds)
        };
        all(before.plus(bytes)).saturating_sub(all(before))
    }
}

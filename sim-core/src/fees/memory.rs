//! What a canister pays while it does nothing: memory, compute allocation, and the freezing
//! threshold that follows from them.

use super::FeeSchedule;
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles};
use serde::{Deserialize, Serialize};

pub(super) const GIB: u128 = 1 << 30;
const DAY: u64 = 86_400;

/// What a canister takes up by existing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IdleUse {
    /// Memory it uses or has allocated, whichever is more.
    pub memory: Bytes,
    /// Memory of its messages, reservations for responses included.
    pub messages: Bytes,
    /// Percent of a thread it has allocated.
    pub compute: u64,
}

fn in_proportion(day: Cycles, seconds: u64) -> Cycles {
    Cycles::new(day.get().saturating_mul(u128::from(seconds)) / u128::from(DAY))
}

impl FeeSchedule {
    /// Keeping `bytes` of memory for `duration`, counted in whole seconds.
    pub fn storage(&self, bytes: Bytes, duration: SimDuration) -> Cycles {
        self.storage_for_seconds(bytes, duration.as_secs())
    }

    pub(super) fn storage_for_seconds(&self, bytes: Bytes, seconds: u64) -> Cycles {
        let byte_seconds = u128::from(bytes.get()).saturating_mul(u128::from(seconds));
        let price = byte_seconds.saturating_mul(self.fees.storage_gib_second.get()) / GIB;
        self.scale(Cycles::new(price))
    }

    /// Existing with any memory at all for a time, whatever its size.
    pub fn existence(&self, bytes: Bytes, duration: SimDuration) -> Cycles {
        match bytes.is_zero() {
            true => Cycles::ZERO,
            false => {
                self.scale(self.fees.canister_second.saturating_mul(duration.as_secs().into()))
            }
        }
    }

    /// Keeping `percent` of compute allocation for `duration`, counted in whole seconds.
    pub fn compute(&self, percent: u64, duration: SimDuration) -> Cycles {
        let fee = self.fees.compute_percent_second;
        let seconds = u128::from(duration.as_secs());
        self.scale(fee.saturating_mul(u128::from(percent)).saturating_mul(seconds))
    }

    fn memory_of_a_day(&self, bytes: Bytes) -> Cycles {
        self.storage_for_seconds(bytes, DAY) + self.existence(bytes, SimDuration::from_secs(DAY))
    }

    /// What an idle canister burns in a day.
    pub fn idle_per_day(&self, idle: IdleUse) -> Cycles {
        self.memory_of_a_day(idle.memory)
            + self.storage_for_seconds(idle.messages, DAY)
            + self.compute(idle.compute, SimDuration::from_secs(DAY))
    }

    /// What an idle canister with `bytes` of memory pays in `duration`: the price of a day, in
    /// proportion to the whole seconds passed.
    pub fn idle_storage(&self, bytes: Bytes, duration: SimDuration) -> Cycles {
        in_proportion(self.memory_of_a_day(bytes), duration.as_secs())
    }

    /// What messages of `bytes` cost a canister in `duration`, likewise.
    pub fn idle_messages(&self, bytes: Bytes, duration: SimDuration) -> Cycles {
        in_proportion(self.storage_for_seconds(bytes, DAY), duration.as_secs())
    }

    /// What compute allocation costs in `duration`, likewise.
    pub fn idle_compute(&self, percent: u64, duration: SimDuration) -> Cycles {
        let day = self.compute(percent, SimDuration::from_secs(DAY));
        in_proportion(day, duration.as_secs())
    }

    /// Balance a canister needs to stay alive for `seconds` without income; what it has `reserved`
    /// for memory counts.
    pub fn freezing_threshold(&self, idle: IdleUse, seconds: u64, reserved: Cycles) -> Cycles {
        Self::threshold_of(self.idle_per_day(idle), seconds, reserved)
    }

    /// The freezing threshold of a canister that burns `per_day` while idle.
    pub fn threshold_of(per_day: Cycles, seconds: u64, reserved: Cycles) -> Cycles {
        in_proportion(per_day, seconds).saturating_sub(reserved)
    }
}

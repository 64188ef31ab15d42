//! Instructions granted and used, slice by slice.
//!
//! The code counts down from what it was granted and is stopped where the count is below zero. The
//! count stays negative, so what one slice overshot is taken from the next, and the slices of a
//! task add up to what it uses unsliced (`rs/embedders/src/wasmtime_embedder/system_api`,
//! deterministic time slicing).

use sim_core::runtime::InstructionLimits;
use sim_core::units::Instructions;

/// What a task was granted and where its counter stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    message: i64,
    slice: i64,
    granted: i64,
    used_before_slice: u64,
    /// What is left of the grant; negative after an overshoot.
    pub(crate) counter: i64,
}

fn clamp(instructions: Instructions) -> i64 {
    i64::try_from(instructions.get()).unwrap_or(i64::MAX / 2).min(i64::MAX / 2)
}

impl Budget {
    /// The first slice of a task.
    pub(crate) fn new(limits: InstructionLimits) -> Self {
        let message = clamp(limits.message);
        let slice = clamp(limits.slice).clamp(1, message.max(1));
        let granted = slice.min(message);
        Budget { message, slice, granted, used_before_slice: 0, counter: granted }
    }

    /// Instructions used so far, an overshoot included.
    pub(crate) fn used(&self) -> u64 {
        u64::try_from(self.granted.saturating_sub(self.counter)).unwrap_or(0)
    }

    /// Instructions to report: the limit caps an overshoot (`wasm_executor.rs`).
    pub(crate) fn reported(&self) -> u64 {
        self.used().min(self.message as u64)
    }

    /// Instructions of the current slice, of those to report.
    pub(crate) fn reported_slice(&self) -> u64 {
        self.reported().saturating_sub(self.used_before_slice)
    }

    /// True if nothing is left to grant.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.granted >= self.message
    }

    /// Takes `amount` off the counter.
    pub(crate) fn charge(&mut self, amount: u64) {
        let amount = i64::try_from(amount).unwrap_or(i64::MAX);
        self.counter = self.counter.saturating_sub(amount);
    }

    /// Ends a slice and grants the next one.
    pub(crate) fn next_slice(&mut self) {
        self.used_before_slice = self.reported();
        let grant = self.slice.min(self.message - self.granted);
        self.granted += grant;
        self.counter = self.counter.saturating_add(grant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(message: u64, slice: u64) -> Budget {
        let (message, slice) = (Instructions::new(message), Instructions::new(slice));
        Budget::new(InstructionLimits { message, slice })
    }

    #[test]
    fn an_overshoot_counts_in_its_slice_and_shortens_the_next() {
        let mut budget = budget(100, 10);
        budget.charge(13);
        assert_eq!((budget.counter, budget.reported_slice()), (-3, 13));
        budget.next_slice();
        assert_eq!((budget.counter, budget.reported_slice()), (7, 0));
        budget.charge(4);
        assert_eq!((budget.used(), budget.reported_slice()), (17, 4));
    }

    #[test]
    fn no_more_than_the_message_limit_is_granted_or_reported() {
        let mut budget = budget(15, 10);
        assert!(!budget.is_exhausted());
        budget.charge(10);
        budget.next_slice();
        assert!(budget.is_exhausted());
        assert_eq!(budget.counter, 5);
        budget.charge(u64::MAX);
        assert_eq!(budget.reported(), 15);
    }
}

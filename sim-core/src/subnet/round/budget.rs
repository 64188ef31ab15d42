//! What a round may still spend. It is checked before an execution and may be overdrawn by it.

use crate::profile::Limits;
use crate::units::Instructions;

/// Management calls may use this share of a round's instructions (`SUBNET_MESSAGES_LIMIT_FRACTION`,
/// `rs/execution_environment/src/scheduler.rs`).
const MANAGEMENT_SHARE: u64 = 16;

/// Instructions left, below zero if the last execution took more than there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::subnet) struct Budget(i128);

impl Budget {
    /// What a thread may start with: an execution may begin as long as anything is left, and the
    /// largest piece that runs without pausing must still fit.
    pub(super) fn of_thread(limits: &Limits) -> Budget {
        let whole = i128::from(limits.round_instructions.get());
        Budget(whole - i128::from(limits.largest_piece().get()) + 1)
    }

    pub(super) fn of_management(limits: &Limits) -> Budget {
        Budget(i128::from(limits.round_instructions.get() / MANAGEMENT_SHARE))
    }

    pub(in crate::subnet) fn spend(&mut self, amount: Instructions) {
        self.0 -= i128::from(amount.get());
    }

    pub(in crate::subnet) fn is_used_up(self) -> bool {
        self.0 <= 0
    }

    /// What was spent between this state and a later one.
    pub(super) fn spent_until(self, later: Budget) -> Instructions {
        Instructions::new(u64::try_from(self.0 - later.0).unwrap_or(0))
    }

    /// Leaves at least one instruction, so that what costs nothing gets on.
    pub(in crate::subnet) fn leave_one(&mut self) {
        self.0 = self.0.max(1);
    }
}

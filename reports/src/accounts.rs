//! What canisters had over time, and what they were given to execute, in bounded memory.

use sim_core::id::CanisterId;
use sim_core::record::{Event, Record};
use std::collections::BTreeMap;

/// Balances kept of a canister; of more, evenly chosen ones.
const MOST: usize = 1_024;

/// The canisters of a run, as records tell of them.
#[derive(Clone, Debug, Default)]
pub struct Accounts(pub BTreeMap<CanisterId, Account>);

/// One canister's balance over time, and its share of execution.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Time in nanoseconds and balance, in order of time once the run is over.
    pub points: Vec<(u64, u128)>,
    /// Balances recorded, those that are not kept included.
    pub recorded: u64,
    /// When it ran out of cycles.
    pub died: Option<u64>,
    /// Instructions of the executions that finished.
    pub instructions: u64,
    /// Executions that finished.
    pub executions: u64,
    /// Its compute allocation in percent of a thread, as last recorded.
    pub compute: u64,
    /// The latest balance, if it is not among those kept.
    latest: Option<(u64, u128)>,
    /// Every so many balances one is kept.
    stride: u64,
}

impl Account {
    fn balance(&mut self, time: u64, balance: u128) {
        let stride = self.stride.max(1);
        let is_kept = self.recorded.is_multiple_of(stride);
        self.recorded += 1;
        if !is_kept {
            self.latest = Some((time, balance));
            return;
        }
        self.latest = None;
        self.points.push((time, balance));
        if self.points.len() > MOST {
            let mut place = 0u64;
            self.points.retain(|_| {
                place += 1;
                !place.is_multiple_of(2)
            });
            self.stride = stride * 2;
        }
    }

    fn finish(&mut self) {
        self.points.extend(self.latest.take());
        // Executions are recorded when they end, and placed when their last slice began.
        self.points.sort_by_key(|(time, _)| *time);
    }
}

impl Accounts {
    /// Takes a record.
    pub fn note(&mut self, record: &Record) {
        let time = record.time.as_nanos();
        match &record.event {
            Event::Executed { canister, balance, instructions, .. } => {
                let account = self.of(*canister);
                account.balance(time, balance.get());
                account.instructions = account.instructions.saturating_add(instructions.get());
                account.executions += 1;
            }
            Event::Paused { canister, balance, .. } => {
                self.of(*canister).balance(time, balance.get());
            }
            Event::Account { canister, state } => {
                let account = self.of(*canister);
                account.balance(time, state.balance.get());
                account.compute = state.idle.compute;
            }
            Event::Uninstalled { canister } => {
                let account = self.of(*canister);
                account.balance(time, 0);
                account.died = Some(time);
            }
            _ => {}
        }
    }

    fn of(&mut self, canister: CanisterId) -> &mut Account {
        self.0.entry(canister).or_default()
    }

    /// Ends the run.
    pub fn finish(&mut self) {
        self.0.values_mut().for_each(Account::finish);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_a_bounded_number_of_balances_and_the_last_one() {
        let mut account = Account::default();
        for time in 0..1_000_000u64 {
            account.balance(time, u128::from(1_000_000 - time));
        }
        account.finish();
        assert!((MOST / 2..=MOST + 1).contains(&account.points.len()), "{}", account.points.len());
        assert_eq!(account.points.first(), Some(&(0, 1_000_000)));
        assert_eq!(account.points.last(), Some(&(999_999, 1)));
        assert_eq!(account.recorded, 1_000_000);
    }

    #[test]
    fn a_short_run_keeps_every_balance() {
        let mut account = Account::default();
        (0..1_000u64).for_each(|time| account.balance(time, time.into()));
        account.finish();
        assert_eq!(
            account.points,
            (0..1_000u64).map(|time| (time, time.into())).collect::<Vec<_>>()
        );
    }
}

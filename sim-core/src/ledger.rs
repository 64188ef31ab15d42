//! Cycles never appear or vanish: every movement goes through the ledger of a subnet.
//!
//! Cycles are in one of five places: a canister's [`Account`], a [`Prepaid`] hold for something
//! that will cost less or equal, [`Attached`] to a message or call context, burned, or on another
//! subnet. `Prepaid` and `Attached` cannot be copied, and outside this module only empty ones can be
//! made, so moving them is the only thing that can be done with them. [`Ledger::check`] compares what the accounts
//! say with what canisters, messages and call contexts in fact hold.

use crate::units::Cycles;
use crate::world::ModelFault;
use serde::Serialize;

/// What cycles are burned for (`CyclesUseCase`, `rs/types/cycles/src/cycles_use_case.rs`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCase {
    /// Executing messages and tasks.
    Execution,
    /// Requests and responses between canisters.
    Transmission,
    /// Inducting ingress messages.
    Ingress,
    /// Memory.
    Storage,
    /// Compute allocation.
    ComputeAllocation,
    /// Creating canisters.
    Creation,
    /// Burned by a canister on purpose.
    Burned,
    /// Left in a canister when it ran out of cycles.
    Uninstall,
}

impl UseCase {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// Every use case, in the order of [`Burned`].
    pub const ALL: [UseCase; UseCase::COUNT] = [
        UseCase::Execution,
        UseCase::Transmission,
        UseCase::Ingress,
        UseCase::Storage,
        UseCase::ComputeAllocation,
        UseCase::Creation,
        UseCase::Burned,
        UseCase::Uninstall,
    ];

    /// The name used in tables, the same as when serialised.
    pub const fn name(self) -> &'static str {
        match self {
            UseCase::Execution => "execution",
            UseCase::Transmission => "transmission",
            UseCase::Ingress => "ingress",
            UseCase::Storage => "storage",
            UseCase::ComputeAllocation => "compute_allocation",
            UseCase::Creation => "creation",
            UseCase::Burned => "burned",
            UseCase::Uninstall => "uninstall",
        }
    }
}

/// Cycles burned, by use case in the order of [`UseCase::ALL`].
pub type Burned = [Cycles; UseCase::COUNT];

/// What a canister owns and what it has spent.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Account {
    balance: Cycles,
    burned: Burned,
}

impl Account {
    /// The balance, without holds.
    pub fn balance(&self) -> Cycles {
        self.balance
    }

    /// Everything burned so far.
    pub fn burned(&self) -> &Burned {
        &self.burned
    }
}

/// Cycles put aside for something whose price is not known yet.
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use = "a hold that is dropped loses cycles"]
pub struct Prepaid(Cycles);

impl Prepaid {
    /// How much is put aside.
    pub fn amount(&self) -> Cycles {
        self.0
    }
}

/// Cycles that travel with a message or wait in a call context.
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use = "attached cycles that are dropped are lost"]
pub struct Attached(Cycles);

impl Attached {
    /// How many are attached.
    pub fn amount(&self) -> Cycles {
        self.0
    }

    /// Splits off up to `amount`.
    pub fn split(&mut self, amount: Cycles) -> Attached {
        let taken = amount.min(self.0);
        self.0 = self.0.saturating_sub(taken);
        Attached(taken)
    }

    /// Takes all.
    pub fn take(&mut self) -> Attached {
        std::mem::take(self)
    }
}

/// An account holds less than it should give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{needed} cycles are needed, {available} are available")]
pub struct Insufficient {
    /// What was asked for.
    pub needed: Cycles,
    /// What there is.
    pub available: Cycles,
}

/// The books of one subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    minted: Cycles,
    arrived: Cycles,
    departed: Cycles,
    burned: Burned,
}

impl Ledger {
    /// Creates cycles in an account.
    pub fn mint(&mut self, to: &mut Account, amount: Cycles) {
        self.minted += amount;
        to.balance += amount;
    }

    /// Burns cycles of an account.
    ///
    /// # Errors
    /// The account holds less; nothing is burned.
    pub fn burn(
        &mut self,
        from: &mut Account,
        amount: Cycles,
        use_case: UseCase,
    ) -> Result<(), Insufficient> {
        take(from, amount)?;
        self.book(from, amount, use_case);
        Ok(())
    }

    /// Puts cycles of an account aside.
    ///
    /// # Errors
    /// The account holds less; nothing moves.
    pub fn prepay(&mut self, from: &mut Account, amount: Cycles) -> Result<Prepaid, Insufficient> {
        take(from, amount)?;
        Ok(Prepaid(amount))
    }

    /// Burns `cost` of a hold (all of it, if it is less) and gives the rest back. Returns what was
    /// burned.
    pub fn settle(
        &mut self,
        hold: Prepaid,
        cost: Cycles,
        use_case: UseCase,
        account: &mut Account,
    ) -> Cycles {
        let cost = cost.min(hold.0);
        self.book(account, cost, use_case);
        account.balance += hold.0.saturating_sub(cost);
        cost
    }

    /// Attaches cycles of an account to a message.
    ///
    /// # Errors
    /// The account holds less; nothing moves.
    pub fn attach(&mut self, from: &mut Account, amount: Cycles) -> Result<Attached, Insufficient> {
        take(from, amount)?;
        Ok(Attached(amount))
    }

    /// Puts attached cycles into an account.
    pub fn receive(&mut self, attached: Attached, to: &mut Account) {
        to.balance += attached.0;
    }

    /// Burns `price` of cycles that are attached to a message, or all if there are fewer.
    pub fn burn_attached(&mut self, from: &mut Attached, price: Cycles, use_case: UseCase) {
        let Attached(taken) = from.split(price);
        self.burned[use_case as usize] += taken;
    }

    /// Notes that attached cycles leave for another subnet.
    pub fn depart(&mut self, attached: &Attached) {
        self.departed += attached.0;
    }

    /// Notes that attached cycles came from another subnet.
    pub fn arrive(&mut self, attached: &Attached) {
        self.arrived += attached.0;
    }

    /// Everything burned so far on the subnet.
    pub fn burned(&self) -> &Burned {
        &self.burned
    }

    /// Cycles sent to other subnets, and received from them.
    pub fn crossings(&self) -> (Cycles, Cycles) {
        (self.departed, self.arrived)
    }

    /// Compares the books with `found`: what accounts, holds, messages and call contexts of the
    /// subnet hold together.
    ///
    /// # Errors
    /// Cycles appeared or vanished at `place`.
    pub fn check(&self, found: Cycles, place: &str) -> Result<(), ModelFault> {
        let out = self.departed + self.burned.iter().copied().sum();
        match (self.minted + self.arrived).checked_sub(out) {
            Some(expected) if expected == found => Ok(()),
            expected => Err(ModelFault::CyclesNotConserved {
                place: place.to_owned(),
                expected: expected.unwrap_or_default(),
                found,
            }),
        }
    }

    fn book(&mut self, account: &mut Account, amount: Cycles, use_case: UseCase) {
        self.burned[use_case as usize] += amount;
        account.burned[use_case as usize] += amount;
    }
}

fn take(from: &mut Account, amount: Cycles) -> Result<(), Insufficient> {
    let available = from.balance;
    from.balance =
        available.checked_sub(amount).ok_or(Insufficient { needed: amount, available })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rich(ledger: &mut Ledger) -> Account {
        let mut account = Account::default();
        ledger.mint(&mut account, Cycles::new(1_000));
        account
    }

    #[test]
    fn what_is_not_used_of_a_hold_comes_back() {
        let mut ledger = Ledger::default();
        let mut account = rich(&mut ledger);
        let hold = ledger.prepay(&mut account, Cycles::new(400)).expect("is rich");
        assert_eq!(account.balance(), Cycles::new(600));
        ledger.settle(hold, Cycles::new(150), UseCase::Execution, &mut account);
        assert_eq!(account.balance(), Cycles::new(850));
        assert_eq!(account.burned()[UseCase::Execution as usize], Cycles::new(150));
    }

    #[test]
    fn an_account_cannot_give_more_than_it_has() {
        let mut ledger = Ledger::default();
        let mut account = rich(&mut ledger);
        assert!(ledger.burn(&mut account, Cycles::new(1_001), UseCase::Storage).is_err());
        assert!(ledger.attach(&mut account, Cycles::new(1_001)).is_err());
        assert_eq!(account.balance(), Cycles::new(1_000));
    }

    #[test]
    fn lost_cycles_are_noticed() {
        let mut ledger = Ledger::default();
        let mut account = rich(&mut ledger);
        drop(ledger.attach(&mut account, Cycles::new(10)).expect("is rich"));
        assert!(ledger.check(account.balance(), "here").is_err());
    }

    proptest! {
        #[test]
        fn any_sequence_of_movements_conserves_cycles(
            steps in prop::collection::vec((0u8..6, 0u128..500), 0..60)
        ) {
            let mut ledger = Ledger::default();
            let mut account = rich(&mut ledger);
            let mut travelling = Attached::default();
            for (step, amount) in steps {
                let amount = Cycles::new(amount);
                match step {
                    0 => ledger.mint(&mut account, amount),
                    1 => drop(ledger.burn(&mut account, amount, UseCase::Burned)),
                    2 => if let Ok(hold) = ledger.prepay(&mut account, amount) {
                        ledger.settle(hold, Cycles::new(amount.get() / 3), UseCase::Execution, &mut account);
                    },
                    3 => if travelling.amount().is_zero() {
                        travelling = ledger.attach(&mut account, amount).unwrap_or_default();
                    },
                    4 => { let part = travelling.split(amount); ledger.receive(part, &mut account); }
                    _ => {
                        let leaving = travelling.split(amount);
                        ledger.depart(&leaving);
                        ledger.arrive(&leaving);
                        ledger.receive(leaving, &mut account);
                    }
                }
            }
            prop_assert_eq!(ledger.check(account.balance() + travelling.amount(), "here"), Ok(()));
        }
    }
}

//! Cycles never appear or vanish: every movement goes through the ledger of a subnet, out of one
//! account and into another.
//!
//! Cycles are in one of six places: a canister's [`Account`], where they are its own or reserved for
//! memory, a [`Prepaid`] hold for something that will cost less or equal, [`Attached`] to a message or
//! call context, burned, or on another subnet. `Prepaid` and `Attached` cannot be copied, and outside
//! this module only empty ones can be made, so moving them is the only thing that can be done with
//! them. [`Ledger::check`] compares what the books say with what canisters, messages and call contexts
//! in fact hold.
//!
//! Whatever is burned is booked with what it was burned for, as a [`Charge`]; the journal of a round
//! is what "where did the money go" and pricing a run again are answered from.

use crate::fees::Charge;
use crate::id::CanisterId;
use crate::units::Cycles;
use crate::world::ModelFault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Memory, that of messages included.
    Storage,
    /// Compute allocation.
    ComputeAllocation,
    /// Creating canisters.
    Creation,
    /// Threshold signatures and derived keys.
    Signatures,
    /// HTTP outcalls.
    HttpOutcalls,
    /// Logs read by replicated calls.
    Logs,
    /// Burned by a canister on purpose.
    Burned,
    /// Left in a canister when it ran out of cycles.
    Uninstall,
    /// Left in a canister when it was deleted.
    Deleted,
    /// Attached to messages that were dropped.
    Dropped,
}

impl UseCase {
    /// How many there are.
    pub const COUNT: usize = 13;

    /// Every use case, in the order of [`Burned`].
    pub const ALL: [UseCase; UseCase::COUNT] = [
        UseCase::Execution,
        UseCase::Transmission,
        UseCase::Ingress,
        UseCase::Storage,
        UseCase::ComputeAllocation,
        UseCase::Creation,
        UseCase::Signatures,
        UseCase::HttpOutcalls,
        UseCase::Logs,
        UseCase::Burned,
        UseCase::Uninstall,
        UseCase::Deleted,
        UseCase::Dropped,
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
            UseCase::Signatures => "signatures",
            UseCase::HttpOutcalls => "http_outcalls",
            UseCase::Logs => "logs",
            UseCase::Burned => "burned",
            UseCase::Uninstall => "uninstall",
            UseCase::Deleted => "deleted",
            UseCase::Dropped => "dropped",
        }
    }

    /// Reserved cycles pay for it before others do.
    const fn draws_on_reserve(self) -> bool {
        matches!(
            self,
            UseCase::Storage | UseCase::ComputeAllocation | UseCase::Uninstall | UseCase::Deleted
        )
    }
}

/// Cycles burned, by use case in the order of [`UseCase::ALL`].
pub type Burned = [Cycles; UseCase::COUNT];

/// What a canister owns and what it has spent.
#[derive(Debug, PartialEq, Eq)]
pub struct Account {
    owner: CanisterId,
    balance: Cycles,
    reserved: Cycles,
    burned: Burned,
}

impl Account {
    /// An empty account.
    pub fn of(owner: CanisterId) -> Account {
        let (balance, reserved) = (Cycles::ZERO, Cycles::ZERO);
        Account { owner, balance, reserved, burned: Burned::default() }
    }

    /// The main balance, without holds.
    pub fn balance(&self) -> Cycles {
        self.balance
    }

    /// What is reserved for memory: it can neither be sent nor spent on anything else.
    pub fn reserved(&self) -> Cycles {
        self.reserved
    }

    /// All of it.
    pub fn total(&self) -> Cycles {
        self.balance + self.reserved
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

    /// Puts more to it.
    pub fn join(&mut self, other: Attached) {
        self.0 += other.0;
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

/// Charges of one kind and size that a canister paid in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How many.
    pub count: u64,
    /// What they came to together.
    pub cycles: Cycles,
}

/// What was charged since it was last taken, by payer and kind.
pub type Journal = BTreeMap<(CanisterId, Charge), Entry>;

/// The books of one subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    minted: Cycles,
    arrived: Cycles,
    departed: Cycles,
    burned: Burned,
    journal: Journal,
}

impl Ledger {
    /// Creates cycles in an account; a balance has room for 128 bits.
    pub fn mint(&mut self, to: &mut Account, amount: Cycles) {
        self.minted += amount;
        to.balance += amount;
    }

    /// Burns `price` for `charge`. For memory, compute allocation and what is left at the end,
    /// reserved cycles go first.
    ///
    /// # Errors
    /// The account holds less; nothing is burned.
    pub fn burn(
        &mut self,
        from: &mut Account,
        price: Cycles,
        charge: Charge,
    ) -> Result<(), Insufficient> {
        let reserve = match charge.use_case().draws_on_reserve() {
            true => price.min(from.reserved),
            false => Cycles::ZERO,
        };
        take(from, price.saturating_sub(reserve))?;
        from.reserved = from.reserved.saturating_sub(reserve);
        self.book(from, price, charge);
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

    /// Makes a hold as large as `amount`, with cycles of the account or back to it.
    ///
    /// # Errors
    /// The account holds less than is missing; nothing moves.
    pub fn adjust(
        &mut self,
        hold: &mut Prepaid,
        amount: Cycles,
        account: &mut Account,
    ) -> Result<(), Insufficient> {
        take(account, amount.saturating_sub(hold.0))?;
        account.balance += hold.0.saturating_sub(amount);
        hold.0 = amount;
        Ok(())
    }

    /// Burns `price` of a hold (all of it, if it is less) and gives the rest back. Returns what was
    /// burned.
    pub fn settle(
        &mut self,
        hold: Prepaid,
        price: Cycles,
        charge: Charge,
        account: &mut Account,
    ) -> Cycles {
        let cost = price.min(hold.0);
        self.book(account, cost, charge);
        account.balance += hold.0.saturating_sub(cost);
        cost
    }

    /// Moves cycles from the main balance to the reserved one.
    ///
    /// # Errors
    /// The account holds less; nothing moves.
    pub fn reserve(&mut self, account: &mut Account, amount: Cycles) -> Result<(), Insufficient> {
        take(account, amount)?;
        account.reserved += amount;
        Ok(())
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

    /// Burns part of what is attached to a call for a service of the subnet; `payer` is who is told
    /// to have paid. Returns what was burned: all of it, if the price is more.
    pub fn burn_attached(
        &mut self,
        from: &mut Attached,
        price: Cycles,
        charge: Charge,
        payer: CanisterId,
    ) -> Cycles {
        let paid = from.split(price).0;
        self.burned[charge.use_case() as usize] += paid;
        self.note(payer, charge, paid);
        paid
    }

    /// Gives up the cycles of a message that is dropped.
    pub fn drop_attached(&mut self, lost: Attached, sender: CanisterId) {
        let amount = lost.0;
        if !amount.is_zero() {
            let mut lost = lost;
            self.burn_attached(&mut lost, amount, Charge::Dropped { amount }, sender);
        }
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

    /// Everything minted so far on the subnet.
    pub fn minted(&self) -> Cycles {
        self.minted
    }

    /// Cycles sent to other subnets, and received from them.
    pub fn crossings(&self) -> (Cycles, Cycles) {
        (self.departed, self.arrived)
    }

    /// What was charged since this was last called.
    pub fn take_journal(&mut self) -> Journal {
        std::mem::take(&mut self.journal)
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

    fn book(&mut self, account: &mut Account, amount: Cycles, charge: Charge) {
        let use_case = charge.use_case() as usize;
        self.burned[use_case] += amount;
        account.burned[use_case] += amount;
        self.note(account.owner, charge, amount);
    }

    fn note(&mut self, payer: CanisterId, charge: Charge, cycles: Cycles) {
        let entry = self.journal.entry((payer, charge)).or_default();
        entry.count += 1;
        entry.cycles += cycles;
    }
}

fn take(from: &mut Account, amount: Cycles) -> Result<(), Insufficient> {
    let available = from.balance;
    from.balance =
        available.checked_sub(amount).ok_or(Insufficient { needed: amount, available })?;
    Ok(())
}

#[cfg(test)]
mod tests;

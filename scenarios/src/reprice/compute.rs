//! Every charge under other prices, and where that would have changed the history.

use super::read::{Account, Paid, RecordedRun};
use sim_core::fees::FeeSchedule;
use sim_core::ledger::UseCase;
use sim_core::network::SubnetSpec;
use sim_core::profile::Profile;
use sim_core::units::Cycles;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was paid, and what would have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// In the run.
    pub before: Cycles,
    /// Under the other prices.
    pub after: Cycles,
}

impl Change {
    fn add(&mut self, other: Change) {
        self.before += other.before;
        self.after += other.after;
    }

    /// Without a part of it.
    pub fn without(self, part: Change) -> Change {
        Change {
            before: self.before.saturating_sub(part.before),
            after: self.after.saturating_sub(part.after),
        }
    }

    /// Whether `after` is larger, and by how many thousandths of `before`.
    pub fn per_mille(&self) -> Option<(bool, u128)> {
        let difference = self.after.get().abs_diff(self.before.get());
        let grown = self.after >= self.before;
        match self.before.get() {
            0 => None,
            before => Some((grown, difference.saturating_mul(1_000) / before)),
        }
    }
}

/// How a canister would have fared differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It would have been frozen, and was not.
    Frozen,
    /// It would have run out of cycles.
    Died,
    /// It would not have been frozen, and was.
    Thawed,
}

/// A run under other prices.
#[derive(Clone, Debug, Default)]
pub struct Repriced {
    /// By number of subnet, set-up included.
    pub subnets: Vec<Change>,
    /// The part of that which was paid before the first round.
    pub set_up: Vec<Change>,
    /// By use case, in the order of [`UseCase::ALL`].
    pub use_cases: [Change; UseCase::COUNT],
    /// By subnet and principal, with the name.
    pub canisters: BTreeMap<(usize, String), (String, Change)>,
    /// Canisters that would have fared differently, and from when on: by subnet and principal.
    pub fates: BTreeMap<(usize, String), (u64, Fate)>,
}

impl Repriced {
    /// All subnets together.
    pub fn total(&self) -> Change {
        let mut total = Change::default();
        self.subnets.iter().for_each(|change| total.add(*change));
        total
    }

    /// From when on, in nanoseconds, the history would have been another.
    pub fn exact_until(&self) -> Option<u64> {
        self.fates.values().map(|(time, _)| *time).min()
    }
}

/// The prices of one subnet, then and now.
struct Prices {
    then: Arc<FeeSchedule>,
    now: Arc<FeeSchedule>,
}

impl Prices {
    fn of(run: &RecordedRun, profile: &Profile, subnet: &SubnetSpec) -> Prices {
        Prices {
            then: Arc::new(FeeSchedule::on(&run.profile, subnet)),
            now: Arc::new(FeeSchedule::on(profile, subnet)),
        }
    }
}

/// Prices every charge of a run under another profile.
pub fn compute(run: &RecordedRun, profile: &Profile) -> Repriced {
    let prices: Vec<Prices> =
        run.subnets.iter().map(|subnet| Prices::of(run, profile, subnet)).collect();
    let none = vec![Change::default(); run.subnets.len()];
    let mut repriced = Repriced { subnets: none.clone(), set_up: none, ..Repriced::default() };
    let mut paid_so_far: BTreeMap<(usize, &str), Change> = BTreeMap::new();
    let mut charges = run.paid.iter().peekable();
    // An account tells what was left after all charges of its round.
    for account in &run.accounts {
        let due = |paid: &&Paid| (paid.subnet, paid.time_ns) <= (account.subnet, account.time_ns);
        while let Some(paid) = charges.next_if(|paid| due(paid)) {
            let change = add(&mut repriced, paid, &prices[paid.subnet]);
            paid_so_far.entry((paid.subnet, &paid.id)).or_default().add(change);
        }
        let key = (account.subnet, account.id.as_str());
        let paid = paid_so_far.get(&key).copied().unwrap_or_default();
        if let Some(fate) = fate(account, paid, &prices[account.subnet]) {
            let key = (account.subnet, account.id.clone());
            repriced.fates.entry(key).or_insert((account.time_ns, fate));
        }
    }
    for paid in charges {
        add(&mut repriced, paid, &prices[paid.subnet]);
    }
    repriced
}

fn add(repriced: &mut Repriced, paid: &Paid, prices: &Prices) -> Change {
    let each = prices.now.price(&paid.charge);
    let change = Change { before: paid.cycles, after: each.saturating_mul(paid.count.into()) };
    repriced.subnets[paid.subnet].add(change);
    if paid.time_ns == 0 {
        repriced.set_up[paid.subnet].add(change);
    }
    repriced.use_cases[paid.charge.use_case() as usize].add(change);
    let canister = repriced.canisters.entry((paid.subnet, paid.id.clone()));
    canister.or_insert_with(|| (paid.canister.clone(), Change::default())).1.add(change);
    change
}

/// How the canister would have fared if it had paid otherwise so far.
fn fate(account: &Account, paid: Change, prices: &Prices) -> Option<Fate> {
    let had = account.balance + account.reserved + paid.before;
    let Some(left) = had.checked_sub(paid.after) else { return Some(Fate::Died) };
    let is_frozen = |fees: &Arc<FeeSchedule>, left: Cycles| {
        let fees = if account.wasm64 { fees.wasm64() } else { fees.clone() };
        let threshold =
            fees.freezing_threshold(account.idle, account.freezing_seconds, account.reserved);
        left.saturating_sub(account.reserved) < threshold + fees.execution_prepayment()
    };
    let before = is_frozen(&prices.then, account.balance + account.reserved);
    match (before, is_frozen(&prices.now, left)) {
        (false, true) => Some(Fate::Frozen),
        (true, false) => Some(Fate::Thawed),
        _ => None,
    }
}

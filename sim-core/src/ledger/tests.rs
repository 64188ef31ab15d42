//! Movements of cycles, one by one and at random.

use super::*;
use crate::units::Bytes;
use proptest::prelude::*;

const SEND: Charge = Charge::Request { bytes: Bytes::new(4) };
const KEEP: Charge = Charge::Storage { bytes: Bytes::new(9), seconds: 10 };

fn rich(ledger: &mut Ledger) -> Account {
    let mut account = Account::of(CanisterId::on(crate::id::SubnetId::new(0), 0));
    ledger.mint(&mut account, Cycles::new(1_000));
    account
}

#[test]
fn what_is_not_used_of_a_hold_comes_back() {
    let mut ledger = Ledger::default();
    let mut account = rich(&mut ledger);
    let hold = ledger.prepay(&mut account, Cycles::new(400)).expect("is rich");
    assert_eq!(account.balance(), Cycles::new(600));
    ledger.settle(hold, Cycles::new(150), SEND, &mut account);
    assert_eq!(account.balance(), Cycles::new(850));
    assert_eq!(account.burned()[UseCase::Transmission as usize], Cycles::new(150));
}

#[test]
fn an_account_cannot_give_more_than_it_has() {
    let mut ledger = Ledger::default();
    let mut account = rich(&mut ledger);
    assert!(ledger.burn(&mut account, Cycles::new(1_001), SEND).is_err());
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

#[test]
fn reserved_cycles_pay_for_memory_first_and_for_nothing_else() {
    let mut ledger = Ledger::default();
    let mut account = rich(&mut ledger);
    ledger.reserve(&mut account, Cycles::new(300)).expect("is rich");
    assert!(ledger.burn(&mut account, Cycles::new(800), SEND).is_err());
    ledger.burn(&mut account, Cycles::new(400), KEEP).expect("both balances together");
    assert_eq!((account.balance(), account.reserved()), (Cycles::new(600), Cycles::ZERO));
}

#[test]
fn equal_charges_are_counted_together() {
    let mut ledger = Ledger::default();
    let mut account = rich(&mut ledger);
    for _ in 0..3 {
        ledger.burn(&mut account, Cycles::new(5), SEND).expect("is rich");
    }
    let journal: Vec<_> = ledger.take_journal().into_iter().collect();
    let entry = Entry { count: 3, cycles: Cycles::new(15) };
    assert_eq!(journal, [((account.owner, SEND), entry)]);
    assert!(ledger.take_journal().is_empty());
}

proptest! {
    #[test]
    fn any_sequence_of_movements_conserves_cycles(
        steps in prop::collection::vec((0u8..9, 0u128..500), 0..60)
    ) {
        let mut ledger = Ledger::default();
        let mut account = rich(&mut ledger);
        let mut travelling = Attached::default();
        for (step, amount) in steps {
            let amount = Cycles::new(amount);
            match step {
                0 => ledger.mint(&mut account, amount),
                1 => drop(ledger.burn(&mut account, amount, SEND)),
                2 => if let Ok(hold) = ledger.prepay(&mut account, amount) {
                    ledger.settle(hold, Cycles::new(amount.get() / 3), SEND, &mut account);
                },
                3 => if travelling.amount().is_zero() {
                    travelling = ledger.attach(&mut account, amount).unwrap_or_default();
                },
                4 => drop(ledger.reserve(&mut account, amount)),
                5 => drop(ledger.burn(&mut account, amount, KEEP)),
                6 => ledger.drop_attached(travelling.split(amount), CanisterId::NOBODY),
                7 => { let part = travelling.split(amount); ledger.receive(part, &mut account); }
                _ => {
                    let leaving = travelling.split(amount);
                    ledger.depart(&leaving);
                    ledger.arrive(&leaving);
                    ledger.receive(leaving, &mut account);
                }
            }
        }
        prop_assert_eq!(ledger.check(account.total() + travelling.amount(), "here"), Ok(()));
    }
}

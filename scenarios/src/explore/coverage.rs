//! How many different orders were seen.
//!
//! Two histories have the same order if every canister executed the same messages in the same order,
//! whenever that was: a message is told by who called whom, with which method, for the how-manieth
//! time.

use sim_core::history::History;
use sim_core::id::{CanisterId, MessageId};
use sim_core::record::Event;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The orders seen, by their fingerprints.
#[derive(Clone, Debug, Default)]
pub struct Coverage(BTreeSet<u64>);

impl Coverage {
    /// Adds an order.
    pub fn add(&mut self, order: u64) {
        self.0.insert(order);
    }

    /// How many different ones there are.
    pub fn distinct(&self) -> usize {
        self.0.len()
    }
}

/// A fingerprint of the order of a history.
pub fn order(history: &History) -> u64 {
    let names = names(history);
    let mut orders: BTreeMap<CanisterId, DefaultHasher> = BTreeMap::new();
    for record in history.records() {
        if let Event::Executed { canister, entry, message, failure, .. } = &record.event {
            let hasher = orders.entry(*canister).or_default();
            let name = message.and_then(|message| names.get(&message));
            (entry, name, failure.is_some()).hash(hasher);
        }
    }
    let mut whole = DefaultHasher::new();
    for (canister, order) in orders {
        (canister, order.finish()).hash(&mut whole);
    }
    whole.finish()
}

/// Names of messages that do not depend on when they were made.
fn names(history: &History) -> BTreeMap<MessageId, u64> {
    let mut made: BTreeMap<u64, u64> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for record in history.records() {
        let mut hasher = DefaultHasher::new();
        let message = match &record.event {
            Event::Submitted { message, workload, canister, method, .. } => {
                (workload, canister, method).hash(&mut hasher);
                *message
            }
            Event::Called { message, caller, callee, method, .. } => {
                (caller, callee.as_slice(), method).hash(&mut hasher);
                *message
            }
            _ => continue,
        };
        let number = made.entry(hasher.finish()).or_default();
        *number += 1;
        number.hash(&mut hasher);
        names.insert(message, hasher.finish());
    }
    names
}

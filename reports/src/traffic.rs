//! Calls between subnets, counted.

use crate::messages::Message;
use sim_core::record::Outcome;

/// Calls from one subnet to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// How many.
    pub count: u64,
    /// Those that were rejected, as far as the caller knows.
    pub rejected: u64,
    /// Bytes of method names and payloads.
    pub bytes: u64,
    /// Cycles attached.
    pub cycles: u128,
}

impl Calls {
    fn add(&mut self, message: &Message) {
        self.count += 1;
        self.rejected += u64::from(matches!(message.answer(), Some(Outcome::Reject(_))));
        self.bytes = self.bytes.saturating_add(message.bytes.get());
        self.cycles = self.cycles.saturating_add(message.cycles.get());
    }
}

/// Calls between all subnets: row by caller, column by callee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    size: usize,
    cells: Vec<Calls>,
}

impl Traffic {
    /// No calls yet between so many subnets.
    pub fn new(subnets: usize) -> Self {
        Traffic { size: subnets, cells: vec![Calls::default(); subnets * subnets] }
    }

    /// Takes a message; what is no call between canisters of subnets is not counted.
    pub fn add(&mut self, message: &Message) {
        if let (Some(from), Some(to)) = (message.caller_subnet, message.callee_subnet) {
            self.cells[from * self.size + to].add(message);
        }
    }

    /// How many subnets there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Calls of canisters of the subnet at `from` to those of the subnet at `to`.
    pub fn at(&self, from: usize, to: usize) -> Calls {
        self.cells[from * self.size + to]
    }

    /// The most calls of any pair.
    pub fn most(&self) -> u64 {
        self.cells.iter().map(|calls| calls.count).max().unwrap_or(0)
    }

    /// All calls.
    pub fn total(&self) -> u64 {
        self.cells.iter().map(|calls| calls.count).sum()
    }
}

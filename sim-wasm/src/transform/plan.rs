//! Which operators of a function body need a barrier, and where it finds the address.
//!
//! A barrier at address `x` sees to it that the heap within a margin of `x` is recorded for the
//! rest of the task. So a later store needs none if it is certain that a barrier and its store were
//! executed before, at an address that differs by less.
//!
//! That addresses wrap around does no harm: the earlier store has not trapped, so its address is
//! the exact sum of operand and offset, and within the heap. The later one is congruent to it plus
//! a small difference. Whatever else it might be, it is outside of the heap, which ends at least
//! one margin before addresses do; there the store traps.

use super::arity::{arity, fixed_arity};
use super::frames::{Frames, Uncertain};
use super::immediates::memarg;
use super::values::{Operand, Value, Values, ZERO};
use crate::facts::Facts;
use crate::rollback::MARGIN;
use std::ops::Range;
use wasm_encoder::ValType;
use wasmparser::{MemArg, Operator};

/// What precedes an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barrier {
    /// It stores a value of type `value` at `place`.
    Store {
        /// Where the address is.
        place: Place,
        /// The type of what lies on top of it.
        value: ValType,
    },
    /// It writes a range.
    Bulk(Bulk),
    /// It accesses the heap at `place`, and pages that are touched are charged.
    Access {
        /// Where the address is.
        place: Place,
        /// The type of what lies on top of it, if anything does.
        value: Option<ValType>,
        /// Bytes it accesses.
        bytes: u64,
        /// It writes.
        writes: bool,
    },
    /// It accesses a range, likewise.
    AccessRange(Bulk),
}

/// What has certainly been done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    /// A barrier near the address.
    Recorded(Value),
    /// An access to so many bytes from the address.
    Accessed { at: Value, bytes: u64, writes: bool },
}

/// Where a barrier finds the address of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a local, less a constant.
    Local {
        /// The local.
        local: u32,
        /// What to add.
        plus: u64,
    },
    /// It is this.
    Constant(u64),
    /// Only on the stack, below the value.
    Operand {
        /// What to add.
        offset: u64,
    },
}

/// Operators that write a range. Their operands: address, value or source, length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bulk {
    Fill,
    Copy,
    Init,
}

/// The facts looked at for one store, the latest first: keeps the time for a function linear.
const NEARBY: usize = 32;
/// Assignments looked at for each operator of a function, on average; afterwards all locals become
/// unknown where ways meet. Keeps the time for a function linear.
const PATIENCE: usize = 16;

/// The barriers of one function body.
pub(super) struct Plan<'a> {
    facts: &'a Facts,
    wide: bool,
    values: Values,
    /// Accesses need barriers.
    tracks: bool,
    frames: Frames<Fact>,
    /// The locals assigned, in order, and for each loop, in order, how many at its end.
    assigned: Vec<u32>,
    loop_ends: std::vec::IntoIter<usize>,
    /// Assignments so far.
    at: usize,
    patience: usize,
}

/// Type of the value and bytes of a store, and its immediate.
pub(super) fn store(operator: &Operator<'_>) -> Option<(ValType, u64, MemArg)> {
    use Operator as O;
    Some(match *operator {
        O::I32Store { memarg } => (ValType::I32, 4, memarg),
        O::I32Store8 { memarg } => (ValType::I32, 1, memarg),
        O::I32Store16 { memarg } => (ValType::I32, 2, memarg),
        O::I64Store { memarg } => (ValType::I64, 8, memarg),
        O::I64Store8 { memarg } => (ValType::I64, 1, memarg),
        O::I64Store16 { memarg } => (ValType::I64, 2, memarg),
        O::I64Store32 { memarg } => (ValType::I64, 4, memarg),
        O::F32Store { memarg } => (ValType::F32, 4, memarg),
        O::F64Store { memarg } => (ValType::F64, 8, memarg),
        O::V128Store { memarg } => (ValType::V128, 16, memarg),
        O::V128Store8Lane { memarg, .. } => (ValType::V128, 1, memarg),
        O::V128Store16Lane { memarg, .. } => (ValType::V128, 2, memarg),
        O::V128Store32Lane { memarg, .. } => (ValType::V128, 4, memarg),
        O::V128Store64Lane { memarg, .. } => (ValType::V128, 8, memarg),
        _ => return None,
    })
}

fn bulk(operator: &Operator<'_>) -> Option<Bulk> {
    match operator {
        Operator::MemoryFill { .. } => Some(Bulk::Fill),
        Operator::MemoryCopy { .. } => Some(Bulk::Copy),
        Operator::MemoryInit { .. } => Some(Bulk::Init),
        _ => None,
    }
}

/// The barriers that `operators`, the body of a function, need: each with the number of its
/// operator, in order.
pub(super) fn plan(
    operators: &[Operator<'_>],
    facts: &Facts,
    tracks: bool,
) -> Vec<(usize, Barrier)> {
    let writes = |operator: &Operator<'_>| store(operator).is_some() || bulk(operator).is_some();
    let needs = |operator| writes(operator) || (tracks && memarg(operator).is_some());
    if !operators.iter().any(needs) {
        return Vec::new();
    }
    let mut plan = Plan::new(operators, facts, tracks);
    let mut barriers = Vec::new();
    for (at, operator) in operators.iter().enumerate() {
        barriers.extend(plan.read(operator).into_iter().flatten().map(|barrier| (at, barrier)));
    }
    barriers
}

/// The locals assigned by `operators`, and for each loop how many were assigned at its end.
fn assignments(operators: &[Operator<'_>]) -> (Vec<u32>, Vec<usize>) {
    let (mut assigned, mut ends, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for operator in operators {
        match operator {
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                assigned.push(*local_index);
            }
            Operator::Loop { .. } => {
                open.push(Some(ends.len()));
                ends.push(0);
            }
            Operator::Block { .. } | Operator::If { .. } => open.push(None),
            Operator::End => {
                if let Some(Some(number)) = open.pop() {
                    ends[number] = assigned.len();
                }
            }
            _ => {}
        }
    }
    (assigned, ends)
}

impl<'a> Plan<'a> {
    fn new(operators: &[Operator<'_>], facts: &'a Facts, tracks: bool) -> Self {
        let (assigned, ends) = assignments(operators);
        Plan {
            facts,
            wide: facts.is_wasm64(),
            tracks,
            values: Values::default(),
            frames: Frames::new(),
            assigned,
            loop_ends: ends.into_iter(),
            at: 0,
            patience: operators.len() * PATIENCE,
        }
    }

    /// Reads one operator. The barriers it needs, if any.
    fn read(&mut self, operator: &Operator<'_>) -> [Option<Barrier>; 2] {
        if let Some(memarg) = memarg(operator) {
            return self.access(operator, memarg);
        }
        if self.assign(operator) || self.compute(operator) || self.control(operator) {
            return [None; 2];
        }
        match arity(operator, self.facts) {
            Some((operands, results)) => self.values.apply(operands, results),
            None => self.values.clear(),
        }
        let bulk = bulk(operator);
        [bulk.filter(|_| self.tracks).map(Barrier::AccessRange), bulk.map(Barrier::Bulk)]
    }

    /// Reads an operator that loads or stores.
    fn access(&mut self, operator: &Operator<'_>, memarg: MemArg) -> [Option<Barrier>; 2] {
        let (operands, results) = fixed_arity(operator).unwrap_or((1, 0));
        let stored = store(operator);
        let value = stored.map_or(ValType::V128, |(value, ..)| value);
        let value = (operands == 2).then(|| {
            self.values.pop();
            value
        });
        let address = self.values.pop();
        let tracked = self.tracks.then(|| {
            let (bytes, writes) = (1 << memarg.max_align, stored.is_some());
            let place = self.accessed(address, memarg.offset, bytes, writes)?;
            Some(Barrier::Access { place, value, bytes, writes })
        });
        let recorded = stored.and_then(|(value, bytes, memarg)| {
            let place = self.place(address, memarg.offset, bytes)?;
            Some(Barrier::Store { place, value })
        });
        self.values.apply(0, results);
        [tracked.flatten(), recorded]
    }

    /// The same for an access where that is charged.
    fn accessed(
        &mut self,
        address: Operand,
        offset: u64,
        bytes: u64,
        writes: bool,
    ) -> Option<Place> {
        let at = self.sum(address, offset);
        let covers = |fact: &Fact| match *fact {
            Fact::Accessed { at: known, bytes: so_many, writes: written } => {
                let from = self.signed(at.plus.wrapping_sub(known.plus));
                known.base == at.base
                    && (written || !writes)
                    && (0..=so_many as i64 - bytes as i64).contains(&from)
            }
            Fact::Recorded(_) => false,
        };
        if self.frames.facts().take(NEARBY).any(covers) {
            return None;
        }
        self.frames.add(Fact::Accessed { at, bytes, writes });
        Some(self.found(address, at, offset))
    }

    /// A store of `bytes` at `address` plus `offset`: where a barrier finds the address; `None` if
    /// it needs none.
    fn place(&mut self, address: Operand, offset: u64, bytes: u64) -> Option<Place> {
        let at = self.sum(address, offset);
        if self.is_recorded(at, bytes) {
            return None;
        }
        self.frames.add(Fact::Recorded(at));
        Some(self.found(address, at, offset))
    }

    fn sum(&self, Operand { value: Value { base, plus }, .. }: Operand, offset: u64) -> Value {
        Value { base, plus: self.wrapped(plus.wrapping_add(offset)) }
    }

    /// Where a barrier finds the address `at`, which is `address` plus `offset`.
    fn found(&mut self, address: Operand, at: Value, offset: u64) -> Place {
        if at.base == ZERO {
            return Place::Constant(at.plus);
        }
        let held = address.local.map(|local| (local, self.values.local(local)));
        match held {
            Some((local, value)) if value.base == at.base => {
                Place::Local { local, plus: self.wrapped(at.plus.wrapping_sub(value.plus)) }
            }
            _ => Place::Operand { offset },
        }
    }

    fn is_recorded(&self, at: Value, bytes: u64) -> bool {
        let margin = MARGIN as i64;
        let near = |fact: &Fact| match *fact {
            Fact::Recorded(known) => {
                let difference = self.signed(at.plus.wrapping_sub(known.plus));
                known.base == at.base
                    && difference >= -margin
                    && difference <= margin - bytes as i64
            }
            Fact::Accessed { .. } => false,
        };
        self.frames.facts().take(NEARBY).any(near)
    }

    /// A number as wide as addresses.
    fn wrapped(&self, number: u64) -> u64 {
        if self.wide { number } else { number & u64::from(u32::MAX) }
    }

    fn signed(&self, number: u64) -> i64 {
        if self.wide { number as i64 } else { (number as u32 as i32).into() }
    }

    /// Operators on locals.
    fn assign(&mut self, operator: &Operator<'_>) -> bool {
        match *operator {
            Operator::LocalGet { local_index: local } => {
                let value = self.values.local(local);
                self.values.push(value, Some(local));
            }
            Operator::LocalSet { local_index: local } => {
                let value = self.values.pop().value;
                self.values.set(local, Some(value));
                self.at += 1;
            }
            Operator::LocalTee { local_index: local } => {
                let value = self.values.pop().value;
                self.values.set(local, Some(value));
                self.values.push(value, Some(local));
                self.at += 1;
            }
            _ => return false,
        }
        true
    }

    /// Operators whose results are understood.
    fn compute(&mut self, operator: &Operator<'_>) -> bool {
        let constant = match (self.wide, operator) {
            (false, Operator::I32Const { value }) => u64::from(*value as u32),
            (true, Operator::I64Const { value }) => *value as u64,
            (false, Operator::I32Add) | (true, Operator::I64Add) => return self.add(),
            (false, Operator::I32Sub) | (true, Operator::I64Sub) => return self.subtract(),
            _ => return false,
        };
        self.values.push(Value { base: ZERO, plus: constant }, None);
        true
    }

    fn add(&mut self) -> bool {
        let (right, left) = (self.values.pop(), self.values.pop());
        match (left.value.base, right.value.base) {
            (_, ZERO) => self.shift(left, right.value.plus),
            (ZERO, _) => self.shift(right, left.value.plus),
            _ => self.values.apply(0, 1),
        }
        true
    }

    fn subtract(&mut self) -> bool {
        let (right, left) = (self.values.pop(), self.values.pop());
        match right.value.base {
            ZERO => self.shift(left, right.value.plus.wrapping_neg()),
            _ => self.values.apply(0, 1),
        }
        true
    }

    fn shift(&mut self, from: Operand, by: u64) {
        let plus = self.wrapped(from.value.plus.wrapping_add(by));
        self.values.push(Value { plus, ..from.value }, from.local);
    }

    /// Operators that begin, end or leave constructs.
    fn control(&mut self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::Block { .. } => self.frames.block(self.at),
            Operator::Loop { .. } => {
                self.frames.start_loop(self.at);
                let end = self.loop_ends.next().unwrap_or(self.assigned.len());
                self.forget(self.at..end);
            }
            Operator::If { .. } => self.frames.start_if(self.at),
            Operator::Else => {
                let uncertain = self.frames.otherwise();
                self.join(uncertain);
            }
            Operator::End => {
                let uncertain = self.frames.end();
                self.join(uncertain);
            }
            _ => return self.leave(operator),
        }
        self.values.clear();
        true
    }

    fn leave(&mut self, operator: &Operator<'_>) -> bool {
        if !self.frames.leave(operator) {
            return false;
        }
        match operator {
            Operator::BrIf { .. } => self.values.apply(1, 0),
            _ => self.values.clear(),
        }
        true
    }

    fn join(&mut self, uncertain: Uncertain) {
        if let Some(since) = uncertain {
            self.forget(since..self.at);
        }
    }

    /// Makes the locals unknown to which one of the `assignments` is made.
    fn forget(&mut self, assignments: Range<usize>) {
        match self.patience.checked_sub(assignments.len()) {
            Some(left) => {
                self.patience = left;
                for local in &self.assigned[assignments] {
                    self.values.forget(*local);
                }
            }
            None => self.values.forget_all(),
        }
    }
}

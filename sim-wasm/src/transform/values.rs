//! What is known of values while a function body is read once from beginning to end: which are the
//! same, or differ by a constant.
//!
//! A value is a base, an unknown number, plus a constant. Sums are taken modulo the width of
//! addresses, as the code takes them. A base is the name of one value at one place; where several
//! ways meet, what they may have changed gets new ones.

use std::collections::BTreeMap;

/// A base plus a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) base: u32,
    pub(super) plus: u64,
}

/// The base of constants.
pub(super) const ZERO: u32 = 0;

/// A value on the stack, and the local it was read from or stored to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) value: Value,
    pub(super) local: Option<u32>,
}

/// The values of a function's locals and operands.
#[derive(Debug, Default)]
pub(super) struct Values {
    bases: u32,
    /// The values of locals that were set or asked for since all were forgotten.
    locals: BTreeMap<u32, Value>,
    /// The top of the stack. What lies below is unknown.
    stack: Vec<Operand>,
}

impl Values {
    fn fresh(&mut self) -> Value {
        self.bases += 1;
        Value { base: self.bases, plus: 0 }
    }

    /// The value of `local`.
    pub(super) fn local(&mut self, local: u32) -> Value {
        match self.locals.get(&local) {
            Some(value) => *value,
            None => self.set(local, None),
        }
    }

    /// Sets `local`, to something unknown if there is no value.
    pub(super) fn set(&mut self, local: u32, value: Option<Value>) -> Value {
        let value = value.unwrap_or_else(|| self.fresh());
        self.locals.insert(local, value);
        value
    }

    /// Makes `local` unknown.
    pub(super) fn forget(&mut self, local: u32) {
        self.locals.remove(&local);
    }

    /// Makes all locals unknown.
    pub(super) fn forget_all(&mut self) {
        self.locals.clear();
    }

    /// Makes the stack unknown.
    pub(super) fn clear(&mut self) {
        self.stack.clear();
    }

    pub(super) fn pop(&mut self) -> Operand {
        let unknown = |values: &mut Self| Operand { value: values.fresh(), local: None };
        self.stack.pop().unwrap_or_else(|| unknown(self))
    }

    pub(super) fn push(&mut self, value: Value, local: Option<u32>) {
        self.stack.push(Operand { value, local });
    }

    /// Applies an operator of which only the number of operands and results is known.
    pub(super) fn apply(&mut self, operands: u32, results: u32) {
        let left = self.stack.len().saturating_sub(operands as usize);
        self.stack.truncate(left);
        for _ in 0..results {
            let value = self.fresh();
            self.push(value, None);
        }
    }
}

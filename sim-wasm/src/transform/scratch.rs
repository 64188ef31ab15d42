//! Locals added to a function, in which barriers keep operands while they look at an address, and
//! functions written in place of their calls keep their own.

use wasm_encoder::ValType;

/// The locals added to one function.
#[derive(Debug)]
pub(super) struct Scratch {
    /// Index of the first.
    first: u32,
    types: Vec<ValType>,
}

impl Scratch {
    /// None yet, in a function that has `locals` of its own, parameters included.
    pub(super) fn new(locals: u32) -> Self {
        Scratch { first: locals, types: Vec::new() }
    }

    /// A distinct local for each of `types`.
    pub(super) fn locals<const N: usize>(&mut self, types: [ValType; N]) -> [u32; N] {
        std::array::from_fn(|at| {
            let earlier = types[..at].iter().filter(|ty| **ty == types[at]).count();
            self.local(types[at], earlier)
        })
    }

    /// A distinct local for each of `types`, however many.
    pub(super) fn each(&mut self, types: &[ValType]) -> Vec<u32> {
        let before = |at: usize| types[..at].iter().filter(|ty| **ty == types[at]).count();
        (0..types.len()).map(|at| self.local(types[at], before(at))).collect()
    }

    /// The local number `nth` of type `ty`.
    fn local(&mut self, ty: ValType, nth: usize) -> u32 {
        let of_type = self.types.iter().enumerate().filter(|(_, known)| **known == ty);
        let known = of_type.map(|(at, _)| at).nth(nth);
        let at = known.unwrap_or_else(|| {
            self.types.push(ty);
            self.types.len() - 1
        });
        self.first + at as u32
    }

    /// The types of all, in order.
    pub(super) fn types(&self) -> &[ValType] {
        &self.types
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locals_are_distinct_within_one_use_and_shared_between_uses() {
        let mut scratch = Scratch::new(10);
        assert_eq!(scratch.locals([ValType::I32, ValType::F64]), [10, 11]);
        assert_eq!(scratch.locals([ValType::I32, ValType::I32, ValType::F64]), [10, 12, 11]);
        assert_eq!(scratch.types(), [ValType::I32, ValType::F64, ValType::I32]);
    }
}

//! Counting in the interpreter's fuel.
//!
//! wasmi takes fuel at the start of functions, loops and arms of `if`s: one, and one for each `nop`
//! up to the next such place, wherever it stands. A charge there is that many `nop`s less one. A
//! charge elsewhere is a loop that holds nothing but `nop`s and is never repeated. Where the charge
//! is zero and wasmi takes one all the same, a global counts what was taken in excess.
//!
//! `nop`s are counted even in code that is never reached, to whatever came before; so none are
//! written where wasmi does not get to. See `immediates` for what it finds out about that.

use super::Added;
use super::frames::Frames;
use super::immediates::{Heap, Immediates};
use super::scratch::Scratch;
use crate::facts::Facts;
use wasm_encoder::{BlockType, Function};
use wasmparser::Operator;

/// The largest charge written in `nop`s.
const MOST: u64 = 4_096;

/// The state of counting in one function.
pub(super) struct Fuel {
    frames: Frames<()>,
    immediates: Immediates,
    /// wasmi takes fuel here.
    header: bool,
    /// Constructs whose end would take fuel that nothing accounts for were met, or large charges.
    pub(super) exact: bool,
    /// For each open construct: it is an `if` with operands and without `else` so far.
    open: Vec<bool>,
}

impl Fuel {
    pub(super) fn new() -> Self {
        Fuel {
            frames: Frames::new(),
            immediates: Immediates::default(),
            header: true,
            exact: true,
            open: vec![false],
        }
    }

    /// Charges `cost` at this place.
    pub(super) fn charge(&mut self, cost: u64, function: &mut Function, added: &Added) {
        let header = std::mem::take(&mut self.header);
        if self.frames.is_dead() || (cost == 0 && !header) {
            return;
        }
        self.exact &= cost <= MOST;
        let mut sink = function.instructions();
        if cost == 0 {
            sink.global_get(added.counter).i64_const(1).i64_add().global_set(added.counter);
            return;
        }
        if !header {
            sink.loop_(BlockType::Empty);
        }
        (1..cost.min(MOST)).for_each(|_| {
            sink.nop();
        });
        if !header {
            sink.end();
        }
    }

    /// Hides operands of `operator` that wasmi may know.
    pub(super) fn hide(
        &self,
        operator: &Operator<'_>,
        function: &mut Function,
        added: &Added,
        scratch: &mut Scratch,
    ) {
        if self.frames.is_dead() {
            return;
        }
        let mut sink = function.instructions();
        match *self.immediates.hide(operator, Heap { address: added.address(), bytes: added.heap })
        {
            [value] => {
                let [value] = scratch.locals([value]);
                sink.local_set(value).local_get(value);
            }
            [address, value] => {
                let [address, value] = scratch.locals([address, value]);
                sink.local_set(value).local_set(address).local_get(address).local_get(value);
            }
            _ => {}
        }
    }

    /// Reads `operator`, which has been written.
    pub(super) fn read(&mut self, operator: &Operator<'_>, facts: &Facts) {
        if !self.control(operator) {
            self.immediates.read(operator, facts);
        }
    }

    fn control(&mut self, operator: &Operator<'_>) -> bool {
        let has_results =
            |ty: wasmparser::BlockType| matches!(ty, wasmparser::BlockType::FuncType(_));
        match *operator {
            Operator::Block { .. } => {
                self.frames.block(0);
                self.open.push(false);
            }
            Operator::Loop { .. } => {
                self.frames.start_loop(0);
                self.open.push(false);
                self.header = true;
            }
            Operator::If { blockty } => {
                self.frames.start_if(0);
                self.open.push(has_results(blockty));
                self.header = true;
            }
            Operator::Else => {
                self.frames.otherwise();
                self.open.pop();
                self.open.push(false);
                self.header = true;
            }
            Operator::End => {
                self.exact &= !self.open.pop().unwrap_or(false);
                self.frames.end();
            }
            _ => return self.frames.leave(operator) && self.forget(),
        }
        self.forget()
    }

    fn forget(&mut self) -> bool {
        self.immediates.clear();
        true
    }
}

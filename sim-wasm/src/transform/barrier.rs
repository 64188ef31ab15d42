//! The code that precedes stores: it asks whether the granule written to is marked, and calls the
//! host if it is not.
//!
//! ```wat
//! (block
//!   (br_if 0 (i32.load8_u $marks (i32.shr_u ADDRESS (i32.const GRANULE_SHIFT))))
//!   (call $touch ADDRESS))
//! ```
//!
//! The address is what the store computes, except that adding its offset may wrap around: such a
//! store traps, and touching some other granule does no harm. Where there is no mark, the look at
//! it traps as the store would.

use super::Added;
use super::plan::{Barrier, Bulk, Place};
use super::scratch::Scratch;
use crate::pages::WRITES;
use crate::rollback::{GRANULE_SHIFT, MARGIN};
use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, MemArgTarget, ValType};

/// The memory of marks.
const MARKS: u32 = 1;

/// An address: a local plus a constant, or a constant.
#[derive(Clone, Copy, Debug)]
struct Address {
    local: Option<u32>,
    plus: u64,
}

/// The memory of marks of touched pages.
const PAGE_MARKS: u32 = 2;

/// Types of the second and third operand of a bulk operation.
fn operands(bulk: Bulk, address: ValType) -> (ValType, ValType) {
    match bulk {
        Bulk::Fill => (ValType::I32, address),
        Bulk::Copy => (address, address),
        Bulk::Init => (ValType::I32, ValType::I32),
    }
}

/// Writes barriers into a function.
pub(super) struct Writer<'a> {
    added: &'a Added,
    sink: InstructionSink<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(added: &'a Added, function: &'a mut Function) -> Self {
        Writer { added, sink: function.instructions() }
    }

    /// Writes `barrier`, whose operands are on the stack and stay there.
    pub(super) fn write(&mut self, barrier: &Barrier, scratch: &mut Scratch) {
        match *barrier {
            Barrier::Store { place: Place::Local { local, plus }, .. } => {
                self.check(Address { local: Some(local), plus });
            }
            Barrier::Store { place: Place::Constant(plus), .. } => {
                self.check(Address { local: None, plus });
            }
            Barrier::Store { place: Place::Operand { offset }, value } => {
                let [address, value] = scratch.locals([self.added.address(), value]);
                self.sink.local_set(value).local_tee(address);
                self.check(Address { local: Some(address), plus: offset });
                self.sink.local_get(value);
            }
            Barrier::Bulk(bulk) => self.bulk(bulk, scratch),
            Barrier::Access { place, value, bytes, writes } => {
                let address = self.hold(place, value, scratch);
                self.look(address, bytes, writes);
                if let (Place::Operand { .. }, Some(value)) = (place, value) {
                    let [_, value] = scratch.locals([self.added.address(), value]);
                    self.sink.local_get(value);
                }
            }
            Barrier::AccessRange(bulk) => self.ranges(bulk, scratch),
        }
    }

    /// An address that can be computed again; it and what lies on top of it may have been taken
    /// off the stack, and the address put back.
    fn hold(&mut self, place: Place, value: Option<ValType>, scratch: &mut Scratch) -> Address {
        match place {
            Place::Local { local, plus } => Address { local: Some(local), plus },
            Place::Constant(plus) => Address { local: None, plus },
            Place::Operand { offset } => {
                let address = match value {
                    Some(value) => {
                        let [address, value] = scratch.locals([self.added.address(), value]);
                        self.sink.local_set(value);
                        address
                    }
                    None => scratch.locals([self.added.address()])[0],
                };
                self.sink.local_tee(address);
                Address { local: Some(address), plus: offset }
            }
        }
    }

    /// Asks whether the pages of so many bytes at `address` are marked, and calls the host if not.
    fn look(&mut self, address: Address, bytes: u64, writes: bool) {
        self.sink.block(BlockType::Empty);
        let last = Address { plus: address.plus.wrapping_add(bytes - 1), ..address };
        self.load_mark(last, PAGE_MARKS);
        if writes {
            self.sink.i32_const(1).i32_gt_u();
        }
        self.sink.br_if(0);
        self.address(address);
        let flags = bytes as i32 | if writes { WRITES } else { 0 };
        self.sink.i32_const(flags).call(self.added.access()).end();
    }

    /// Notes the ranges a bulk operation accesses.
    fn ranges(&mut self, bulk: Bulk, scratch: &mut Scratch) {
        let address = self.added.address();
        let (value, len) = operands(bulk, address);
        let [target, value, len_at] = scratch.locals([address, value, len]);
        self.sink.local_set(len_at).local_set(value).local_tee(target);
        if bulk == Bulk::Copy {
            self.range(value, len_at, len, 0);
        }
        self.range(target, len_at, len, WRITES);
        self.sink.local_get(value).local_get(len_at);
    }

    fn range(&mut self, from: u32, len_at: u32, len: ValType, flags: i32) {
        self.sink.local_get(from).local_get(len_at);
        if len != self.added.address() {
            self.sink.i64_extend_i32_u();
        }
        self.sink.i32_const(flags).call(self.added.access_range());
    }

    /// Asks for the granule at `address`.
    fn check(&mut self, address: Address) {
        self.sink.block(BlockType::Empty);
        self.mark(address);
        self.sink.br_if(0);
        self.address(address);
        self.sink.call(self.added.touch()).end();
    }

    /// Asks for what a bulk operation writes: one look if that lies within a margin, a call if not.
    fn bulk(&mut self, bulk: Bulk, scratch: &mut Scratch) {
        let address = self.added.address();
        let (value, len) = operands(bulk, address);
        let [target, value, len_at] = scratch.locals([address, value, len]);
        self.sink.local_set(len_at).local_set(value).local_tee(target);
        self.sink.block(BlockType::Empty).block(BlockType::Empty);
        self.is_long(len, len_at);
        self.sink.br_if(0);
        self.mark(Address { local: Some(target), plus: 0 });
        self.sink.br_if(1).end();
        self.sink.local_get(target).local_get(len_at);
        if len != address {
            self.sink.i64_extend_i32_u();
        }
        self.sink.call(self.added.touch_range()).end();
        self.sink.local_get(value).local_get(len_at);
    }

    /// True if a length is more than a margin, or zero: the address may then be the heap's end,
    /// which has no mark.
    fn is_long(&mut self, ty: ValType, local: u32) {
        let sink = self.sink.local_get(local);
        match ty {
            ValType::I64 => sink.i64_const(1).i64_sub().i64_const(MARGIN as i64).i64_ge_u(),
            _ => sink.i32_const(1).i32_sub().i32_const(MARGIN as i32).i32_ge_u(),
        };
    }

    /// The mark of the granule at `address`.
    fn mark(&mut self, address: Address) {
        self.load_mark(address, MARKS);
    }

    /// What `memory` says of the granule at `address`.
    fn load_mark(&mut self, address: Address, memory: u32) {
        let target = MemArgTarget::Memory(memory);
        let mark = MemArg { offset: 0, align: 0, target, ordering: None };
        if let Address { local: None, plus } = address {
            self.constant(plus >> GRANULE_SHIFT).i32_load8_u(mark);
            return;
        }
        self.address(address);
        match self.added.wide {
            true => self.sink.i64_const(GRANULE_SHIFT.into()).i64_shr_u(),
            false => self.sink.i32_const(GRANULE_SHIFT as i32).i32_shr_u(),
        };
        self.sink.i32_load8_u(mark);
    }

    fn address(&mut self, Address { local, plus }: Address) {
        let Some(local) = local else {
            self.constant(plus);
            return;
        };
        self.sink.local_get(local);
        if plus != 0 {
            let wide = self.added.wide;
            let sink = self.constant(plus);
            if wide {
                sink.i64_add()
            } else {
                sink.i32_add()
            };
        }
    }

    fn constant(&mut self, value: u64) -> &mut InstructionSink<'a> {
        match self.added.wide {
            true => self.sink.i64_const(value as i64),
            false => self.sink.i32_const(value as u32 as i32),
        }
    }
}

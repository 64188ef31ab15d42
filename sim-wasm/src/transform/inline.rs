//! Small functions written in place of their calls within loops.
//!
//! A call costs the interpreter as much as ten operators, and a loop that makes one in every turn
//! spends most of its time on them. What the network counts stays as it is: the call is counted with
//! the segment it stands in, and the function's own segments are charged where they begin. So only
//! the interpreter sees fewer nested calls than there are; what it allows of them takes that into
//! account (`CodeWriter::nested`).
//!
//! Only calls in the module's own code are replaced, none within what replaces one.

use super::scratch::Scratch;
use crate::facts::Facts;
use crate::operators::Weights;
use crate::segments::{Segment, Segments};
use std::collections::BTreeMap;
use wasm_encoder::ValType;
use wasmparser::{BlockType, FunctionBody, Operator};

/// The longest body, in bytes, that is looked at.
const LONGEST: u64 = 256;
/// The most locals a function may have.
const MOST_LOCALS: usize = 32;
/// Operators added to one function at most.
const ROOM: usize = 2_000;

/// The functions that may be written in place of their calls, by index.
#[derive(Debug, Default)]
pub(super) struct Inliner<'a> {
    callees: BTreeMap<u32, Callee<'a>>,
}

/// A small function.
#[derive(Debug)]
struct Callee<'a> {
    operators: Vec<Operator<'a>>,
    charges: Vec<Segment>,
    parameters: usize,
    /// Types of parameters and locals.
    locals: Vec<ValType>,
    /// For each of them: it is assigned to, or has to be zero in the beginning.
    changes: Vec<bool>,
    result: BlockType,
}

/// A function as it is to be written.
#[derive(Debug, Default)]
pub(super) struct Body<'a> {
    pub(super) operators: Vec<Operator<'a>>,
    /// Charges; several may stand at one place.
    pub(super) charges: Vec<Segment>,
    /// Types of the locals it has in addition.
    pub(super) locals: Vec<ValType>,
    /// The most parameters and locals of a function written into it.
    pub(super) inlined: Option<u32>,
}

/// The type of a construct that leaves what a function of so many results does.
pub(super) fn block_type(results: &[wasmparser::ValType]) -> Option<BlockType> {
    match results {
        [] => Some(BlockType::Empty),
        [result] => Some(BlockType::Type(*result)),
        _ => None,
    }
}

fn number(ty: wasmparser::ValType) -> Option<ValType> {
    match ty {
        wasmparser::ValType::I32 => Some(ValType::I32),
        wasmparser::ValType::I64 => Some(ValType::I64),
        wasmparser::ValType::F32 => Some(ValType::F32),
        wasmparser::ValType::F64 => Some(ValType::F64),
        _ => None,
    }
}

fn zero<'a>(ty: ValType) -> Operator<'a> {
    match ty {
        ValType::I64 => Operator::I64Const { value: 0 },
        ValType::F32 => Operator::F32Const { value: 0.0.into() },
        ValType::F64 => Operator::F64Const { value: 0.0.into() },
        _ => Operator::I32Const { value: 0 },
    }
}

impl<'a> Inliner<'a> {
    /// Finds the small functions among `bodies`, those that the module defines.
    pub(super) fn new(bodies: &[FunctionBody<'a>], facts: &Facts, weights: &Weights) -> Self {
        let small = bodies.iter().zip(facts.imported_functions..);
        let length = |body: &FunctionBody<'_>| body.range().end - body.range().start;
        let small = small.filter(|(body, _)| length(body) <= LONGEST);
        let callee = |(body, index)| Some((index, Callee::new(body, index, facts, weights)?));
        Inliner { callees: small.filter_map(callee).collect() }
    }
}

impl<'a> Callee<'a> {
    fn new(body: &FunctionBody<'a>, index: u32, facts: &Facts, weights: &Weights) -> Option<Self> {
        let ty = facts.function_type(index)?;
        let mut locals: Vec<_> = ty.params().iter().map(|ty| number(*ty)).collect::<Option<_>>()?;
        for local in body.get_locals_reader().ok()? {
            let (count, ty) = local.ok()?;
            let ty = number(ty)?;
            let count = usize::try_from(count).ok().filter(|count| *count <= MOST_LOCALS)?;
            locals.extend(std::iter::repeat_n(ty, count));
        }
        let operators = body.get_operators_reader().ok()?.into_iter();
        let operators: Vec<_> = operators.collect::<Result<_, _>>().ok()?;
        let unsuited = operators.iter().any(|operator| match operator {
            Operator::Call { function_index } => *function_index == index,
            Operator::Loop { .. }
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. } => true,
            _ => false,
        });
        if unsuited || locals.len() > MOST_LOCALS {
            return None;
        }
        let charges = Segments::of(&operators, weights).charged;
        let changes = changes(&operators, ty.params().len(), locals.len());
        let (parameters, result) = (ty.params().len(), block_type(ty.results())?);
        Some(Callee { operators, charges, parameters, locals, changes, result })
    }
}

/// For each parameter and local: it is assigned to, or, for a local, perhaps read before it is.
fn changes(operators: &[Operator<'_>], parameters: usize, locals: usize) -> Vec<bool> {
    let mut changes = vec![false; locals];
    // The locals that have been assigned to for certain, for each open construct.
    let mut open = vec![vec![false; locals]];
    for operator in operators {
        match operator {
            Operator::Block { .. } | Operator::If { .. } => {
                let outside = open.last().cloned().unwrap_or_default();
                open.push(outside);
            }
            Operator::Else => {
                let outside = open.len().checked_sub(2).and_then(|at| open.get(at)).cloned();
                if let (Some(inside), Some(outside)) = (open.last_mut(), outside) {
                    *inside = outside;
                }
            }
            Operator::End => drop(open.pop()),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let at = *local_index as usize;
                changes[at] |= at < parameters;
                if let Some(assigned) = open.last_mut() {
                    assigned[at] = true;
                }
            }
            Operator::LocalGet { local_index } => {
                let at = *local_index as usize;
                let assigned = open.last().is_some_and(|assigned| assigned[at]);
                changes[at] |= at >= parameters && !assigned;
            }
            _ => {}
        }
    }
    changes
}

/// A function body under way.
struct Expansion<'b, 'a> {
    inliner: Option<&'b Inliner<'a>>,
    body: Body<'a>,
    scratch: Scratch,
    /// The open constructs: which are loops.
    open: Vec<bool>,
    room: usize,
}

/// Writes the small functions of `inliner` in place of their calls in the loops of a body that has
/// `own` parameters and locals. With a `result`, a function that returns it is written so that it
/// ends only at its end.
pub(super) fn expand<'a>(
    operators: Vec<Operator<'a>>,
    charges: Vec<Segment>,
    own: u32,
    inliner: Option<&Inliner<'a>>,
    result: Option<BlockType>,
) -> Body<'a> {
    if inliner.is_none() && result.is_none() {
        return Body { operators, charges, ..Body::default() };
    }
    let (scratch, open, body) = (Scratch::new(own), Vec::new(), Body::default());
    let mut expansion = Expansion { inliner, body, scratch, open, room: ROOM };
    expansion.body.operators.reserve(operators.len() + 2);
    let ends_once = result.is_some();
    if let Some(blockty) = result {
        expansion.body.operators.push(Operator::Block { blockty });
    }
    let mut charges = charges.into_iter().peekable();
    for (operator, at) in operators.into_iter().zip(0..) {
        while let Some(segment) = charges.next_if(|segment| segment.start == at) {
            expansion.charge(segment);
        }
        expansion.operator(operator, ends_once);
    }
    if ends_once {
        expansion.body.operators.push(Operator::End);
    }
    let Expansion { body, scratch, .. } = expansion;
    Body { locals: scratch.types().to_vec(), ..body }
}

impl<'b, 'a> Expansion<'b, 'a> {
    /// Charges `segment` at this place.
    fn charge(&mut self, segment: Segment) {
        let start = self.body.operators.len() as u32;
        match self.body.charges.last_mut() {
            // Nothing lies between the two.
            Some(last) if last.start == start && !last.reentrant => {
                last.cost += segment.cost;
                last.reentrant = segment.reentrant;
            }
            _ => self.body.charges.push(Segment { start, ..segment }),
        }
    }

    fn operator(&mut self, operator: Operator<'a>, ends_once: bool) {
        if let Some(callee) = self.callee(&operator) {
            self.inline(callee);
            return;
        }
        let operator = match operator {
            Operator::Return if ends_once => {
                Operator::Br { relative_depth: self.open.len() as u32 }
            }
            operator => operator,
        };
        match operator {
            Operator::Block { .. } | Operator::If { .. } => self.open.push(false),
            Operator::Loop { .. } => self.open.push(true),
            Operator::End => drop(self.open.pop()),
            _ => {}
        }
        self.body.operators.push(operator);
    }

    /// What to write in place of `operator`, if it is a call and there is room.
    fn callee(&self, operator: &Operator<'a>) -> Option<&'b Callee<'a>> {
        let Operator::Call { function_index } = operator else { return None };
        let callee = self.inliner?.callees.get(function_index)?;
        let fits = callee.operators.len() <= self.room && self.open.contains(&true);
        fits.then_some(callee)
    }

    fn inline(&mut self, callee: &'b Callee<'a>) {
        let held = self.scratch.each(&callee.locals);
        let stands_for = self.arguments(callee, &held);
        for ((ty, local), changes) in
            callee.locals.iter().zip(&held).zip(&callee.changes).skip(callee.parameters)
        {
            if *changes {
                self.body.operators.extend([zero(*ty), Operator::LocalSet { local_index: *local }]);
            }
        }
        self.body.operators.push(Operator::Block { blockty: callee.result });
        let mut charges = callee.charges.iter().peekable();
        let mut depth = 0;
        for (operator, at) in callee.operators.iter().zip(0..) {
            while let Some(segment) = charges.next_if(|segment| segment.start == at) {
                self.charge(*segment);
            }
            match operator {
                Operator::Block { .. } | Operator::If { .. } => depth += 1,
                Operator::End => depth -= 1,
                _ => {}
            }
            self.body.operators.push(moved(operator, depth.max(0) as u32, &held, &stands_for));
        }
        self.room -= callee.operators.len();
        let locals = callee.locals.len() as u32;
        self.body.inlined = Some(self.body.inlined.unwrap_or(0).max(locals));
    }

    /// Takes the arguments of a call of `callee` off the stack, whose parameters are the first of
    /// the locals `held`. For each parameter: what stands for it wherever it is read, if anything.
    fn arguments(&mut self, callee: &Callee<'a>, held: &[u32]) -> Vec<Option<Operator<'a>>> {
        let mut plain = Vec::new();
        while plain.len() < callee.parameters {
            match self.body.operators.last() {
                Some(last) if is_plain(last) => plain.extend(self.body.operators.pop()),
                _ => break,
            }
        }
        let on_stack = callee.parameters - plain.len();
        let sets = held[..on_stack].iter().rev();
        self.body.operators.extend(sets.map(|local| Operator::LocalSet { local_index: *local }));
        let mut stands_for = vec![None; on_stack];
        for (place, argument) in (on_stack..).zip(plain.into_iter().rev()) {
            if callee.changes[place] {
                let set = Operator::LocalSet { local_index: held[place] };
                self.body.operators.extend([argument, set]);
                stands_for.push(None);
            } else {
                stands_for.push(Some(argument));
            }
        }
        stands_for
    }
}

/// True if the operator may as well be executed later, and more than once: it is a constant, or reads
/// a local, which the function called cannot change.
fn is_plain(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::LocalGet { .. } | Operator::I32Const { .. } | Operator::I64Const { .. }
    )
}

/// An operator of a function whose locals are now those `held`, within `depth` constructs of it.
fn moved<'a>(
    operator: &Operator<'a>,
    depth: u32,
    held: &[u32],
    stands_for: &[Option<Operator<'a>>],
) -> Operator<'a> {
    match operator {
        Operator::LocalGet { local_index: local } => {
            let argument = stands_for.get(*local as usize).cloned().flatten();
            argument.unwrap_or(Operator::LocalGet { local_index: held[*local as usize] })
        }
        Operator::LocalSet { local_index: local } => {
            Operator::LocalSet { local_index: held[*local as usize] }
        }
        Operator::LocalTee { local_index: local } => {
            Operator::LocalTee { local_index: held[*local as usize] }
        }
        Operator::Return => Operator::Br { relative_depth: depth },
        operator => operator.clone(),
    }
}

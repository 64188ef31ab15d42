//! Function bodies with the inserted counting and barriers.

use super::barrier::Writer;
use super::counter::LocalCounter;
use super::depth::Depth;
use super::fuel::Fuel;
use super::inline::{Body, Inliner, block_type, expand};
use super::plan::{Barrier, plan};
use super::scratch::Scratch;
use super::{Added, Rewriting, Transformed};
use crate::compile_cost::OperatorCount;
use crate::facts::Facts;
use crate::meter::LONGEST;
use crate::operators::Weights;
use crate::segments::{Segment, Segments, is_dynamic};
use sim_core::profile::MeteringMode;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{BlockType, CodeSection, Function, InstructionSink, ValType};
use wasmparser::{FunctionBody, Operator};

/// Rewrites function bodies one after the other.
pub(super) struct CodeWriter<'a> {
    added: Added,
    facts: &'a Facts,
    weights: &'a Weights,
    /// Index of the next function, before the rewriting.
    next: u32,
    operators: OperatorCount,
    rewriting: &'a Rewriting<'a>,
    /// The small functions, if they are written in place of calls.
    inliner: Option<Inliner<'a>>,
    most_locals: u32,
    /// Functions that the interpreter takes for one at most.
    nested: u32,
    /// Counting is exact.
    exact: bool,
    changes_tables: bool,
}

/// What is inserted into one function.
struct Insertions {
    charges: std::iter::Peekable<std::vec::IntoIter<Segment>>,
    barriers: std::iter::Peekable<std::vec::IntoIter<(usize, Barrier)>>,
    scratch: Scratch,
    /// How fuel is counted, if it is.
    fuel: Option<Fuel>,
    /// The counter, if it is kept in a local.
    local: Option<LocalCounter>,
    /// How the stack is counted, if it is.
    depth: Option<Depth>,
}

impl<'a> CodeWriter<'a> {
    pub(super) fn new(
        added: Added,
        facts: &'a Facts,
        weights: &'a Weights,
        rewriting: &'a Rewriting<'a>,
        bodies: &[FunctionBody<'a>],
    ) -> Self {
        // A program that counts its stack has to see every call, and wasmi's own count every one
        // of its own operators.
        let inlines = rewriting.frames.is_none() && rewriting.mode != MeteringMode::Native;
        let operators = OperatorCount::default();
        let next = facts.imported_functions;
        CodeWriter {
            added,
            facts,
            weights,
            next,
            operators,
            rewriting,
            inliner: inlines.then(|| Inliner::new(bodies, facts, weights)),
            most_locals: 0,
            nested: 1,
            exact: true,
            changes_tables: false,
        }
    }

    /// The module, with what is known of it now.
    pub(super) fn finish(self, binary: Vec<u8>) -> Transformed {
        Transformed {
            binary,
            operators: self.operators,
            mode: self.rewriting.mode,
            exact: self.exact,
            most_locals: self.most_locals,
            nested: self.nested,
            changes_tables: self.changes_tables,
        }
    }

    /// Rewrites `body` into `section`.
    pub(super) fn write(
        &mut self,
        body: &FunctionBody<'a>,
        section: &mut CodeSection,
    ) -> Result<(), reencode::Error> {
        let mut locals = self.locals(body)?;
        let own = self.parameters() + locals.iter().map(|(n, _)| n).sum::<u32>();
        let (body, counter) = self.expand(body, own)?;
        let depth = self.depth(own);
        // Functions that count their stack are written as they are.
        let mut first = own + body.locals.len() as u32;
        locals.extend(body.locals.iter().map(|ty| (1, *ty)));
        locals.extend(depth.map(|_| (1, ValType::I32)));
        let local = counter.then(|| LocalCounter::new(first));
        locals.extend(local.map(|_| (1, ValType::I64)));
        first += u32::from(depth.is_some()) + u32::from(local.is_some());
        let barriers = plan(&body.operators, self.facts, self.rewriting.tracks_pages);
        let mut insertions = Insertions {
            charges: body.charges.into_iter().peekable(),
            barriers: barriers.into_iter().peekable(),
            scratch: Scratch::new(first),
            fuel: (self.rewriting.mode == MeteringMode::Fuel).then(Fuel::new),
            local,
            depth,
        };
        self.next += 1;
        // The locals come first but are known last.
        let mut code = Function::new([]);
        self.operators(&body.operators, &mut insertions, &mut code)?;
        self.exact &= insertions.fuel.is_none_or(|fuel| fuel.exact);
        locals.extend(insertions.scratch.types().iter().map(|ty| (1, *ty)));
        let mut function = Function::new(locals);
        let no_locals = Function::new([]).byte_len();
        function.raw(code.into_raw_body().into_iter().skip(no_locals));
        section.function(&function);
        Ok(())
    }

    /// The body of a function with `own` locals and parameters, with what is to be charged, and
    /// whether its counter is kept in a local.
    fn expand(
        &mut self,
        body: &FunctionBody<'a>,
        own: u32,
    ) -> Result<(Body<'a>, bool), reencode::Error> {
        let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
        let segments = Segments::of(&operators, self.weights);
        self.operators.add(&segments);
        let charges = if self.counts() { segments.charged } else { Vec::new() };
        let loops = operators.iter().any(|operator| matches!(operator, Operator::Loop { .. }));
        let counter = if loops { self.counter_in_local() } else { None };
        let inliner = self.inliner.as_ref().filter(|_| loops);
        let body = expand(operators, charges, own, inliner, counter);
        self.most_locals = self.most_locals.max(own + body.inlined.unwrap_or(0));
        self.nested = self.nested.max(1 + u32::from(body.inlined.is_some()));
        Ok((body, counter.is_some()))
    }

    /// The type of what the function returns, if its counter can be kept in a local.
    fn counter_in_local(&self) -> Option<wasmparser::BlockType> {
        let Rewriting { mode, tracks_pages, frames } = *self.rewriting;
        if mode != MeteringMode::Counter || tracks_pages || frames.is_some() {
            return None;
        }
        block_type(self.facts.function_type(self.next)?.results())
    }

    /// False if the interpreter counts in its own way.
    fn counts(&self) -> bool {
        self.rewriting.mode != MeteringMode::Native
    }

    /// How the stack is counted in a function with `own` locals and parameters.
    fn depth(&self, own: u32) -> Option<Depth> {
        let place = (self.next - self.added.first_defined) as usize;
        let frame = self.rewriting.frames?.get(place)?;
        Some(Depth { frame: *frame, left: own })
    }

    fn parameters(&self) -> u32 {
        self.facts.function_type(self.next).map_or(0, |ty| ty.params().len() as u32)
    }

    fn locals(&mut self, body: &FunctionBody<'_>) -> Result<Vec<(u32, ValType)>, reencode::Error> {
        let locals = body.get_locals_reader()?.into_iter();
        locals.map(|local| local.map(|(n, ty)| Ok((n, self.added.val_type(ty)?)))?).collect()
    }

    fn operators(
        &mut self,
        operators: &[Operator<'_>],
        insertions: &mut Insertions,
        function: &mut Function,
    ) -> Result<(), reencode::Error> {
        self.enter(insertions, function);
        for (at, operator) in operators.iter().enumerate() {
            let Insertions { charges, barriers, scratch, fuel, local, depth } = insertions;
            let mut segment = charges.next_if(|segment| segment.start as usize == at);
            count(fuel, local, segment, function, &self.added);
            while segment.is_some() {
                segment = charges.next_if(|segment| segment.start as usize == at);
                count(fuel, local, segment, function, &self.added);
            }
            if let Some(local) = local {
                local.before(operator, at + 1 == operators.len(), function, &self.added);
            }
            if let Some(depth) = depth {
                depth.before(operator, function, &self.added, self.facts);
            }
            if self.counts() && is_dynamic(operator) {
                depth.inspect(|depth| depth.charge(function, &self.added));
                let counter = fuel.is_none();
                let charge = if counter { self.added.charge } else { self.added.host_charge() };
                let wide = u32::from(self.added.has_wide_length(operator));
                function.instructions().call(charge + wide);
            }
            if let Some(fuel) = fuel {
                fuel.hide(operator, function, &self.added, scratch);
            }
            while let Some((_, barrier)) = barriers.next_if(|(place, _)| *place == at) {
                Writer::new(&self.added, function).write(&barrier, scratch);
            }
            let before_select = operators.get(at + 1).is_some_and(is_select);
            if let Some(fuel) = fuel {
                fuel.read(operator, self.facts);
                if matches!(operator, Operator::Nop) {
                    continue;
                }
            }
            self.operator(function, operator, before_select)?;
            if let Some(local) = &mut insertions.local {
                local.after(operator, function, &self.added);
            }
            if let Some(depth) = insertions.depth {
                depth.after(operator, function, &self.added);
            }
        }
        Ok(())
    }

    /// Takes the stack the function needs. Fuel for its first segment is taken before.
    fn enter(&self, insertions: &mut Insertions, function: &mut Function) {
        if let Some(local) = insertions.local {
            local.enter(function, &self.added);
        }
        let Some(depth) = insertions.depth else { return };
        let first = insertions.charges.peek().filter(|_| insertions.fuel.is_some());
        let refund = first.map_or(0, |segment| segment.cost);
        depth.enter(refund, function, &self.added);
    }

    fn operator(
        &mut self,
        function: &mut Function,
        operator: &Operator<'_>,
        before_select: bool,
    ) -> Result<(), reencode::Error> {
        self.changes_tables |= changes_tables(operator);
        if matches!(operator, Operator::MemoryGrow { .. }) {
            function.instructions().call(self.added.grow());
        } else if !before_select || !compare(&mut function.instructions(), operator) {
            function.instruction(&self.added.instruction(operator.clone())?);
        }
        Ok(())
    }
}

/// Counts the segment that starts here, if one does.
fn count(
    fuel: &mut Option<Fuel>,
    local: &mut Option<LocalCounter>,
    segment: Option<Segment>,
    to: &mut Function,
    added: &Added,
) {
    match (fuel, local, segment) {
        (Some(fuel), _, segment) => {
            fuel.charge(segment.map_or(0, |segment| segment.cost), to, added);
        }
        (None, Some(local), Some(segment)) => local.charge(segment, to, added),
        (None, None, Some(segment)) => charge(&mut to.instructions(), added, &segment),
        (None, _, None) => {}
    }
}

/// A comparison with zero directly before a `select` is written in other words: wasmi 2.0.0 fuses
/// the two although the compared value may not be where the fused operator looks.
fn compare(sink: &mut InstructionSink<'_>, operator: &Operator<'_>) -> bool {
    match operator {
        Operator::I32Eqz => sink.i32_const(1).i32_lt_u(),
        Operator::I32Eq => sink.i32_xor().i32_const(1).i32_lt_u(),
        Operator::I32Ne => sink.i32_xor(),
        _ => return false,
    };
    true
}

fn is_select(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Select | Operator::TypedSelect { .. })
}

/// True if the operator changes what the next message would see of tables and segments.
fn changes_tables(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::DataDrop { .. }
            | Operator::ElemDrop { .. }
    )
}

/// Charges a segment; checks the counter if the segment is re-entrant.
fn charge(sink: &mut InstructionSink<'_>, added: &Added, segment: &Segment) {
    if segment.cost > 0 {
        let cost = i64::try_from(segment.cost).unwrap_or(i64::MAX);
        sink.global_get(added.counter).i64_const(cost).i64_sub().global_set(added.counter);
    }
    if segment.reentrant {
        check(sink, added);
    }
}

fn check(sink: &mut InstructionSink<'_>, added: &Added) {
    sink.global_get(added.counter)
        .i64_const(0)
        .i64_lt_s()
        .if_(BlockType::Empty)
        .call(added.out_of_instructions())
        .end();
}

impl Added {
    /// True if the length operand of a bulk operation has 64 bits. That of `init` never has: it is
    /// a length in the segment.
    fn has_wide_length(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => self.wide,
            Operator::TableFill { .. } | Operator::TableCopy { .. } => self.table64,
            _ => false,
        }
    }
}

/// Charges its operand, one for each byte or element, and gives it back. What is longer than any
/// memory is charged as the longest: it traps.
pub(super) fn charge_function(added: &Added, wide: bool) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.global_get(added.counter).local_get(0);
    if wide {
        sink.i64_const(LONGEST).local_get(0).i64_const(LONGEST).i64_lt_u().select();
    } else {
        sink.i64_extend_i32_u();
    }
    sink.i64_sub().global_set(added.counter);
    check(&mut sink, added);
    sink.local_get(0).end();
    function
}

//! Function bodies with the inserted counting.

use super::Added;
use crate::compile_cost::OperatorCount;
use crate::operators::Weights;
use crate::segments::{Segment, Segments, is_dynamic};
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{BlockType, CodeSection, Function, InstructionSink};
use wasmparser::{FunctionBody, Operator};

/// Longer than any memory, and more instructions than any limit.
const LONGEST: i64 = 1 << 60;

/// Rewrites function bodies one after the other.
pub(super) struct CodeWriter<'a> {
    added: Added,
    weights: &'a Weights,
    operators: OperatorCount,
    changes_tables: bool,
}

impl<'a> CodeWriter<'a> {
    pub(super) fn new(added: Added, weights: &'a Weights) -> Self {
        CodeWriter { added, weights, operators: OperatorCount::default(), changes_tables: false }
    }

    /// Operators of all bodies, and whether any changes a table or drops a segment.
    pub(super) fn finish(self) -> (OperatorCount, bool) {
        (self.operators, self.changes_tables)
    }

    /// Rewrites `body` into `section`.
    pub(super) fn write(
        &mut self,
        body: &FunctionBody<'_>,
        section: &mut CodeSection,
    ) -> Result<(), reencode::Error> {
        let segments = Segments::of(body, self.weights)?;
        self.operators.add(&segments);
        let mut function = self.added.new_function_with_parsed_locals(body)?;
        let mut charges = segments.charged.iter().peekable();
        let mut reader = body.get_operators_reader()?;
        let mut at = 0;
        // Held back until it is known whether a `select` follows.
        let mut comparison = None;
        while !reader.eof() {
            let operator = reader.read()?;
            let before_select = is_select(&operator);
            if let Some(comparison) = comparison.take() {
                self.compare(&mut function, comparison, before_select)?;
            }
            if let Some(segment) = charges.next_if(|segment| segment.start == at) {
                charge(&mut function.instructions(), &self.added, segment);
            }
            if is_equality(&operator) {
                comparison = Some(operator);
            } else {
                self.operator(&mut function, operator)?;
            }
            at += 1;
        }
        section.function(&function);
        Ok(())
    }

    fn operator(
        &mut self,
        function: &mut Function,
        operator: Operator<'_>,
    ) -> Result<(), reencode::Error> {
        self.changes_tables |= changes_tables(&operator);
        if is_dynamic(&operator) {
            let wide = u32::from(self.added.has_wide_length(&operator));
            function.instructions().call(self.added.charge + wide);
        }
        function.instruction(&self.added.instruction(operator)?);
        Ok(())
    }

    /// A comparison with zero directly before a `select` is written in other words: wasmi 2.0.0
    /// fuses the two although the compared value may not be where the fused operator looks.
    fn compare(
        &mut self,
        function: &mut Function,
        operator: Operator<'_>,
        before_select: bool,
    ) -> Result<(), reencode::Error> {
        let mut sink = function.instructions();
        match operator {
            Operator::I32Eqz if before_select => sink.i32_const(1).i32_lt_u(),
            Operator::I32Eq if before_select => sink.i32_xor().i32_const(1).i32_lt_u(),
            Operator::I32Ne if before_select => sink.i32_xor(),
            operator => return self.operator(function, operator),
        };
        Ok(())
    }
}

fn is_select(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Select | Operator::TypedSelect { .. })
}

fn is_equality(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::I32Eqz | Operator::I32Eq | Operator::I32Ne)
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
        .call(added.out_of_instructions)
        .end();
}

impl Added {
    /// True if the length operand of a bulk operation has 64 bits. That of `init` never has: it is
    /// a length in the segment.
    fn has_wide_length(&self, operator: &Operator<'_>) -> bool {
        match operator {
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => self.memory64,
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

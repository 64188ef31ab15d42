//! The System API: the functions a canister imports from `ic0`.
//!
//! Every call goes through [`call`]: charge, check the budget, check that the function is allowed
//! here, do it. The functions themselves stand in the submodules, by topic.

mod calls;
mod cycles;
mod environment;
mod input;
mod reply;
mod signatures;
mod stable_memory;

pub(crate) use signatures::signature;

use crate::entry::Entries;
use crate::failure::{Interrupt, engine_error, limit_exceeded, violation};
use crate::heap::Heap;
use crate::host::Host;
use crate::message::Message;
use crate::rules::Rules;
use crate::stable::StableMemory;
use sim_core::profile::SystemApiCosts;
use sim_core::runtime::Failure;
use wasmi::errors::LinkerError;
use wasmi::{AsContextMut, Caller, Error, Linker, Val};

/// The module name all System API functions are imported from.
pub(crate) const MODULE: &str = "ic0";

/// Overheads of all functions under one profile.
#[derive(Debug)]
pub(crate) struct ApiCosts(SystemApiCosts);

/// What is known of a function before it runs.
#[derive(Clone, Copy)]
struct Rule {
    name: &'static str,
    entries: Entries,
    overhead: u64,
    byte: u64,
    transmitted_byte: u64,
    printed_byte: u64,
}

impl ApiCosts {
    pub(crate) fn new(costs: &SystemApiCosts) -> Self {
        ApiCosts(costs.clone())
    }

    fn rule(&self, name: &'static str) -> Rule {
        Rule {
            name,
            entries: signature(name).map_or(Entries::NONE, |signature| signature.entries),
            overhead: self.0.function(name),
            byte: self.0.byte,
            transmitted_byte: self.0.transmitted_byte,
            printed_byte: self.0.printed_byte,
        }
    }
}

/// The bytes a call is charged for.
#[derive(Clone, Copy)]
enum Charge {
    Nothing,
    Copied(u64),
    Transmitted(u64),
    Printed(u64),
}

impl Rule {
    fn cost(&self, charge: Charge, message: &Message, rules: &Rules) -> u64 {
        let bytes = match charge {
            Charge::Nothing => 0,
            Charge::Copied(bytes) => bytes.saturating_mul(self.byte),
            Charge::Transmitted(bytes) => bytes.saturating_mul(self.transmitted_byte),
            Charge::Printed(bytes) => {
                let kept = bytes.min(rules.limits.log_bytes.get()) * self.printed_byte;
                kept + bytes.min(message.log_room()) * self.transmitted_byte
            }
        };
        self.overhead.saturating_add(bytes)
    }
}

/// What a System API function works on.
struct Context<'a> {
    heap: &'a mut Heap<'a>,
    message: &'a mut Message,
    stable: &'a mut StableMemory,
    rules: &'a Rules,
}

/// The result of a System API function.
trait Answer {
    /// The value Wasm gets, if any.
    fn value(&self) -> Option<Val>;
}

impl Answer for () {
    fn value(&self) -> Option<Val> {
        None
    }
}

impl Answer for u32 {
    fn value(&self) -> Option<Val> {
        Some(Val::I32(*self as i32))
    }
}

impl Answer for u64 {
    fn value(&self) -> Option<Val> {
        Some(Val::I64(*self as i64))
    }
}

/// Takes `cost` off the counter; an error if the message may not use any more.
fn charge(message: &mut Message, cost: u64) -> Result<(), Failure> {
    message.budget.charge(cost);
    let over = cost > 0 && message.budget.counter < 0;
    if over && message.budget.is_exhausted() { Err(limit_exceeded()) } else { Ok(()) }
}

/// Charges for a function, then runs it if it is allowed.
fn perform<R>(
    rule: Rule,
    amount: Charge,
    context: &mut Context<'_>,
    function: impl FnOnce(&mut Context<'_>) -> Result<R, Failure>,
) -> Result<R, Failure> {
    let cost = rule.cost(amount, context.message, context.rules);
    charge(context.message, cost)?;
    let kind = context.message.kind;
    if !rule.entries.contains(kind) {
        let (name, mode) = (rule.name, kind.name());
        return Err(violation(format!("\"ic0_{name}\" cannot be executed in {mode} mode")));
    }
    function(context)
}

/// A System API call, as the interpreter makes it.
///
/// A call that uses up the slice still runs, and its answer waits for the next slice: what it did
/// is seen by nobody in between.
fn call<R: Answer>(
    rule: Rule,
    amount: Charge,
    mut caller: Caller<'_, Host>,
    function: impl FnOnce(&mut Context<'_>) -> Result<R, Failure>,
) -> Result<R, Error> {
    let unavailable = || Error::host(Interrupt::Fail(engine_error("no task is under way")));
    let (memory, meter) = (caller.data().memory, caller.data().meter);
    let meter = meter.ok_or_else(unavailable)?;
    let before = meter.left(&caller);
    let (heap, host) = match memory {
        Some(memory) => memory.data_and_store_mut(caller.as_context_mut()),
        None => (&mut [][..], caller.data_mut()),
    };
    let message = host.message.as_mut().ok_or_else(unavailable)?;
    message.budget.counter = before;
    let rules = &host.rules;
    let mut heap = Heap::new(heap, &mut host.undo);
    let mut context = Context { heap: &mut heap, message, stable: &mut host.stable, rules };
    let result = perform(rule, amount, &mut context, function);
    let budget = context.message.budget;
    if budget.counter != before {
        meter.set_left(&mut caller, budget.counter).map_err(|_| unavailable())?;
        if budget.counter < 0 && !budget.is_exhausted() {
            return Err(Error::host(Interrupt::Pause(result.map(|answer| answer.value()))));
        }
    }
    result.map_err(|failure| Error::host(Interrupt::Fail(failure)))
}

/// The bytes `at..at + len` of the heap.
fn readable<'a>(
    name: &str,
    heap: &'a [u8],
    at: u32,
    len: impl Into<u64>,
) -> Result<&'a [u8], Failure> {
    let (start, len) = (u64::from(at), len.into());
    let range = start as usize..start.saturating_add(len) as usize;
    heap.get(range).ok_or_else(|| out_of_bounds(name, start, len, heap.len()))
}

/// The bytes `at..at + len` of the heap, to be written.
fn writable<'a>(
    name: &str,
    heap: &'a mut Heap<'_>,
    at: u32,
    len: impl Into<u64>,
) -> Result<&'a mut [u8], Failure> {
    let (start, len, size) = (u64::from(at), len.into(), heap.len());
    let range = start as usize..start.saturating_add(len) as usize;
    heap.write(range).ok_or_else(|| out_of_bounds(name, start, len, size))
}

/// Copies `source[offset..offset + len]` to the heap.
fn copy_out(
    name: &str,
    heap: &mut Heap<'_>,
    (at, offset, len): (u32, u32, u32),
    source: &[u8],
) -> Result<(), Failure> {
    let target = writable(name, heap, at, len)?;
    let (start, end) = (offset as usize, offset as usize + len as usize);
    let part = source.get(start..end);
    let part = part.ok_or_else(|| out_of_bounds(name, offset.into(), len.into(), source.len()))?;
    target.copy_from_slice(part);
    Ok(())
}

fn out_of_bounds(name: &str, start: u64, len: u64, size: usize) -> Failure {
    violation(format!("ic0.{name}: src={start} + length={len} exceeds the slice size={size}"))
}

/// Defines System API functions: name and parameters as imported, and what bytes are charged.
/// Each is implemented by the function of the same name in the module that invokes the macro.
macro_rules! define {
    ($linker:expr, $costs:expr;
     $($name:ident($($arg:ident: $type:ty),*) $($charge:ident($bytes:expr))?;)*) => {
        $({
            let rule = $costs.rule(stringify!($name));
            $linker.func_wrap(
                crate::api::MODULE,
                rule.name,
                move |caller: wasmi::Caller<'_, crate::host::Host>, $($arg: $type),*| {
                    #[allow(unused_mut, unused_assignments)]
                    let mut charge = crate::api::Charge::Nothing;
                    $(charge = crate::api::Charge::$charge(u64::from($bytes));)?
                    crate::api::call(rule, charge, caller, |context| $name(context, $($arg),*))
                },
            )?;
        })*
    };
}
use define;

/// Defines all System API functions.
///
/// # Errors
/// A name is defined twice.
pub(crate) fn link(linker: &mut Linker<Host>, costs: &ApiCosts) -> Result<(), LinkerError> {
    input::link(linker, costs)?;
    reply::link(linker, costs)?;
    calls::link(linker, costs)?;
    cycles::link(linker, costs)?;
    environment::link(linker, costs)?;
    stable_memory::link(linker, costs)
}

//! The System API: the functions a canister imports from `ic0`.
//!
//! Every call goes through [`call`]: charge, check the budget, check that the function is allowed
//! here, do it. The functions themselves stand in the submodules, by topic.

mod answer;
mod calls;
mod cycles;
mod environment;
mod identity;
mod input;
mod prices;
mod reply;
mod signatures;
mod stable_memory;
mod variables;

use answer::{Answer, Size, Value};
pub(crate) use signatures::signature;

use crate::entry::Entries;
use crate::failure::{Interrupt, engine_error, limit_exceeded, violation};
use crate::heap::Heap;
use crate::host::Host;
use crate::message::Message;
use crate::rules::Rules;
use crate::stable::StableMemory;
use sim_core::profile::{Profile, SystemApiCosts};
use sim_core::runtime::Failure;
use std::ops::Range;
use wasmi::errors::LinkerError;
use wasmi::{AsContextMut, Caller, Error, Linker};

/// The module name all System API functions are imported from.
pub(crate) const MODULE: &str = "ic0";

/// Overheads of all functions under one profile, and where they are allowed.
#[derive(Debug)]
pub(crate) struct ApiCosts {
    costs: SystemApiCosts,
    cycles_in_queries: bool,
    reject_code_in_cleanup: bool,
}

/// What replicated queries may only call where the profile lets them handle cycles.
const CYCLES: [&str; 5] = [
    "cycles_burn128",
    "msg_cycles_accept",
    "msg_cycles_accept128",
    "msg_cycles_available",
    "msg_cycles_available128",
];

/// What is known of a function before it runs.
#[derive(Clone, Copy)]
struct Rule {
    name: &'static str,
    entries: Entries,
    overhead: u64,
    byte: u64,
    transmitted_byte: u64,
    printed_byte: u64,
    console_byte: u64,
}

impl ApiCosts {
    pub(crate) fn new(profile: &Profile) -> Self {
        let costs = profile.metering.system_api.clone();
        let cycles_in_queries = profile.limits.cycles_in_queries;
        let reject_code_in_cleanup = profile.limits.reject_code_in_cleanup;
        ApiCosts { costs, cycles_in_queries, reject_code_in_cleanup }
    }

    fn entries(&self, name: &str) -> Entries {
        let entries = signature(name).map_or(Entries::ANY, |signature| signature.entries);
        match name {
            _ if !self.cycles_in_queries && CYCLES.contains(&name) => {
                entries.without(Entries::REPLICATED_QUERY)
            }
            "msg_reject_code" if !self.reject_code_in_cleanup => entries.without(Entries::CLEANUP),
            _ => entries,
        }
    }

    fn rule(&self, name: &'static str) -> Rule {
        Rule {
            name,
            entries: self.entries(name),
            overhead: self.costs.function(name),
            byte: self.costs.byte,
            transmitted_byte: self.costs.transmitted_byte,
            printed_byte: self.costs.printed_byte,
            console_byte: self.costs.console_byte,
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
                let kept = bytes.min(rules.log_bytes.get()) * self.printed_byte;
                let shown = bytes.saturating_mul(self.console_byte);
                kept + shown + bytes.min(message.log_room()) * self.transmitted_byte
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
fn call<R: Value>(
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
    let mut heap = Heap::new(heap, &mut host.undo, &mut host.pages);
    let mut context = Context { heap: &mut heap, message, stable: &mut host.stable, rules };
    let result = perform(rule, amount, &mut context, function);
    let mut budget = context.message.budget;
    let pauses = budget.counter < 0 && budget.counter != before && !budget.is_exhausted();
    // What memory costs is taken without a look at what is left, as where code accesses it.
    budget.charge(host.pages.take_due());
    if budget.counter != before {
        meter.set_left(&mut caller, budget.counter).map_err(|_| unavailable())?;
        if let Some(message) = caller.data_mut().message.as_mut() {
            message.budget = budget;
        }
    }
    if pauses {
        return Err(Error::host(Interrupt::Pause(result.map(|answer| answer.value()))));
    }
    result.map_err(|failure| Error::host(Interrupt::Fail(failure)))
}

/// The range `at..at + len`; one that no slice has if the sum overflows.
fn range(at: u64, len: u64) -> Range<usize> {
    let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    index(at)..index(at.saturating_add(len))
}

/// The bytes `at..at + len` of the heap.
fn readable<'a>(name: &str, heap: &'a Heap<'_>, at: u64, len: u64) -> Result<&'a [u8], Failure> {
    heap.read(range(at, len)).ok_or_else(|| out_of_bounds(name, at, len, heap.len()))
}

/// The bytes `at..at + len` of the heap, to be written.
fn writable<'a>(
    name: &str,
    heap: &'a mut Heap<'_>,
    at: u64,
    len: u64,
) -> Result<&'a mut [u8], Failure> {
    let size = heap.len();
    heap.write(range(at, len)).ok_or_else(|| out_of_bounds(name, at, len, size))
}

/// Copies `source[offset..offset + len]` to the heap.
fn copy_out(
    name: &str,
    heap: &mut Heap<'_>,
    (at, offset, len): (u64, u64, u64),
    source: &[u8],
) -> Result<(), Failure> {
    let target = writable(name, heap, at, len)?;
    let part = source.get(range(offset, len));
    let part = part.ok_or_else(|| out_of_bounds(name, offset, len, source.len()))?;
    target.copy_from_slice(part);
    Ok(())
}

fn out_of_bounds(name: &str, start: u64, len: u64, size: usize) -> Failure {
    violation(format!("ic0.{name}: src={start} + length={len} exceeds the slice size={size}"))
}

/// The Rust type of a parameter: `ptr` is as wide as the module's addresses.
macro_rules! parameter {
    ($width:ty, ptr) => {
        $width
    };
    ($width:ty, $type:ty) => {
        $type
    };
}
use parameter;

/// Defines System API functions: name and parameters as imported, and what bytes are charged.
/// Each is implemented by the function of the same name in the module that invokes the macro, which
/// gets addresses and sizes as `u64`.
macro_rules! define {
    ($linker:expr, $costs:expr, $wasm64:expr;
     $($name:ident($($arg:ident: $type:ident),*) $($charge:ident($bytes:expr))?;)*) => {
        $(
            if $wasm64 {
                crate::api::define!(@one $linker, $costs, u64, wide,
                    $name($($arg: $type),*) $($charge($bytes))?);
            } else {
                crate::api::define!(@one $linker, $costs, u32, narrow,
                    $name($($arg: $type),*) $($charge($bytes))?);
            }
        )*
    };
    (@one $linker:expr, $costs:expr, $width:ty, $answer:ident,
     $name:ident($($arg:ident: $type:ident),*) $($charge:ident($bytes:expr))?) => {
        let rule = $costs.rule(stringify!($name));
        $linker.func_wrap(
            crate::api::MODULE,
            rule.name,
            move |caller: wasmi::Caller<'_, crate::host::Host>,
                  $($arg: crate::api::parameter!($width, $type)),*| {
                #[allow(unused_mut, unused_assignments)]
                let mut charge = crate::api::Charge::Nothing;
                $(charge = crate::api::Charge::$charge(
                    #[allow(clippy::useless_conversion)] // Of `u64` where addresses are.
                    u64::from($bytes),
                );)?
                crate::api::call(rule, charge, caller, |context| {
                    #[allow(clippy::useless_conversion)]
                    let result = $name(context, $($arg.into()),*);
                    result.map(crate::api::Answer::$answer)
                })
            },
        )?;
    };
}
use define;

/// Defines all System API functions, for modules whose addresses have that width.
///
/// # Errors
/// A name is defined twice.
pub(crate) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    input::link(linker, costs, wasm64)?;
    reply::link(linker, costs, wasm64)?;
    calls::link(linker, costs, wasm64)?;
    cycles::link(linker, costs, wasm64)?;
    prices::link(linker, costs, wasm64)?;
    identity::link(linker, costs, wasm64)?;
    variables::link(linker, costs, wasm64)?;
    environment::link(linker, costs, wasm64)?;
    stable_memory::link(linker, costs, wasm64)
}

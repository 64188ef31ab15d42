//! Calls to other canisters (`rs/system_api`, `sandbox_safe_system_state.rs`).

use super::cycles::amount;
use super::{ApiCosts, Context, define, readable};
use crate::entry::Entries;
use crate::failure::violation;
use crate::host::Host;
use crate::message::{CallInProgress, Message};
use ic_principal::Principal;
use sim_core::id::CanisterId;
use sim_core::runtime::{Closure, Failure, OutgoingCall};
use sim_core::units::{Bytes, Cycles};
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// What `call_perform` answers if nothing was sent (reject code SYS_TRANSIENT).
const NOT_SENT: u32 = 2;
/// Longest wait for a best-effort response, in seconds (`MAX_CALL_TIMEOUT`, `rs/limits`).
const MAX_TIMEOUT_SECONDS: u32 = 300;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        call_new(
            callee_src: ptr, callee_size: ptr, name_src: ptr, name_size: ptr,
            reply_fun: ptr, reply_env: ptr, reject_fun: ptr, reject_env: ptr
        ) Copied(u64::from(callee_size).saturating_add(u64::from(name_size)));
        call_on_cleanup(fun: ptr, env: ptr);
        call_data_append(src: ptr, size: ptr) Transmitted(size);
        call_cycles_add(cycles: u64);
        call_cycles_add128(high: u64, low: u64);
        call_with_best_effort_response(seconds: u32);
        call_perform();
    }
    Ok(())
}

fn closure(function: u64, environment: u64) -> Closure {
    Closure { function, environment }
}

/// The call under construction.
fn under_construction<'a>(
    name: &str,
    message: &'a mut Message,
) -> Result<&'a mut CallInProgress, Failure> {
    message
        .call
        .as_mut()
        .ok_or_else(|| violation(format!("ic0.{name} called when no call is under construction.")))
}

/// Drops the call under construction; its cycles go back.
fn discard(message: &mut Message) {
    if let Some(call) = message.call.take() {
        message.balance += call.cycles;
    }
}

fn too_large(name: &str, size: u64, limit: Bytes) -> Failure {
    violation(format!(
        "ic0.{name}: {size} bytes of method name and argument exceed {}",
        limit.get()
    ))
}

#[allow(clippy::too_many_arguments)] // The System API has it so.
fn call_new(
    context: &mut Context<'_>,
    callee_src: u64,
    callee_size: u64,
    name_src: u64,
    name_size: u64,
    reply_fun: u64,
    reply_env: u64,
    reject_fun: u64,
    reject_env: u64,
) -> Result<(), Failure> {
    discard(context.message);
    let limit = context.rules.limits.local_call_payload;
    if name_size > limit.get() {
        return Err(too_large("call_new", name_size, limit));
    }
    let callee = readable("call_new", context.heap, callee_src, callee_size)?;
    let callee = Principal::try_from_slice(callee)
        .map_err(|_| violation("ic0.call_new: the callee is not a principal"))?;
    let method = readable("call_new", context.heap, name_src, name_size)?;
    context.message.call = Some(CallInProgress {
        callee,
        method: String::from_utf8_lossy(method).into_owned(),
        arg: Vec::new(),
        cycles: Cycles::ZERO,
        on_reply: closure(reply_fun, reply_env),
        on_reject: closure(reject_fun, reject_env),
        on_cleanup: None,
        timeout: None,
    });
    Ok(())
}

fn call_on_cleanup(context: &mut Context<'_>, fun: u64, env: u64) -> Result<(), Failure> {
    let call = under_construction("call_on_cleanup", context.message)?;
    if call.on_cleanup.is_some() {
        return Err(violation("ic0.call_on_cleanup can be called at most once"));
    }
    call.on_cleanup = Some(closure(fun, env));
    Ok(())
}

fn call_data_append(context: &mut Context<'_>, src: u64, size: u64) -> Result<(), Failure> {
    const NAME: &str = "call_data_append";
    let limit = payload_limit(context);
    let call = under_construction(NAME, context.message)?;
    let total = ((call.method.len() + call.arg.len()) as u64).saturating_add(size);
    if total > limit.get() {
        return Err(too_large(NAME, total, limit));
    }
    let bytes = readable(NAME, context.heap, src, size)?;
    call.arg.extend_from_slice(bytes);
    Ok(())
}

/// The replica tells local from remote only when it routes the request, and rejects then what is
/// too large for a stream; here every call may be as large as a local one.
fn payload_limit(context: &Context<'_>) -> Bytes {
    context.rules.limits.local_call_payload
}

fn add_cycles(name: &str, message: &mut Message, cycles: Cycles) -> Result<(), Failure> {
    let floor = threshold(message);
    under_construction(name, message)?;
    let left = message.balance.checked_sub(cycles).filter(|left| *left >= floor);
    let out_of_cycles = || violation(format!("ic0.{name}: the canister is out of cycles"));
    message.balance = left.ok_or_else(out_of_cycles)?;
    under_construction(name, message)?.cycles += cycles;
    Ok(())
}

fn call_cycles_add(context: &mut Context<'_>, cycles: u64) -> Result<(), Failure> {
    add_cycles("call_cycles_add", context.message, amount(0, cycles))
}

fn call_cycles_add128(context: &mut Context<'_>, high: u64, low: u64) -> Result<(), Failure> {
    add_cycles("call_cycles_add128", context.message, amount(high, low))
}

fn call_with_best_effort_response(context: &mut Context<'_>, seconds: u32) -> Result<(), Failure> {
    let call = under_construction("call_with_best_effort_response", context.message)?;
    if call.timeout.is_some() {
        return Err(violation("ic0.call_with_best_effort_response: a timeout is already set."));
    }
    call.timeout = Some(seconds.min(MAX_TIMEOUT_SECONDS));
    Ok(())
}

/// Balance below which nothing may be spent; callbacks may spend all.
fn threshold(message: &Message) -> Cycles {
    let callback = Entries::REPLY.or(Entries::REJECT);
    if callback.contains(message.kind) {
        Cycles::ZERO
    } else {
        message.surroundings.freezing_threshold
    }
}

/// The queue a call goes to: all that are no canisters share the management canister's.
fn queue(callee: &Principal) -> Principal {
    match CanisterId::from_principal(callee) {
        Some(_) => *callee,
        None => Principal::management_canister(),
    }
}

/// True if a slot is left towards `queue`.
fn has_slot(message: &Message, queue: &Principal, capacity: u64) -> bool {
    let sent = message.sent.get(queue).copied().unwrap_or(0);
    let peer = CanisterId::from_principal(queue);
    let mut busy = message.surroundings.busy_queues.iter();
    let free = busy.find(|(id, _)| Some(*id) == peer).map_or(capacity, |(_, free)| *free);
    sent < free
}

fn call_perform(context: &mut Context<'_>) -> Result<u32, Failure> {
    const NAME: &str = "call_perform";
    let message = &mut *context.message;
    let call = under_construction(NAME, message)?;
    let size = Bytes::of_len(call.method.len() + call.arg.len());
    let guaranteed = call.timeout.is_none();
    let queue = queue(&call.callee);
    let hold = message.surroundings.fees.call_hold(size);
    let floor = message.floor_of_call(guaranteed);
    let left = message.balance.checked_sub(hold).filter(|left| *left >= floor);
    let slot = has_slot(message, &queue, context.rules.limits.queue_capacity);
    let (Some(left), true) = (left, slot) else {
        discard(message);
        return Ok(NOT_SENT);
    };
    let Some(call) = message.call.take() else { return Ok(NOT_SENT) };
    message.balance = left;
    *message.sent.entry(queue).or_insert(0) += 1;
    message.effects.calls.push(OutgoingCall {
        callee: call.callee,
        method: call.method.into(),
        arg: call.arg.into(),
        cycles: call.cycles,
        hold,
        on_reply: call.on_reply,
        on_reject: call.on_reject,
        on_cleanup: call.on_cleanup,
        timeout: call.timeout,
    });
    Ok(0)
}

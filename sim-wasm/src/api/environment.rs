//! The canister's surroundings: identity, time, counters, timer, certified data, log, trap.

use super::{ApiCosts, Context, copy_out, define, readable};
use crate::failure::violation;
use crate::host::Host;
use ic_principal::Principal;
use sim_core::reject::ErrorCode;
use sim_core::runtime::Failure;
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// Bytes of certified data (interface specification, "Certified data").
const MAX_CERTIFIED_DATA: u32 = 32;
/// Bytes of a trap message that are kept (`rs/embedders/src/wasmtime_embedder/system_api`).
const MAX_TRAP_MESSAGE: u32 = 16 * 1_024;
/// Bytes of one printed line that are kept (same file).
const MAX_PRINTED_LINE: u32 = 32 * 1_024;

pub(super) fn link(linker: &mut Linker<Host>, costs: &ApiCosts) -> Result<(), LinkerError> {
    define! { linker, costs;
        canister_self_size();
        canister_self_copy(dst: u32, offset: u32, size: u32) Copied(size);
        subnet_self_size();
        subnet_self_copy(dst: u32, offset: u32, size: u32) Copied(size);
        canister_status();
        canister_version();
        is_controller(src: u32, size: u32) Copied(size);
        in_replicated_execution();
        time();
        performance_counter(kind: u32);
        global_timer_set(timestamp: u64);
        certified_data_set(src: u32, size: u32) Copied(size);
        data_certificate_present();
        data_certificate_size();
        data_certificate_copy(dst: u32, offset: u32, size: u32) Copied(size);
        debug_print(src: u32, size: u32) Printed(size);
        trap(src: u32, size: u32) Copied(size);
    }
    Ok(())
}

fn canister_self_size(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(context.message.surroundings.canister.principal().as_slice().len() as u32)
}

fn canister_self_copy(
    context: &mut Context<'_>,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Failure> {
    let id = context.message.surroundings.canister.principal();
    copy_out("canister_self_copy", context.heap, (dst, offset, size), id.as_slice())
}

fn subnet_self_size(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(context.message.surroundings.subnet.principal().as_slice().len() as u32)
}

fn subnet_self_copy(
    context: &mut Context<'_>,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Failure> {
    let id = context.message.surroundings.subnet.principal();
    copy_out("subnet_self_copy", context.heap, (dst, offset, size), id.as_slice())
}

fn canister_status(_: &mut Context<'_>) -> Result<u32, Failure> {
    // Running: a stopping canister only executes callbacks, and is not told apart there.
    Ok(1)
}

fn canister_version(context: &mut Context<'_>) -> Result<u64, Failure> {
    Ok(context.message.surroundings.version)
}

fn is_controller(context: &mut Context<'_>, src: u32, size: u32) -> Result<u32, Failure> {
    let bytes = readable("is_controller", context.heap, src, size)?;
    let candidate = Principal::try_from_slice(bytes)
        .map_err(|_| violation("ic0.is_controller: the bytes are not a principal"))?;
    Ok(context.message.surroundings.controllers.contains(&candidate).into())
}

fn in_replicated_execution(_: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(1)
}

fn time(context: &mut Context<'_>) -> Result<u64, Failure> {
    Ok(context.message.surroundings.time)
}

fn performance_counter(context: &mut Context<'_>, kind: u32) -> Result<u64, Failure> {
    let used = context.message.budget.used();
    let earlier = context.message.surroundings.call_context_instructions.get();
    match kind {
        0 => Ok(used),
        1 => Ok(earlier.saturating_add(used)),
        _ => Err(violation(format!("ic0.performance_counter: there is no counter {kind}"))),
    }
}

fn global_timer_set(context: &mut Context<'_>, timestamp: u64) -> Result<u64, Failure> {
    Ok(context.message.effects.global_timer.replace(timestamp).unwrap_or(0))
}

fn certified_data_set(context: &mut Context<'_>, src: u32, size: u32) -> Result<(), Failure> {
    if size > MAX_CERTIFIED_DATA {
        return Err(violation(format!(
            "ic0.certified_data_set: {size} bytes are more than {MAX_CERTIFIED_DATA}"
        )));
    }
    let data = readable("certified_data_set", context.heap, src, size)?;
    context.message.effects.certified_data = Some(data.into());
    Ok(())
}

fn data_certificate_present(_: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(0)
}

// Only queries outside of consensus could call these two; no entry point allows them.

fn data_certificate_size(_: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(0)
}

fn data_certificate_copy(_: &mut Context<'_>, _: u32, _: u32, _: u32) -> Result<(), Failure> {
    Ok(())
}

fn debug_print(context: &mut Context<'_>, src: u32, size: u32) -> Result<(), Failure> {
    // Never traps: what cannot be read is printed as a remark.
    match readable("debug_print", context.heap, src, size.min(MAX_PRINTED_LINE)) {
        Ok(line) => context.message.print(line),
        Err(_) => context.message.print(b"(debug_print message out of memory bounds)"),
    }
    Ok(())
}

fn trap(context: &mut Context<'_>, src: u32, size: u32) -> Result<(), Failure> {
    let text = match readable("trap", context.heap, src, size.min(MAX_TRAP_MESSAGE)) {
        Ok(text) => String::from_utf8_lossy(text).into_owned(),
        Err(_) => "(trap message out of memory bounds)".to_owned(),
    };
    let mut line = b"[TRAP]: ".to_vec();
    line.extend_from_slice(if text.is_empty() { b"(no message)" } else { text.as_bytes() });
    context.message.print(&line);
    let message = format!("Canister called `ic0.trap` with message: {text}");
    Err(Failure { code: ErrorCode::CanisterCalledTrap, message })
}

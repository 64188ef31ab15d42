//! The canister's surroundings: time, counters, timer, certified data, log, trap.

use super::{ApiCosts, Context, Size, copy_out, define, readable};
use crate::entry::Entries;
use crate::failure::violation;
use crate::host::Host;
use sim_core::reject::ErrorCode;
use sim_core::runtime::Failure;
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// Bytes of certified data (interface specification, "Certified data").
const MAX_CERTIFIED_DATA: u64 = 32;
/// Bytes of a trap message that are kept (`rs/embedders/src/wasmtime_embedder/system_api`).
const MAX_TRAP_MESSAGE: u64 = 16 * 1_024;
/// Bytes of one printed line that are kept (same file).
const MAX_PRINTED_LINE: u64 = 32 * 1_024;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        in_replicated_execution();
        time();
        performance_counter(kind: u32);
        global_timer_set(timestamp: u64);
        certified_data_set(src: ptr, size: ptr) Copied(size);
        data_certificate_present();
        data_certificate_size();
        data_certificate_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        debug_print(src: ptr, size: ptr) Printed(size);
        trap(src: ptr, size: ptr) Copied(size);
    }
    Ok(())
}

fn in_replicated_execution(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok((!Entries::NOT_REPLICATED.contains(context.message.kind)).into())
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
    let former = context.message.effects.global_timer.replace(timestamp);
    Ok(former.unwrap_or(context.message.surroundings.global_timer))
}

fn certified_data_set(context: &mut Context<'_>, src: u64, size: u64) -> Result<(), Failure> {
    if size > MAX_CERTIFIED_DATA {
        return Err(violation(format!(
            "ic0.certified_data_set: {size} bytes are more than {MAX_CERTIFIED_DATA}"
        )));
    }
    let data = readable("certified_data_set", context.heap, src, size)?;
    context.message.effects.certified_data = Some(data.into());
    Ok(())
}

/// Only queries outside of consensus see a certificate.
fn certificate<'a>(context: &'a Context<'_>) -> Option<&'a [u8]> {
    let visible = Entries::QUERY.or(Entries::TRANSFORM).or(Entries::COMPOSITE_QUERY);
    let certificate = context.message.surroundings.data_certificate.as_deref();
    certificate.filter(|_| visible.contains(context.message.kind))
}

fn no_certificate() -> Failure {
    violation("ic0.data_certificate_copy: there is no certificate")
}

fn data_certificate_present(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(certificate(context).is_some().into())
}

fn data_certificate_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(certificate(context).ok_or_else(no_certificate)?.len().into())
}

fn data_certificate_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    let certificate = certificate(context).ok_or_else(no_certificate)?.to_vec();
    copy_out("data_certificate_copy", context.heap, (dst, offset, size), &certificate)
}

fn debug_print(context: &mut Context<'_>, src: u64, size: u64) -> Result<(), Failure> {
    // Never traps: what cannot be read is printed as a remark.
    match readable("debug_print", context.heap, src, size.min(MAX_PRINTED_LINE)) {
        Ok(line) => context.message.print(line),
        Err(_) => context.message.print(b"(debug_print message out of memory bounds)"),
    }
    Ok(())
}

fn trap(context: &mut Context<'_>, src: u64, size: u64) -> Result<(), Failure> {
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

//! Stable memory, in its 32-bit and 64-bit functions
//! (`rs/embedders/src/wasm_utils/system_api_replacements.rs`).

use super::{ApiCosts, Context, charge, define, readable, writable};
use crate::entry::Entries;
use crate::failure::trapped;
use crate::host::{Host, WASM_PAGE};
use crate::pages::Access;
use crate::stable::STABLE_PAGE;
use sim_core::reject::ErrorCode;
use sim_core::runtime::Failure;
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// Wasm pages the 32-bit functions reach.
const PAGES_32: u64 = 1 << 16;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        stable_size();
        stable_grow(pages: u32);
        stable_read(dst: u32, offset: u32, size: u32) Copied(size);
        stable_write(offset: u32, src: u32, size: u32) Copied(size);
        stable64_size();
        stable64_grow(pages: u64);
        stable64_read(dst: u64, offset: u64, size: u64) Copied(size);
        stable64_write(offset: u64, src: u64, size: u64) Copied(size);
    }
    Ok(())
}

/// The 32-bit functions trap once the memory is larger than they reach.
fn check_32(context: &Context<'_>) -> Result<(), Failure> {
    if context.stable.wasm_pages() > PAGES_32 {
        return Err(trapped("32 bit stable memory API used on a memory larger than 4GB"));
    }
    Ok(())
}

fn check_stable(context: &Context<'_>, offset: u64, size: u64) -> Result<(), Failure> {
    if !context.stable.contains(offset, size) {
        return Err(trapped("stable memory out of bounds"));
    }
    Ok(())
}

/// Notes the access; an error if the task has then touched too many pages.
fn touch(context: &mut Context<'_>, offset: u64, size: u64) -> Result<(), Failure> {
    let limits = &context.rules.limits;
    let kind = context.message.kind;
    let limit = if Entries::INSTALL.contains(kind) {
        limits.stable_access_install
    } else if Entries::NOT_REPLICATED.contains(kind) {
        limits.stable_access_query
    } else {
        limits.stable_access
    };
    // What is written is touched too, so one check serves both limits.
    if context.stable.touch(offset, size, limit.get() / STABLE_PAGE) {
        return Ok(());
    }
    let code = ErrorCode::CanisterMemoryAccessLimitExceeded;
    let message = "Canister exceeded the limit of stable memory it may read or write".to_owned();
    Err(Failure { code, message })
}

fn read(context: &mut Context<'_>, dst: u64, offset: u64, size: u64) -> Result<(), Failure> {
    if size == 0 {
        return Ok(());
    }
    check_stable(context, offset, size)?;
    touch(context, offset, size)?;
    let target = writable("stable_read", context.heap, dst, size)
        .map_err(|_| trapped("heap out of bounds"))?;
    context.stable.read(offset, target);
    context.heap.note_stable(offset, size, Access::Read);
    Ok(())
}

fn write(context: &mut Context<'_>, offset: u64, src: u64, size: u64) -> Result<(), Failure> {
    if size == 0 {
        return Ok(());
    }
    check_stable(context, offset, size)?;
    readable("stable_write", context.heap, src, size).map_err(|_| trapped("heap out of bounds"))?;
    touch(context, offset, size)?;
    let fresh = context.stable.pages_to_dirty(offset, size);
    let price = context.rules.metering.dirty_stable_page;
    charge(context.message, price.saturating_mul(fresh).get())?;
    let source = readable("stable_write", context.heap, src, size)?;
    context.stable.write(offset, source);
    context.heap.note_stable(offset, size, Access::Write);
    Ok(())
}

/// Grows by `pages` up to `limit`; the former size, or `None` if it cannot.
fn grow(context: &mut Context<'_>, pages: u64, limit: u64) -> Result<Option<u64>, Failure> {
    let bytes = pages.saturating_mul(WASM_PAGE);
    if !context.message.has_room(bytes) {
        return Ok(None);
    }
    let former = context.stable.grow(pages, limit);
    if former.is_some() {
        context.message.allocate(bytes)?;
    }
    Ok(former)
}

fn stable_size(context: &mut Context<'_>) -> Result<u32, Failure> {
    check_32(context)?;
    Ok(context.stable.wasm_pages() as u32)
}

fn stable_grow(context: &mut Context<'_>, pages: u32) -> Result<u32, Failure> {
    check_32(context)?;
    let limit = context.rules.stable_pages().min(PAGES_32);
    Ok(grow(context, pages.into(), limit)?.map_or(u32::MAX, |former| former as u32))
}

fn stable_read(context: &mut Context<'_>, dst: u32, offset: u32, size: u32) -> Result<(), Failure> {
    check_32(context)?;
    read(context, dst.into(), offset.into(), size.into())
}

fn stable_write(
    context: &mut Context<'_>,
    offset: u32,
    src: u32,
    size: u32,
) -> Result<(), Failure> {
    check_32(context)?;
    write(context, offset.into(), src.into(), size.into())
}

fn stable64_size(context: &mut Context<'_>) -> Result<u64, Failure> {
    Ok(context.stable.wasm_pages())
}

fn stable64_grow(context: &mut Context<'_>, pages: u64) -> Result<u64, Failure> {
    let limit = context.rules.stable_pages();
    Ok(grow(context, pages, limit)?.unwrap_or(u64::MAX))
}

fn stable64_read(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    read(context, dst, offset, size)
}

fn stable64_write(
    context: &mut Context<'_>,
    offset: u64,
    src: u64,
    size: u64,
) -> Result<(), Failure> {
    write(context, offset, src, size)
}

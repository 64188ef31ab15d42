//! Who the canister is, who controls it, and what runs it.

use super::{ApiCosts, Context, Size, copy_out, define, readable};
use crate::failure::violation;
use crate::host::Host;
use ic_principal::Principal;
use sim_core::runtime::Failure;
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// The DER prefix of a threshold signature's public key (interface specification, "Certification").
const KEY_PREFIX: [u8; 37] = [
    0x30, 0x81, 0x82, 0x30, 0x1d, 0x06, 0x0d, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c, 0x05,
    0x03, 0x01, 0x02, 0x01, 0x06, 0x0c, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xdc, 0x7c, 0x05, 0x03,
    0x02, 0x01, 0x03, 0x61, 0x00,
];
/// Bytes of the key itself.
const KEY_BYTES: usize = 96;

/// The network's key. There are no signatures in the model: it has the form of one, and is zero.
const ROOT_KEY: [u8; KEY_PREFIX.len() + KEY_BYTES] = {
    let mut key = [0; KEY_PREFIX.len() + KEY_BYTES];
    let mut at = 0;
    while at < KEY_PREFIX.len() {
        key[at] = KEY_PREFIX[at];
        at += 1;
    }
    key
};

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        canister_self_size();
        canister_self_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        subnet_self_size();
        subnet_self_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        canister_status();
        canister_version();
        is_controller(src: ptr, size: ptr) Copied(size);
        root_key_size();
        root_key_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
    }
    Ok(())
}

fn canister_self_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(context.message.surroundings.canister.principal().as_slice().len().into())
}

fn canister_self_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    let id = context.message.surroundings.canister.principal();
    copy_out("canister_self_copy", context.heap, (dst, offset, size), id.as_slice())
}

fn subnet_self_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(context.message.surroundings.subnet.principal().as_slice().len().into())
}

fn subnet_self_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    let id = context.message.surroundings.subnet.principal();
    copy_out("subnet_self_copy", context.heap, (dst, offset, size), id.as_slice())
}

fn canister_status(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(context.message.surroundings.status as u32)
}

fn canister_version(context: &mut Context<'_>) -> Result<u64, Failure> {
    Ok(context.message.surroundings.version)
}

fn is_controller(context: &mut Context<'_>, src: u64, size: u64) -> Result<u32, Failure> {
    let bytes = readable("is_controller", context.heap, src, size)?;
    let candidate = Principal::try_from_slice(bytes)
        .map_err(|_| violation("ic0.is_controller: the bytes are not a principal"))?;
    Ok(context.message.surroundings.controllers.contains(&candidate).into())
}

fn root_key_size(_: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(ROOT_KEY.len().into())
}

fn root_key_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    copy_out("root_key_copy", context.heap, (dst, offset, size), &ROOT_KEY)
}

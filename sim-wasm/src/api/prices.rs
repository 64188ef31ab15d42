//! What calls of the management canister and of others would cost.

use super::cycles::write;
use super::{ApiCosts, Context, define, readable};
use crate::failure::violation;
use crate::host::Host;
use sim_core::runtime::Failure;
use sim_core::units::Bytes;
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// The price was written.
const KNOWN: u32 = 0;
/// There is no such curve or algorithm (interface specification, "Cycle cost calculation").
const UNKNOWN_CURVE: u32 = 1;
/// There is no such key.
const UNKNOWN_KEY: u32 = 2;
/// Names of the keys that the network's signing subnets hold.
const KEYS: [&[u8]; 2] = [b"key_1", b"test_key_1"];
/// Bytes of a key's name that are read.
const MAX_KEY_NAME: u64 = 100;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        cost_call(method: u64, payload: u64, dst: ptr);
        cost_create_canister(dst: ptr);
        cost_http_request(request: u64, response: u64, dst: ptr);
        cost_sign_with_ecdsa(src: ptr, size: ptr, curve: u32, dst: ptr) Copied(size);
        cost_sign_with_schnorr(src: ptr, size: ptr, algorithm: u32, dst: ptr) Copied(size);
        cost_vetkd_derive_key(src: ptr, size: ptr, curve: u32, dst: ptr) Copied(size);
    }
    Ok(())
}

fn cost_call(
    context: &mut Context<'_>,
    method: u64,
    payload: u64,
    dst: u64,
) -> Result<(), Failure> {
    let bytes = Bytes::new(method.saturating_add(payload));
    let cost = context.message.surroundings.fees.call_hold(bytes);
    write("cost_call", context, dst, cost)
}

fn cost_create_canister(context: &mut Context<'_>, dst: u64) -> Result<(), Failure> {
    let cost = context.message.surroundings.fees.canister_creation();
    write("cost_create_canister", context, dst, cost)
}

fn cost_http_request(
    context: &mut Context<'_>,
    request: u64,
    response: u64,
    dst: u64,
) -> Result<(), Failure> {
    let fees = &context.message.surroundings.fees;
    let cost = fees.http_outcall(Bytes::new(request), Bytes::new(response));
    write("cost_http_request", context, dst, cost)
}

/// The price of a signature, if the key exists in one of the first `curves` curves.
fn signature(
    name: &str,
    context: &mut Context<'_>,
    (src, size): (u64, u64),
    (curve, curves): (u32, u32),
    dst: u64,
) -> Result<u32, Failure> {
    if size > MAX_KEY_NAME {
        return Err(violation(format!("ic0.{name}: a key name of {size} bytes is too long")));
    }
    let key = readable(name, context.heap, src, size)?;
    if curve >= curves {
        return Ok(UNKNOWN_CURVE);
    }
    if !KEYS.contains(&key) {
        return Ok(UNKNOWN_KEY);
    }
    let cost = context.message.surroundings.fees.signature();
    write(name, context, dst, cost)?;
    Ok(KNOWN)
}

fn cost_sign_with_ecdsa(
    context: &mut Context<'_>,
    src: u64,
    size: u64,
    curve: u32,
    dst: u64,
) -> Result<u32, Failure> {
    // secp256k1
    signature("cost_sign_with_ecdsa", context, (src, size), (curve, 1), dst)
}

fn cost_sign_with_schnorr(
    context: &mut Context<'_>,
    src: u64,
    size: u64,
    algorithm: u32,
    dst: u64,
) -> Result<u32, Failure> {
    // bip340secp256k1, ed25519
    signature("cost_sign_with_schnorr", context, (src, size), (algorithm, 2), dst)
}

fn cost_vetkd_derive_key(
    context: &mut Context<'_>,
    src: u64,
    size: u64,
    curve: u32,
    dst: u64,
) -> Result<u32, Failure> {
    // bls12_381_g2
    signature("cost_vetkd_derive_key", context, (src, size), (curve, 1), dst)
}

//! Cycles: of the call, of the canister, minted and burned.

use super::{ApiCosts, Context, define, writable};
use crate::failure::violation;
use crate::host::Host;
use sim_core::id::CanisterId;
use sim_core::runtime::Failure;
use sim_core::units::Cycles;
use wasmi::Linker;
use wasmi::errors::LinkerError;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        msg_cycles_available();
        msg_cycles_available128(dst: ptr);
        msg_cycles_refunded();
        msg_cycles_refunded128(dst: ptr);
        msg_cycles_accept(max: u64);
        msg_cycles_accept128(high: u64, low: u64, dst: ptr);
        mint_cycles(amount: u64);
        mint_cycles128(high: u64, low: u64, dst: ptr);
        cycles_burn128(high: u64, low: u64, dst: ptr);
        canister_cycle_balance();
        canister_cycle_balance128(dst: ptr);
        canister_liquid_cycle_balance128(dst: ptr);
    }
    Ok(())
}

/// The amount a canister passes in two halves.
pub(super) fn amount(high: u64, low: u64) -> Cycles {
    Cycles::new(u128::from(high) << 64 | u128::from(low))
}

/// Writes an amount to the heap.
pub(super) fn write(
    name: &str,
    context: &mut Context<'_>,
    dst: u64,
    cycles: Cycles,
) -> Result<(), Failure> {
    let target = writable(name, context.heap, dst, 16)?;
    target.copy_from_slice(&cycles.get().to_le_bytes());
    Ok(())
}

/// An amount for the functions of 64 bits, which trap if it does not fit.
fn narrow(name: &str, cycles: Cycles) -> Result<u64, Failure> {
    u64::try_from(cycles.get())
        .map_err(|_| violation(format!("ic0.{name}: the amount of cycles does not fit in 64 bits")))
}

fn available(context: &Context<'_>) -> Cycles {
    // What was not accepted went back with the response.
    if context.message.has_responded() { Cycles::ZERO } else { context.message.available }
}

fn msg_cycles_available(context: &mut Context<'_>) -> Result<u64, Failure> {
    narrow("msg_cycles_available", available(context))
}

fn msg_cycles_available128(context: &mut Context<'_>, dst: u64) -> Result<(), Failure> {
    let cycles = available(context);
    write("msg_cycles_available128", context, dst, cycles)
}

fn msg_cycles_refunded(context: &mut Context<'_>) -> Result<u64, Failure> {
    narrow("msg_cycles_refunded", context.message.surroundings.cycles_refunded)
}

fn msg_cycles_refunded128(context: &mut Context<'_>, dst: u64) -> Result<(), Failure> {
    let cycles = context.message.surroundings.cycles_refunded;
    write("msg_cycles_refunded128", context, dst, cycles)
}

fn accept(context: &mut Context<'_>, max: Cycles) -> Cycles {
    let accepted = max.min(available(context));
    let message = &mut context.message;
    message.available = message.available.saturating_sub(accepted);
    message.balance += accepted;
    message.effects.cycles_accepted += accepted;
    accepted
}

fn msg_cycles_accept(context: &mut Context<'_>, max: u64) -> Result<u64, Failure> {
    // At most `max`, so it fits.
    Ok(accept(context, amount(0, max)).get() as u64)
}

fn msg_cycles_accept128(
    context: &mut Context<'_>,
    high: u64,
    low: u64,
    dst: u64,
) -> Result<(), Failure> {
    let accepted = accept(context, amount(high, low));
    write("msg_cycles_accept128", context, dst, accepted)
}

fn liquid(context: &Context<'_>) -> Cycles {
    context.message.balance.saturating_sub(context.message.surroundings.freezing_threshold)
}

/// Creates as many of `wanted` cycles as the balance has room for.
fn mint(context: &mut Context<'_>, wanted: Cycles) -> Result<Cycles, Failure> {
    let message = &mut context.message;
    let (canister, minter) = (message.surroundings.canister, CanisterId::CYCLES_MINTING);
    if canister != minter {
        return Err(violation(format!(
            "ic0.mint_cycles cannot be executed on non Cycles Minting Canister: {canister} != {minter}"
        )));
    }
    let minted = wanted.min(Cycles::new(u128::MAX).saturating_sub(message.balance));
    message.balance += minted;
    message.effects.cycles_minted += minted;
    Ok(minted)
}

fn mint_cycles(context: &mut Context<'_>, wanted: u64) -> Result<u64, Failure> {
    // At most `wanted`, so it fits.
    Ok(mint(context, amount(0, wanted))?.get() as u64)
}

fn mint_cycles128(context: &mut Context<'_>, high: u64, low: u64, dst: u64) -> Result<(), Failure> {
    let minted = mint(context, amount(high, low))?;
    write("mint_cycles128", context, dst, minted)
}

fn cycles_burn128(context: &mut Context<'_>, high: u64, low: u64, dst: u64) -> Result<(), Failure> {
    let burned = amount(high, low).min(liquid(context));
    context.message.balance = context.message.balance.saturating_sub(burned);
    context.message.effects.cycles_burned += burned;
    write("cycles_burn128", context, dst, burned)
}

fn canister_cycle_balance(context: &mut Context<'_>) -> Result<u64, Failure> {
    narrow("canister_cycle_balance", context.message.balance)
}

fn canister_cycle_balance128(context: &mut Context<'_>, dst: u64) -> Result<(), Failure> {
    let balance = context.message.balance;
    write("canister_cycle_balance128", context, dst, balance)
}

fn canister_liquid_cycle_balance128(context: &mut Context<'_>, dst: u64) -> Result<(), Failure> {
    let cycles = liquid(context);
    write("canister_liquid_cycle_balance128", context, dst, cycles)
}

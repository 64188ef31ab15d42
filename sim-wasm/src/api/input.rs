//! What a message brings: argument, caller, reject, deadline.

use super::{ApiCosts, Context, Size, copy_out, define};
use crate::failure::violation;
use crate::host::Host;
use crate::message::Message;
use sim_core::runtime::Failure;
use wasmi::Linker;
use wasmi::errors::LinkerError;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        msg_arg_data_size();
        msg_arg_data_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        msg_caller_size();
        msg_caller_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        msg_reject_code();
        msg_reject_msg_size();
        msg_reject_msg_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        msg_deadline();
        msg_method_name_size();
        msg_method_name_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        accept_message();
        msg_caller_info_data_size();
        msg_caller_info_data_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
        msg_caller_info_signer_size();
        msg_caller_info_signer_copy(dst: ptr, offset: ptr, size: ptr) Copied(size);
    }
    Ok(())
}

fn msg_arg_data_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(context.message.arg().len().into())
}

fn msg_arg_data_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    copy_out("msg_arg_data_copy", context.heap, (dst, offset, size), context.message.arg())
}

fn msg_caller_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(context.message.surroundings.caller.as_slice().len().into())
}

fn msg_caller_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    let caller = context.message.surroundings.caller;
    copy_out("msg_caller_copy", context.heap, (dst, offset, size), caller.as_slice())
}

fn msg_reject_code(context: &mut Context<'_>) -> Result<u32, Failure> {
    let reject = context.message.reject.as_ref();
    Ok(reject.map_or(0, |reject| reject.code.reject_code().number().into()))
}

fn reject_message(message: &Message) -> &str {
    message.reject.as_ref().map_or("", |reject| &reject.message)
}

fn msg_reject_msg_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(reject_message(context.message).len().into())
}

fn msg_reject_msg_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    let message = reject_message(context.message);
    copy_out("msg_reject_msg_copy", context.heap, (dst, offset, size), message.as_bytes())
}

fn msg_deadline(context: &mut Context<'_>) -> Result<u64, Failure> {
    // Seconds in the model, nanoseconds for canisters.
    Ok(context.message.surroundings.deadline.saturating_mul(1_000_000_000))
}

fn inspected_method(message: &Message) -> &str {
    message.method.as_deref().unwrap_or_default()
}

fn msg_method_name_size(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(inspected_method(context.message).len().into())
}

fn msg_method_name_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    let method = inspected_method(context.message).as_bytes();
    copy_out("msg_method_name_copy", context.heap, (dst, offset, size), method)
}

fn accept_message(context: &mut Context<'_>) -> Result<(), Failure> {
    if std::mem::replace(&mut context.message.effects.accepted, true) {
        return Err(violation("ic0.accept_message: the function was already called."));
    }
    Ok(())
}

// Senders of the model attach no information about themselves: it is empty.

fn msg_caller_info_data_size(_: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(0.into())
}

fn msg_caller_info_data_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    copy_out("msg_caller_info_data_copy", context.heap, (dst, offset, size), &[])
}

fn msg_caller_info_signer_size(_: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(0.into())
}

fn msg_caller_info_signer_copy(
    context: &mut Context<'_>,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    copy_out("msg_caller_info_signer_copy", context.heap, (dst, offset, size), &[])
}

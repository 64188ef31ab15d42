//! What a message brings: argument, caller, reject, deadline.

use super::{ApiCosts, Context, copy_out, define};
use crate::host::Host;
use crate::message::Message;
use sim_core::runtime::Failure;
use wasmi::Linker;
use wasmi::errors::LinkerError;

pub(super) fn link(linker: &mut Linker<Host>, costs: &ApiCosts) -> Result<(), LinkerError> {
    define! { linker, costs;
        msg_arg_data_size();
        msg_arg_data_copy(dst: u32, offset: u32, size: u32) Copied(size);
        msg_caller_size();
        msg_caller_copy(dst: u32, offset: u32, size: u32) Copied(size);
        msg_reject_code();
        msg_reject_msg_size();
        msg_reject_msg_copy(dst: u32, offset: u32, size: u32) Copied(size);
        msg_deadline();
        msg_method_name_size();
        msg_method_name_copy(dst: u32, offset: u32, size: u32) Copied(size);
        accept_message();
    }
    Ok(())
}

fn msg_arg_data_size(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(context.message.arg().len() as u32)
}

fn msg_arg_data_copy(
    context: &mut Context<'_>,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Failure> {
    copy_out("msg_arg_data_copy", context.heap, (dst, offset, size), context.message.arg())
}

fn msg_caller_size(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(context.message.surroundings.caller.as_slice().len() as u32)
}

fn msg_caller_copy(
    context: &mut Context<'_>,
    dst: u32,
    offset: u32,
    size: u32,
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

fn msg_reject_msg_size(context: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(reject_message(context.message).len() as u32)
}

fn msg_reject_msg_copy(
    context: &mut Context<'_>,
    dst: u32,
    offset: u32,
    size: u32,
) -> Result<(), Failure> {
    let message = reject_message(context.message);
    copy_out("msg_reject_msg_copy", context.heap, (dst, offset, size), message.as_bytes())
}

fn msg_deadline(context: &mut Context<'_>) -> Result<u64, Failure> {
    // Seconds in the model, nanoseconds for canisters.
    Ok(context.message.surroundings.deadline.saturating_mul(1_000_000_000))
}

// Only message inspection could call these; no entry point allows them.

fn msg_method_name_size(_: &mut Context<'_>) -> Result<u32, Failure> {
    Ok(0)
}

fn msg_method_name_copy(_: &mut Context<'_>, _: u32, _: u32, _: u32) -> Result<(), Failure> {
    Ok(())
}

fn accept_message(_: &mut Context<'_>) -> Result<(), Failure> {
    Ok(())
}

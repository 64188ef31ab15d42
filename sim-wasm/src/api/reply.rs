//! Answering a call.

use super::{ApiCosts, Context, define, readable};
use crate::entry::Entries;
use crate::failure::violation;
use crate::host::Host;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Failure, Reject, Response};
use wasmi::Linker;
use wasmi::errors::LinkerError;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        msg_reply_data_append(src: ptr, size: ptr) Transmitted(size);
        msg_reply();
        msg_reject(src: ptr, size: ptr) Transmitted(size);
    }
    Ok(())
}

/// A call is answered once.
fn check_open(name: &str, context: &Context<'_>) -> Result<(), Failure> {
    if context.message.has_responded() {
        return Err(violation(format!("ic0.{name}: the call is already replied")));
    }
    Ok(())
}

fn check_size(name: &str, context: &Context<'_>, size: u64) -> Result<(), Failure> {
    let limits = &context.rules.limits;
    let limit = match Entries::NOT_REPLICATED.contains(context.message.kind) {
        true => limits.query_reply_payload.get(),
        false => limits.reply_payload.get(),
    };
    if size > limit {
        return Err(violation(format!(
            "ic0.{name}: application payload size ({size}) cannot be larger than {limit}"
        )));
    }
    Ok(())
}

fn msg_reply_data_append(context: &mut Context<'_>, src: u64, size: u64) -> Result<(), Failure> {
    const NAME: &str = "msg_reply_data_append";
    check_open(NAME, context)?;
    check_size(NAME, context, (context.message.reply.len() as u64).saturating_add(size))?;
    let bytes = readable(NAME, context.heap, src, size)?;
    context.message.reply.extend_from_slice(bytes);
    Ok(())
}

fn msg_reply(context: &mut Context<'_>) -> Result<(), Failure> {
    check_open("msg_reply", context)?;
    let reply = std::mem::take(&mut context.message.reply);
    context.message.respond(Response::Reply(reply.into()));
    Ok(())
}

fn msg_reject(context: &mut Context<'_>, src: u64, size: u64) -> Result<(), Failure> {
    const NAME: &str = "msg_reject";
    check_open(NAME, context)?;
    check_size(NAME, context, size)?;
    let bytes = readable(NAME, context.heap, src, size)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| violation("ic0.msg_reject: invalid UTF-8 string provided"))?;
    let reject = Reject { code: ErrorCode::CanisterRejectedMessage, message: text.into() };
    context.message.respond(Response::Reject(reject));
    Ok(())
}

//! The canister's environment variables.

use super::{ApiCosts, Context, Size, copy_out, define, readable};
use crate::failure::violation;
use crate::host::Host;
use sim_core::runtime::Failure;
use std::sync::Arc;
use wasmi::Linker;
use wasmi::errors::LinkerError;

/// Bytes of a name (`rs/config/src/execution_environment.rs`).
const MAX_NAME: u64 = 128;

pub(super) fn link(
    linker: &mut Linker<Host>,
    costs: &ApiCosts,
    wasm64: bool,
) -> Result<(), LinkerError> {
    define! { linker, costs, wasm64;
        env_var_count();
        env_var_name_size(index: ptr);
        env_var_name_copy(index: ptr, dst: ptr, offset: ptr, size: ptr) Copied(size);
        env_var_name_exists(src: ptr, size: ptr) Copied(size);
        env_var_value_size(src: ptr, size: ptr) Copied(size);
        env_var_value_copy(src: ptr, len: ptr, dst: ptr, offset: ptr, size: ptr)
            Copied(u64::from(len).saturating_add(u64::from(size)));
    }
    Ok(())
}

/// All variables; a handle, so that the heap can be written while one is read.
fn variables(context: &Context<'_>) -> Arc<[(Box<str>, Box<str>)]> {
    context.message.surroundings.environment.clone()
}

/// The name of variable `index`.
fn name_at(
    function: &str,
    variables: &[(Box<str>, Box<str>)],
    index: u64,
) -> Result<Box<str>, Failure> {
    let found = usize::try_from(index).ok().and_then(|index| variables.get(index));
    let missing = || violation(format!("ic0.{function}: there is no environment variable {index}"));
    Ok(found.ok_or_else(missing)?.0.clone())
}

/// The value of the variable whose name the canister passes, if there is one.
fn value_of(
    function: &str,
    context: &Context<'_>,
    src: u64,
    len: u64,
) -> Result<Option<Box<str>>, Failure> {
    if len > MAX_NAME {
        let message = format!("ic0.{function}: a name of {len} bytes is longer than {MAX_NAME}");
        return Err(violation(message));
    }
    let name = readable(function, context.heap, src, len)?;
    let name = std::str::from_utf8(name)
        .map_err(|_| violation(format!("ic0.{function}: the name is not valid UTF-8")))?;
    let variables = &context.message.surroundings.environment;
    let found = variables.iter().find(|(known, _)| **known == *name);
    Ok(found.map(|(_, value)| value.clone()))
}

fn missing(function: &str) -> Failure {
    violation(format!("ic0.{function}: there is no environment variable of that name"))
}

fn env_var_count(context: &mut Context<'_>) -> Result<Size, Failure> {
    Ok(variables(context).len().into())
}

fn env_var_name_size(context: &mut Context<'_>, index: u64) -> Result<Size, Failure> {
    Ok(name_at("env_var_name_size", &variables(context), index)?.len().into())
}

fn env_var_name_copy(
    context: &mut Context<'_>,
    index: u64,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    const NAME: &str = "env_var_name_copy";
    let name = name_at(NAME, &variables(context), index)?;
    copy_out(NAME, context.heap, (dst, offset, size), name.as_bytes())
}

fn env_var_name_exists(context: &mut Context<'_>, src: u64, size: u64) -> Result<u32, Failure> {
    Ok(value_of("env_var_name_exists", context, src, size)?.is_some().into())
}

fn env_var_value_size(context: &mut Context<'_>, src: u64, size: u64) -> Result<Size, Failure> {
    const NAME: &str = "env_var_value_size";
    let value = value_of(NAME, context, src, size)?;
    Ok(value.ok_or_else(|| missing(NAME))?.len().into())
}

fn env_var_value_copy(
    context: &mut Context<'_>,
    src: u64,
    len: u64,
    dst: u64,
    offset: u64,
    size: u64,
) -> Result<(), Failure> {
    const NAME: &str = "env_var_value_copy";
    let value = value_of(NAME, context, src, len)?.ok_or_else(|| missing(NAME))?;
    copy_out(NAME, context.heap, (dst, offset, size), value.as_bytes())
}

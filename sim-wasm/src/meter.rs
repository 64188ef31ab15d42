//! What is left of the instructions granted, as the code counts them: in a global of its own, or in
//! the interpreter's fuel.
//!
//! Fuel cannot be negative, so what a System API function took beyond it is a debt. And it is taken
//! for each arm of an `if`, so the code counts in the global how much of that was too much.

use crate::barrier::wide;
use crate::failure::{Interrupt, engine_error, limit_exceeded, stack_overflow};
use crate::host::Host;
use crate::transform::{CHARGE, RESERVED, STACK_OVERFLOW};
use sim_core::profile::MeteringMode;
use sim_core::runtime::Failure;
use wasmi::errors::LinkerError;
use wasmi::{AsContext, AsContextMut, Caller, Error, Global, Linker, Val};

/// Longer than any memory, and more instructions than any limit.
pub(crate) const LONGEST: i64 = 1 << 60;

/// Where an instance counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    pub(crate) mode: MeteringMode,
    /// What is left, or what fuel was taken in excess.
    pub(crate) global: Global,
}

impl Meter {
    fn global(self, store: impl AsContext<Data = Host>) -> i64 {
        match self.global.get(store) {
            Val::I64(count) => count,
            _ => 0,
        }
    }

    /// Instructions left; negative after an overshoot.
    pub(crate) fn left(self, store: impl AsContext<Data = Host>) -> i64 {
        let store = store.as_context();
        let count = self.global(store);
        match self.mode {
            MeteringMode::Counter => count,
            MeteringMode::Fuel | MeteringMode::Native => {
                let fuel = store.get_fuel().unwrap_or(0);
                i64::try_from(fuel).unwrap_or(i64::MAX).saturating_add(count) - store.data().debt
            }
        }
    }

    /// Sets what is left.
    pub(crate) fn set_left(
        self,
        mut store: impl AsContextMut<Data = Host>,
        left: i64,
    ) -> Result<(), Failure> {
        let mut store = store.as_context_mut();
        let count = match self.mode {
            MeteringMode::Counter => left,
            MeteringMode::Fuel | MeteringMode::Native => {
                let fuel = u64::try_from(left).unwrap_or(0);
                store.set_fuel(fuel).map_err(engine_error)?;
                store.data_mut().debt = left.saturating_neg().max(0);
                0
            }
        };
        self.global.set(store, Val::I64(count)).map_err(engine_error)
    }
}

/// Charges the length operand of a bulk operation. What is longer than any memory is charged as the
/// longest: it traps. `answer` is the operand, for a task that pauses here.
fn charge(mut caller: Caller<'_, Host>, len: u64, answer: Val) -> Result<(), Error> {
    let fail = |failure| Error::host(Interrupt::Fail(failure));
    let idle = || fail(engine_error("no task is under way"));
    let meter = caller.data().meter.ok_or_else(idle)?;
    let len = i64::try_from(len).unwrap_or(LONGEST).min(LONGEST);
    let left = meter.left(&caller).saturating_sub(len);
    meter.set_left(&mut caller, left).map_err(fail)?;
    match caller.data().message.as_ref() {
        None => Err(idle()),
        Some(_) if left >= 0 => Ok(()),
        Some(message) if message.budget.is_exhausted() => Err(fail(limit_exceeded())),
        Some(_) => Err(Error::host(Interrupt::Pause(Ok(Some(answer))))),
    }
}

/// The end of a task whose calls are nested too deeply; `refund` has been charged for a function
/// that was not entered.
fn overflow(mut caller: Caller<'_, Host>, refund: u32) -> Result<(), Error> {
    if let Some(meter) = caller.data().meter {
        let left = meter.left(&caller).saturating_add(refund.into());
        let set = meter.set_left(&mut caller, left);
        set.map_err(|failure| Error::host(Interrupt::Fail(failure)))?;
    }
    Err(Error::host(Interrupt::Fail(stack_overflow())))
}

/// Defines the functions that charge their operand and give it back, for both widths of lengths,
/// and the one for the end of the stack.
///
/// # Errors
/// A name is defined twice.
pub(crate) fn link(linker: &mut Linker<Host>) -> Result<(), LinkerError> {
    linker.func_wrap(RESERVED, CHARGE, |caller: Caller<'_, Host>, len: u32| {
        charge(caller, len.into(), Val::I32(len as i32)).map(|()| len)
    })?;
    linker.func_wrap(RESERVED, STACK_OVERFLOW, overflow)?;
    linker.func_wrap(RESERVED, &wide(CHARGE), |caller: Caller<'_, Host>, len: u64| {
        charge(caller, len, Val::I64(len as i64)).map(|()| len)
    })?;
    Ok(())
}

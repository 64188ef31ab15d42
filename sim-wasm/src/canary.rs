//! Checks at start-up that the interpreter still behaves as results depend on it to: an upgrade or
//! a lost crate feature must not change them in silence.

mod module;

use crate::failure::engine_error;
use crate::live::Live;
use crate::program::CompiledProgram;
use crate::rules::Rules;
use module::{COUNT, COUNTED, EXPECTED, GROW, GROWING, GROWN, VALUES, module};
use sim_core::profile::{MeteringMode, Profile};
use sim_core::runtime::{Failure, InvalidModule};
use std::sync::{Arc, OnceLock};
use wasmi::{Func, ResumableCall, Val};

/// The interpreter does not compute what it should.
#[derive(Debug, thiserror::Error)]
pub enum BrokenInterpreter {
    /// The test module was refused.
    #[error(transparent)]
    Refused(#[from] InvalidModule),
    /// The test module could not be run.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// A result is wrong.
    #[error("the interpreter computes {what} as {found:#x} instead of {expected:#x}")]
    Wrong {
        /// What was computed.
        what: &'static str,
        /// The result.
        found: u64,
        /// What it has to be.
        expected: u64,
    },
}

/// The profile the checks run under, whatever that of the canisters: its weights are known.
const PROFILE: &str = "2026-mid";

/// More than any method of the test module uses.
const PLENTY: i64 = 1_000_000;

/// Checks the interpreter, once in the life of the process.
///
/// # Errors
/// It does not compute or count what it should.
pub(crate) fn check() -> Result<(), BrokenInterpreter> {
    static SOUND: OnceLock<()> = OnceLock::new();
    if SOUND.get().is_none() {
        let profile = Profile::named(PROFILE);
        examine(&profile.ok_or_else(|| engine_error("the profile of the checks is missing"))?)?;
        // Another thread may have come to the same meanwhile.
        SOUND.get_or_init(|| ());
    }
    Ok(())
}

/// Runs the test module through the whole pipeline, in both ways of counting instructions.
fn examine(profile: &Profile) -> Result<(), BrokenInterpreter> {
    for mode in [MeteringMode::Counter, MeteringMode::Fuel] {
        let mut profile = profile.clone();
        profile.metering.mode = mode;
        let program = CompiledProgram::new(&module(), Arc::new(Rules::new(&profile)))?;
        expect("whether its code counts as it is told", (program.mode() == mode).into(), 1)?;
        examine_values(&program)?;
        examine_count(&program)?;
        if mode == MeteringMode::Fuel {
            examine_growth(&program)?;
        }
    }
    Ok(())
}

fn examine_values(program: &CompiledProgram) -> Result<(), BrokenInterpreter> {
    let mut live = Live::new(program)?;
    run(program, &mut live, VALUES)?;
    for ((what, expected), place) in EXPECTED.into_iter().zip(0..) {
        expect(what, global(&live, place), expected)?;
    }
    Ok(())
}

fn examine_count(program: &CompiledProgram) -> Result<(), BrokenInterpreter> {
    let mut live = Live::new(program)?;
    run(program, &mut live, COUNT)?;
    let used = PLENTY.saturating_sub(live.counter());
    expect("the count of instructions", used as u64, COUNTED)
}

/// Grows a table with just enough fuel, with one too little, and with next to none.
fn examine_growth(program: &CompiledProgram) -> Result<(), BrokenInterpreter> {
    for granted in [GROWING, GROWING - 1, 1] {
        let mut live = Live::new(program)?;
        let used = run_in_pieces(program, &mut live, granted as i64)?;
        expect("what came before a table grew", global(&live, GROWN), 1)?;
        expect("the count of instructions for growing a table", used as u64, GROWING)?;
    }
    Ok(())
}

/// Runs a method with plenty of instructions.
fn run(program: &CompiledProgram, live: &mut Live, name: &str) -> Result<(), Failure> {
    live.set_counter(PLENTY)?;
    let function = method(program, live, name)?;
    function.call(&mut live.store, &[], &mut []).map_err(engine_error)
}

/// Runs the method that grows the table with `granted` instructions, and more when these are used
/// up. How many it used.
fn run_in_pieces(program: &CompiledProgram, live: &mut Live, granted: i64) -> Result<i64, Failure> {
    live.set_counter(granted)?;
    let function = method(program, live, GROW)?;
    let mut total = granted;
    let mut call = function.call_resumable(&mut live.store, &[], &mut []).map_err(engine_error)?;
    while let ResumableCall::OutOfFuel(paused) = call {
        total += PLENTY;
        live.set_counter(live.counter().saturating_add(PLENTY))?;
        call = paused.resume(&mut live.store, &mut []).map_err(engine_error)?;
    }
    match call {
        ResumableCall::HostTrap(trap) => Err(engine_error(trap.host_error())),
        _ => Ok(total - live.counter()),
    }
}

fn method(program: &CompiledProgram, live: &Live, name: &str) -> Result<Func, Failure> {
    let function = program.update(name).and_then(|place| live.entry(place));
    function.ok_or_else(|| engine_error("a method of the checks is missing"))
}

fn global(live: &Live, place: usize) -> u64 {
    match live.globals().get(place) {
        Some(Val::I64(value)) => *value as u64,
        _ => 0,
    }
}

fn expect(what: &'static str, found: u64, expected: u64) -> Result<(), BrokenInterpreter> {
    if found == expected { Ok(()) } else { Err(BrokenInterpreter::Wrong { what, found, expected }) }
}

#[cfg(test)]
mod tests {
    use super::{BrokenInterpreter, PROFILE, check, examine};
    use sim_core::profile::Profile;

    #[test]
    fn the_interpreter_is_sound() {
        check().expect("computes and counts as it should");
    }

    #[test]
    fn a_wrong_count_is_noticed() {
        let mut profile = Profile::named(PROFILE).expect("is built in");
        profile.metering.operators.insert("i32.lt_u".into(), 2);
        let broken = examine(&profile).expect_err("five instructions too many");
        let BrokenInterpreter::Wrong { what, found, expected } = broken else {
            panic!("{broken}");
        };
        assert_eq!((what, found, expected), ("the count of instructions", 85, 80));
    }
}

//! A program that is written for speed counts, pauses and answers as one that is written as the
//! network writes it: the one that counts its stack, in which every call is a call and every
//! segment is charged in the global counter.

use super::WasmInstance;
use super::soundness::surroundings;
use crate::pool::Pool;
use crate::program::CompiledProgram;
use crate::rules::Rules;
use crate::runtime::Options;
use crate::stable::StableMemory;
use proptest::prelude::*;
use sim_core::profile::{MeteringMode, Profile};
use sim_core::runtime::{Effects, Entry, Failure, Instance, InstructionLimits, Step, Task};
use sim_core::units::Instructions;
use std::sync::Arc;

const LOOPS: &str = include_str!("loops.wat");
/// Methods of [`LOOPS`].
const METHODS: [&str; 9] = [
    "arithmetic",
    "early_return",
    "fresh_locals",
    "divide",
    "store",
    "count",
    "nested",
    "fill",
    "indirect",
];
/// More than any of them uses.
const ENOUGH: u64 = 1_000_000;

fn program(module: &[u8]) -> Arc<CompiledProgram> {
    let mut profile = Profile::named("2024-06").expect("is built in");
    profile.metering.mode = MeteringMode::Counter;
    Arc::new(CompiledProgram::new(module, Arc::new(Rules::new(&profile))).expect("is accepted"))
}

fn instance(program: Arc<CompiledProgram>) -> WasmInstance {
    let pool = Arc::new(Pool::new(Options::default()));
    WasmInstance::new(program, pool, StableMemory::default()).expect("can be instantiated")
}

/// Instructions of every slice, and the outcome.
type Course = (Vec<u64>, Result<Effects, Failure>);

fn course(instance: &mut WasmInstance, entry: Entry, message: u64, slice: u64) -> Course {
    let (message, slice) = (Instructions::new(message), Instructions::new(slice));
    let limits = InstructionLimits { message, slice };
    let mut slices = Vec::new();
    let mut step = instance.start(Task { entry, surroundings: surroundings(), limits });
    loop {
        match step {
            Step::Paused { instructions } => slices.push(instructions.get()),
            Step::Finished(finished) => {
                slices.push(finished.slice_instructions.get());
                instance.commit();
                return (slices, finished.outcome);
            }
        }
        step = instance.resume();
    }
}

fn update(method: &str, turns: u32) -> Entry {
    Entry::Update { method: method.into(), arg: turns.to_le_bytes().to_vec().into() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn loops_pause_trap_and_end_where_they_would_if_every_call_were_made(
        method in prop::sample::select(&METHODS[..]),
        turns in 0u32..60,
        message in prop_oneof![Just(ENOUGH), 100u64..6_000],
        slice in 1u64..1_500,
    ) {
        let fast = program(&wat::parse_str(LOOPS).expect("is valid WAT"));
        let literal = fast.deep().expect("can be counted");
        let [fast, literal] = [fast, literal].map(|program| {
            course(&mut instance(program), update(method, turns), message, slice)
        });
        prop_assert_eq!(fast, literal);
    }
}

//! Whatever a message writes, and however it ends: a failed one leaves every byte of the heap as it
//! was, and of one that succeeds exactly the pages that differ are counted.

use super::WasmInstance;
use crate::live::Live;
use crate::pool::Pool;
use crate::program::CompiledProgram;
use crate::rollback::HEAP_PAGE;
use crate::rules::Rules;
use crate::runtime::Options;
use crate::stable::StableMemory;
use ic_principal::Principal;
use proptest::prelude::*;
use sim_core::fees::FeeSchedule;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::profile::Profile;
use sim_core::runtime::{
    CanisterStatus, Entry, Finished, Instance, InstructionLimits, Step, Surroundings, Task,
};
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

const WRITER: &str = include_str!("writer.wat");
const WRITER64: &str = include_str!("writer64.wat");
const IC_CDK: &[u8] = include_bytes!("../../tests/data/ic-cdk-counter.wasm");
const MOTOKO: &[u8] = include_bytes!("../../../scenarios/canisters/PingPong.wasm");
/// Candid: no arguments.
const NOTHING: &[u8] = b"DIDL\0\0";
/// Candid: the natural number 5.
const FIVE: &[u8] = b"DIDL\0\x01\x7d\x05";
const ENOUGH: u64 = 50_000_000;

/// A profile that charges for the heap pages a message changed.
fn profile() -> Profile {
    Profile::named("2026-mid").expect("a built-in profile")
}

fn instance(module: &[u8]) -> WasmInstance {
    let rules = Arc::new(Rules::new(&profile()));
    let program = CompiledProgram::new(module, rules).expect("is accepted");
    let pool = Arc::new(Pool::new(Options::default()));
    let stable = StableMemory::default();
    WasmInstance::new(Arc::new(program), pool, stable).expect("can be instantiated")
}

pub(super) fn surroundings() -> Surroundings {
    let subnet = SubnetId::new(0);
    Surroundings {
        canister: CanisterId::on(subnet, 0),
        subnet,
        controllers: Arc::new([]),
        status: CanisterStatus::Running,
        global_timer: 0,
        environment: Arc::new([]),
        composite: false,
        data_certificate: None,
        wasm_memory_limit: None,
        idle: Default::default(),
        spare_allocation: Bytes::ZERO,
        memory_room: Bytes::new(u64::MAX),
        reserved: Cycles::ZERO,
        reserved_limit: Cycles::ZERO,
        storage: Default::default(),
        freezing_seconds: 0,
        caller: Principal::anonymous(),
        time: 1,
        balance: Cycles::new(1 << 60),
        freezing_threshold: Cycles::ZERO,
        cycles_available: Cycles::ZERO,
        cycles_refunded: Cycles::ZERO,
        responded: false,
        version: 1,
        call_context_instructions: Instructions::ZERO,
        deadline: 0,
        fees: Arc::new(FeeSchedule::new(&profile(), 13)),
        busy_queues: Arc::new([]),
        log_room: Bytes::ZERO,
    }
}

fn update(method: &str, arg: &[u8]) -> Entry {
    Entry::Update { method: method.into(), arg: arg.into() }
}

/// Runs a task to its end.
fn run(instance: &mut WasmInstance, entry: Entry, message: u64, slice: u64) -> Finished {
    let (message, slice) = (Instructions::new(message), Instructions::new(slice));
    let limits = InstructionLimits { message, slice };
    let mut step = instance.start(Task { entry, surroundings: surroundings(), limits });
    loop {
        match step {
            Step::Finished(finished) => return *finished,
            Step::Paused { .. } => step = instance.resume(),
        }
    }
}

/// The heap the next task begins with.
fn heap(instance: &WasmInstance) -> Vec<u8> {
    let committed = |live: &Live| live.heap()[..live.store.data().undo.committed()].to_vec();
    instance.look(committed).expect("can be looked at")
}

fn differing_pages(before: &[u8], after: &[u8]) -> u64 {
    let mut before = before.to_vec();
    before.resize(after.len(), 0);
    let pages = before.chunks(HEAP_PAGE).zip(after.chunks(HEAP_PAGE));
    pages.filter(|(before, after)| before != after).count() as u64
}

/// Runs one message and checks what it left behind. True if it succeeded.
fn check(instance: &mut WasmInstance, entry: Entry, limit: u64, slice: u64, keep: bool) -> bool {
    let before = heap(instance);
    let finished = run(instance, entry, limit, slice);
    let after = instance.look(|live| live.heap().to_vec()).expect("can be looked at");
    let succeeded = finished.outcome.is_ok();
    if let Ok(effects) = &finished.outcome {
        assert_eq!(effects.dirty_pages, differing_pages(&before, &after));
    }
    if keep {
        instance.commit()
    } else {
        instance.rollback()
    }
    let expected = if keep && succeeded { &after } else { &before };
    assert!(heap(instance) == *expected, "the heap is not what it should be");
    assert_eq!(instance.memory().heap.get(), expected.len() as u64);
    let unmarked = instance.look(|live| {
        let marks = live.store.data().marks.expect("there is a heap");
        marks.data(&live.store).iter().all(|mark| *mark == 0)
    });
    assert_eq!(unmarked, Some(true));
    succeeded
}

/// Addresses near where something happens: pages, granules, both ends of the heap.
fn address() -> impl Strategy<Value = u32> {
    let near = prop::sample::select(vec![0, 1_024, 4_096, 8_192, 65_536, 131_072, 196_608]);
    prop_oneof![
        8 => (near, -40i32..40).prop_map(|(at, by)| (at + by) as u32),
        4 => 0u32..200_000,
        1 => any::<u32>(),
    ]
}

fn step() -> impl Strategy<Value = [u32; 4]> {
    let what = prop_oneof![20 => 0u32..10, 1 => Just(10), 4 => 11u32..13, 1 => Just(7)];
    let len = prop_oneof![0u32..600, 0u32..5_000, 0u32..70_000];
    (what, address(), len, any::<u32>()).prop_map(|(what, at, len, value)| [what, at, len, value])
}

fn argument(steps: &[[u32; 4]]) -> Vec<u8> {
    steps.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_writes_are_undone_and_counted(
        messages in prop::collection::vec((prop::collection::vec(step(), 0..8), any::<bool>()), 1..8)
    ) {
        for writer in [WRITER, WRITER64] {
            let mut instance = instance(&wat::parse_str(writer).expect("is valid WAT"));
            for (steps, keep) in &messages {
                check(&mut instance, update("run", &argument(steps)), ENOUGH, 5_000, *keep);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn real_canisters_that_run_out_of_instructions_leave_nothing_behind(
        cuts in prop::collection::vec((0u64..60_000, 0usize..5, any::<bool>()), 60)
    ) {
        let mut motoko = instance(MOTOKO);
        let mut ic_cdk = instance(IC_CDK);
        for instance in [&mut motoko, &mut ic_cdk] {
            assert!(check(instance, Entry::Init { arg: NOTHING.into() }, ENOUGH, ENOUGH, true));
        }
        let mut succeeded = 0;
        for (limit, what, keep) in cuts {
            let limit = if limit > 50_000 { ENOUGH } else { limit };
            let (instance, entry) = match what {
                0 => (&mut motoko, update("ping", FIVE)),
                1 => (&mut motoko, update("fail", NOTHING)),
                2 => (&mut ic_cdk, update("boom", NOTHING)),
                3 => (&mut ic_cdk, update("inc", NOTHING)),
                _ => (&mut motoko, update("ping", NOTHING)),
            };
            succeeded += u32::from(check(instance, entry, limit, limit / 3 + 1, keep));
        }
        prop_assert!(succeeded > 0);
    }
}

#[test]
fn stores_over_the_end_of_a_granule_or_of_the_heap_are_undone() {
    let mut instance = instance(&wat::parse_str(WRITER).expect("is valid WAT"));
    for keep in [false, true] {
        assert!(!check(&mut instance, update("constants", b""), ENOUGH, ENOUGH, keep));
    }
    for what in 0..13 {
        for at in [1_021, 4_089, 4_095, 131_056, 131_066, 131_068, 131_072, u32::MAX - 3] {
            for len in [0, 1, 6, 512, 513] {
                let arg = argument(&[[what, at, len, 0xffff_fff7], [10, 0, 0, 0]]);
                assert!(!check(&mut instance, update("run", &arg), ENOUGH, ENOUGH, true));
            }
        }
    }
}

#[test]
fn stores_at_wide_addresses_are_undone() {
    let mut instance = instance(&wat::parse_str(WRITER64).expect("is valid WAT"));
    let step = [9, 70_000, 0, 2];
    assert!(check(&mut instance, update("run", &argument(&[step])), ENOUGH, ENOUGH, true));
    for what in 0..10 {
        for at in [1_021, 4_089, 4_095, 131_056, 131_066, 131_072, u32::MAX - 3] {
            for len in [0, 1, 6, 512, 513] {
                let arg = argument(&[[what, at, len, 0xffff_fff7], [10, 0, 0, 0]]);
                assert!(!check(&mut instance, update("run", &arg), ENOUGH, ENOUGH, true));
            }
        }
    }
}

#[test]
fn what_the_heap_grows_by_is_counted_although_a_store_before_it_was_near() {
    let mut instance = instance(&wat::parse_str(WRITER).expect("is valid WAT"));
    for keep in [false, true] {
        assert!(check(&mut instance, update("over_the_end", b""), ENOUGH, ENOUGH, keep));
    }
}

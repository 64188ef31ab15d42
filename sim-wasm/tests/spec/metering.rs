//! Counting in fuel and in a counter come to the same: totals, results, errors, whatever the code
//! and however it is sliced.

use crate::kit::{Canister, compile_under, profile_in, scenario_canister, update};
use arbitrary::Unstructured;
use proptest::prelude::*;
use sim_core::profile::MeteringMode;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Effects, Entry};
use wasm_smith::{Config, Module};

/// What a call came to.
type Outcome = (Result<Effects, ErrorCode>, u64);

/// Random modules have loops without end.
const LIMIT: u64 = 200_000;

/// Random modules that use what the network accepts.
pub(crate) fn config() -> Config {
    Config {
        allow_start_export: false,
        bulk_memory_enabled: true,
        exceptions_enabled: false,
        extended_const_enabled: false,
        gc_enabled: false,
        max_imports: 0,
        max_memories: 1,
        max_memory32_bytes: 4 << 16,
        max_tables: 1,
        memory64_enabled: false,
        min_funcs: 2,
        min_memories: 1,
        multi_value_enabled: true,
        reference_types_enabled: true,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        simd_enabled: true,
        tail_call_enabled: true,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}

/// The methods of a random module.
const METHODS: [&str; 3] = ["a", "b", "c"];

fn module(seed: &[u8]) -> Option<Vec<u8>> {
    let method = |name| format!(r#"(func (export "canister_update {name}"))"#);
    let exports = format!("(module {})", METHODS.map(method).concat());
    let config = Config { exports: Some(crate::kit::wat(&exports)), ..config() };
    let module = Module::new(config, &mut Unstructured::new(seed)).ok()?;
    Some(module.to_bytes())
}

fn canister(module: &[u8], mode: MeteringMode, slice: u64) -> Option<Canister> {
    let profile = profile_in("2026-mid", mode);
    // Not every random module is one of a canister.
    compile_under(&profile, module).ok()?.instantiate().ok()?;
    Some(Canister::new(&profile, module).limited(LIMIT, slice))
}

fn run(canister: &mut Canister, entry: Entry) -> Outcome {
    let (finished, slices) = canister.run_slices(entry);
    canister.instance.commit();
    assert_eq!(slices.iter().sum::<u64>(), finished.instructions.get());
    (finished.outcome.map_err(|failure| failure.code), finished.instructions.get())
}

/// Calls every method of `module` twice in each way of counting. What differs, in words.
fn difference(module: &[u8], slice: u64) -> Option<String> {
    let ways = [
        (MeteringMode::Counter, LIMIT),
        (MeteringMode::Counter, slice),
        (MeteringMode::Fuel, LIMIT),
        (MeteringMode::Fuel, slice),
    ];
    let canisters: Option<Vec<_>> =
        ways.iter().map(|(mode, slice)| canister(module, *mode, *slice)).collect();
    let mut canisters = canisters?;
    for method in METHODS.iter().chain(&METHODS) {
        let run = |canister: &mut Canister| run(canister, update(method, b""));
        let outcomes: Vec<Outcome> = canisters.iter_mut().map(run).collect();
        if outcomes.iter().any(|(_, used)| *used >= LIMIT) {
            // Where exactly the limit strikes is not the same.
            return None;
        }
        if outcomes.iter().any(|outcome| *outcome != outcomes[0]) {
            return Some(format!("{method}: {outcomes:?}"));
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn random_modules_count_the_same_in_both_ways(
        seed in prop::collection::vec(any::<u8>(), 200..4_000),
        slice in 1u64..2_000,
    ) {
        let found = module(&seed).and_then(|module| difference(&module, slice));
        prop_assert_eq!(found, None);
    }
}

/// Candid: no arguments, and the natural number 5.
const ARGUMENTS: [&[u8]; 2] = [b"DIDL\0\0", b"DIDL\0\x01\x7d\x05"];

#[test]
fn real_canisters_count_the_same_in_both_ways() {
    for (module, methods) in [
        (scenario_canister("PingPong.wasm"), ["ping", "fail", "play"]),
        (include_bytes!("../data/ic-cdk-counter.wasm").to_vec(), ["inc", "boom", "get"]),
    ] {
        let used = |mode, slice| {
            let mut canister = Canister::new(&profile_in("2026-mid", mode), &module);
            canister = canister.limited(1_000_000_000, slice);
            let mut outcomes = vec![run(&mut canister, Entry::Init { arg: ARGUMENTS[0].into() })];
            for method in methods {
                for arg in ARGUMENTS {
                    outcomes.push(run(&mut canister, update(method, arg)));
                }
            }
            outcomes
        };
        let expected = used(MeteringMode::Counter, 1_000_000_000);
        for (mode, slice) in [
            (MeteringMode::Counter, 777),
            (MeteringMode::Fuel, 1_000_000_000),
            (MeteringMode::Fuel, 777),
            (MeteringMode::Fuel, 3),
        ] {
            assert_eq!(used(mode, slice), expected, "{mode:?}");
        }
    }
}

#[test]
fn operators_of_any_weight_count_the_same_in_both_ways() {
    let module = crate::kit::wat(
        r#"(module (func (export "canister_update go")
          (drop (i32.add (i32.const 1) (i32.const 2)))))"#,
    );
    // Besides the addition: the function, two constants and the drop, one each.
    for (weight, expected) in [(300, 304), (4_096, 4_100), (4_097, 4_101), (1_000_000, 1_000_004)] {
        for mode in [MeteringMode::Counter, MeteringMode::Fuel] {
            for slice in [777, 10_000_000] {
                let mut profile = profile_in("2026-mid", mode);
                profile.metering.operators.insert("i32.add".into(), weight);
                let mut canister = Canister::new(&profile, &module).limited(10_000_000, slice);
                let (outcome, used) = run(&mut canister, update("go", b""));
                outcome.expect("succeeds");
                assert_eq!(used, expected, "{weight} in {mode:?}, slices of {slice}");
            }
        }
    }
}

#[test]
fn lengths_of_64_bits_count_the_same_in_both_ways() {
    let module = crate::kit::wat(
        r#"(module (memory i64 1) (table i64 4 funcref)
          (func (export "canister_update a")
            (memory.fill (i64.const 0) (i32.const 7) (i64.const 1000))
            (memory.copy (i64.const 5000) (i64.const 8) (i64.const 1000))
            (table.copy (i64.const 0) (i64.const 1) (i64.const 2)))
          (func (export "canister_update b")
            (drop (memory.grow (i64.const 1)))
            (memory.fill (i64.const 70000) (i32.const 7) (i64.const 10)))
          (func (export "canister_update c")
            (memory.fill (i64.const 131071) (i32.const 7) (i64.const 1))
            (memory.fill (i64.const 0) (i32.const 7) (i64.const 140000))))"#,
    );
    for slice in [3, 777, LIMIT] {
        assert!(canister(&module, MeteringMode::Fuel, slice).is_some());
        assert_eq!(difference(&module, slice), None);
    }
}

#[test]
fn the_native_unit_changes_counts_and_nothing_else() {
    let module = scenario_canister("PingPong.wasm");
    let run_in = |mode, slice| {
        let mut canister = Canister::new(&profile_in("2026-mid", mode), &module);
        canister = canister.limited(1_000_000_000, slice);
        let init = run(&mut canister, Entry::Init { arg: ARGUMENTS[0].into() });
        [init, run(&mut canister, update("ping", ARGUMENTS[1]))]
    };
    let native = run_in(MeteringMode::Native, 1_000_000_000);
    let counted = run_in(MeteringMode::Counter, 1_000_000_000);
    for ((outcome, used), (expected, instructions)) in native.iter().zip(&counted) {
        assert_eq!(outcome, expected);
        assert_ne!(used, instructions);
    }
    assert_eq!(run_in(MeteringMode::Native, 777), native);
}

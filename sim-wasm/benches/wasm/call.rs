//! What a message costs at least: a tiny update, started and committed; and the counters of whole runs,
//! here and on the bare interpreter, which is the floor.

use crate::kit::{instance, run, update, wat};
use crate::plain::Plain;
use criterion::Criterion;
use sim_core::profile::Profile;
use std::hint::black_box;

/// Reads a 32-byte argument, adds one to a word of the heap, replies with it.
const COUNTER: &str = r#"
(module
  (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (func (export "canister_update inc")
    (call $copy (i32.const 16) (i32.const 0) (i32.const 32))
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
    (call $append (i32.const 0) (i32.const 8))
    (call $reply)))"#;

pub(crate) fn call(criterion: &mut Criterion) {
    let profile = Profile::default();
    let mut instance = instance(&profile, &wat(COUNTER));
    let task = update(&profile, "inc", &[0; 32]);
    criterion.bench_function("wasm/call", |bencher| {
        bencher.iter(|| {
            black_box(run(&mut *instance, task.clone()));
            instance.commit();
        });
    });
}

const COUNTERS: [(&str, &[u8]); 2] = [
    ("c", include_bytes!("../../../scenarios/canisters/c/counter.wasm")),
    ("ic-cdk", include_bytes!("../../../scenarios/canisters/rust/tally.wasm")),
];

pub(crate) fn counters(criterion: &mut Criterion) {
    let profile = Profile::default();
    let mut group = criterion.benchmark_group("wasm/counter");
    for (name, module) in COUNTERS {
        let mut plain = Plain::new(module);
        plain.call("canister_update inc", b"DIDL\0\0");
        group.bench_function(format!("{name} plain"), |bencher| bencher.iter(|| plain.again()));
        let mut instance = instance(&profile, module);
        let task = update(&profile, "inc", b"DIDL\0\0");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                black_box(run(&mut *instance, task.clone()));
                instance.commit();
            });
        });
    }
}

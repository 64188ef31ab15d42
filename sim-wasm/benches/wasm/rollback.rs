//! What it costs to make a message's writes permanent, or to undo them: a message that changes a
//! word in each of some pages of a heap. Compare with one that changes none.

use crate::kit::{instance, run, update, wat};
use criterion::Criterion;
use sim_core::profile::Profile;

/// Adds one to a word in each of some pages, as far apart as they can be.
fn module(mebibytes: u32) -> Vec<u8> {
    let pages = mebibytes * 16;
    wat(&format!(
        r#"(module
          (import "ic0" "msg_arg_data_size" (func $size (result i32)))
          (memory {pages})
          (func (export "canister_update write") (local $left i32) (local $by i32) (local $at i32)
            (br_if 0 (i32.eqz (local.tee $left (call $size))))
            (local.set $by (i32.div_u (i32.const {}) (local.get $left)))
            (loop $next
              (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
              (local.set $at (i32.add (local.get $at) (local.get $by)))
              (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))"#,
        mebibytes << 20
    ))
}

pub(crate) fn rollback(criterion: &mut Criterion) {
    let profile = Profile::default();
    let mut group = criterion.benchmark_group("wasm/rollback");
    for mebibytes in [1, 16, 256] {
        let mut instance = instance(&profile, &module(mebibytes));
        for pages in [0, 1, 16] {
            let task = update(&profile, "write", &vec![0; pages]);
            group.bench_function(format!("commit {pages} pages of {mebibytes} MiB"), |bencher| {
                bencher.iter(|| {
                    run(&mut *instance, task.clone());
                    instance.commit();
                });
            });
            group.bench_function(format!("undo {pages} pages of {mebibytes} MiB"), |bencher| {
                bencher.iter(|| {
                    run(&mut *instance, task.clone());
                    instance.rollback();
                });
            });
        }
    }
}

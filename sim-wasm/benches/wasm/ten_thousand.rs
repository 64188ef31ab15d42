//! Ten thousand canisters of one module: what an idle one takes, and messages a second when one
//! canister gets them all, when a few do, and when all get them in turn.

use crate::kit::{run, task, update};
use criterion::{Criterion, Throughput};
use sim_core::profile::Profile;
use sim_core::runtime::{Entry, Instance, Runtime, Task};
use sim_wasm::{Options, WasmiRuntime};
use std::cell::{OnceCell, RefCell};
use std::time::Duration;

const MODULE: &[u8] = include_bytes!("../../../scenarios/canisters/rust/counter.wasm");
const CANISTERS: usize = 10_000;
/// Of these, how many get messages in turn.
const TURNS: [usize; 4] = [1, 100, 1_000, CANISTERS];
/// Candid: `(null : opt nat)`, and no arguments.
const INIT: &[u8] = b"DIDL\x01\x6e\x7d\x01\0\0";
const NOTHING: &[u8] = b"DIDL\0\0";

/// Bytes of memory the process has; zero where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0) << 10
}

fn message(instance: &mut dyn Instance, task: &Task) {
    run(instance, task.clone());
    instance.commit();
}

/// The canisters, each of which has been initialised and has had one message.
fn canisters(profile: &Profile, live_instances: usize) -> Vec<Box<dyn Instance>> {
    let options = Options { live_instances, ..Options::default() };
    let runtime = WasmiRuntime::with_options(profile, options).expect("is sound");
    let program = runtime.compile(MODULE).expect("is accepted");
    let (init, inc) = (task(profile, Entry::Init { arg: INIT.into() }), inc(profile));
    let instance = |_| {
        let mut instance = program.instantiate().expect("can be instantiated");
        message(&mut *instance, &init);
        message(&mut *instance, &inc);
        instance
    };
    (0..CANISTERS).map(instance).collect()
}

fn inc(profile: &Profile) -> Task {
    update(profile, "inc", NOTHING)
}

/// Bytes of memory for each canister while all are idle.
fn idle(profile: &Profile) -> u64 {
    // What compiling takes, and a few canisters, are not to be counted.
    let first = canisters(profile, 1);
    let before = resident();
    let second = canisters(profile, 1);
    let taken = resident().saturating_sub(before) / CANISTERS as u64;
    drop((first, second));
    taken
}

pub(crate) fn ten_thousand(criterion: &mut Criterion) {
    let profile = Profile::default();
    let inc = inc(&profile);
    // Made only if something is measured on them.
    let made = OnceCell::new();
    let mut group = criterion.benchmark_group("wasm/ten-thousand");
    group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(3));
    for count in TURNS {
        let mut next = 0;
        group.bench_function(format!("messages to {count} in turn"), |bencher| {
            let made = made.get_or_init(|| {
                println!("{} bytes of memory for each idle canister", idle(&profile));
                RefCell::new(canisters(&profile, Options::default().live_instances))
            });
            let mut canisters = made.borrow_mut();
            bencher.iter(|| {
                next = (next + 1) % count;
                message(&mut *canisters[next], &inc);
            });
        });
    }
}

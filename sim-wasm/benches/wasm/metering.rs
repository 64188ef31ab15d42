//! What counting instructions and recording writes cost: the same module on the interpreter as it
//! comes, and as it is run here: in both ways of counting, and in fuel where touched pages are charged
//! as well.

use crate::kit::{run, task, update, wat};
use crate::plain::Plain;
use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use sim_core::profile::{MeteringMode, Profile};
use sim_core::runtime::{Entry, Instance, Task};
use std::path::Path;
use std::time::Duration;

/// Kernels, each a method: a tight loop, stores all over a memory, sorting, many tiny calls, and an
/// interpreter's loop.
const KERNELS: &str = include_str!("kernels.wat");
const METHODS: [&str; 5] = ["loop", "sieve", "sort", "calls", "dispatch"];

/// A module of the collection.
fn canister(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/canisters");
    std::fs::read(folder.join(name)).expect("is in the repository")
}

/// Candid: no arguments.
const NOTHING: &[u8] = b"DIDL\0\0";
/// Candid: `(7 : nat64, "a value of some length")`.
const PUT: &[u8] = b"DIDL\0\x02\x78\x71\x07\0\0\0\0\0\0\0\x16a value of some length";

/// A module with the methods measured, and what makes it ready.
struct Subject {
    name: &'static str,
    module: Vec<u8>,
    init: bool,
    methods: Vec<(&'static str, &'static [u8])>,
}

fn subjects() -> Vec<Subject> {
    let kernels = METHODS.map(|method| (method, &b""[..])).to_vec();
    vec![
        Subject { name: "kernel", module: wat(KERNELS), init: false, methods: kernels },
        Subject {
            name: "ic-cdk counter",
            module: canister("rust/counter.wasm"),
            init: true,
            methods: vec![("inc", NOTHING)],
        },
        Subject {
            name: "ic-cdk stable map",
            module: canister("rust/kitchen.wasm"),
            init: false,
            methods: vec![("put", PUT)],
        },
    ]
}

fn metered(profile: &Profile, subject: &Subject) -> Box<dyn Instance> {
    let mut instance = crate::kit::instance(profile, &subject.module);
    if subject.init {
        run(&mut *instance, task(profile, Entry::Init { arg: INIT.into() }));
        instance.commit();
    }
    instance
}

/// Candid: `(null : opt nat)`.
const INIT: &[u8] = b"DIDL\x01\x6e\x7d\x01\0\0";

fn measure(group: &mut BenchmarkGroup<'_, WallTime>, subject: &Subject) {
    let mut plain = Plain::new(&subject.module);
    if subject.init {
        plain.call("canister_init", INIT);
    }
    let profiles = [
        ("fuel", "2026-mid", MeteringMode::Fuel),
        ("counter", "2026-mid", MeteringMode::Counter),
        ("tracker", "2026-08", MeteringMode::Fuel),
    ];
    let profiles = profiles.map(|(name, profile, mode)| {
        let mut profile = Profile::named(profile).expect("is built in");
        profile.metering.mode = mode;
        (name, profile)
    });
    let mut modes: Vec<_> =
        profiles.iter().map(|(name, profile)| (name, profile, metered(profile, subject))).collect();
    for (method, arg) in &subject.methods {
        let name = format!("{} {method}", subject.name);
        plain.call(&format!("canister_update {method}"), arg);
        group.bench_function(format!("{name} plain"), |bencher| bencher.iter(|| plain.again()));
        for (mode, profile, instance) in &mut modes {
            let task: Task = update(profile, method, arg);
            group.bench_function(format!("{name} {mode}"), |bencher| {
                bencher.iter(|| {
                    run(&mut **instance, task.clone());
                    instance.commit();
                });
            });
        }
    }
}

pub(crate) fn metering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wasm/metering");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    subjects().iter().for_each(|subject| measure(&mut group, subject));
}

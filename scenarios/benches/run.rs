//! `run/ping-pong`: ten seconds of the library scenario, from a resolved scenario to its history.

use criterion::{Criterion, criterion_group, criterion_main};
use scenarios::resolve;
use scenarios::run::engine;
use scenarios::source::Source;
use sim_core::history::History;
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunOptions, World};
use std::path::Path;

fn ping_pong(c: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("library/ping-pong.toml");
    let source = Source::read(&path).expect("the scenario exists");
    let duration = Some(SimDuration::from_secs(10));
    let scenario = resolve::load(&source, duration, &engine::runtime)
        .unwrap_or_else(|error| panic!("{error:?}"));
    let run = || -> History {
        let world = World::new(scenario.world(7, None)).expect("is set up");
        let mut go_on = |_| Continue::Yes;
        world.run(RunOptions { threads: 1, progress: &mut go_on }).expect("runs to its end")
    };
    c.bench_function("run/ping-pong", |b| b.iter(run));
}

criterion_group!(benches, ping_pong);
criterion_main!(benches);

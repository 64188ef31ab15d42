//! Whole runs, from a scenario that is set up to its history, with the trace digest.
//!
//! - `run/ping-pong`: ten seconds of the library scenario.
//! - `messages/…`: small messages on one subnet; the report gives messages executed a second.
//! - `idle/…`: a subnet with twenty busy canisters beside so many that do nothing.

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use scenarios::document::change::Change;
use scenarios::resolve;
use scenarios::run::engine;
use scenarios::scenario::Scenario;
use scenarios::source::Source;
use sim_core::history::History;
use sim_core::record::Event;
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunOptions, World};
use std::path::Path;

/// The scenario of a file below the crate, for so many seconds, with a change.
fn scenario(file: &str, seconds: u64, change: Option<&str>) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut source = Source::read(&path).expect("the scenario exists");
    let change = change.map(|text| Change::read(text, &mut source).expect("is a change"));
    let changes: Vec<Change> = change.into_iter().collect();
    let duration = Some(SimDuration::from_secs(seconds));
    resolve::load_changed(&source, &changes, duration, &engine::runtime)
        .unwrap_or_else(|error| panic!("{error:?}"))
}

fn world(scenario: &Scenario) -> World {
    World::new(scenario.world(7, None)).expect("is set up")
}

fn run(world: World) -> History {
    let mut go_on = |_| Continue::Yes;
    world.run(RunOptions { threads: 1, progress: &mut go_on }).expect("runs to its end")
}

fn executed(history: &History) -> u64 {
    let records = history.records();
    records.filter(|record| matches!(record.event, Event::Executed { .. })).count() as u64
}

fn ping_pong(c: &mut Criterion) {
    let scenario = scenario("library/ping-pong.toml", 10, None);
    c.bench_function("run/ping-pong", |b| b.iter(|| run(world(&scenario))));
}

fn messages(c: &mut Criterion) {
    let mut group = c.benchmark_group("messages");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for name in ["counter", "ping-pong", "cdk-tally", "cdk-counter"] {
        let scenario = scenario(&format!("benches/messages/{name}.toml"), 20, None);
        group.throughput(Throughput::Elements(executed(&run(world(&scenario)))));
        group.bench_function(name, |b| {
            b.iter_batched(|| world(&scenario), run, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn idle(c: &mut Criterion) {
    let mut group = c.benchmark_group("idle");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for count in [80, 9_980] {
        let change = format!("canister.idle.count={count}");
        let scenario = scenario("benches/messages/idle.toml", 120, Some(&change));
        group.bench_function((count + 20).to_string(), |b| {
            b.iter_batched(|| world(&scenario), run, BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, ping_pong, messages, idle);
criterion_main!(benches);

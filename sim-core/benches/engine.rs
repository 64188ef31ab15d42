//! `engine/phold`: PHOLD on the engine and on a bare `BinaryHeap`. The report gives events per second.

mod phold;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use phold::{engine, engine_run, heap_run};

fn measure(c: &mut Criterion) {
    let mut group = c.benchmark_group("engine");
    let (ours, floor) = (engine_run(engine()), heap_run());
    assert_eq!(ours, floor, "both loops handle the same events");
    group.throughput(Throughput::Elements(ours));
    group.bench_function("phold", |b| {
        b.iter_batched(engine, engine_run, BatchSize::LargeInput);
    });
    group.bench_function("phold-binary-heap", |b| b.iter(heap_run));
    group.finish();
}

criterion_group!(benches, measure);
criterion_main!(benches);

//! PHOLD on the engine and on a bare `BinaryHeap`: events for each second of processor time, the best of
//! five runs, as `benches/peers/run.py` compares them with other simulators.

#[path = "../benches/phold/mod.rs"]
mod phold;

fn main() {
    let engine = || phold::engine_run(phold::engine());
    println!("icsim {:.0}", best(engine));
    println!("BinaryHeap {:.0}", best(phold::heap_run));
}

/// Events a second.
fn best(run: impl Fn() -> u64) -> f64 {
    let rate = |_| {
        let begin = on_processor();
        let events = run();
        events as f64 / (on_processor() - begin) * 1e9
    };
    (0..5).map(rate).fold(0.0, f64::max)
}

/// Nanoseconds that Linux has had the process on a processor.
fn on_processor() -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").expect("Linux tells processor time");
    told.split_whitespace().next().and_then(|nanos| nanos.parse().ok()).expect("a number")
}

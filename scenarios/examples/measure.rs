//! How fast a scenario runs, without reports: messages and events for each second of processor time,
//! simulated time against it, and the most memory the process had.
//!
//! ```console
//! $ cargo run --release -p scenarios --example measure -- scenarios/library/ring.toml
//! ```
//!
//! A second argument is the number of threads, a third one the simulated duration in seconds; more are
//! changes of the scenario such as `canister.idle.count=1000`. Processor time and memory are what
//! Linux says in `/proc`; elsewhere they are zero.

use scenarios::document::change::Change;
use scenarios::resolve;
use scenarios::run::engine;
use scenarios::source::Source;
use sim_core::engine::Spreading;
use sim_core::history::History;
use sim_core::record::Event;
use sim_core::time::SimDuration;
use sim_core::world::{Continue, RunOptions, World};
use std::path::Path;

/// Seconds in a tick of the processor times that Linux tells.
const TICK: f64 = 0.01;

fn main() {
    let mut args = std::env::args().skip(1);
    let file = args.next().expect("the path of a scenario");
    let threads = args.next().map_or(1, |threads| threads.parse().expect("a number of threads"));
    let seconds = args.next().map(|seconds| seconds.parse().expect("seconds"));
    let mut source = Source::read(Path::new(&file)).expect("the scenario can be read");
    let changes: Vec<_> =
        args.map(|text| Change::read(&text, &mut source).expect("a change")).collect();
    let duration = seconds.map(SimDuration::from_secs);
    let scenario = resolve::load_changed(&source, &changes, duration, &engine::runtime)
        .unwrap_or_else(|error| panic!("{error:?}"));
    let begin = processor_seconds();
    let world = World::new(scenario.world(7, None)).expect("is set up");
    let set_up = processor_seconds();
    let (history, spreading) = world
        .run_telling(RunOptions { threads, progress: &mut |_| Continue::Yes })
        .expect("runs to its end");
    let ran = processor_seconds() - set_up;
    tell(&history, set_up - begin, ran);
    let Spreading { windows, spread, effort, savings, .. } = spreading;
    let share = 100.0 * savings as f64 / effort.max(1) as f64;
    println!("windows                      {windows:>12}, {spread} on {threads} threads");
    println!("could be saved by them       {share:>12.1} % of the estimated work");
}

fn tell(history: &History, set_up: f64, ran: f64) {
    let records = || history.records();
    let executed =
        records().filter(|record| matches!(record.event, Event::Executed { .. })).count();
    let completed =
        records().filter(|record| matches!(record.event, Event::Completed { .. })).count();
    let simulated = history.duration.as_nanos() as f64 / 1e9;
    let rate = |count: f64| if ran > 0.0 { count / ran } else { 0.0 };
    println!("set up in                    {set_up:>12.2} s");
    println!("ran in                       {ran:>12.2} s of processor time");
    println!(
        "simulated                    {simulated:>12.2} s, {:.1} times faster",
        rate(simulated)
    );
    println!("messages executed            {executed:>12}, {:.0} a second", rate(executed as f64));
    println!(
        "ingress messages answered    {completed:>12}, {:.0} a second",
        rate(completed as f64)
    );
    println!("records                      {:>12}", records().count());
    println!("most memory                  {:>12} MiB", most_memory() / 1_024);
    println!("trace digest {}", history.digest);
}

/// Processor time of the process so far, in user mode, on all threads.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.nth(11).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0) * TICK
}

/// The largest resident set so far, in KiB.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

//! The engine against what it promises, on PHOLD: events that hop between processes at random.

use super::*;
use crate::distribution::exponential;
use crate::random::Stream;

const LOOKAHEAD: SimDuration = SimDuration::from_millis(100);

struct Hopper {
    random: Stream,
    processes: u64,
}

impl Process for Hopper {
    type Event = u64;

    fn handle<Q: EventQueue<u64>>(&mut self, event: u64, context: &mut Context<'_, u64, Q>) {
        context.trace(&event.to_le_bytes());
        context.trace(&context.now().as_nanos().to_le_bytes());
        let to = ProcessId::new(self.random.below(self.processes) as u32);
        let delay = LOOKAHEAD + exponential(SimDuration::from_millis(900), &mut self.random);
        context.send(to, context.now() + delay, Class(0), event.wrapping_mul(31) + 1);
    }
}

fn phold(seed: u64, tie_seed: Option<u64>) -> Engine<Hopper> {
    let processes = 8;
    let hopper = |i| Hopper { random: Stream::new(seed, &format!("{i}"), "hop"), processes };
    let mut engine = Engine::new((0..processes).map(hopper).collect(), LOOKAHEAD, tie_seed);
    for i in 0..64 {
        engine.schedule(ProcessId::new(i % 8), SimTime::ZERO, Class(0), u64::from(i));
    }
    engine
}

fn run(mut engine: Engine<Hopper>, threads: usize) -> (u64, Digest) {
    engine.spread_from(0);
    assert!(engine.run(SimTime::ZERO + SimDuration::from_secs(60), threads, &mut |_| true));
    (engine.events(), engine.finish().1)
}

#[test]
fn one_seed_gives_one_history_at_any_number_of_threads() {
    let once = run(phold(1, None), 1);
    assert!(once.0 > 3_000);
    assert_eq!(once, run(phold(1, None), 1));
    assert_eq!(once, run(phold(1, None), 2));
    assert_eq!(once, run(phold(1, None), 8));
}

#[test]
fn one_queue_in_the_order_of_keys_gives_the_same_history() {
    // In windows of a nanosecond all processes come to every instant together.
    let mut one_queue = phold(1, None);
    one_queue.lookahead = SimDuration::from_nanos(1);
    assert_eq!(run(one_queue, 1), run(phold(1, None), 8));
}

#[test]
fn windows_without_work_stay_on_one_thread_with_the_same_history() {
    let mut engine = phold(1, None);
    let mut windows = 0;
    for seconds in [20, 60] {
        let end = SimTime::ZERO + SimDuration::from_secs(seconds);
        assert!(engine.run(end, 2, &mut |_| {
            windows += 1;
            true
        }));
    }
    assert_eq!((engine.spreading().spread, engine.spreading().windows), (0, windows));
    assert_eq!((engine.events(), engine.finish().1), run(phold(1, None), 2));
}

#[test]
fn another_seed_gives_another_history() {
    assert_ne!(run(phold(1, None), 1), run(phold(2, None), 1));
}

#[test]
fn a_tie_seed_gives_another_order_of_one_instant() {
    let plain = run(phold(1, None), 1);
    assert_ne!(plain.1, run(phold(1, Some(1)), 1).1);
    assert_ne!(run(phold(1, Some(1)), 1).1, run(phold(1, Some(2)), 1).1);
    assert_eq!(run(phold(1, Some(1)), 1), run(phold(1, Some(1)), 2));
}

#[test]
fn a_run_that_is_told_to_stop_stops_at_the_end_of_a_window() {
    let mut engine = phold(1, None);
    let mut windows = 0;
    let finished = engine.run(SimTime::MAX, 1, &mut |_| {
        windows += 1;
        windows < 3
    });
    assert!(!finished);
    assert_eq!(windows, 3);
}

#[test]
fn events_at_or_after_the_end_stay_pending() {
    let mut engine = phold(1, None);
    engine.run(SimTime::ZERO, 1, &mut |_| true);
    assert_eq!((engine.events(), engine.pending()), (0, 64));
}

struct Hasty;

impl Process for Hasty {
    type Event = ();

    fn handle<Q: EventQueue<()>>(&mut self, (): (), context: &mut Context<'_, (), Q>) {
        context.send(ProcessId::new(0), context.now(), Class(0), ());
    }
}

#[test]
#[should_panic(expected = "before the end of the window")]
fn sending_within_the_lookahead_is_a_fault_of_the_model() {
    let mut engine: Engine<Hasty> = Engine::new(vec![Hasty], LOOKAHEAD, None);
    engine.schedule(ProcessId::new(0), SimTime::ZERO, Class(0), ());
    engine.run(SimTime::MAX, 1, &mut |_| true);
}

#[test]
#[should_panic(expected = "equal or reversed keys")]
fn two_equal_keys_are_a_panic() {
    let mut engine = phold(1, None);
    engine.lanes[0].identity.sequence = 0;
    engine.schedule(ProcessId::new(0), SimTime::ZERO, Class(0), 99);
    engine.run(SimTime::MAX, 1, &mut |_| true);
}

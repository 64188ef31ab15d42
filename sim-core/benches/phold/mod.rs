//! PHOLD, the standard load for event loops (Fujimoto, "Performance of Time Warp under synthetic workloads",
//! 1990): 16,384 pending events that hop between 1,024 places at random, on the engine and on a bare
//! `BinaryHeap`, both with random streams and trace digest.
//!
//! Each place draws a delay of 0.1 s + Exp(0.9 s).

use sim_core::distribution::exponential;
use sim_core::engine::{Class, Context, Digester, Engine, EventQueue, Process, ProcessId};
use sim_core::random::Stream;
use sim_core::time::{SimDuration, SimTime};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

const PLACES: u64 = 1_024;
const PENDING: u64 = 16 * PLACES;
const LOOKAHEAD: SimDuration = SimDuration::from_millis(100);
const MEAN: SimDuration = SimDuration::from_millis(900);
const EVENTS: u64 = 200_000;

/// What an event does in both loops: trace, mix, choose where and when it hops.
fn hop(random: &mut Stream, payload: u64) -> (u64, SimDuration, u64) {
    let mixed = payload.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (payload >> 29);
    (random.below(PLACES), LOOKAHEAD + exponential(MEAN, random), mixed)
}

fn trace_bytes(now: SimTime, place: u64, payload: u64) -> [u8; 24] {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&now.as_nanos().to_le_bytes());
    bytes[8..16].copy_from_slice(&place.to_le_bytes());
    bytes[16..].copy_from_slice(&payload.to_le_bytes());
    bytes
}

/// All places.
pub(crate) struct Places {
    random: Stream,
}

impl Process for Places {
    type Event = (u64, u64);

    fn handle<Q: EventQueue<Self::Event>>(
        &mut self,
        (place, payload): Self::Event,
        context: &mut Context<'_, Self::Event, Q>,
    ) {
        context.trace(&trace_bytes(context.now(), place, payload));
        let (to, delay, payload) = hop(&mut self.random, payload);
        context.schedule(context.now() + delay, Class(0), (to, payload));
    }
}

/// All places on one process: the loop itself, without exchange.
pub(crate) fn engine() -> Engine<Places> {
    let places = Places { random: Stream::new(1, "phold", "hop") };
    let mut engine = Engine::new(vec![places], LOOKAHEAD, None);
    for i in 0..PENDING {
        engine.schedule(ProcessId::new(0), SimTime::from_nanos(i), Class(0), (i % PLACES, i));
    }
    engine
}

/// The end of the run: about [`EVENTS`] events, each place hopping once a second in the mean.
fn end() -> SimTime {
    SimTime::ZERO + SimDuration::from_secs(EVENTS / PENDING)
}

/// Runs the engine and returns how many events it handled.
pub(crate) fn engine_run(mut engine: Engine<Places>) -> u64 {
    engine.run(end(), 1, &mut |_| true);
    let events = engine.events();
    black_box(engine.finish().1);
    events
}

/// The same in a loop around a heap.
pub(crate) fn heap_run() -> u64 {
    let mut random = Stream::new(1, "phold", "hop");
    let mut digester = Digester::default();
    let mut heap: BinaryHeap<Reverse<(SimTime, u64, u64, u64)>> =
        (0..PENDING).map(|i| Reverse((SimTime::from_nanos(i), i, i % PLACES, i))).collect();
    let mut sequence = PENDING;
    let mut events = 0;
    while let Some(Reverse((now, _, place, payload))) = heap.pop() {
        if now >= end() {
            break;
        }
        events += 1;
        digester.write(&trace_bytes(now, place, payload));
        let (to, delay, payload) = hop(&mut random, payload);
        heap.push(Reverse((now + delay, sequence, to, payload)));
        sequence += 1;
    }
    black_box(digester.finish());
    events
}

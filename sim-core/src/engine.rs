//! The event loop: logical processes, each with its own queue, in conservative windows.
//!
//! A process shares nothing with another. It handles its own events in the order of their [`Key`]
//! and may send an event to another process, but never to arrive earlier than the *lookahead* from
//! now. So from the earliest pending event on, all events within one lookahead are independent
//! between processes: every process can work through its share of that window on a thread of its
//! own, and the events exchanged at the window's end are the same as if there were one thread.
//!
//! ```text
//!   process 0   ──e──e────────e─┐         ┌─e───e──
//!   process 1   ────e───────────┤exchange ├───e────    window = [earliest, earliest + lookahead)
//!   process 2   ──────e──e──────┘         └e───────
//! ```
//!
//! Windows with too little work are done on one thread ([`Spreading`]).
//!
//! When a run reports "an event for process n arrives before the end of the window", the lookahead
//! given to [`Engine::new`] is longer than some delay of the model.

mod digest;
mod event;
mod queue;
mod spreading;

pub use digest::Digester;
pub use event::{Class, Key, ProcessId};
pub use queue::{EventQueue, HeapQueue};
pub use spreading::{Spreading, WORTH_SPREADING};

use crate::history::Digest;
use crate::random;
use crate::time::{SimDuration, SimTime};
use rayon::prelude::*;
use spreading::Chooser;

/// One logical process: state, and what an event does to it.
pub trait Process: Send {
    /// What can happen to the process.
    type Event: Send;

    /// Handles one event. New events go through `context`.
    fn handle<Q: EventQueue<Self::Event>>(
        &mut self,
        event: Self::Event,
        context: &mut Context<'_, Self::Event, Q>,
    );

    /// Roughly what the process has cost the host so far, in nanoseconds: a guess that follows from the
    /// events it handled, for the choice of where to handle the next ones.
    fn effort(&self) -> u64 {
        0
    }
}

/// What a process may do while it handles an event.
pub struct Context<'a, E, Q> {
    current: Key,
    earliest_arrival: SimTime,
    identity: &'a mut Identity,
    queue: &'a mut Q,
    outbox: &'a mut Vec<Outgoing<E>>,
    digester: &'a mut Digester,
}

impl<E, Q: EventQueue<E>> Context<'_, E, Q> {
    /// The time of the event being handled.
    #[inline]
    pub fn now(&self) -> SimTime {
        self.current.time()
    }

    /// Schedules an event for this process, not before now.
    #[inline]
    pub fn schedule(&mut self, time: SimTime, class: Class, event: E) {
        let key = self.identity.next_key(time.max(self.current.time()), class);
        self.queue.push(key.not_before(&self.current), event);
    }

    /// Sends an event to another process.
    ///
    /// # Panics
    /// If it would arrive within the lookahead: a fault of the model, since the receiver may
    /// already have passed that time.
    #[inline]
    pub fn send(&mut self, to: ProcessId, time: SimTime, class: Class, event: E) {
        assert!(
            time >= self.earliest_arrival,
            "an event for {to} arrives at {time}, before the end of the window at {}",
            self.earliest_arrival
        );
        let key = self.identity.next_key(time, class);
        self.outbox.push(Outgoing { to, key, event });
    }

    /// Adds bytes to the trace digest.
    #[inline]
    pub fn trace(&mut self, bytes: &[u8]) {
        self.digester.write(bytes);
    }
}

struct Outgoing<E> {
    to: ProcessId,
    key: Key,
    event: E,
}

/// Names a process's events.
struct Identity {
    source: ProcessId,
    tie_seed: Option<u64>,
    sequence: u64,
}

impl Identity {
    #[inline]
    fn next_key(&mut self, time: SimTime, class: Class) -> Key {
        let sequence = self.sequence;
        self.sequence += 1;
        let tie = match self.tie_seed {
            Some(seed) => random::tie(seed, self.source.number().into(), sequence),
            None => 0,
        };
        Key::new(time, class, tie, self.source, sequence)
    }
}

/// A process with its queue and its share of the trace.
struct Lane<P: Process, Q> {
    process: P,
    identity: Identity,
    queue: Q,
    outbox: Vec<Outgoing<P::Event>>,
    digester: Digester,
    last: Option<Key>,
    events: u64,
    /// Its effort at the end of the last window.
    effort: u64,
}

/// What handling an event costs at least, in nanoseconds.
const EVENT_EFFORT: u64 = 100;

impl<P: Process, Q: EventQueue<P::Event>> Lane<P, Q> {
    /// Handles every event before `end`; events sent to others arrive at `end` or later.
    fn run_window(&mut self, end: SimTime) {
        while self.queue.peek().is_some_and(|key| key.time() < end) {
            let Some((key, event)) = self.queue.pop() else { return };
            assert!(self.last < Some(key), "two events have the equal or reversed keys {key:?}");
            self.last = Some(key);
            self.events += 1;
            let mut context = Context {
                current: key,
                earliest_arrival: end,
                identity: &mut self.identity,
                queue: &mut self.queue,
                outbox: &mut self.outbox,
                digester: &mut self.digester,
            };
            self.process.handle(event, &mut context);
        }
    }

    /// Effort since this was last asked.
    fn take_effort(&mut self) -> u64 {
        let effort = self.process.effort().saturating_add(self.events * EVENT_EFFORT);
        effort.saturating_sub(std::mem::replace(&mut self.effort, effort))
    }
}

/// All processes of a run.
pub struct Engine<P: Process, Q = HeapQueue<<P as Process>::Event>> {
    lanes: Vec<Lane<P, Q>>,
    lookahead: SimDuration,
    worth_spreading: u64,
    spreading: Spreading,
}

impl<P: Process, Q: EventQueue<P::Event>> Engine<P, Q> {
    /// An engine over `processes`, in the order of their ids, none of which reaches another in
    /// less than `lookahead` (taken as at least a nanosecond).
    pub fn new(processes: Vec<P>, lookahead: SimDuration, tie_seed: Option<u64>) -> Self {
        let lane = |(index, process)| Lane {
            process,
            identity: Identity { source: ProcessId::new(index as u32), tie_seed, sequence: 0 },
            queue: Q::default(),
            outbox: Vec::new(),
            digester: Digester::default(),
            last: None,
            events: 0,
            effort: 0,
        };
        let lanes = processes.into_iter().enumerate().map(lane).collect();
        let lookahead = lookahead.max(SimDuration::from_nanos(1));
        let (worth_spreading, spreading) = (WORTH_SPREADING, Spreading::default());
        Engine { lanes, lookahead, worth_spreading, spreading }
    }

    /// Spreads windows over threads if that saves so many nanoseconds by estimate, instead of
    /// [`WORTH_SPREADING`]: always, if none.
    pub fn spread_from(&mut self, nanos: u64) {
        self.worth_spreading = nanos;
    }

    /// What was done so far on several threads, in all stretches of the run.
    pub fn spreading(&self) -> Spreading {
        self.spreading
    }

    /// Schedules a first event; one for a process that does not exist is dropped.
    pub fn schedule(&mut self, to: ProcessId, time: SimTime, class: Class, event: P::Event) {
        if let Some(lane) = self.lanes.get_mut(to.index()) {
            let key = lane.identity.next_key(time, class);
            lane.queue.push(key, event);
        }
    }

    /// Handles every event before `end`, on up to `threads` threads of the host. `after_window` is told
    /// the time reached and answers whether to go on.
    ///
    /// Returns whether the end was reached.
    pub fn run(
        &mut self,
        end: SimTime,
        threads: usize,
        after_window: &mut dyn FnMut(SimTime) -> bool,
    ) -> bool {
        self.run_seen(end, threads, &mut |time, _| after_window(time))
    }

    /// As [`Self::run`]; `after_window` also sees the processes, in order of their ids.
    pub fn run_seen(
        &mut self,
        end: SimTime,
        threads: usize,
        after_window: &mut dyn FnMut(SimTime, &mut dyn Iterator<Item = &mut P>) -> bool,
    ) -> bool {
        // Without a pool of the wanted size one thread gives the same result.
        let pool = match threads.min(self.lanes.len()) {
            0 | 1 => None,
            threads => rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok(),
        };
        let mut chooser = Chooser::new(
            pool.as_ref().map_or(1, rayon::ThreadPool::current_num_threads),
            self.worth_spreading,
        );
        let before = self.spreading;
        while let Some(window_end) = self.next_window(end) {
            match pool.as_ref().filter(|_| chooser.spreads()) {
                Some(pool) => pool.install(|| {
                    let lanes = self.lanes.par_iter_mut().with_max_len(1);
                    lanes.for_each(|lane| lane.run_window(window_end));
                }),
                None => self.lanes.iter_mut().for_each(|lane| lane.run_window(window_end)),
            }
            chooser.note(self.lanes.iter_mut().map(Lane::take_effort));
            self.spreading = before.and(chooser.told());
            self.exchange();
            let mut processes = self.lanes.iter_mut().map(|lane| &mut lane.process);
            if !after_window(window_end, &mut processes) {
                return false;
            }
        }
        true
    }

    fn next_window(&self, end: SimTime) -> Option<SimTime> {
        let earliest = self.lanes.iter().filter_map(|lane| lane.queue.peek()).min()?.time();
        (earliest < end).then(|| end.min(earliest + self.lookahead))
    }

    /// Moves what was sent into its receivers' queues. The keys order it, so the order of moving
    /// does not matter.
    fn exchange(&mut self) {
        for sender in 0..self.lanes.len() {
            let mut outbox = std::mem::take(&mut self.lanes[sender].outbox);
            for Outgoing { to, key, event } in outbox.drain(..) {
                if let Some(receiver) = self.lanes.get_mut(to.index()) {
                    receiver.queue.push(key, event);
                }
            }
            self.lanes[sender].outbox = outbox;
        }
    }

    /// Events handled so far.
    pub fn events(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.events).sum()
    }

    /// Events waiting.
    pub fn pending(&self) -> usize {
        self.lanes.iter().map(|lane| lane.queue.len()).sum()
    }

    /// The processes, in order of their ids.
    pub fn processes(&self) -> impl DoubleEndedIterator<Item = &P> {
        self.lanes.iter().map(|lane| &lane.process)
    }

    /// The processes, in order of their ids, to be changed between two windows.
    pub fn processes_mut(&mut self) -> impl Iterator<Item = &mut P> {
        self.lanes.iter_mut().map(|lane| &mut lane.process)
    }

    /// A process, between two windows.
    pub fn process_mut(&mut self, id: ProcessId) -> Option<&mut P> {
        self.lanes.get_mut(id.index()).map(|lane| &mut lane.process)
    }

    /// Ends the run: the processes, the trace digest (a hash over the processes' digests in order
    /// of their ids), and the events that did not happen any more.
    pub fn finish(self) -> (Vec<P>, Digest, Vec<P::Event>) {
        let mut whole = blake3::Hasher::new();
        let mut processes = Vec::with_capacity(self.lanes.len());
        let mut pending = Vec::new();
        for mut lane in self.lanes {
            whole.update(&lane.digester.finish().0);
            processes.push(lane.process);
            pending.extend(std::iter::from_fn(|| lane.queue.pop()).map(|(_, event)| event));
        }
        (processes, Digest(*whole.finalize().as_bytes()), pending)
    }
}

#[cfg(test)]
mod tests;

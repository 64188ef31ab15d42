//! Which canisters are live: a running module takes far more room than what a canister's messages
//! have changed, so only the most recently used stay live and the others are kept as images.
//!
//! Each canister has a [`Slot`] of its own and takes what is in it while a task is under way, so a
//! task, paused or not, is never disturbed, and threads never wait for one another where canisters
//! are live. The list of all of them is locked only when one becomes live. It is a ring with a
//! second chance for whoever was used since the last look ("clock", an approximation of least
//! recently used). What is live is never visible: restoring is exact.

use crate::image::Memories;
use crate::live::Live;
use crate::runtime::Options;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Entries of the ring looked at when a canister becomes live. More than one, so that a ring grown
/// too large, since all were in use, shrinks again.
const LOOKS: usize = 16;

/// What a canister is at the moment.
#[derive(Debug, Default)]
pub(crate) enum State {
    /// In the hands of its owner.
    #[default]
    Taken,
    /// Ready to run.
    Live(Box<Live>),
    /// Kept as an image.
    Idle(Box<Memories>),
}

/// A canister's place.
#[derive(Debug)]
pub(crate) struct Slot {
    state: Mutex<State>,
    /// Used since the ring was last looked through.
    used: AtomicBool,
    /// In the ring.
    listed: AtomicBool,
    /// Bytes of heap it has while it is live; counted in the pool.
    bytes: AtomicUsize,
}

/// Locks; what is locked here is whole at any time, so a panic elsewhere has not damaged it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    pub(crate) fn new(state: State) -> Arc<Slot> {
        let (used, listed) = (AtomicBool::new(true), AtomicBool::new(false));
        Arc::new(Slot { state: Mutex::new(state), used, listed, bytes: AtomicUsize::new(0) })
    }

    /// Takes the canister out.
    pub(crate) fn take(&self) -> State {
        std::mem::take(&mut *lock(&self.state))
    }

    /// Puts it back.
    pub(crate) fn put(&self, state: State) {
        *lock(&self.state) = state;
        self.used.store(true, Ordering::Relaxed);
    }

    /// Makes the canister idle. False if its owner has it.
    pub(crate) fn evict(&self) -> bool {
        let mut state = lock(&self.state);
        match std::mem::take(&mut *state) {
            State::Taken => return false,
            State::Idle(memories) => *state = State::Idle(memories),
            State::Live(live) => *state = State::Idle(Box::new(live.into_memories())),
        }
        true
    }
}

/// All canisters that are live, and a few that no longer are.
#[derive(Debug)]
pub(crate) struct Pool {
    options: Options,
    /// Bytes of heap they have together.
    bytes: AtomicUsize,
    ring: Mutex<VecDeque<Weak<Slot>>>,
}

impl Pool {
    /// A pool in which as many canisters may be live between tasks as `options` say.
    pub(crate) fn new(options: Options) -> Self {
        Pool { options, bytes: AtomicUsize::new(0), ring: Mutex::default() }
    }

    /// Notes that the canister of `slot` is live and has a heap of `bytes`; if that is new, others
    /// are made idle for it. The caller must hold what is in `slot`.
    pub(crate) fn admit(&self, slot: &Arc<Slot>, bytes: usize) {
        if slot.bytes.load(Ordering::Relaxed) == bytes && slot.listed.load(Ordering::Relaxed) {
            return;
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.forget(slot.bytes.swap(bytes, Ordering::Relaxed));
        for victim in self.list(slot) {
            if victim.evict() {
                self.leave(&victim);
            } else {
                self.push(&mut lock(&self.ring), &victim);
            }
        }
    }

    /// Notes that the canister of `slot` is not live any more.
    pub(crate) fn leave(&self, slot: &Slot) {
        self.forget(slot.bytes.swap(0, Ordering::Relaxed));
    }

    fn forget(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn is_full(&self, ring: &VecDeque<Weak<Slot>>) -> bool {
        let bytes = self.bytes.load(Ordering::Relaxed);
        ring.len() > self.options.live_instances || bytes > self.options.live_bytes
    }

    fn push(&self, ring: &mut VecDeque<Weak<Slot>>, slot: &Arc<Slot>) {
        if !slot.listed.swap(true, Ordering::Relaxed) {
            ring.push_back(Arc::downgrade(slot));
        }
    }

    /// Lists `slot`; those to be made idle are no longer listed.
    fn list(&self, slot: &Arc<Slot>) -> Vec<Arc<Slot>> {
        let mut victims = Vec::new();
        let mut ring = lock(&self.ring);
        self.push(&mut ring, slot);
        for _ in 0..LOOKS {
            if !self.is_full(&ring) {
                break;
            }
            let Some(found) = ring.pop_front().and_then(|oldest| oldest.upgrade()) else {
                continue;
            };
            if found.used.swap(false, Ordering::Relaxed) {
                ring.push_back(Arc::downgrade(&found));
            } else {
                found.listed.store(false, Ordering::Relaxed);
                victims.push(found);
            }
        }
        victims
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Live;
    use crate::program::CompiledProgram;
    use crate::rules::Rules;
    use sim_core::profile::Profile;

    const PAGE: usize = 65_536;

    /// Canisters with a heap of one page, each admitted in turn.
    fn admitted(pool: &Pool, count: usize) -> Vec<Arc<Slot>> {
        let module = wat::parse_str("(module (memory 1))").expect("is valid WAT");
        let rules = Arc::new(Rules::new(&Profile::default()));
        let program = CompiledProgram::new(&module, rules).expect("is accepted");
        let admit = |_| {
            let slot = Slot::new(State::Taken);
            pool.admit(&slot, PAGE);
            let live = Live::new(&program).expect("can be instantiated");
            slot.put(State::Live(Box::new(live)));
            slot
        };
        (0..count).map(admit).collect()
    }

    fn live(slots: &[Arc<Slot>]) -> usize {
        slots.iter().filter(|slot| matches!(*lock(&slot.state), State::Live(_))).count()
    }

    #[test]
    fn no_more_stay_live_than_the_options_say() {
        let pool = Pool::new(Options { live_instances: 10, ..Options::default() });
        let slots = admitted(&pool, 100);
        assert_eq!(live(&slots), 10);
        assert_eq!(pool.bytes.load(Ordering::Relaxed), 10 * PAGE);
    }

    #[test]
    fn no_more_heap_stays_live_than_the_options_say() {
        let pool = Pool::new(Options { live_bytes: 5 * PAGE, ..Options::default() });
        let slots = admitted(&pool, 100);
        assert_eq!(live(&slots), 5);
        // One that has grown makes the others idle.
        let grown = slots.iter().find(|slot| matches!(*lock(&slot.state), State::Live(_)));
        let grown = grown.expect("some are live");
        let state = grown.take();
        pool.admit(grown, 5 * PAGE);
        grown.put(state);
        assert_eq!(live(&slots), 1);
    }

    #[test]
    fn a_canister_at_work_is_never_made_idle() {
        let pool = Pool::new(Options { live_instances: 1, ..Options::default() });
        let first = Slot::new(State::Taken);
        pool.admit(&first, PAGE);
        let others = admitted(&pool, 50);
        assert!(matches!(*lock(&first.state), State::Taken));
        assert!(live(&others) <= 1);
    }
}

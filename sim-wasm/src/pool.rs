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
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
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
}

/// Locks; what is locked here is whole at any time, so a panic elsewhere has not damaged it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    pub(crate) fn new(state: State) -> Arc<Slot> {
        let (used, listed) = (AtomicBool::new(true), AtomicBool::new(false));
        Arc::new(Slot { state: Mutex::new(state), used, listed })
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
    fn evict(&self) -> bool {
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
    capacity: usize,
    ring: Mutex<VecDeque<Weak<Slot>>>,
}

impl Pool {
    /// A pool in which `capacity` canisters may be live between tasks.
    pub(crate) fn new(capacity: usize) -> Self {
        Pool { capacity, ring: Mutex::default() }
    }

    /// Notes that the canister of `slot` has become live, and makes others idle for it. The
    /// caller must hold what is in `slot`.
    pub(crate) fn admit(&self, slot: &Arc<Slot>) {
        for victim in self.list(slot) {
            if !victim.evict() {
                self.push(&mut lock(&self.ring), &victim);
            }
        }
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
            if ring.len() <= self.capacity {
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

//! A canister's code with its memories: runs tasks, pauses them, commits and rolls back.

mod given;

use crate::entry::Entries;
use crate::execution::{Ended, Paused};
use crate::facts::KeptGlobal;
use crate::failure::{engine_error, stack_overflow};
use crate::image::{CanisterImage, HeapImage, Memories};
use crate::live::Live;
use crate::message::Message;
use crate::pool::{Pool, Slot, State};
use crate::program::CompiledProgram;
use crate::stable::StableMemory;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{
    Effects, Failure, Finished, GlobalValue, Instance, MemoryUse, StableImage, StateImage, Step,
    Task,
};
use sim_core::units::Instructions;
use std::sync::Arc;
use wasmi::Val;

/// A canister on the interpreter.
#[derive(Debug)]
pub(crate) struct WasmInstance {
    program: Arc<CompiledProgram>,
    pool: Arc<Pool>,
    /// Where it is between tasks: live or idle.
    slot: Arc<Slot>,
    /// Where it is from the beginning of a task to its commit or rollback.
    live: Option<Box<Live>>,
    paused: Option<Paused>,
    /// The task it runs, to begin anew with its stack counted, and slices it has been resumed for.
    task: Option<(Task, u32)>,
    /// Values of the mutable globals as last committed.
    globals: Vec<Val>,
    /// Sizes as last committed.
    sizes: MemoryUse,
}

impl WasmInstance {
    /// A fresh instance of `program`, with the stable memory of the canister's former code if there
    /// was any.
    ///
    /// # Errors
    /// The initial memory cannot be had, or an active segment lies outside of it.
    pub(crate) fn new(
        program: Arc<CompiledProgram>,
        pool: Arc<Pool>,
        stable: StableMemory,
    ) -> Result<Self, Failure> {
        let mut live = Live::new(&program)?;
        live.store.data_mut().stable = stable;
        let (slot, mut globals) = (Slot::new(State::Taken), Vec::new());
        live.save_globals(&mut globals);
        let sizes = live.sizes();
        pool.admit(&slot, live.heap().len());
        slot.put(State::Live(Box::new(live)));
        Ok(WasmInstance {
            program,
            pool,
            slot,
            live: None,
            paused: None,
            task: None,
            globals,
            sizes,
        })
    }

    /// An instance of `program` with the state of `image`.
    ///
    /// # Errors
    /// The image is of another program.
    pub(crate) fn restore(
        program: Arc<CompiledProgram>,
        pool: Arc<Pool>,
        image: &CanisterImage,
    ) -> Result<Self, Failure> {
        if image.program != program.hash() {
            return Err(engine_error("the image is of another module"));
        }
        let (globals, memories) = (image.globals.clone(), image.memories.clone());
        let sizes = memories.sizes();
        let slot = Slot::new(State::Idle(Box::new(memories)));
        Ok(WasmInstance {
            program,
            pool,
            slot,
            live: None,
            paused: None,
            task: None,
            globals,
            sizes,
        })
    }

    /// Takes the canister out of its slot, live.
    fn take(&self) -> Result<Box<Live>, Failure> {
        match self.slot.take() {
            State::Live(live) => Ok(live),
            State::Taken => Err(engine_error("a task is under way")),
            State::Idle(mut memories) => {
                let restored = Live::restore(&self.program, &mut memories, &self.globals);
                match restored {
                    Ok(live) => {
                        self.pool.admit(&self.slot, live.heap().len());
                        Ok(Box::new(live))
                    }
                    Err(failure) => {
                        self.slot.put(State::Idle(memories));
                        Err(failure)
                    }
                }
            }
        }
    }

    /// Puts the canister back after a task. A store that can serve only one task is not kept.
    fn park(&mut self, live: Box<Live>, spent: bool) {
        if spent || self.program.rebuild_after_message() {
            let memories = live.into_memories();
            self.sizes = memories.sizes();
            self.pool.leave(&self.slot);
            self.slot.put(State::Idle(Box::new(memories)));
        } else {
            self.sizes = live.sizes();
            self.pool.admit(&self.slot, live.heap().len());
            self.slot.put(State::Live(live));
        }
    }

    /// The canister as it is, a task under way included.
    fn look<T>(&self, see: impl FnOnce(&Live) -> T) -> Option<T> {
        if let Some(live) = &self.live {
            return Some(see(live));
        }
        let live = self.take().ok()?;
        let seen = see(&live);
        self.slot.put(State::Live(live));
        Some(seen)
    }

    /// A finished task waits for `commit` or `rollback`.
    fn take_uncommitted(&mut self) -> Option<Box<Live>> {
        if self.paused.is_some() { None } else { self.live.take() }
    }

    fn begin(&mut self, task: Task) -> Result<Ended, Failure> {
        let mut live = self.take()?;
        self.task = Some((task.clone(), 0));
        let ended = live.begin(&self.program, task);
        self.live = Some(live);
        Ok(ended)
    }

    fn proceed(&mut self, paused: Paused) -> Option<Ended> {
        let live = self.live.as_mut()?;
        if let Some((_, resumed)) = &mut self.task {
            *resumed += 1;
        }
        Some(live.proceed(paused))
    }

    /// Where calls are nested more deeply than is certain to fit the stack, the task begins anew
    /// in a program that counts it, and goes as far as it had come; so does every later task.
    fn deepen(&mut self, ended: Ended) -> Ended {
        if !matches!(ended, Ended::TooDeep) {
            return ended;
        }
        let (Some(program), Some((task, resumed))) = (self.program.deep(), self.task.take()) else {
            return Ended::Finished(Err(stack_overflow()));
        };
        self.rollback();
        self.program = program;
        match self.again(task, resumed) {
            Ok(Ended::TooDeep) => Ended::Finished(Err(stack_overflow())),
            Ok(ended) => ended,
            Err(failure) => Ended::Finished(Err(failure)),
        }
    }

    /// Runs `task` in a new store, with its first slice and `resumed` more.
    fn again(&mut self, task: Task, resumed: u32) -> Result<Ended, Failure> {
        self.slot.evict();
        let mut ended = self.begin(task)?;
        for _ in 0..resumed {
            self.note_pause();
            ended = match ended {
                Ended::Paused(paused) => self.proceed(paused).unwrap_or(Ended::TooDeep),
                ended => return Ok(ended),
            };
        }
        Ok(ended)
    }

    /// Notes how far the task came in its slice: instructions it used there.
    fn note_pause(&mut self) -> u64 {
        let Some(live) = &mut self.live else { return 0 };
        let counter = live.counter();
        live.message().map_or(0, |message| {
            message.budget.counter = counter;
            message.budget.reported_slice()
        })
    }

    fn step(&mut self, ended: Ended) -> Step {
        match ended {
            Ended::Paused(paused) => {
                let instructions = self.note_pause();
                self.paused = Some(paused);
                Step::Paused { instructions: Instructions::new(instructions) }
            }
            Ended::TooDeep | Ended::Finished(_) => {
                let outcome = match ended {
                    Ended::Finished(outcome) => outcome,
                    _ => Err(stack_overflow()),
                };
                let Some(live) = &mut self.live else { return lost() };
                let finished = finish(&self.program, live, outcome);
                if finished.outcome.is_err() {
                    self.rollback();
                }
                Step::Finished(Box::new(finished))
            }
        }
    }
}

impl Drop for WasmInstance {
    fn drop(&mut self) {
        self.pool.leave(&self.slot);
    }
}

/// Settles the bill of a task that has ended.
fn finish(program: &CompiledProgram, live: &mut Live, outcome: Result<(), Failure>) -> Finished {
    let counter = live.counter();
    let dirty_heap = live.dirty_pages();
    let dirty_stable = live.store.data().stable.dirty_pages();
    let Some(mut message) = live.store.data_mut().message.take() else {
        return failed(engine_error("no task is under way"));
    };
    message.budget.counter = counter;
    let outcome = message.refused_growth.take().map_or(outcome, Err);
    if !Entries::QUERIES.contains(message.kind) {
        let price = program.rules().dirty_heap_page(program.is_wasm64());
        message.budget.charge(price.saturating_mul(dirty_heap).get());
    }
    if let Err(failure) = &outcome {
        log_trap(&mut message, failure);
    }
    let log = message.take_log();
    let pages = &live.store.data().pages;
    let dirty_pages = if pages.tracks() { pages.dirty_pages() } else { dirty_heap + dirty_stable };
    Finished {
        instructions: Instructions::new(message.budget.reported()),
        slice_instructions: Instructions::new(message.budget.reported_slice()),
        outcome: outcome.map(|()| Effects { dirty_pages, ..message.effects }),
        log,
    }
}

/// A trap of the code leaves a line in the log; `ic0.trap` has written its own.
fn log_trap(message: &mut Message, failure: &Failure) {
    if failure.code == ErrorCode::CanisterTrapped {
        let text = failure.message.trim_start_matches("Canister trapped: ");
        message.print(format!("[TRAP]: {text}").as_bytes());
    }
}

fn lost() -> Step {
    Step::Finished(Box::new(failed(engine_error("no task is under way"))))
}

/// A task that did not even begin.
fn failed(failure: Failure) -> Finished {
    Finished {
        instructions: Instructions::ZERO,
        slice_instructions: Instructions::ZERO,
        outcome: Err(failure),
        log: Vec::new(),
    }
}

impl Instance for WasmInstance {
    fn start(&mut self, task: Task) -> Step {
        self.abort();
        self.rollback();
        match self.begin(task) {
            Ok(ended) => {
                let ended = self.deepen(ended);
                self.step(ended)
            }
            Err(failure) => Step::Finished(Box::new(failed(failure))),
        }
    }

    fn resume(&mut self) -> Step {
        let Some(ended) = self.paused.take().and_then(|paused| self.proceed(paused)) else {
            return lost();
        };
        let ended = self.deepen(ended);
        self.step(ended)
    }

    fn abort(&mut self) {
        if self.paused.take().is_some() {
            self.rollback();
        }
    }

    fn commit(&mut self) {
        let Some(mut live) = self.take_uncommitted() else { return };
        live.commit_heap();
        live.save_globals(&mut self.globals);
        live.store.data_mut().stable.commit();
        self.park(live, false);
    }

    fn rollback(&mut self) {
        let Some(mut live) = self.take_uncommitted() else { return };
        live.store.data_mut().message = None;
        // Memory cannot shrink, and a global that cannot be set is a new one's to hold.
        let grown = !live.undo_heap();
        let kept = live.restore_globals(&self.globals).is_ok();
        live.store.data_mut().stable.rollback();
        self.park(live, grown || !kept);
    }

    fn host_nanos(&self, instructions: Instructions) -> u64 {
        // An instruction is one of the simplest, of which the interpreter does about one a nanosecond.
        instructions.get()
    }

    fn memory(&self) -> MemoryUse {
        self.live.as_ref().map_or(self.sizes, |live| live.sizes())
    }

    fn stable_image(&self) -> StableImage {
        let image = self.look(|live| live.store.data().stable.image());
        StableImage(Box::new(image.unwrap_or_default()))
    }

    fn image(&self) -> StateImage {
        let memories = self.look(|live| Memories {
            heap: live.heap_image(),
            stable: live.store.data().stable.committed_image(),
        });
        let empty = || Memories { heap: HeapImage::default(), stable: StableMemory::default() };
        StateImage(Arc::new(CanisterImage {
            program: self.program.hash(),
            globals: self.globals.clone(),
            memories: memories.unwrap_or_else(empty),
        }))
    }

    fn read_heap(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        let begin = usize::try_from(offset).ok()?;
        let end = begin.checked_add(usize::try_from(len).ok()?)?;
        self.look(|live| live.heap().get(begin..end).map(<[u8]>::to_vec))?
    }

    fn read_stable(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        self.look(|live| {
            let stable = &live.store.data().stable;
            let mut bytes = stable.contains(offset, len).then(|| vec![0; len as usize])?;
            stable.read(offset, &mut bytes);
            Some(bytes)
        })?
    }

    fn global_values(&self) -> Vec<GlobalValue> {
        self.globals.iter().filter_map(given::handed_out).collect()
    }

    fn globals(&self) -> Vec<String> {
        let lasting = self.live.as_ref().map(|live| live.globals());
        let lasting = lasting.as_ref().unwrap_or(&self.globals);
        let value = |kept: &KeptGlobal| match kept {
            KeptGlobal::Lasting(place) => lasting.get(*place).map(describe),
            KeptGlobal::Constant(value) => Some(describe(value)),
        };
        self.program.kept_globals().iter().filter_map(value).collect()
    }
}

/// A global's value as recordings write it; floats by their bits.
fn describe(value: &Val) -> String {
    match value {
        Val::I32(number) => format!("I32({number})"),
        Val::I64(number) => format!("I64({number})"),
        Val::F32(number) => format!("F32({:?})", f32::from_bits(number.to_bits())),
        Val::F64(number) => format!("F64({:?})", f64::from_bits(number.to_bits())),
        Val::V128(number) => format!("V128({})", number.as_u128()),
        _ => "reference".to_owned(),
    }
}

#[cfg(test)]
mod exactness;
#[cfg(test)]
mod soundness;

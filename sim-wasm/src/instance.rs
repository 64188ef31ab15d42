//! A canister's code with its memories: runs tasks, pauses them, commits and rolls back.

use crate::entry::Entries;
use crate::facts::KeptGlobal;
use crate::failure::{Interrupt, engine_error, from_wasmi, violation};
use crate::live::Live;
use crate::message::Message;
use crate::program::CompiledProgram;
use crate::stable::StableMemory;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{
    Closure, Effects, Entry, Failure, Finished, Instance, MemoryUse, StableImage, Step, Task,
};
use sim_core::units::{Bytes, Instructions};
use std::sync::Arc;
use wasmi::{Func, ResumableCall, ResumableCallHostTrap, ResumableCallOutOfFuel, Val};

/// A canister on the interpreter.
#[derive(Debug)]
pub(crate) struct WasmInstance {
    program: Arc<CompiledProgram>,
    live: Live,
    globals: Vec<Val>,
    paused: Option<Paused>,
    /// A finished task waits for `commit` or `rollback`.
    uncommitted: bool,
    /// The store has to be built anew before the next task.
    stale: bool,
}

/// A task between two slices.
#[derive(Debug)]
struct Paused {
    call: Call,
    answer: Result<Option<Val>, Failure>,
}

/// Where a task goes on.
#[derive(Debug)]
enum Call {
    /// After a call of the host.
    Host(ResumableCallHostTrap),
    /// At a block that takes more fuel than there was.
    Fuel(ResumableCallOutOfFuel),
}

impl Paused {
    /// Instructions that have to be left for it to go on.
    fn needs(&self) -> i64 {
        match &self.call {
            Call::Host(_) => 0,
            Call::Fuel(call) => i64::try_from(call.required_fuel()).unwrap_or(i64::MAX),
        }
    }
}

/// What is entered, and with which arguments.
struct Target {
    function: Func,
    argument: Option<Val>,
}

/// How a slice ended.
enum Ended {
    Paused(Paused),
    Finished(Result<(), Failure>),
}

impl Ended {
    fn of(result: Result<ResumableCall, wasmi::Error>) -> Self {
        match result {
            Ok(ResumableCall::Finished) => Ended::Finished(Ok(())),
            Ok(ResumableCall::HostTrap(call)) => Self::interrupted(call),
            Ok(ResumableCall::OutOfFuel(call)) => {
                Ended::Paused(Paused { call: Call::Fuel(call), answer: Ok(None) })
            }
            Err(error) => Ended::Finished(Err(from_wasmi(&error))),
        }
    }

    fn interrupted(call: ResumableCallHostTrap) -> Self {
        match call.host_error().downcast_ref::<Interrupt>() {
            Some(Interrupt::Pause(answer)) => {
                let answer = answer.clone();
                Ended::Paused(Paused { call: Call::Host(call), answer })
            }
            Some(Interrupt::Fail(failure)) => Ended::Finished(Err(failure.clone())),
            None => Ended::Finished(Err(from_wasmi(call.host_error()))),
        }
    }
}

impl WasmInstance {
    /// Takes over the stable memory of a canister's former code.
    pub(crate) fn adopt(&mut self, stable: StableMemory) {
        self.live.store.data_mut().stable = stable;
    }

    /// A fresh instance of `program`.
    pub(crate) fn new(program: Arc<CompiledProgram>) -> Result<Self, Failure> {
        let live = Live::new(&program, program.host())?;
        let mut globals = Vec::new();
        live.save_globals(&mut globals);
        let (paused, uncommitted, stale) = (None, false, false);
        Ok(WasmInstance { program, live, globals, paused, uncommitted, stale })
    }

    /// Builds the store anew from what is committed.
    fn rebuild(&mut self) -> Result<(), Failure> {
        let mut live = Live::new(&self.program, self.program.host())?;
        live.take_heap(&self.live)?;
        live.restore_globals(&self.globals)?;
        let stable = std::mem::take(&mut self.live.store.data_mut().stable);
        live.store.data_mut().stable = stable;
        self.live = live;
        self.stale = false;
        Ok(())
    }

    /// The heap. It is at most as large as it was before the task while no task has finished: a
    /// store whose heap has grown in vain is built anew only when the next task begins.
    fn heap(&self) -> &[u8] {
        let heap = self.live.heap();
        let committed = self.live.store.data().undo.committed();
        if self.uncommitted { heap } else { heap.get(..committed).unwrap_or(heap) }
    }

    /// The function an entry point names; `None` if the module does not have it and need not.
    fn target(&self, entry: &Entry) -> Result<Option<Target>, Failure> {
        let program = &self.program;
        let at = |place: Option<usize>| place.and_then(|place| self.live.entry(place));
        let hook = |name: &str| at(program.hook(name));
        let found = |function: Option<Func>, kind: &str, method: &str| {
            function.map(Some).ok_or_else(|| method_not_found(kind, method))
        };
        let function = match entry {
            Entry::Start => self.live.start(),
            Entry::Init { .. } => hook("canister_init"),
            Entry::PreUpgrade => hook("canister_pre_upgrade"),
            Entry::PostUpgrade { .. } => hook("canister_post_upgrade"),
            Entry::Update { method, .. } => found(at(program.update(method)), "update", method)?,
            Entry::ReplicatedQuery { method, .. }
            | Entry::Query { method, .. }
            | Entry::Transform { method, .. } => found(at(program.query(method)), "query", method)?,
            Entry::CompositeQuery { method, .. } => {
                found(at(program.composite_query(method)), "composite query", method)?
            }
            Entry::InspectMessage { .. } => hook("canister_inspect_message"),
            Entry::ReplyCallback { closure, .. }
            | Entry::RejectCallback { closure, .. }
            | Entry::Cleanup { closure } => return self.callback(*closure).map(Some),
            Entry::Heartbeat => hook("canister_heartbeat"),
            Entry::GlobalTimer => hook("canister_global_timer"),
            Entry::OnLowWasmMemory => hook("canister_on_low_wasm_memory"),
        };
        Ok(function.map(|function| Target { function, argument: None }))
    }

    fn callback(&self, closure: Closure) -> Result<Target, Failure> {
        let function = self.live.closure(closure)?;
        let ty = function.ty(&self.live.store);
        let argument = match self.program.is_wasm64() {
            true => Val::I64(closure.environment as i64),
            false => Val::I32(closure.environment as u32 as i32),
        };
        if ty.params() != [argument.ty()] || !ty.results().is_empty() {
            return Err(violation("a callback does not take one address and return nothing"));
        }
        let argument = Some(argument);
        Ok(Target { function, argument })
    }

    fn message(&mut self) -> Option<&mut Message> {
        self.live.store.data_mut().message.as_mut()
    }

    /// Copies the budget's counter to the module's.
    fn arm(&mut self) -> Result<(), Failure> {
        let counter = self.message().map_or(0, |message| message.budget.counter);
        self.live.set_counter(counter)
    }

    fn begin(&mut self, task: Task) -> Ended {
        if self.stale
            && let Err(failure) = self.rebuild()
        {
            self.live.store.data_mut().message = Some(Message::new(task));
            return Ended::Finished(Err(failure));
        }
        let target = self.target(&task.entry);
        self.live.store.data_mut().message = Some(Message::new(task));
        let target = match self.arm().and(target) {
            Ok(Some(target)) => target,
            Ok(None) => return Ended::Finished(Ok(())),
            Err(failure) => return Ended::Finished(Err(failure)),
        };
        let argument = target.argument.as_slice();
        let result = target.function.call_resumable(&mut self.live.store, argument, &mut []);
        self.settle(Ended::of(result))
    }

    fn proceed(&mut self, paused: Paused) -> Ended {
        let Some(message) = self.message() else {
            return Ended::Finished(Err(engine_error("no task is under way")));
        };
        message.budget.next_slice();
        let budget = message.budget;
        if let Err(failure) = self.arm() {
            return Ended::Finished(Err(failure));
        }
        if budget.counter < paused.needs() {
            // The last overshoot used up this slice as well.
            return self.settle(Ended::Paused(paused));
        }
        let ended = self.go_on(paused);
        self.settle(ended)
    }

    fn go_on(&mut self, paused: Paused) -> Ended {
        let answer = match paused.answer {
            Ok(answer) => answer,
            Err(failure) => return Ended::Finished(Err(failure)),
        };
        let store = &mut self.live.store;
        Ended::of(match paused.call {
            Call::Host(call) => call.resume(store, answer.as_slice(), &mut []),
            Call::Fuel(call) => call.resume(store, &mut []),
        })
    }

    /// A pause is none if fuel was taken in excess and what is left suffices, and it is the end if
    /// nothing more is granted.
    fn settle(&mut self, mut ended: Ended) -> Ended {
        while let Ended::Paused(paused) = ended {
            let left = self.live.counter();
            if left < paused.needs() || matches!(paused.call, Call::Host(_)) {
                let exhausted = self.message().is_none_or(|message| message.budget.is_exhausted());
                return if exhausted { self.exceed(left) } else { Ended::Paused(paused) };
            }
            ended = match self.live.set_counter(left) {
                Ok(()) => self.go_on(paused),
                Err(failure) => Ended::Finished(Err(failure)),
            };
        }
        ended
    }

    /// The end of a task that used all it may: the block that did not fit counts as begun.
    fn exceed(&mut self, left: i64) -> Ended {
        let spent = self.live.set_counter(left.min(-1));
        Ended::Finished(Err(spent.err().unwrap_or_else(crate::failure::limit_exceeded)))
    }

    fn step(&mut self, ended: Ended) -> Step {
        match ended {
            Ended::Paused(paused) => {
                let counter = self.live.counter();
                let instructions = self.message().map_or(0, |message| {
                    message.budget.counter = counter;
                    message.budget.reported_slice()
                });
                self.paused = Some(paused);
                Step::Paused { instructions: Instructions::new(instructions) }
            }
            Ended::Finished(outcome) => Step::Finished(Box::new(self.finish(outcome))),
        }
    }

    /// Settles the bill and undoes what a failed task did.
    fn finish(&mut self, outcome: Result<(), Failure>) -> Finished {
        let counter = self.live.counter();
        let dirty_heap = self.live.dirty_pages();
        let dirty_stable = self.live.store.data().stable.dirty_pages();
        let Some(mut message) = self.live.store.data_mut().message.take() else {
            return lost();
        };
        message.budget.counter = counter;
        let outcome = message.refused_growth.take().map_or(outcome, Err);
        if !Entries::QUERIES.contains(message.kind) {
            let price = self.program.rules().dirty_heap_page(self.program.is_wasm64());
            message.budget.charge(price.saturating_mul(dirty_heap).get());
        }
        if let Err(failure) = &outcome {
            log_trap(&mut message, failure);
        }
        let failed = outcome.is_err();
        let log = message.take_log();
        let finished = Finished {
            instructions: Instructions::new(message.budget.reported()),
            slice_instructions: Instructions::new(message.budget.reported_slice()),
            outcome: outcome
                .map(|()| Effects { dirty_pages: dirty_heap + dirty_stable, ..message.effects }),
            log,
        };
        self.uncommitted = true;
        if failed {
            self.rollback();
        }
        finished
    }
}

/// A trap of the code leaves a line in the log; `ic0.trap` has written its own.
fn log_trap(message: &mut Message, failure: &Failure) {
    if failure.code == ErrorCode::CanisterTrapped {
        let text = failure.message.trim_start_matches("Canister trapped: ");
        message.print(format!("[TRAP]: {text}").as_bytes());
    }
}

fn lost() -> Finished {
    Finished {
        instructions: Instructions::ZERO,
        slice_instructions: Instructions::ZERO,
        outcome: Err(engine_error("no task is under way")),
        log: Vec::new(),
    }
}

fn method_not_found(kind: &str, method: &str) -> Failure {
    Failure {
        code: ErrorCode::CanisterMethodNotFound,
        message: format!("Canister has no {kind} method '{method}'"),
    }
}

impl Instance for WasmInstance {
    fn start(&mut self, task: Task) -> Step {
        self.abort();
        self.rollback();
        let ended = self.begin(task);
        self.step(ended)
    }

    fn resume(&mut self) -> Step {
        match self.paused.take() {
            Some(paused) => {
                let ended = self.proceed(paused);
                self.step(ended)
            }
            None => Step::Finished(Box::new(lost())),
        }
    }

    fn abort(&mut self) {
        if self.paused.take().is_some() {
            self.live.store.data_mut().message = None;
            self.uncommitted = true;
            self.rollback();
        }
    }

    fn commit(&mut self) {
        if !std::mem::take(&mut self.uncommitted) {
            return;
        }
        self.live.commit_heap();
        self.live.save_globals(&mut self.globals);
        self.live.store.data_mut().stable.commit();
        self.stale = self.program.rebuild_after_message();
    }

    fn rollback(&mut self) {
        if !std::mem::take(&mut self.uncommitted) {
            return;
        }
        // Memory cannot shrink, and a global that cannot be set is a new one's to hold.
        let grown = !self.live.undo_heap();
        let kept = self.live.restore_globals(&self.globals).is_ok();
        self.live.store.data_mut().stable.rollback();
        self.stale = self.program.rebuild_after_message() || grown || !kept;
    }

    fn memory(&self) -> MemoryUse {
        MemoryUse {
            heap: Bytes::of_len(self.heap().len()),
            stable: Bytes::new(self.live.store.data().stable.bytes()),
        }
    }

    fn stable_image(&self) -> StableImage {
        StableImage(Box::new(self.live.store.data().stable.image()))
    }

    fn read_heap(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        let begin = usize::try_from(offset).ok()?;
        let end = begin.checked_add(usize::try_from(len).ok()?)?;
        self.heap().get(begin..end).map(<[u8]>::to_vec)
    }

    fn read_stable(&self, offset: u64, len: u64) -> Option<Vec<u8>> {
        let stable = &self.live.store.data().stable;
        let mut bytes = stable.contains(offset, len).then(|| vec![0; len as usize])?;
        stable.read(offset, &mut bytes);
        Some(bytes)
    }

    fn globals(&self) -> Vec<String> {
        let lasting = self.live.globals();
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
mod soundness;

//! Running a task on a live instance, slice by slice.

use crate::entry::Entries;
use crate::failure::{Interrupt, engine_error, from_wasmi, limit_exceeded, violation};
use crate::live::Live;
use crate::message::Message;
use crate::program::CompiledProgram;
use sim_core::reject::ErrorCode;
use sim_core::runtime::{Closure, Entry, Failure, Task};
use wasmi::{Func, ResumableCall, ResumableCallHostTrap, ResumableCallOutOfFuel, TrapCode, Val};

/// A task between two slices.
#[derive(Debug)]
pub(crate) struct Paused {
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
pub(crate) enum Ended {
    Paused(Paused),
    Finished(Result<(), Failure>),
    /// Calls are nested so deeply that the interpreter stopped.
    TooDeep,
}

impl Ended {
    fn of(result: Result<ResumableCall, wasmi::Error>) -> Self {
        match result {
            Ok(ResumableCall::Finished) => Ended::Finished(Ok(())),
            Ok(ResumableCall::HostTrap(call)) => Self::interrupted(call),
            Ok(ResumableCall::OutOfFuel(call)) => {
                Ended::Paused(Paused { call: Call::Fuel(call), answer: Ok(None) })
            }
            Err(error) if error.as_trap_code() == Some(TrapCode::StackOverflow) => Ended::TooDeep,
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

impl Live {
    /// The function an entry point names; `None` if the module does not have it and need not.
    fn target(&self, program: &CompiledProgram, entry: &Entry) -> Result<Option<Target>, Failure> {
        let at = |place: Option<usize>| place.and_then(|place| self.entry(place));
        let hook = |name: &str| at(program.hook(name));
        let found = |function: Option<Func>, kind: &str, method: &str| {
            function.map(Some).ok_or_else(|| method_not_found(kind, method))
        };
        let function = match entry {
            Entry::Start => self.start(),
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
            | Entry::Cleanup { closure } => return self.callback(program, *closure).map(Some),
            Entry::Heartbeat => hook("canister_heartbeat"),
            Entry::GlobalTimer => hook("canister_global_timer"),
            Entry::OnLowWasmMemory => hook("canister_on_low_wasm_memory"),
        };
        Ok(function.map(|function| Target { function, argument: None }))
    }

    fn callback(&self, program: &CompiledProgram, closure: Closure) -> Result<Target, Failure> {
        let function = self.closure(closure)?;
        let ty = function.ty(&self.store);
        let argument = match program.is_wasm64() {
            true => Val::I64(closure.environment as i64),
            false => Val::I32(closure.environment as u32 as i32),
        };
        if ty.params() != [argument.ty()] || !ty.results().is_empty() {
            return Err(violation("a callback does not take one address and return nothing"));
        }
        let argument = Some(argument);
        Ok(Target { function, argument })
    }

    /// The task under way.
    pub(crate) fn message(&mut self) -> Option<&mut Message> {
        self.store.data_mut().message.as_mut()
    }

    /// Copies the budget's counter to the module's.
    fn arm(&mut self) -> Result<(), Failure> {
        let counter = self.message().map_or(0, |message| message.budget.counter);
        self.set_counter(counter)
    }

    /// Runs the first slice of a task.
    pub(crate) fn begin(&mut self, program: &CompiledProgram, task: Task) -> Ended {
        let target = self.target(program, &task.entry);
        let message = Message::new(task);
        let host = self.store.data_mut();
        host.pages.charge_writes(!Entries::QUERIES.contains(message.kind));
        host.message = Some(message);
        let target = match self.arm().and(self.empty_stack()).and(target) {
            Ok(Some(target)) => target,
            Ok(None) => return Ended::Finished(Ok(())),
            Err(failure) => return Ended::Finished(Err(failure)),
        };
        let argument = target.argument.as_slice();
        let result = target.function.call_resumable(&mut self.store, argument, &mut []);
        self.settle(Ended::of(result))
    }

    /// Runs the next slice of the task.
    pub(crate) fn proceed(&mut self, paused: Paused) -> Ended {
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
        let store = &mut self.store;
        Ended::of(match paused.call {
            Call::Host(call) => call.resume(store, answer.as_slice(), &mut []),
            Call::Fuel(call) => call.resume(store, &mut []),
        })
    }

    /// A pause is none if fuel was taken in excess and what is left suffices, and it is the end if
    /// nothing more is granted.
    fn settle(&mut self, mut ended: Ended) -> Ended {
        while let Ended::Paused(paused) = ended {
            let left = self.counter();
            if left < paused.needs() || matches!(paused.call, Call::Host(_)) {
                let exhausted = self.message().is_none_or(|message| message.budget.is_exhausted());
                return if exhausted { self.exceed(left) } else { Ended::Paused(paused) };
            }
            ended = match self.set_counter(left) {
                Ok(()) => self.go_on(paused),
                Err(failure) => Ended::Finished(Err(failure)),
            };
        }
        ended
    }

    /// The end of a task that used all it may: the block that did not fit counts as begun.
    fn exceed(&mut self, left: i64) -> Ended {
        let spent = self.set_counter(left.min(-1));
        Ended::Finished(Err(spent.err().unwrap_or_else(limit_exceeded)))
    }
}

fn method_not_found(kind: &str, method: &str) -> Failure {
    Failure {
        code: ErrorCode::CanisterMethodNotFound,
        message: format!("Canister has no {kind} method '{method}'"),
    }
}

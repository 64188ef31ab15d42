//! Queries outside consensus: answered at once, free, and nothing they do is kept.

use super::Executor;
use super::begin::{failure, reject_of};
use crate::canister::{Canister, Status};
use crate::reject::ErrorCode;
use crate::runtime::{
    Effects, Entry, Failure, Finished, Instance, InstructionLimits, Payload, Response, Step,
    Surroundings, Task,
};
use crate::units::Instructions;

impl Executor<'_> {
    /// Runs a query that transforms the response of an HTTP outcall.
    pub(crate) fn run_transform(
        &mut self,
        canister: &mut Canister,
        method: &str,
        arg: Payload,
    ) -> Response {
        let found = self.check_queryable(canister).and_then(|()| check_query(canister, method));
        let entry = Entry::Transform { method: method.into(), arg };
        let run = found.and_then(|()| {
            let surroundings = self.plain_surroundings(canister);
            let surroundings = Surroundings { responded: false, ..surroundings };
            let limit = self.profile.limits.query_instructions;
            self.run_to_end(canister, entry, surroundings, limit).0
        });
        match run.and_then(|effects| replied(canister, effects)) {
            Ok(response) => response,
            Err(failure) => Response::Reject(reject_of(failure)),
        }
    }

    /// Whether the canister answers queries at present.
    pub(crate) fn check_queryable(&self, canister: &Canister) -> Result<(), Failure> {
        let id = canister.id;
        match canister.status {
            Status::Running => {}
            Status::Stopping => {
                let message = format!("Canister {id} is stopping");
                return Err(failure(ErrorCode::CanisterStopping, message));
            }
            Status::Stopped => {
                let message = format!("Canister {id} is stopped");
                return Err(failure(ErrorCode::CanisterStopped, message));
            }
        }
        if canister.account.balance() < canister.freezing_threshold() {
            let message = format!(
                "Canister {id} is unable to process query calls because it's frozen. Please top up \
                 the canister with cycles and try again."
            );
            return Err(failure(ErrorCode::CanisterOutOfCycles, message));
        }
        if canister.code.is_none() {
            let message = format!("Canister {id} contains no Wasm module");
            return Err(failure(ErrorCode::CanisterWasmModuleNotFound, message));
        }
        Ok(())
    }

    /// Runs an entry point with all its slices; its changes of memory stay until they are rolled back.
    pub(crate) fn run_to_end(
        &mut self,
        canister: &mut Canister,
        entry: Entry,
        surroundings: Surroundings,
        limit: Instructions,
    ) -> (Result<Effects, Failure>, Instructions) {
        let is_paused = canister.has_paused_execution();
        let Some(code) = &mut canister.code else {
            let message = format!("canister {} has no code", canister.id);
            let lost = Err(failure(ErrorCode::CanisterWasmModuleNotFound, message));
            return (lost, Instructions::ZERO);
        };
        let limits = InstructionLimits { message: limit, slice: limit };
        let task = Task { entry, surroundings, limits };
        let finished = match is_paused {
            false => run_whole(&mut *code.instance, task),
            // What is paused goes on from where it is, so this runs on what was there before it.
            true => match code.program.restore(&code.instance.image()) {
                Ok(mut fork) => run_whole(&mut *fork, task),
                Err(failure) => return (Err(failure), Instructions::ZERO),
            },
        };
        (finished.outcome, finished.instructions)
    }
}

/// Runs a task with all its slices and undoes what it did to memory.
fn run_whole(instance: &mut dyn Instance, task: Task) -> Finished {
    let mut step = instance.start(task);
    let finished = loop {
        match step {
            Step::Paused { .. } => step = instance.resume(),
            Step::Finished(finished) => break *finished,
        }
    };
    instance.rollback();
    finished
}

/// Whether the canister has a query called `method`.
pub(crate) fn check_query(canister: &Canister, method: &str) -> Result<(), Failure> {
    let exports = canister.code.as_ref().map(|code| code.program.exports());
    if exports.is_some_and(|exports| exports.queries.contains(method)) {
        return Ok(());
    }
    let message = format!("Canister {} has no query method '{method}'", canister.id);
    Err(failure(ErrorCode::CanisterMethodNotFound, message))
}

/// The answer a query gave.
pub(crate) fn replied(canister: &Canister, effects: Effects) -> Result<Response, Failure> {
    effects.response.ok_or_else(|| {
        let message = format!("Canister {} did not produce a response", canister.id);
        failure(ErrorCode::CanisterDidNotReply, message)
    })
}

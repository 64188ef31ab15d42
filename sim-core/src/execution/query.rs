//! Queries outside consensus: answered at once, free, and nothing they do is kept.

use super::Executor;
use super::begin::{failure, reject_of};
use crate::canister::Canister;
use crate::reject::ErrorCode;
use crate::runtime::{
    Entry, Failure, InstructionLimits, Payload, Response, Step, Surroundings, Task,
};
use ic_principal::Principal;

impl Executor<'_> {
    /// Runs a query method to its end.
    pub(crate) fn run_query(
        &mut self,
        canister: &mut Canister,
        method: &str,
        arg: Payload,
        sender: Principal,
    ) -> Response {
        match self.try_query(canister, method, arg, sender) {
            Ok(response) => response,
            Err(failure) => Response::Reject(reject_of(failure)),
        }
    }

    fn try_query(
        &mut self,
        canister: &mut Canister,
        method: &str,
        arg: Payload,
        sender: Principal,
    ) -> Result<Response, Failure> {
        let id = canister.id;
        let view = self.plain_surroundings(canister);
        let surroundings = Surroundings { caller: sender, responded: false, ..view };
        let Some(code) = &mut canister.code else {
            let message = format!("canister {id} has no code");
            return Err(failure(ErrorCode::CanisterWasmModuleNotFound, message));
        };
        if !code.program.exports().queries.contains(method) {
            let message = format!("canister {id} has no query method `{method}`");
            return Err(failure(ErrorCode::CanisterMethodNotFound, message));
        }
        let limit = self.profile.limits.query_instructions;
        let entry = Entry::Query { method: method.into(), arg };
        let limits = InstructionLimits { message: limit, slice: limit };
        let mut step = code.instance.start(Task { entry, surroundings, limits });
        let finished = loop {
            match step {
                Step::Paused { .. } => step = code.instance.resume(),
                Step::Finished(finished) => break finished,
            }
        };
        let effects = finished.outcome?;
        code.instance.rollback();
        effects.response.ok_or_else(|| {
            let message = format!("canister {id} did not reply to the query");
            failure(ErrorCode::CanisterDidNotReply, message)
        })
    }
}

//! Queries outside consensus, and composite queries, which call others on the same subnet.
//!
//! After `rs/execution_environment/src/query_handler/query_context.rs` of `dfinity/ic`: calls are followed
//! depth first, one after the other. A composite query and its callbacks share one state; every query
//! it calls begins with the canister's own.

use super::Subnet;
use super::certificate;
use crate::canister::Canister;
use crate::canister::queries::QueryCounts;
use crate::execution::query::{check_query, replied};
use crate::execution::{Executor, reject_of};
use crate::id::CanisterId;
use crate::message::Ingress;
use crate::reject::ErrorCode;
use crate::runtime::{
    Closure, Effects, Entry, Failure, Instance, InstructionLimits, OutgoingCall, Payload, Reject,
    Response, Step, Surroundings, Task,
};
use crate::time::SimTime;
use crate::units::{Bytes, Instructions};
use ic_principal::Principal;
use std::collections::VecDeque;
use std::sync::Arc;

/// A query of a method.
struct Query {
    canister: CanisterId,
    method: Arc<str>,
    arg: Payload,
    caller: Principal,
    depth: u64,
}

/// What all queries of one call graph share.
struct Graph {
    left: Instructions,
}

/// A composite query under way: its own copy of the canister, and what it waits for.
struct Composite {
    instance: Box<dyn Instance>,
    surroundings: Surroundings,
    calls: VecDeque<OutgoingCall>,
    response: Option<Response>,
    /// Why its last callback failed.
    failed: Option<Failure>,
}

fn failure(code: ErrorCode, message: impl Into<String>) -> Failure {
    Failure { code, message: message.into() }
}

impl Subnet {
    /// Answers a query.
    pub(crate) fn query(
        &mut self,
        canister: CanisterId,
        method: &str,
        arg: Payload,
        caller: Principal,
        now: SimTime,
    ) -> Response {
        self.round_start = now;
        let mut graph = Graph { left: self.profile.management.query_graph };
        let query = Query { canister, method: method.into(), arg, caller, depth: 0 };
        match self.evaluate(&query, &mut graph) {
            Ok(response) => response,
            Err(failure) => Response::Reject(reject_of(failure)),
        }
    }

    /// Answers a query from the state after the subnet's last round, as its observers get it: nothing
    /// about the subnet changes.
    pub(crate) fn observe(
        &mut self,
        canister: CanisterId,
        method: &str,
        arg: Payload,
        caller: Principal,
    ) -> Response {
        self.query(canister, method, arg, caller, self.round_start)
    }

    /// Asks a canister whether it lets an ingress message in; one that has no such method does.
    ///
    /// # Errors
    /// It does not, or fails to say so.
    pub(super) fn inspect_message(
        &mut self,
        id: CanisterId,
        ingress: &Ingress,
    ) -> Result<(), Reject> {
        let limit = self.profile.management.inspect_message;
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[id.local()];
        let exports = canister.code.as_ref().map(|code| code.program.exports());
        if !exports.is_some_and(|exports| exports.inspect_message) {
            return Ok(());
        }
        let view = executor.plain_surroundings(canister);
        let surroundings = Surroundings { caller: ingress.sender, ..view };
        let (method, arg) = (ingress.method.clone(), ingress.arg.clone());
        let entry = Entry::InspectMessage { method, arg };
        match executor.run_to_end(canister, entry, surroundings, limit).0 {
            Ok(effects) if effects.accepted => Ok(()),
            Ok(_) => {
                let message = "Canister rejected the message";
                Err(reject_of(failure(ErrorCode::CanisterRejectedMessage, message)))
            }
            Err(error) => Err(reject_of(error)),
        }
    }

    fn evaluate(&mut self, query: &Query, graph: &mut Graph) -> Result<Response, Failure> {
        let id = query.canister;
        if self.existing(id).is_none() {
            return Err(failure(ErrorCode::CanisterNotFound, format!("Canister {id} not found")));
        }
        let composite = {
            let (executor, canisters) = self.executor();
            let canister = &canisters[id.local()];
            executor.check_queryable(canister)?;
            is_composite(canister, &query.method)
        };
        match composite {
            true => self.evaluate_composite(query, graph),
            false => self.evaluate_plain(query, graph),
        }
    }

    fn evaluate_plain(&mut self, query: &Query, graph: &mut Graph) -> Result<Response, Failure> {
        let (mut executor, canisters) = self.executor();
        let canister = &mut canisters[query.canister.local()];
        check_query(canister, &query.method)?;
        if canister.has_paused_execution() {
            return self.evaluate_beside(query, graph);
        }
        let surroundings = query_view(&executor, canister, query);
        let entry = Entry::Query { method: query.method.clone(), arg: query.arg.clone() };
        let limit = executor.profile.limits.query_instructions;
        let (outcome, used) = executor.run_to_end(canister, entry, surroundings, limit);
        let response = outcome.and_then(|effects| replied(canister, effects));
        count(canister, query, used, response.as_ref().ok());
        graph.spend(used)?;
        response
    }

    /// Answers from a copy: the canister itself is in the middle of an execution, of which a query
    /// sees nothing.
    fn evaluate_beside(&mut self, query: &Query, graph: &mut Graph) -> Result<Response, Failure> {
        let mut copy = self.begin_composite(query)?;
        copy.surroundings.composite = false;
        let entry = Entry::Query { method: query.method.clone(), arg: query.arg.clone() };
        let effects = self.run_composite(&mut copy, entry, graph)?;
        replied(&self.canisters[query.canister.local()], effects)
    }

    fn evaluate_composite(
        &mut self,
        query: &Query,
        graph: &mut Graph,
    ) -> Result<Response, Failure> {
        let mut running = self.begin_composite(query)?;
        let entry = Entry::CompositeQuery { method: query.method.clone(), arg: query.arg.clone() };
        let effects = self.run_composite(&mut running, entry, graph)?;
        running.take(effects);
        while let Some(call) = running.calls.pop_front() {
            let response = self.follow(query, &call, graph)?;
            self.call_back(&mut running, &call, response, graph)?;
        }
        let id = query.canister;
        let used = running.surroundings.call_context_instructions;
        if let Some(canister) = self.canister_mut(id) {
            count(canister, query, used, running.response.as_ref());
        }
        let silent = || {
            let message = format!("Canister {id} did not produce a response");
            failure(ErrorCode::CanisterDidNotReply, message)
        };
        running.response.ok_or_else(|| running.failed.unwrap_or_else(silent))
    }

    fn begin_composite(&mut self, query: &Query) -> Result<Composite, Failure> {
        let (executor, canisters) = self.executor();
        let canister = &canisters[query.canister.local()];
        let view = query_view(&executor, canister, query);
        let Some(code) = &canister.code else {
            return Err(failure(ErrorCode::CanisterWasmModuleNotFound, "the canister has no code"));
        };
        Ok(Composite {
            instance: code.program.restore(&code.instance.image())?,
            surroundings: Surroundings { composite: true, ..view },
            calls: VecDeque::new(),
            response: None,
            failed: None,
        })
    }

    /// The answer to a call of a composite query. Only queries of the same subnet can be called.
    fn follow(
        &mut self,
        query: &Query,
        call: &OutgoingCall,
        graph: &mut Graph,
    ) -> Result<Response, Failure> {
        graph.spend(self.profile.management.query_call)?;
        let depth = query.depth + 1;
        if depth >= self.profile.management.query_depth {
            let message = "the calls of the composite query are nested too deeply";
            return Err(failure(ErrorCode::QueryCallGraphTooDeep, message));
        }
        let callee = CanisterId::from_principal(&call.callee);
        let Some(canister) = callee.filter(|callee| callee.subnet() == self.id) else {
            let named = match call.callee == Principal::management_canister() {
                true => self.id.principal(),
                false => call.callee,
            };
            let message = format!("Canister {named} not found");
            return Ok(Response::Reject(reject_of(failure(ErrorCode::CanisterNotFound, message))));
        };
        let caller = query.canister.principal();
        let (method, arg) = (call.method.clone(), call.arg.clone());
        match self.evaluate(&Query { canister, method, arg, caller, depth }, graph) {
            Ok(response) => Ok(response),
            // These end the whole graph.
            Err(error) if error.code == ErrorCode::QueryCallGraphTotalInstructionLimitExceeded => {
                Err(error)
            }
            Err(error) => Ok(Response::Reject(reject_of(error))),
        }
    }

    fn call_back(
        &mut self,
        running: &mut Composite,
        call: &OutgoingCall,
        response: Response,
        graph: &mut Graph,
    ) -> Result<(), Failure> {
        let entry = match response {
            Response::Reply(reply) => Entry::ReplyCallback { closure: call.on_reply, reply },
            Response::Reject(reject) => Entry::RejectCallback { closure: call.on_reject, reject },
        };
        running.surroundings.responded = running.response.is_some();
        match self.run_composite(running, entry, graph) {
            Ok(effects) => running.take(effects),
            Err(error) if error.code == ErrorCode::QueryCallGraphTotalInstructionLimitExceeded => {
                return Err(error);
            }
            Err(error) => {
                running.failed = Some(error);
                self.clean_up_composite(running, call.on_cleanup, graph)?;
            }
        }
        Ok(())
    }

    /// After a callback failed; whether its cleanup succeeds changes nothing about that.
    fn clean_up_composite(
        &mut self,
        running: &mut Composite,
        cleanup: Option<Closure>,
        graph: &mut Graph,
    ) -> Result<(), Failure> {
        let Some(closure) = cleanup else { return Ok(()) };
        match self.run_composite(running, Entry::Cleanup { closure }, graph) {
            Err(error) if error.code == ErrorCode::QueryCallGraphTotalInstructionLimitExceeded => {
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Runs an entry point on the composite query's own state, which its changes become part of.
    fn run_composite(
        &self,
        running: &mut Composite,
        entry: Entry,
        graph: &mut Graph,
    ) -> Result<Effects, Failure> {
        let limit = self.profile.limits.query_instructions.min(graph.left);
        let limits = InstructionLimits { message: limit, slice: limit };
        let surroundings = running.surroundings.clone();
        let mut step = running.instance.start(Task { entry, surroundings, limits });
        let finished = loop {
            match step {
                Step::Paused { .. } => step = running.instance.resume(),
                Step::Finished(finished) => break finished,
            }
        };
        running.surroundings.call_context_instructions += finished.instructions;
        match finished.outcome.is_ok() {
            true => running.instance.commit(),
            false => running.instance.rollback(),
        }
        graph.spend(finished.instructions)?;
        finished.outcome
    }
}

impl Composite {
    fn take(&mut self, effects: Effects) {
        self.calls.extend(effects.calls);
        self.response = self.response.take().or(effects.response);
    }
}

impl Graph {
    fn spend(&mut self, instructions: Instructions) -> Result<(), Failure> {
        match self.left.checked_sub(instructions) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = Instructions::ZERO;
                let message = "the query and what it called used too many instructions together";
                Err(failure(ErrorCode::QueryCallGraphTotalInstructionLimitExceeded, message))
            }
        }
    }
}

/// Counts a query that was answered with a reply.
fn count(canister: &mut Canister, query: &Query, used: Instructions, response: Option<&Response>) {
    let Some(Response::Reply(reply)) = response else { return };
    canister.queries.note(QueryCounts {
        calls: 1,
        instructions: used,
        request_bytes: Bytes::of_len(query.arg.len()),
        response_bytes: Bytes::of_len(reply.len()),
    });
}

fn is_composite(canister: &Canister, method: &str) -> bool {
    let exports = canister.code.as_ref().map(|code| code.program.exports());
    exports.is_some_and(|exports| exports.composite_queries.contains(method))
}

/// What a query sees. Clients' queries have a certificate, queries that others call have none.
fn query_view(executor: &Executor<'_>, canister: &Canister, query: &Query) -> Surroundings {
    let view = executor.plain_surroundings(canister);
    let certificate = (query.depth == 0)
        .then(|| certificate::of(canister.id, &canister.certified_data, executor.batch_time));
    Surroundings { caller: query.caller, responded: false, data_certificate: certificate, ..view }
}

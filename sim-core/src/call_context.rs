//! Open calls of a canister: call contexts (calls it has to answer) and callbacks (calls it waits
//! for). After `call_context_manager.rs` in `rs/replicated_state` of `dfinity/ic`.

use crate::id::{CanisterId, MessageId};
use crate::ledger::{Attached, Prepaid};
use crate::message::CallbackId;
use crate::runtime::Closure;
use crate::units::{Cycles, Instructions};
use ic_principal::Principal;
use std::collections::{BTreeMap, BTreeSet};

/// Names a call context among those of its canister.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallContextId(u64);

/// Who waits for the answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A client.
    Ingress {
        /// Its message.
        message: MessageId,
        /// Who sent it.
        sender: Principal,
    },
    /// A canister.
    Canister {
        /// Its request.
        message: MessageId,
        /// The canister.
        caller: CanisterId,
        /// Its callback.
        callback: CallbackId,
    },
    /// Nobody: a heartbeat or timer.
    Task,
}

impl Origin {
    /// The message to be answered, if there is one.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Origin::Ingress { message, .. } | Origin::Canister { message, .. } => Some(*message),
            Origin::Task => None,
        }
    }

    /// What canister code sees as the caller.
    pub fn caller(&self) -> Principal {
        match self {
            Origin::Ingress { sender, .. } => *sender,
            Origin::Canister { caller, .. } => caller.principal(),
            Origin::Task => Principal::management_canister(),
        }
    }
}

/// A call the canister is working on.
#[derive(Debug)]
pub struct CallContext {
    /// Who waits.
    pub origin: Origin,
    /// Cycles of the call that were not accepted yet.
    pub available: Attached,
    /// Seconds since 1970 until which a best-effort caller waits; 0 for one that waits for ever.
    pub deadline: u64,
    /// It has been answered.
    pub responded: bool,
    /// The canister lost its code since.
    pub deleted: bool,
    /// Calls made under it that are not answered yet.
    pub outstanding: u32,
    /// Instructions of its messages so far.
    pub instructions: Instructions,
}

/// A call the canister waits for.
#[derive(Debug)]
pub struct Callback {
    /// The call context under which it was made.
    pub context: CallContextId,
    /// Who was called.
    pub callee: Principal,
    /// Runs on a reply.
    pub on_reply: Closure,
    /// Runs on a reject.
    pub on_reject: Closure,
    /// Runs if one of those traps.
    pub on_cleanup: Option<Closure>,
    /// Put aside for the largest response.
    pub response_hold: Prepaid,
    /// Put aside for executing the callback.
    pub execution_hold: Prepaid,
    /// The request, and until when its caller waits (seconds since 1970), if it is best-effort.
    pub deadline: Option<(MessageId, u64)>,
}

/// All open calls of a canister.
#[derive(Debug, Default)]
pub struct CallContexts {
    contexts: BTreeMap<CallContextId, CallContext>,
    callbacks: BTreeMap<CallbackId, Callback>,
    /// Unanswered calls to each callee; none is zero.
    waiting: BTreeMap<CanisterId, u64>,
    /// Calls of each caller that are still to be answered; none is zero.
    owed: BTreeMap<CanisterId, u64>,
    /// Best-effort callbacks that were not told yet that their deadline has passed, by deadline.
    deadlines: BTreeSet<(u64, CallbackId)>,
    /// Guaranteed responses that others wait for, and that this canister waits for.
    promised: u64,
    expected: u64,
    next: u64,
}

/// Whether another canister is promised a response, however long it takes.
fn is_promise(context: &CallContext) -> bool {
    matches!(context.origin, Origin::Canister { .. }) && context.deadline == 0 && !context.responded
}

impl CallContexts {
    /// Opens a context for a call.
    pub fn open(
        &mut self,
        origin: Origin,
        available: Attached,
        deadline: Option<u64>,
    ) -> CallContextId {
        let id = CallContextId(self.next_number());
        let context = CallContext {
            origin,
            available,
            deadline: deadline.unwrap_or(0),
            responded: matches!(origin, Origin::Task),
            deleted: false,
            outstanding: 0,
            instructions: Instructions::ZERO,
        };
        if let Origin::Canister { caller, .. } = origin {
            *self.owed.entry(caller).or_default() += 1;
        }
        self.promised += u64::from(is_promise(&context));
        self.contexts.insert(id, context);
        id
    }

    /// All contexts, in order of opening.
    pub fn contexts(&self) -> impl Iterator<Item = &CallContext> {
        self.contexts.values()
    }

    /// Whom the canister waits for, once for each call, in order of calling.
    pub fn callees(&self) -> impl Iterator<Item = Principal> {
        self.callbacks.values().map(|callback| callback.callee)
    }

    /// Guaranteed responses for which room is kept: those this canister owes, and those it waits for.
    pub fn reserved_responses(&self) -> u64 {
        self.promised + self.expected
    }

    /// The context named `id`, as long as it is open.
    pub fn get(&self, id: CallContextId) -> Option<&CallContext> {
        self.contexts.get(&id)
    }

    /// The context named `id`, to change.
    pub fn get_mut(&mut self, id: CallContextId) -> Option<&mut CallContext> {
        self.contexts.get_mut(&id)
    }

    /// Closes a context if it is answered and no call under it is outstanding. What it still has
    /// available comes back (nothing, once it is answered).
    pub fn close_if_done(&mut self, id: CallContextId) -> Attached {
        match self.contexts.get(&id) {
            Some(context) if context.responded && context.outstanding == 0 => {
                self.contexts.remove(&id).map(|context| context.available).unwrap_or_default()
            }
            _ => Attached::default(),
        }
    }

    /// Whether there is neither a call to answer nor one to wait for.
    pub fn none_open(&self) -> bool {
        self.contexts.is_empty() && self.callbacks.is_empty()
    }

    /// Contexts that are still to be answered, in order of age.
    pub fn unanswered(&self) -> Vec<CallContextId> {
        let open = self.contexts.iter().filter(|(_, context)| !context.responded);
        open.map(|(id, _)| *id).collect()
    }

    /// Marks every context as one whose code is gone.
    pub fn delete_all(&mut self) {
        for context in self.contexts.values_mut() {
            context.deleted = true;
        }
    }

    /// Registers a callback; its call counts as outstanding.
    pub fn register(&mut self, callback: Callback) -> CallbackId {
        let id = CallbackId(self.next_number());
        if let Some(context) = self.contexts.get_mut(&callback.context) {
            context.outstanding += 1;
        }
        *self.waiting.entry(CanisterId::called(&callback.callee)).or_default() += 1;
        match callback.deadline {
            Some((_, deadline)) => drop(self.deadlines.insert((deadline, id))),
            None => self.expected += 1,
        }
        self.callbacks.insert(id, callback);
        id
    }

    /// Best-effort callbacks whose deadline has passed, each told once.
    pub fn expire(&mut self, now: u64) -> Vec<((CallbackId, MessageId), CanisterId)> {
        let mut expired = Vec::new();
        while let Some(&(deadline, id)) = self.deadlines.first()
            && deadline < now
        {
            self.deadlines.pop_first();
            if let Some(callback) = self.callbacks.get(&id)
                && let Some((message, _)) = callback.deadline
            {
                expired.push(((id, message), CanisterId::called(&callback.callee)));
            }
        }
        expired
    }

    /// Whether a deadline is to be watched.
    pub fn watches_deadlines(&self) -> bool {
        !self.deadlines.is_empty()
    }

    /// Takes a callback whose answer has come.
    pub fn unregister(&mut self, id: CallbackId) -> Option<Callback> {
        let callback = self.callbacks.remove(&id)?;
        match callback.deadline {
            Some((_, deadline)) => drop(self.deadlines.remove(&(deadline, id))),
            None => self.expected -= 1,
        }
        if let Some(context) = self.contexts.get_mut(&callback.context) {
            context.outstanding = context.outstanding.saturating_sub(1);
        }
        let callee = CanisterId::called(&callback.callee);
        if let Some(count) = self.waiting.get_mut(&callee) {
            *count -= 1;
            if *count == 0 {
                self.waiting.remove(&callee);
            }
        }
        Some(callback)
    }

    /// Whether the answer to a call has not come yet, and its caller was not told that the time is up.
    pub fn is_waiting(&self, id: CallbackId) -> bool {
        let in_time = |deadline| self.deadlines.contains(&(deadline, id));
        self.callbacks
            .get(&id)
            .is_some_and(|callback| callback.deadline.is_none_or(|(_, deadline)| in_time(deadline)))
    }

    /// Calls of `caller` that are still to be answered.
    pub fn owed_to(&self, caller: CanisterId) -> u64 {
        self.owed.get(&caller).copied().unwrap_or(0)
    }

    /// Marks a context as answered, once: gives who waits, until when, and what it still has available.
    pub fn answer(&mut self, id: CallContextId) -> Option<(Origin, u64, Attached)> {
        let context = self.contexts.get_mut(&id).filter(|context| !context.responded)?;
        self.promised -= u64::from(is_promise(context));
        context.responded = true;
        if let Origin::Canister { caller, .. } = context.origin
            && let Some(count) = self.owed.get_mut(&caller)
        {
            *count -= 1;
            if *count == 0 {
                self.owed.remove(&caller);
            }
        }
        Some((context.origin, context.deadline, context.available.take()))
    }

    /// Callees with unanswered calls, and how many.
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = (CanisterId, u64)> {
        self.waiting.iter().map(|(callee, count)| (*callee, *count))
    }

    /// Cycles held for open calls.
    pub fn prepaid(&self) -> Cycles {
        let (responses, callbacks) = self.prepaid_parts();
        responses + callbacks
    }

    /// Cycles prepaid for responses, and for callbacks.
    pub fn prepaid_parts(&self) -> (Cycles, Cycles) {
        let callbacks = || self.callbacks.values();
        let responses = callbacks().map(|callback| callback.response_hold.amount()).sum();
        (responses, callbacks().map(|callback| callback.execution_hold.amount()).sum())
    }

    /// Cycles that callers attached and nobody accepted yet.
    pub fn available(&self) -> Cycles {
        self.contexts.values().map(|context| context.available.amount()).sum()
    }

    fn next_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SubnetId;

    const CALLEE: CanisterId = CanisterId::on(SubnetId::new(1), 0);

    fn callback(context: CallContextId) -> Callback {
        let closure = Closure { function: 0, environment: 0 };
        Callback {
            context,
            callee: CALLEE.principal(),
            on_reply: closure,
            on_reject: closure,
            on_cleanup: None,
            response_hold: Prepaid::default(),
            execution_hold: Prepaid::default(),
            deadline: None,
        }
    }

    #[test]
    fn a_context_stays_open_until_it_is_answered_and_no_call_is_outstanding() {
        let mut calls = CallContexts::default();
        let id = calls.open(Origin::Task, Attached::default(), None);
        let first = calls.register(callback(id));
        drop(calls.close_if_done(id));
        assert!(calls.get(id).is_some());
        assert!(calls.unregister(first).is_some());
        drop(calls.close_if_done(id));
        assert!(calls.get(id).is_none());
    }

    #[test]
    fn slots_towards_a_callee_are_taken_until_the_answer_comes() {
        let mut calls = CallContexts::default();
        let id = calls.open(Origin::Task, Attached::default(), None);
        let (first, second) = (calls.register(callback(id)), calls.register(callback(id)));
        assert_eq!(calls.waiting().collect::<Vec<_>>(), [(CALLEE, 2)]);
        calls.unregister(first);
        calls.unregister(second);
        assert_eq!(calls.waiting().len(), 0);
        assert!(calls.unregister(second).is_none());
    }
}

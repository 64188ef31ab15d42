//! A modelled canister at work.

use super::{Behaviour, MILLION, Method};
use crate::fees::IdleUse;
use crate::id::CanisterId;
use crate::random::Stream;
use crate::reject::ErrorCode;
use crate::runtime::{
    Closure, Effects, Entry, Failure, Finished, Instance, MemoryUse, OutgoingCall, Payload, Reject,
    Response, Step, Surroundings, Task,
};
use crate::units::{Bytes, Cycles, Instructions};
use ic_principal::Principal;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

const HEAP_PAGE: u64 = 65_536;
const PAGE: u64 = 4_096;

/// What a task will do, drawn before it begins.
#[derive(Clone, Debug, Default)]
struct Plan {
    /// How the message behaves; none for what is no message.
    method: Option<Arc<Method>>,
    instructions: Instructions,
    /// `None`: it rejects.
    reply: Option<Bytes>,
    growth: u64,
    writes: u64,
    calls: VecDeque<PlannedCall>,
}

#[derive(Clone, Debug)]
struct PlannedCall {
    callee: Principal,
    method: Arc<str>,
    bytes: Bytes,
    cycles: Cycles,
}

/// A call to this canister that waits for calls of its own.
#[derive(Clone, Debug)]
struct Open {
    method: Arc<Method>,
    reply: Bytes,
    /// Calls to be made after the one that is out.
    left: VecDeque<PlannedCall>,
    /// Calls that are out.
    out: u64,
    /// One of them was rejected.
    failed: bool,
}

/// What a finished task changes once it is committed.
#[derive(Debug, Default)]
struct Change {
    growth: u64,
    /// A waiting call that is new, has changed, or is answered.
    open: Option<(u64, Option<Open>)>,
}

/// A task between slices.
struct Running {
    task: Task,
    plan: Plan,
    done: u64,
}

/// A modelled canister with its heap and its waiting calls.
pub(super) struct ModelledInstance {
    behaviour: Arc<Behaviour>,
    random: Stream,
    heap: u64,
    open: BTreeMap<u64, Open>,
    next: u64,
    running: Option<Running>,
    /// The plan of a task that was thrown away: the canister's next task is the same one.
    thrown_away: Option<Plan>,
    change: Change,
}

impl ModelledInstance {
    pub(super) fn new(behaviour: Arc<Behaviour>, random: Stream) -> Self {
        ModelledInstance {
            heap: behaviour.heap.get(),
            behaviour,
            random,
            open: BTreeMap::new(),
            next: 0,
            running: None,
            thrown_away: None,
            change: Change::default(),
        }
    }

    /// A query outside consensus. It draws from a copy of the random stream: whether anybody looks
    /// changes nothing about what comes after.
    fn look(&mut self, task: Task) -> Step {
        let random = self.random.clone();
        let plan = self.plan(&task.entry);
        self.random = random;
        self.slice(Running { task, plan, done: 0 })
    }

    fn plan(&mut self, entry: &Entry) -> Plan {
        match entry {
            Entry::Update { method, .. }
            | Entry::ReplicatedQuery { method, .. }
            | Entry::Query { method, .. } => match self.behaviour.methods.get(method).cloned() {
                Some(method) => self.plan_message(method),
                None => Plan::default(),
            },
            Entry::ReplyCallback { closure, .. } | Entry::RejectCallback { closure, .. } => {
                let method = self.open.get(&closure.environment).map(|open| open.method.clone());
                let random = &mut self.random;
                let instructions = method.map(|method| method.callback.sample(random));
                Plan { instructions: instructions.unwrap_or_default(), ..Plan::default() }
            }
            _ => Plan::default(),
        }
    }

    fn plan_message(&mut self, method: Arc<Method>) -> Plan {
        let largest = self.behaviour.largest_payload;
        let random = &mut self.random;
        let method = match &method.cases {
            Some(cases) => cases.pick(random).clone(),
            None => method,
        };
        let instructions = method.instructions.sample(random);
        let reply = method.reply.sample(random).min(largest);
        let rejects = random.below(MILLION) < method.reject_millionths;
        let (growth, writes) = (method.growth.sample(random), method.writes.sample(random));
        let mut calls = VecDeque::new();
        for call in &method.calls {
            for _ in 0..call.count {
                calls.push_back(PlannedCall {
                    callee: *call.callees.pick(random),
                    method: call.method.clone(),
                    bytes: call.payload.sample(random).min(largest),
                    cycles: call.cycles,
                });
            }
        }
        Plan {
            instructions,
            reply: (!rejects).then_some(reply),
            growth: growth.get(),
            writes: writes.get(),
            calls,
            method: Some(method),
        }
    }

    /// Runs as code would: slice by slice, up to the limit.
    fn slice(&mut self, running: Running) -> Step {
        let Running { task, plan, done } = running;
        let (slice, limit) = (task.limits.slice.get(), task.limits.message.get());
        let until = plan.instructions.get().min(limit);
        if until - done > slice {
            self.running = Some(Running { task, plan, done: done + slice });
            return Step::Paused { instructions: Instructions::new(slice) };
        }
        let outcome = match plan.instructions.get() > limit {
            true => Err(Failure {
                code: ErrorCode::CanisterInstructionLimitExceeded,
                message: format!("a modelled canister used more than {limit} instructions"),
            }),
            false => self.effects(task, plan),
        };
        Step::Finished(Box::new(Finished {
            instructions: Instructions::new(until),
            slice_instructions: Instructions::new(until - done),
            outcome,
            log: Vec::new(),
        }))
    }

    fn effects(&mut self, task: Task, plan: Plan) -> Result<Effects, Failure> {
        match task.entry {
            Entry::Update { .. } | Entry::ReplicatedQuery { .. } | Entry::Query { .. } => {
                self.message(&task.surroundings, plan)
            }
            Entry::ReplyCallback { closure, .. } => {
                Ok(self.callback(closure, &task.surroundings, false))
            }
            Entry::RejectCallback { closure, .. } => {
                Ok(self.callback(closure, &task.surroundings, true))
            }
            _ => Ok(Effects::default()),
        }
    }

    fn message(&mut self, view: &Surroundings, plan: Plan) -> Result<Effects, Failure> {
        let mut purse = Purse::new(view, true, self.behaviour.queue_capacity);
        let mut effects = Effects::default();
        if plan.growth > 0 {
            effects.cycles_reserved = purse.grow(plan.growth).ok_or_else(no_cycles_to_grow)?;
        }
        self.change.growth = plan.growth;
        effects.dirty_pages = plan.growth.saturating_add(plan.writes).div_ceil(PAGE);
        let Some(reply) = plan.reply else {
            effects.response = Some(rejected("the modelled canister rejects"));
            return Ok(effects);
        };
        let Some(method) = plan.method.filter(|_| !plan.calls.is_empty()) else {
            effects.response = Some(replied(reply));
            return Ok(effects);
        };
        let mut open = Open { method, reply, left: plan.calls, out: 0, failed: false };
        self.call(&mut open, &mut purse, self.next, &mut effects);
        self.change.open = Some((self.next, Some(open)));
        self.answer_if_done(&mut effects);
        Ok(effects)
    }

    fn callback(&mut self, closure: Closure, view: &Surroundings, failed: bool) -> Effects {
        let mut effects = Effects::default();
        let key = closure.environment;
        let Some(mut open) = self.open.get(&key).cloned() else { return effects };
        open.out -= 1;
        open.failed |= failed;
        if !open.failed && open.out == 0 {
            // Callbacks may spend what keeps the canister from freezing.
            let mut purse = Purse::new(view, false, self.behaviour.queue_capacity);
            self.call(&mut open, &mut purse, key, &mut effects);
        }
        self.change.open = Some((key, Some(open)));
        self.answer_if_done(&mut effects);
        effects
    }

    /// Makes all calls that are left, or the next one of a sequence.
    fn call(&self, open: &mut Open, purse: &mut Purse<'_>, key: u64, effects: &mut Effects) {
        while let Some(call) = open.left.pop_front() {
            match purse.pay(&call) {
                None => open.failed = true,
                Some(hold) => {
                    open.out += 1;
                    effects.calls.push(outgoing(call, hold, key));
                }
            }
            if open.method.in_sequence {
                break;
            }
        }
    }

    /// Answers the call whose own calls are all answered.
    fn answer_if_done(&mut self, effects: &mut Effects) {
        let Some((_, slot)) = &mut self.change.open else { return };
        let is_done = |open: &Open| open.out == 0 && (open.left.is_empty() || open.failed);
        let Some(open) = slot.take_if(|open| is_done(open)) else { return };
        effects.response = Some(match open.failed {
            true => rejected("a call of the modelled canister failed"),
            false => replied(open.reply),
        });
    }
}

impl Instance for ModelledInstance {
    fn start(&mut self, task: Task) -> Step {
        self.change = Change::default();
        if let Entry::Query { .. } = task.entry {
            return self.look(task);
        }
        let plan = match self.thrown_away.take() {
            Some(plan) => plan,
            None => self.plan(&task.entry),
        };
        self.slice(Running { task, plan, done: 0 })
    }

    fn resume(&mut self) -> Step {
        match self.running.take() {
            Some(running) => self.slice(running),
            None => Step::Finished(Box::new(Finished {
                instructions: Instructions::ZERO,
                slice_instructions: Instructions::ZERO,
                outcome: Ok(Effects::default()),
                log: Vec::new(),
            })),
        }
    }

    fn abort(&mut self) {
        self.thrown_away = self.running.take().map(|running| running.plan);
    }

    fn commit(&mut self) {
        let Change { growth, open } = std::mem::take(&mut self.change);
        self.heap = self.heap.saturating_add(growth);
        let Some((key, open)) = open else { return };
        self.next = self.next.max(key + 1);
        match open {
            Some(open) => self.open.insert(key, open),
            None => self.open.remove(&key),
        };
    }

    fn rollback(&mut self) {
        self.change = Change::default();
    }

    fn memory(&self) -> MemoryUse {
        let heap = self.heap.div_ceil(HEAP_PAGE).saturating_mul(HEAP_PAGE);
        MemoryUse { heap: Bytes::new(heap), stable: Bytes::ZERO }
    }
}

/// What can be spent, on calls as `ic0.call_perform` sees it, on memory as `memory.grow` does.
struct Purse<'a> {
    view: &'a Surroundings,
    left: Cycles,
    /// It heeds the freezing threshold; callbacks may spend all.
    heeds: bool,
    idle: IdleUse,
    reserved: Cycles,
    capacity: u64,
    sent: BTreeMap<Principal, u64>,
}

impl<'a> Purse<'a> {
    fn new(view: &'a Surroundings, heeds: bool, capacity: u64) -> Self {
        let (left, idle, reserved) = (view.balance, view.idle, view.reserved);
        Purse { view, left, heeds, idle, reserved, capacity, sent: BTreeMap::new() }
    }

    fn floor(&self, idle: IdleUse) -> Cycles {
        match self.heeds {
            true => {
                self.view.fees.freezing_threshold(idle, self.view.freezing_seconds, self.reserved)
            }
            false => Cycles::ZERO,
        }
    }

    /// Takes what growing by `bytes` needs and answers what is reserved; `None` if it is not there.
    fn grow(&mut self, bytes: u64) -> Option<Cycles> {
        if Bytes::new(bytes) > self.view.memory_room {
            return None;
        }
        let more = Bytes::new(bytes).saturating_sub(self.view.spare_allocation);
        let reserve = self.view.fees.reservation(more, self.view.storage);
        self.reserved += reserve;
        let within = reserve.is_zero() || self.reserved <= self.view.reserved_limit;
        self.idle.memory += more;
        let left = self.left.checked_sub(reserve).filter(|left| *left >= self.floor(self.idle))?;
        self.left = left;
        within.then_some(reserve)
    }

    /// Takes the price of a call and a slot of its queue; `None` if either is not there.
    fn pay(&mut self, call: &PlannedCall) -> Option<Cycles> {
        let size = call.bytes + Bytes::of_len(call.method.len());
        let hold = self.view.fees.call_hold(size);
        let messages = self.idle.messages + self.view.fees.reserved_response();
        let idle = IdleUse { messages, ..self.idle };
        let floor = self.floor(idle);
        let left = self.left.checked_sub(hold + call.cycles).filter(|left| *left >= floor)?;
        let peer = CanisterId::from_principal(&call.callee);
        let mut busy = self.view.busy_queues.iter();
        let free = busy.find(|(id, _)| Some(*id) == peer).map_or(self.capacity, |(_, free)| *free);
        let sent = self.sent.entry(call.callee).or_insert(0);
        if *sent >= free {
            return None;
        }
        *sent += 1;
        self.left = left;
        self.idle = idle;
        Some(hold)
    }
}

fn outgoing(call: PlannedCall, hold: Cycles, key: u64) -> OutgoingCall {
    let closure = Closure { function: 0, environment: key };
    OutgoingCall {
        callee: call.callee,
        method: call.method,
        arg: zeros(call.bytes),
        cycles: call.cycles,
        hold,
        on_reply: closure,
        on_reject: closure,
        on_cleanup: None,
        timeout: None,
    }
}

fn no_cycles_to_grow() -> Failure {
    let message = "a modelled canister has too few cycles for memory that grows".to_owned();
    Failure { code: ErrorCode::InsufficientCyclesInMemoryGrow, message }
}

fn zeros(bytes: Bytes) -> Payload {
    vec![0; usize::try_from(bytes.get()).unwrap_or(usize::MAX)].into()
}

fn replied(bytes: Bytes) -> Response {
    Response::Reply(zeros(bytes))
}

fn rejected(why: &str) -> Response {
    let code = ErrorCode::CanisterRejectedMessage;
    Response::Reject(Reject { code, message: why.into() })
}

//! A test kit: canisters whose behaviour is a Rust function, and small worlds to run them in.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod notes;
pub mod stage;

use sim_core::choice::Choice;
use sim_core::distribution::{Distribution, exponential};
use sim_core::history::{CanisterSummary, History};
use sim_core::id::{CanisterId, SubnetId};
use sim_core::network::{Network, SubnetSpec};
use sim_core::profile::Profile;
use sim_core::random::Stream;
use sim_core::record::{EntryKind, Event, Outcome, Record};
use sim_core::reject::ErrorCode;
use sim_core::runtime::*;
use sim_core::time::{SimDuration, SimTime};
use sim_core::units::{Bytes, Cycles, Instructions};
use sim_core::world::*;
use std::sync::Arc;

pub const LEFT: SubnetId = SubnetId::new(0);
pub const RIGHT: SubnetId = SubnetId::new(1);
pub const T: u128 = 1_000_000_000_000;

/// What a scripted canister does when entered.
pub type Behaviour = Arc<dyn Fn(&Task) -> Act + Send + Sync>;

/// The result of entering a scripted canister.
#[derive(Clone, Debug, Default)]
pub struct Act {
    pub instructions: u64,
    pub effects: Effects,
    pub failure: Option<ErrorCode>,
}

impl Act {
    pub fn reply(bytes: &[u8]) -> Act {
        let response = Some(Response::Reply(bytes.into()));
        Act {
            instructions: 1_000,
            effects: Effects { response, ..Effects::default() },
            failure: None,
        }
    }

    pub fn reject(text: &str) -> Act {
        let reject = Reject { code: ErrorCode::CanisterRejectedMessage, message: text.into() };
        let response = Some(Response::Reject(reject));
        Act {
            instructions: 1_000,
            effects: Effects { response, ..Effects::default() },
            failure: None,
        }
    }

    pub fn trap() -> Act {
        Act { instructions: 1_000, failure: Some(ErrorCode::CanisterCalledTrap), ..Act::default() }
    }

    pub fn silence() -> Act {
        Act { instructions: 1_000, ..Act::default() }
    }

    pub fn and_call(mut self, call: OutgoingCall) -> Act {
        self.effects.calls.push(call);
        self
    }

    pub fn and_accept(mut self, cycles: u128) -> Act {
        self.effects.cycles_accepted = Cycles::new(cycles);
        self
    }

    pub fn using(mut self, instructions: u64) -> Act {
        self.instructions = instructions;
        self
    }
}

pub fn call(callee: CanisterId, method: &str, cycles: u128) -> OutgoingCall {
    let closure = Closure { function: 0, environment: 0 };
    OutgoingCall {
        callee: callee.principal(),
        method: method.into(),
        arg: [].into(),
        cycles: Cycles::new(cycles),
        hold: Cycles::ZERO,
        on_reply: closure,
        on_reject: closure,
        on_cleanup: None,
        timeout: None,
    }
}

#[derive(Clone)]
pub struct Scripted {
    pub exports: Exports,
    pub behaviour: Behaviour,
    pub heap: Bytes,
    pub compile_cost: u64,
    pub hash: [u8; 32],
}

impl Program for Scripted {
    fn exports(&self) -> &Exports {
        &self.exports
    }
    fn hash(&self) -> [u8; 32] {
        self.hash
    }
    fn stored_size(&self) -> Bytes {
        Bytes::new(1_000)
    }
    fn compile_cost(&self) -> Instructions {
        Instructions::new(self.compile_cost)
    }
    fn metadata(&self, _: &str) -> Option<&[u8]> {
        None
    }
    fn instantiate(&self) -> Result<Box<dyn Instance>, Failure> {
        let behaviour = self.behaviour.clone();
        Ok(Box::new(ScriptedInstance { behaviour, heap: self.heap, running: None }))
    }
}

struct ScriptedInstance {
    behaviour: Behaviour,
    heap: Bytes,
    running: Option<(Task, u64)>,
}

impl ScriptedInstance {
    /// Runs as the real thing would: slice by slice, up to the limit.
    fn slice(&mut self, task: Task, done: u64) -> Step {
        let act = (self.behaviour)(&task);
        let (slice, limit) = (task.limits.slice.get(), task.limits.message.get());
        let until = act.instructions.min(limit);
        if until - done > slice {
            self.running = Some((task, done + slice));
            return Step::Paused { instructions: Instructions::new(slice) };
        }
        let outcome = match act.failure {
            _ if act.instructions > limit => Err(ErrorCode::CanisterInstructionLimitExceeded),
            Some(code) => Err(code),
            None => Ok(act.effects),
        };
        Step::Finished(Box::new(Finished {
            instructions: Instructions::new(until),
            slice_instructions: Instructions::new(until - done),
            outcome: outcome.map_err(|code| Failure { code, message: "scripted".to_owned() }),
            log: Vec::new(),
        }))
    }
}

impl Instance for ScriptedInstance {
    fn start(&mut self, task: Task) -> Step {
        self.slice(task, 0)
    }
    fn resume(&mut self) -> Step {
        let (task, done) = self.running.take().expect("is paused");
        self.slice(task, done)
    }
    fn abort(&mut self) {
        self.running = None;
    }
    fn commit(&mut self) {}
    fn rollback(&mut self) {}
    fn memory(&self) -> MemoryUse {
        MemoryUse { heap: self.heap, stable: Bytes::ZERO }
    }
}

/// Compiles nothing: scripted programs come ready-made.
struct NoRuntime;

impl Runtime for NoRuntime {
    fn compile(&self, _: &[u8]) -> Result<Arc<dyn Program>, InvalidModule> {
        let code = ErrorCode::CanisterInvalidWasm;
        Err(InvalidModule { code, reasons: vec!["scripted".to_owned()] })
    }
}

/// A world under construction: two subnets, `left` with 13 nodes and `right` with 34.
pub struct Builder {
    pub spec: WorldSpec,
    /// What the canisters made from now on export.
    pub exports: Exports,
}

impl Builder {
    pub fn new() -> Builder {
        let subnet = |name: &str, nodes| SubnetSpec {
            name: name.to_owned(),
            nodes,
            ..SubnetSpec::default()
        };
        let latency = Distribution::Lognormal {
            median: SimDuration::from_millis(40),
            p99: SimDuration::from_millis(120),
        };
        let network = Network::mesh(vec![subnet("left", 13), subnet("right", 34)], &latency);
        let spec = WorldSpec {
            profile: Profile::default(),
            seed: 7,
            tie_seed: None,
            start_time: 0,
            duration: SimDuration::from_secs(30),
            network,
            runtime: Arc::new(NoRuntime),
            canisters: Vec::new(),
            workloads: Vec::new(),
            actions: Vec::new(),
            faults: Vec::new(),
        };
        let exports = Exports {
            updates: ["go", "work"].map(str::to_owned).into(),
            queries: ["ask".to_owned()].into(),
            ..Exports::default()
        };
        Builder { spec, exports }
    }

    pub fn canister(
        &mut self,
        subnet: SubnetId,
        cycles: u128,
        behaviour: impl Fn(&Task) -> Act + Send + Sync + 'static,
    ) -> CanisterId {
        self.canister_with_heap(subnet, cycles, Bytes::new(65_536), behaviour)
    }

    pub fn canister_with_heap(
        &mut self,
        subnet: SubnetId,
        cycles: u128,
        heap: Bytes,
        behaviour: impl Fn(&Task) -> Act + Send + Sync + 'static,
    ) -> CanisterId {
        let on_subnet = self.spec.canisters.iter().filter(|c| c.id.subnet() == subnet).count();
        let id = CanisterId::on(subnet, on_subnet as u32);
        let exports = self.exports.clone();
        let behaviour = Arc::new(behaviour);
        let program = Scripted { exports, behaviour, heap, compile_cost: 6_000, hash: [7; 32] };
        self.spec.canisters.push(CanisterSpec {
            id,
            name: format!("canister {}", self.spec.canisters.len()).into(),
            controllers: [].into(),
            cycles: Cycles::new(cycles),
            program: Arc::new(program),
            init_arg: [].into(),
            settings: InitialSettings::default(),
        });
        id
    }

    /// One message to `target` at every one of `seconds`.
    pub fn send_at(&mut self, target: CanisterId, method: &str, millis: &[u64]) {
        let times = millis.iter().map(|ms| SimTime::ZERO + SimDuration::from_millis(*ms)).collect();
        self.workload(target, method, Box::new(At(times)));
    }

    /// Poisson arrivals with the given mean gap.
    pub fn send_every(&mut self, target: CanisterId, method: &str, mean: SimDuration) {
        self.workload(target, method, Box::new(Poisson(mean)));
    }

    fn workload(&mut self, target: CanisterId, method: &str, arrivals: Box<dyn Arrivals>) {
        self.spec.workloads.push(WorkloadSpec {
            name: format!("workload {}", self.spec.workloads.len()),
            targets: Choice::one(target),
            method: method.into(),
            args: Choice::one([].into()),
            sender: ic_principal::Principal::anonymous(),
            subnet: target.subnet(),
            pace: Pace::Open(arrivals),
        });
    }

    pub fn run(self) -> History {
        self.run_on(1)
    }

    pub fn run_on(self, threads: usize) -> History {
        let world = World::new(self.spec).expect("the world can be set up").spreading_from(0);
        let mut progress = |_| Continue::Yes;
        let options = RunOptions { threads, progress: &mut progress };
        world.run(options).expect("the run ends well")
    }
}

struct At(std::collections::VecDeque<SimTime>);

impl Arrivals for At {
    fn next(&mut self, _: SimTime, _: &mut Stream) -> Option<SimTime> {
        self.0.pop_front()
    }
}

struct Poisson(SimDuration);

impl Arrivals for Poisson {
    fn next(&mut self, previous: SimTime, random: &mut Stream) -> Option<SimTime> {
        Some(previous + exponential(self.0, random))
    }
}

/// All records of a run, subnet by subnet.
pub fn records(history: &History) -> impl Iterator<Item = &Record> {
    history.records()
}

/// How the ingress messages of a run ended.
pub fn completed(history: &History) -> Vec<Outcome> {
    let outcome = |record: &Record| match record.event {
        Event::Completed { outcome, .. } => Some(outcome),
        _ => None,
    };
    records(history).filter_map(outcome).collect()
}

/// Executions of a run: canister, kind, failure.
pub fn executed(history: &History) -> Vec<(CanisterId, EntryKind, Option<ErrorCode>)> {
    let execution = |record: &Record| match record.event {
        Event::Executed { canister, entry, failure, .. } => Some((canister, entry, failure)),
        _ => None,
    };
    let all = records(history).filter_map(execution);
    all.filter(|(_, entry, _)| *entry != EntryKind::Install).collect()
}

/// The canister at the end of the run.
pub fn canister(history: &History, id: CanisterId) -> &CanisterSummary {
    &history.subnets[id.subnet().index()].canisters[id.local()]
}

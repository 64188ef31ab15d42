//! A subnet whose rounds are run one by one, with canisters that use exactly as many instructions as
//! their messages say.

use super::*;
use candid::{CandidType, Encode};
use ic_principal::Principal;
use sim_core::message::Target;
use sim_core::network::SubnetKind;
use sim_core::profile::Limits;
use sim_core::sandbox::{Sandbox, SandboxSpec, SandboxSubnet, Submission};

/// The subnet most tests have to themselves.
pub const HERE: SubnetId = SubnetId::new(0);

pub struct Stage {
    pub sandbox: Sandbox,
    canisters: Vec<u32>,
    pub exports: Exports,
    programs: Arc<Programs>,
}

/// What the modules of installs during a test stand for: the module is a number.
#[derive(Default)]
struct Programs(std::sync::Mutex<Vec<Scripted>>);

impl Runtime for Programs {
    fn compile(&self, module: &[u8]) -> Result<Arc<dyn Program>, InvalidModule> {
        let number = usize::from(module[0]);
        Ok(Arc::new(self.0.lock().expect("no test panicked")[number].clone()))
    }
}

/// A slice or an end of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub canister: CanisterId,
    pub entry: EntryKind,
    pub instructions: u64,
    pub iteration: u32,
    pub thread: u32,
    /// It ended; otherwise it paused.
    pub ended: bool,
}

/// What a round did.
#[derive(Debug)]
pub struct Round {
    pub steps: Vec<Step>,
    /// Methods the management canister executed.
    pub managed: Vec<String>,
    /// How ingress messages ended.
    pub completed: Vec<Outcome>,
}

impl Round {
    pub fn ended(&self) -> usize {
        self.steps.iter().filter(|step| step.ended).count()
    }

    pub fn ended_by(&self, canister: CanisterId) -> usize {
        self.steps.iter().filter(|step| step.ended && step.canister == canister).count()
    }

    /// Inner iterations that executed something.
    pub fn iterations(&self) -> usize {
        let iterations: std::collections::BTreeSet<_> =
            self.steps.iter().map(|step| step.iteration).collect();
        iterations.len()
    }

    pub fn entries(&self) -> Vec<EntryKind> {
        self.steps.iter().map(|step| step.entry).collect()
    }
}

/// Uses as many instructions as its argument says, and replies.
pub fn consume(task: &Task) -> Act {
    Act::reply(b"").using(amount(task))
}

/// The number a message carries.
pub fn amount(task: &Task) -> u64 {
    match &task.entry {
        Entry::Update { arg, .. } | Entry::ReplicatedQuery { arg, .. } if arg.len() == 8 => {
            u64::from_le_bytes(arg[..].try_into().expect("has eight bytes"))
        }
        _ => 0,
    }
}

impl Stage {
    /// One subnet at the prices of 2024, its limits changed by `change`.
    pub fn new(change: impl FnOnce(&mut Limits)) -> Stage {
        Stage::with(1, "2024-06", |profile| change(&mut profile.limits))
    }

    pub fn with(subnets: usize, profile: &str, change: impl FnOnce(&mut Profile)) -> Stage {
        Stage::with_kinds(&vec![SubnetKind::Application; subnets], profile, change)
    }

    pub fn with_kinds(
        kinds: &[SubnetKind],
        profile: &str,
        change: impl FnOnce(&mut Profile),
    ) -> Stage {
        let mut profile = Profile::named(profile).expect("is built in");
        profile.limits.checkpoint_interval = 0;
        change(&mut profile);
        let programs = Arc::new(Programs::default());
        let profile = Arc::new(profile);
        let subnet = |(index, kind): (usize, &SubnetKind)| SandboxSubnet {
            spec: SubnetSpec {
                name: format!("subnet {index}"),
                nodes: 13,
                kind: *kind,
                ..SubnetSpec::default()
            },
            profile: profile.clone(),
            runtime: programs.clone(),
        };
        let spec = SandboxSpec {
            subnets: kinds.iter().enumerate().map(subnet).collect(),
            start_time: 1_700_000_000_000_000_000,
        };
        let exports = Exports { updates: ["work".to_owned()].into(), ..Exports::default() };
        let canisters = vec![0; kinds.len()];
        Stage { sandbox: Sandbox::new(spec), canisters, exports, programs }
    }

    /// Limits under which only messages count: `threads`, instructions of a round and of a slice.
    pub fn plain(limits: &mut Limits, threads: u64, round: u64, slice: u64, message: u64) {
        limits.execution_threads = threads;
        limits.round_instructions = Instructions::new(round);
        limits.slice_instructions = Instructions::new(slice);
        limits.query_instructions = Instructions::new(slice);
        limits.message_instructions = Instructions::new(message);
        limits.round_overhead_per_message = Instructions::ZERO;
        limits.round_overhead_per_canister = Instructions::ZERO;
        limits.round_finalization_per_canister = Instructions::ZERO;
    }

    pub fn canister(
        &mut self,
        behaviour: impl Fn(&Task) -> Act + Send + Sync + 'static,
    ) -> CanisterId {
        self.canister_on(HERE, behaviour)
    }

    pub fn canister_on(
        &mut self,
        subnet: SubnetId,
        behaviour: impl Fn(&Task) -> Act + Send + Sync + 'static,
    ) -> CanisterId {
        let local = &mut self.canisters[subnet.index()];
        let id = CanisterId::on(subnet, *local);
        *local += 1;
        let (exports, behaviour) = (self.exports.clone(), Arc::new(behaviour));
        let heap = Bytes::new(65_536);
        let program = Scripted { exports, behaviour, heap, compile_cost: 0, hash: [7; 32] };
        self.sandbox
            .set_up(CanisterSpec {
                id,
                name: id.to_string().into(),
                controllers: [Principal::anonymous()].into(),
                cycles: Cycles::new(10_000 * T),
                program: Arc::new(program),
                init_arg: [].into(),
                settings: Default::default(),
            })
            .expect("can be set up");
        id
    }

    /// A module for installs that uses `instructions` to compile.
    pub fn module(
        &mut self,
        instructions: u64,
        behaviour: impl Fn(&Task) -> Act + Send + Sync + 'static,
    ) -> Vec<u8> {
        let mut programs = self.programs.0.lock().expect("no test panicked");
        let hash = [programs.len() as u8; 32];
        programs.push(Scripted {
            hash,
            exports: self.exports.clone(),
            behaviour: Arc::new(behaviour),
            heap: Bytes::new(65_536),
            compile_cost: instructions,
        });
        vec![programs.len() as u8 - 1]
    }

    /// Sends a message that will use `instructions`.
    pub fn send(&mut self, to: CanisterId, instructions: u64) -> sim_core::id::MessageId {
        let arg = instructions.to_le_bytes().to_vec();
        self.submit(to.subnet(), Target::Canister(to), "work", arg)
    }

    /// Calls the management canister about `canister` with a Candid value.
    pub fn manage<A: CandidType>(
        &mut self,
        canister: CanisterId,
        method: &str,
        arg: &A,
    ) -> sim_core::id::MessageId {
        let target = Target::Management { effective: Some(canister) };
        self.submit(canister.subnet(), target, method, Encode!(arg).expect("encodes"))
    }

    /// Upgrades a canister to a module.
    pub fn upgrade(&mut self, canister: CanisterId, module: &[u8]) -> sim_core::id::MessageId {
        self.install(canister, module, Mode::upgrade)
    }

    pub fn install(
        &mut self,
        canister: CanisterId,
        module: &[u8],
        mode: Mode,
    ) -> sim_core::id::MessageId {
        let arg = InstallArg {
            mode,
            canister_id: canister.principal(),
            wasm_module: module.to_vec(),
            arg: Vec::new(),
        };
        self.manage(canister, "install_code", &arg)
    }

    fn submit(
        &mut self,
        subnet: SubnetId,
        target: Target,
        method: &str,
        arg: Vec<u8>,
    ) -> sim_core::id::MessageId {
        let sender = Principal::anonymous();
        let (method, arg) = (method.into(), arg.into());
        let sent = self.sandbox.submit(Submission { subnet, target, method, arg, sender });
        sent.expect("a node takes it")
    }

    pub fn round(&mut self) -> Round {
        let records = self.sandbox.tick();
        self.sandbox.check_cycles().expect("cycles are conserved");
        let mut round = Round { steps: Vec::new(), managed: Vec::new(), completed: Vec::new() };
        for (_, record) in records {
            match record.event {
                Event::Executed { entry: EntryKind::Install, .. } => {}
                Event::Executed { canister, entry, instructions, iteration, thread, .. } => {
                    let instructions = instructions.get();
                    let ended = true;
                    round.steps.push(Step {
                        canister,
                        entry,
                        instructions,
                        iteration,
                        thread,
                        ended,
                    });
                }
                Event::Paused { canister, entry, instructions, iteration, thread, .. } => {
                    let instructions = instructions.get();
                    let ended = false;
                    round.steps.push(Step {
                        canister,
                        entry,
                        instructions,
                        iteration,
                        thread,
                        ended,
                    });
                }
                Event::Managed { method, .. } => round.managed.push(method.to_string()),
                Event::Completed { outcome, .. } => round.completed.push(outcome),
                _ => {}
            }
        }
        round
    }

    pub fn rounds(&mut self, count: usize) -> Vec<Round> {
        (0..count).map(|_| self.round()).collect()
    }

    pub fn is_answered(&self, message: sim_core::id::MessageId) -> bool {
        self.sandbox.response(message).is_some()
    }

    pub fn status(&self, canister: CanisterId) -> &'static str {
        self.sandbox.canister(canister).expect("exists").status
    }
}

#[derive(CandidType)]
#[expect(non_camel_case_types, reason = "Candid names")]
pub enum Mode {
    install,
    upgrade,
}

#[derive(CandidType)]
struct InstallArg {
    mode: Mode,
    canister_id: Principal,
    wasm_module: Vec<u8>,
    arg: Vec<u8>,
}

/// Names a canister to the management canister.
#[derive(CandidType)]
pub struct Named {
    pub canister_id: Principal,
}

impl Named {
    pub fn of(canister: CanisterId) -> Named {
        Named { canister_id: canister.principal() }
    }
}

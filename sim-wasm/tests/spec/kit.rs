//! A small kit: one canister from WAT or Wasm, with its messages as plain calls.

use sim_core::fees::FeeSchedule;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::profile::{MeteringMode, Profile};
use sim_core::reject::ErrorCode;
use sim_core::runtime::{
    CanisterStatus, Closure, Effects, Entry, Finished, Instance, InstructionLimits, InvalidModule,
    Program, Reject, Response, Runtime, Step, Surroundings, Task,
};
use sim_core::units::{Bytes, Cycles, Instructions};
use sim_wasm::WasmiRuntime;
use std::path::Path;
use std::sync::Arc;

/// The profile of most tests: the last one that counts changed pages, and lets tables change.
pub fn usual() -> Profile {
    Profile::named("2026-mid").expect("a built-in profile")
}

/// The subnet every test canister is on.
pub(crate) const SUBNET: SubnetId = SubnetId::new(0);

/// The test canister.
pub(crate) const CANISTER: CanisterId = CanisterId::on(SUBNET, 0);

/// A second canister of the same subnet, of which only the id matters.
pub(crate) const PEER: CanisterId = CanisterId::on(SUBNET, 1);

/// The profile called `name`.
pub(crate) fn profile(name: &str) -> Profile {
    Profile::named(name).expect("is built in")
}

/// The same, counting in `mode`.
pub(crate) fn profile_in(name: &str, mode: MeteringMode) -> Profile {
    let mut profile = profile(name);
    profile.metering.mode = mode;
    profile
}

/// Compiles `module` under the default profile.
pub(crate) fn compile(module: &[u8]) -> Result<Arc<dyn Program>, InvalidModule> {
    compile_under(&usual(), module)
}

/// Compiles `module` under `profile`.
pub(crate) fn compile_under(
    profile: &Profile,
    module: &[u8],
) -> Result<Arc<dyn Program>, InvalidModule> {
    WasmiRuntime::new(profile).expect("the interpreter is sound").compile(module)
}

/// The binary of a module in the text format.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("is valid WAT")
}

/// A module beside the scenarios.
pub(crate) fn scenario_canister(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/canisters");
    std::fs::read(folder.join(name)).expect("is in the repository")
}

/// A canister and the world it is told about.
pub(crate) struct Canister {
    pub(crate) instance: Box<dyn Instance>,
    pub(crate) surroundings: Surroundings,
    pub(crate) limits: InstructionLimits,
}

impl Canister {
    /// A canister running `text` under the default profile.
    pub(crate) fn wat(text: &str) -> Self {
        Self::new(&usual(), &wat(text))
    }

    /// A canister running `module` under `profile`.
    pub(crate) fn new(profile: &Profile, module: &[u8]) -> Self {
        let program = compile_under(profile, module).expect("the module is accepted");
        let instance = program.instantiate().expect("can be instantiated");
        let limit = profile.limits.message_instructions;
        let limits = InstructionLimits { message: limit, slice: limit };
        Canister { instance, surroundings: surroundings(profile), limits }
    }

    /// A canister that is there already, under the default profile.
    pub(crate) fn of(instance: Box<dyn Instance>) -> Self {
        let profile = usual();
        let limit = profile.limits.message_instructions;
        let limits = InstructionLimits { message: limit, slice: limit };
        Canister { instance, surroundings: surroundings(&profile), limits }
    }

    /// The same, with other limits of instructions.
    pub(crate) fn limited(mut self, message: u64, slice: u64) -> Self {
        self.limits = InstructionLimits {
            message: Instructions::new(message),
            slice: Instructions::new(slice),
        };
        self
    }

    /// The task that enters at `entry`.
    pub(crate) fn task(&self, entry: Entry) -> Task {
        Task { entry, surroundings: self.surroundings.clone(), limits: self.limits }
    }

    /// Runs `entry` to its end, without committing. Also returns the slices' instructions.
    pub(crate) fn run_slices(&mut self, entry: Entry) -> (Finished, Vec<u64>) {
        let mut slices = Vec::new();
        let mut step = self.instance.start(self.task(entry));
        loop {
            match step {
                Step::Paused { instructions } => slices.push(instructions.get()),
                Step::Finished(finished) => {
                    slices.push(finished.slice_instructions.get());
                    return (*finished, slices);
                }
            }
            step = self.instance.resume();
        }
    }

    /// Runs `entry` to its end, without committing.
    pub(crate) fn run(&mut self, entry: Entry) -> Finished {
        self.run_slices(entry).0
    }

    /// Runs `entry` and commits it; it has to succeed.
    pub(crate) fn succeed(&mut self, entry: Entry) -> Effects {
        let finished = self.run(entry);
        self.instance.commit();
        finished.outcome.expect("succeeds")
    }

    /// Runs `entry`, which has to fail, and says how.
    pub(crate) fn fail(&mut self, entry: Entry) -> ErrorCode {
        self.run(entry).outcome.expect_err("fails").code
    }

    /// The reply of an update, which is committed.
    pub(crate) fn update(&mut self, method: &str, arg: &[u8]) -> Vec<u8> {
        reply(&self.succeed(update(method, arg)))
    }

    /// The reply of a replicated query, which is rolled back.
    pub(crate) fn query(&mut self, method: &str, arg: &[u8]) -> Vec<u8> {
        let finished = self.run(query(method, arg));
        self.instance.rollback();
        reply(&finished.outcome.expect("succeeds"))
    }
}

/// A world with plenty of everything.
pub(crate) fn surroundings(profile: &Profile) -> Surroundings {
    Surroundings {
        canister: CANISTER,
        subnet: SUBNET,
        controllers: Arc::new([]),
        status: CanisterStatus::Running,
        global_timer: 0,
        environment: Arc::new([]),
        composite: false,
        data_certificate: None,
        wasm_memory_limit: None,
        idle: Default::default(),
        spare_allocation: Bytes::ZERO,
        memory_room: Bytes::new(u64::MAX),
        reserved: Cycles::ZERO,
        reserved_limit: Cycles::ZERO,
        storage: Default::default(),
        freezing_seconds: 0,
        caller: PEER.principal(),
        time: 1_700_000_000_000_000_000,
        balance: Cycles::new(1_000_000_000_000_000),
        freezing_threshold: Cycles::new(1_000_000_000),
        cycles_available: Cycles::ZERO,
        cycles_refunded: Cycles::ZERO,
        responded: false,
        version: 1,
        call_context_instructions: Instructions::ZERO,
        deadline: 0,
        fees: Arc::new(FeeSchedule::new(profile, 13)),
        busy_queues: Arc::new([]),
        log_room: Bytes::new(4_096),
    }
}

/// The entry of an update method.
pub(crate) fn update(method: &str, arg: &[u8]) -> Entry {
    Entry::Update { method: method.into(), arg: arg.into() }
}

/// The entry of a query method in replicated mode.
pub(crate) fn query(method: &str, arg: &[u8]) -> Entry {
    Entry::ReplicatedQuery { method: method.into(), arg: arg.into() }
}

/// The entry of a reply callback.
pub(crate) fn reply_to(closure: Closure, reply: &[u8]) -> Entry {
    Entry::ReplyCallback { closure, reply: reply.into() }
}

/// The entry of a reject callback.
pub(crate) fn reject_to(closure: Closure, code: ErrorCode, message: &str) -> Entry {
    Entry::RejectCallback { closure, reject: Reject { code, message: message.into() } }
}

/// The payload of the reply among `effects`.
pub(crate) fn reply(effects: &Effects) -> Vec<u8> {
    match &effects.response {
        Some(Response::Reply(payload)) => payload.to_vec(),
        other => panic!("{other:?} is no reply"),
    }
}

//! A canister to be measured, and the tasks it is given.

use ic_principal::Principal;
use sim_core::fees::FeeSchedule;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::profile::Profile;
use sim_core::runtime::{
    CanisterStatus, Entry, Finished, Instance, InstructionLimits, Runtime, Step, Surroundings, Task,
};
use sim_core::units::{Bytes, Cycles, Instructions};
use sim_wasm::WasmiRuntime;
use std::sync::Arc;

/// A canister that runs `module` under `profile`.
pub(crate) fn instance(profile: &Profile, module: &[u8]) -> Box<dyn Instance> {
    let runtime = WasmiRuntime::new(profile).expect("the interpreter is sound");
    let program = runtime.compile(module).expect("is accepted");
    program.instantiate().expect("can be instantiated")
}

/// The binary of a module in the text format.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("is valid WAT")
}

/// An update that may run as long as the profile allows, in one slice.
pub(crate) fn update(profile: &Profile, method: &str, arg: &[u8]) -> Task {
    task(profile, Entry::Update { method: method.into(), arg: arg.into() })
}

/// Runs a task, which has to succeed.
pub(crate) fn run(instance: &mut dyn Instance, task: Task) -> Finished {
    match instance.start(task) {
        Step::Finished(finished) if finished.outcome.is_ok() => *finished,
        other => panic!("{other:?}"),
    }
}

/// A task that enters at `entry`.
pub(crate) fn task(profile: &Profile, entry: Entry) -> Task {
    let limit = profile.limits.message_instructions;
    Task {
        entry,
        limits: InstructionLimits { message: limit, slice: limit },
        surroundings: Surroundings {
            canister: CanisterId::on(SubnetId::new(0), 0),
            subnet: SubnetId::new(0),
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
            caller: Principal::anonymous(),
            time: 0,
            balance: Cycles::new(1_000_000_000_000),
            freezing_threshold: Cycles::ZERO,
            cycles_available: Cycles::ZERO,
            cycles_refunded: Cycles::ZERO,
            responded: false,
            version: 0,
            call_context_instructions: Instructions::ZERO,
            deadline: 0,
            fees: Arc::new(FeeSchedule::new(profile, 13)),
            busy_queues: Arc::new([]),
            log_room: Bytes::ZERO,
        },
    }
}

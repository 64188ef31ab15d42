//! What a message costs at least: a tiny update, started and committed.

use criterion::{Criterion, criterion_group, criterion_main};
use ic_principal::Principal;
use sim_core::fees::FeeSchedule;
use sim_core::id::{CanisterId, SubnetId};
use sim_core::profile::Profile;
use sim_core::runtime::{
    CanisterStatus, Entry, Instance, InstructionLimits, Runtime, Surroundings, Task,
};
use sim_core::units::{Bytes, Cycles, Instructions};
use sim_wasm::WasmiRuntime;
use std::hint::black_box;
use std::sync::Arc;

/// Reads a 32-byte argument, adds one to a word of the heap, replies with it.
const COUNTER: &str = r#"
(module
  (import "ic0" "msg_arg_data_copy" (func $copy (param i32 i32 i32)))
  (import "ic0" "msg_reply_data_append" (func $append (param i32 i32)))
  (import "ic0" "msg_reply" (func $reply))
  (memory 1)
  (func (export "canister_update inc")
    (call $copy (i32.const 16) (i32.const 0) (i32.const 32))
    (i64.store (i32.const 0) (i64.add (i64.load (i32.const 0)) (i64.const 1)))
    (call $append (i32.const 0) (i32.const 8))
    (call $reply)))"#;

fn instance(profile: &Profile) -> Box<dyn Instance> {
    let runtime = WasmiRuntime::new(profile).expect("the interpreter is sound");
    let module = wat::parse_str(COUNTER).expect("is valid WAT");
    let program = runtime.compile(&module).expect("is accepted");
    program.instantiate().expect("can be instantiated")
}

fn task(profile: &Profile) -> Task {
    let limit = profile.limits.message_instructions;
    Task {
        entry: Entry::Update { method: "inc".into(), arg: [0; 32].into() },
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
            memory: Bytes::ZERO,
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

fn call(criterion: &mut Criterion) {
    let profile = Profile::default();
    let mut instance = instance(&profile);
    let task = task(&profile);
    criterion.bench_function("wasm/call", |bencher| {
        bencher.iter(|| {
            black_box(instance.start(task.clone()));
            instance.commit();
        });
    });
}

criterion_group!(benches, call);
criterion_main!(benches);

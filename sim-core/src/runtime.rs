//! The seam between the subnet and whatever executes canister code.
//!
//! Execution is a function that returns its effects: a [`Task`] goes in, a [`Finished`] value comes
//! out that lists everything that happened, and the subnet either commits it or drops it. An
//! [`Instance`] keeps the memory a task wrote apart until [`Instance::commit`]; so "a trap rolls the
//! message back" is a value that is never applied, not code that undoes things.

mod state;

pub use state::{GivenState, GlobalValue, MemoryUse, StableImage, StableSource, StateImage};

use crate::fees::{FeeSchedule, IdleUse, StorageUse};
use crate::id::{CanisterId, SubnetId};
use crate::reject::ErrorCode;
use crate::units::{Bytes, Cycles, Instructions};
use ic_principal::Principal;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Shared, immutable bytes: a payload travels through queues and streams without being copied.
pub type Payload = Arc<[u8]>;

/// Turns modules into programs. One for a whole run, shared by all subnets.
pub trait Runtime: Send + Sync {
    /// Validates and compiles a module (binary Wasm, plain or gzip).
    ///
    /// # Errors
    /// The module is not one the network would accept; every reason is listed.
    fn compile(&self, module: &[u8]) -> Result<Arc<dyn Program>, InvalidModule>;
}

/// Why a module was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the module is refused: {}", reasons.join("; "))]
pub struct InvalidModule {
    /// What an install is answered with: [`ErrorCode::CanisterInvalidWasm`] if the module breaks a
    /// rule, [`ErrorCode::CanisterWasmEngineError`] if it breaks none and still cannot be compiled.
    pub code: ErrorCode,
    /// One sentence for each reason, never empty.
    pub reasons: Vec<String>,
}

/// A compiled module, shared by all canisters that run it.
pub trait Program: Send + Sync {
    /// What the module exports to the system.
    fn exports(&self) -> &Exports;

    /// SHA-256 of the module as given.
    fn hash(&self) -> [u8; 32];

    /// Memory the module itself takes: its binary as stored, custom sections and globals.
    fn stored_size(&self) -> Bytes;

    /// Instructions charged for compiling it.
    fn compile_cost(&self) -> Instructions;

    /// True if its memory has 64-bit addresses: each of its instructions has the price
    /// [`crate::profile::Fees::ten_instructions_64`] says.
    fn is_wasm64(&self) -> bool {
        false
    }

    /// The content of the custom section `icp:public NAME` or `icp:private NAME`.
    fn metadata(&self, name: &str) -> Option<&[u8]>;

    /// A fresh instance: initial heap and globals, empty stable memory. `(start)` has not run.
    ///
    /// # Errors
    /// The initial memory cannot be had, or an active segment lies outside it.
    fn instantiate(&self) -> Result<Box<dyn Instance>, Failure>;

    /// A fresh instance that takes over the stable memory of the canister's former code.
    ///
    /// # Errors
    /// As for [`Program::instantiate`].
    fn instantiate_with(&self, stable: StableImage) -> Result<Box<dyn Instance>, Failure> {
        drop(stable);
        self.instantiate()
    }

    /// An instance with given memories: what an upgrade keeps, or what was uploaded.
    ///
    /// # Errors
    /// The memories do not fit the program.
    fn instantiate_given(&self, state: GivenState) -> Result<Box<dyn Instance>, Failure> {
        drop(state);
        self.instantiate()
    }

    /// The module as given; empty if it is not kept.
    fn binary(&self) -> &[u8] {
        &[]
    }

    /// Whether the custom section NAME is one for controllers only.
    fn is_private(&self, _name: &str) -> bool {
        false
    }

    /// An instance that goes on from what [`Instance::image`] kept of another one of the same
    /// program: no code runs, and the two share nothing from then on.
    ///
    /// # Errors
    /// The image is of another program, or the memory cannot be had.
    fn restore(&self, image: &StateImage) -> Result<Box<dyn Instance>, Failure> {
        let _ = image;
        self.instantiate()
    }
}

/// The entry points of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// Names after `canister_update `.
    pub updates: BTreeSet<String>,
    /// Names after `canister_query `.
    pub queries: BTreeSet<String>,
    /// Names after `canister_composite_query `.
    pub composite_queries: BTreeSet<String>,
    /// The module has a `(start)` function.
    pub start: bool,
    /// `canister_init`.
    pub init: bool,
    /// `canister_pre_upgrade`.
    pub pre_upgrade: bool,
    /// `canister_post_upgrade`.
    pub post_upgrade: bool,
    /// `canister_heartbeat`.
    pub heartbeat: bool,
    /// `canister_global_timer`.
    pub global_timer: bool,
    /// `canister_inspect_message`.
    pub inspect_message: bool,
    /// `canister_on_low_wasm_memory`.
    pub on_low_wasm_memory: bool,
}

/// A canister's code with its memories. One task at a time.
///
/// The order of calls is `start`, then `resume` as long as the answer is [`Step::Paused`] (or
/// `abort`, which throws the task away), then `commit` or `rollback`. A task that failed has left
/// nothing behind: `commit` after it changes nothing.
pub trait Instance: Send {
    /// Begins a task and runs its first slice.
    fn start(&mut self, task: Task) -> Step;

    /// Runs the next slice of the paused task.
    fn resume(&mut self) -> Step;

    /// Throws the paused task away; memories are as before it started.
    fn abort(&mut self);

    /// Makes the memory changes of the finished task permanent.
    fn commit(&mut self);

    /// Undoes the memory changes of the finished task.
    fn rollback(&mut self);

    /// Bytes of heap and of stable memory in use.
    fn memory(&self) -> MemoryUse;

    /// Roughly how many nanoseconds of the host it took to execute `instructions`: none if nothing is
    /// executed for them.
    fn host_nanos(&self, _instructions: Instructions) -> u64 {
        0
    }

    /// The stable memory, what the finished task wrote included, for [`Program::instantiate_with`].
    fn stable_image(&self) -> StableImage {
        StableImage(Box::new(()))
    }

    /// Heap, globals and stable memory as the last commit left them, for [`Program::restore`]:
    /// what snapshots and forks are made of. A task that is under way is not in it.
    fn image(&self) -> StateImage {
        StateImage(Arc::new(()))
    }

    /// Part of the heap; `None` out of bounds.
    fn read_heap(&self, _offset: u64, _len: u64) -> Option<Vec<u8>> {
        None
    }

    /// Part of stable memory; `None` out of bounds.
    fn read_stable(&self, _offset: u64, _len: u64) -> Option<Vec<u8>> {
        None
    }

    /// Values of the mutable globals in order.
    fn global_values(&self) -> Vec<GlobalValue> {
        Vec::new()
    }

    /// Values of the mutable and exported globals in order, such as `I32(7)`.
    fn globals(&self) -> Vec<String> {
        Vec::new()
    }
}

/// One entry into a canister, with all it may see of the world.
#[derive(Clone, Debug)]
pub struct Task {
    /// What is entered.
    pub entry: Entry,
    /// What the System API answers from.
    pub surroundings: Surroundings,
    /// How far it may run.
    pub limits: InstructionLimits,
}

/// An entry point and its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The module's `(start)` function.
    Start,
    /// `canister_init`.
    Init {
        /// The install argument.
        arg: Payload,
    },
    /// `canister_pre_upgrade`.
    PreUpgrade,
    /// `canister_post_upgrade`.
    PostUpgrade {
        /// The install argument.
        arg: Payload,
    },
    /// `canister_update NAME`.
    Update {
        /// The method's name.
        method: Arc<str>,
        /// The payload.
        arg: Payload,
    },
    /// `canister_query NAME` in replicated mode: state changes are dropped.
    ReplicatedQuery {
        /// The method's name.
        method: Arc<str>,
        /// The payload.
        arg: Payload,
    },
    /// `canister_query NAME` outside of consensus: state changes are dropped.
    Query {
        /// The method's name.
        method: Arc<str>,
        /// The payload.
        arg: Payload,
    },
    /// `canister_query NAME` that transforms the response of an HTTP outcall.
    Transform {
        /// The method's name.
        method: Arc<str>,
        /// The payload.
        arg: Payload,
    },
    /// `canister_composite_query NAME`. Its callbacks have [`Surroundings::composite`] set.
    CompositeQuery {
        /// The method's name.
        method: Arc<str>,
        /// The payload.
        arg: Payload,
    },
    /// `canister_inspect_message`: decides whether an ingress message is let in.
    InspectMessage {
        /// The method that would be called.
        method: Arc<str>,
        /// Its payload.
        arg: Payload,
    },
    /// The reply callback of a call.
    ReplyCallback {
        /// The function registered for it.
        closure: Closure,
        /// The reply.
        reply: Payload,
    },
    /// The reject callback of a call.
    RejectCallback {
        /// The function registered for it.
        closure: Closure,
        /// Why the call failed.
        reject: Reject,
    },
    /// The cleanup callback, after a callback trapped.
    Cleanup {
        /// The function registered for it.
        closure: Closure,
    },
    /// `canister_heartbeat`.
    Heartbeat,
    /// `canister_global_timer`.
    GlobalTimer,
    /// `canister_on_low_wasm_memory`.
    OnLowWasmMemory,
}

/// A function of the table with its environment value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closure {
    /// Index into the function table.
    pub function: u64,
    /// Passed to the function as it is.
    pub environment: u64,
}

/// How far a task may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstructionLimits {
    /// In all.
    pub message: Instructions,
    /// Before it pauses. Equal to `message` where the entry point may not pause.
    pub slice: Instructions,
}

/// What a canister may do at present, numbered as `ic0.canister_status` shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u32)]
pub enum CanisterStatus {
    /// It takes calls.
    #[default]
    Running = 1,
    /// It takes no calls any more, but waits for responses.
    Stopping = 2,
    /// It takes nothing.
    Stopped = 3,
}

/// The view of the world a task gets: fixed when it starts, even if it runs over several rounds.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The canister itself.
    pub canister: CanisterId,
    /// Its subnet.
    pub subnet: SubnetId,
    /// Its controllers.
    pub controllers: Arc<[Principal]>,
    /// Running, stopping or stopped.
    pub status: CanisterStatus,
    /// When its global timer goes off: nanoseconds since 1970, 0 for never.
    pub global_timer: u64,
    /// Its environment variables, in order of name.
    pub environment: Arc<[(Box<str>, Box<str>)]>,
    /// The call is a composite query, and a callback or cleanup of it may do only what these may.
    pub composite: bool,
    /// The certificate of its certified data: queries outside of consensus may have one.
    pub data_certificate: Option<Payload>,
    /// Who sent the message; for callbacks, who sent the call they belong to.
    pub caller: Principal,
    /// Batch time of the round, nanoseconds since 1970.
    pub time: u64,
    /// The canister's balance without what was prepaid for this task.
    pub balance: Cycles,
    /// Balance below which the canister may not spend.
    pub freezing_threshold: Cycles,
    /// Idle cost that threshold stands for, in seconds: what memory that grows adds to it.
    pub freezing_seconds: u64,
    /// Bytes the heap may grow to where its settings limit it; `None` without a limit.
    pub wasm_memory_limit: Option<Bytes>,
    /// What the canister takes up: memory, messages, compute allocation.
    pub idle: IdleUse,
    /// Memory it has allocated and does not use.
    pub spare_allocation: Bytes,
    /// Memory it may have in addition: its allocation and its subnet have an end.
    pub memory_room: Bytes,
    /// Cycles it has reserved for memory.
    pub reserved: Cycles,
    /// How many it may have reserved.
    pub reserved_limit: Cycles,
    /// How full its subnet is: memory that grows on a full one is paid for ahead.
    pub storage: StorageUse,
    /// Cycles of the call that were not yet accepted.
    pub cycles_available: Cycles,
    /// Cycles that came back with the response (callbacks only).
    pub cycles_refunded: Cycles,
    /// The call has been replied to or rejected by an earlier message.
    pub responded: bool,
    /// Changes of code and settings so far, as `ic0.canister_version` shows it.
    pub version: u64,
    /// Instructions of the earlier messages of the same call (performance counter 1).
    pub call_context_instructions: Instructions,
    /// Seconds since 1970 until which a best-effort caller waits; 0 if it waits for ever.
    pub deadline: u64,
    /// Prices on this subnet.
    pub fees: Arc<FeeSchedule>,
    /// Peers towards which fewer than all request slots are free, with what is left.
    pub busy_queues: Arc<[(CanisterId, u64)]>,
    /// Bytes of debug output the canister's log has room for.
    pub log_room: Bytes,
}

/// What running a slice came to.
#[derive(Debug)]
pub enum Step {
    /// The slice is used up, the task is not finished.
    Paused {
        /// Instructions of this slice.
        instructions: Instructions,
    },
    /// The task has ended.
    Finished(Box<Finished>),
}

/// A finished task.
#[derive(Debug)]
pub struct Finished {
    /// Instructions of all its slices, memory charges included.
    pub instructions: Instructions,
    /// Instructions of the last slice alone.
    pub slice_instructions: Instructions,
    /// Everything it did, or why it has no effect at all.
    pub outcome: Result<Effects, Failure>,
    /// Lines it printed; kept even if it failed.
    pub log: Vec<Box<[u8]>>,
}

/// Everything a successful task did. The subnet applies it or drops it whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The answer to the call it belongs to.
    pub response: Option<Response>,
    /// Calls it made, in order.
    pub calls: Vec<OutgoingCall>,
    /// Cycles accepted from the call.
    pub cycles_accepted: Cycles,
    /// Cycles it created; only [`CanisterId::CYCLES_MINTING`] can.
    pub cycles_minted: Cycles,
    /// Cycles burned on purpose.
    pub cycles_burned: Cycles,
    /// Cycles reserved for memory that grew.
    pub cycles_reserved: Cycles,
    /// A new setting of the global timer: nanoseconds since 1970, 0 for off.
    pub global_timer: Option<u64>,
    /// New certified data, at most 32 bytes.
    pub certified_data: Option<Box<[u8]>>,
    /// The ingress message was let in (`canister_inspect_message` only).
    pub accepted: bool,
    /// 4 KiB pages of heap and stable memory that changed.
    pub dirty_pages: u64,
}

/// A task ended without effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// What went wrong.
    pub code: ErrorCode,
    /// In words, for a person.
    pub message: String,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// A reply with its payload.
    Reply(Payload),
    /// A reject, by the callee or by the system.
    Reject(Reject),
}

impl Response {
    /// Bytes that are charged for: the reply, or the reject's code and message.
    pub fn payload_bytes(&self) -> Bytes {
        match self {
            Response::Reply(payload) => Bytes::of_len(payload.len()),
            Response::Reject(reject) => Bytes::of_len(1 + reject.message.len()),
        }
    }
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The precise cause; the reject code follows from it.
    pub code: ErrorCode,
    /// In words.
    pub message: Arc<str>,
}

/// A call a task made with `ic0.call_perform`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingCall {
    /// Whom it calls; need not exist.
    pub callee: Principal,
    /// The method called.
    pub method: Arc<str>,
    /// The payload.
    pub arg: Payload,
    /// Cycles attached.
    pub cycles: Cycles,
    /// What the caller put aside for request, response and callback, without the attached cycles.
    pub hold: Cycles,
    /// Runs on a reply.
    pub on_reply: Closure,
    /// Runs on a reject.
    pub on_reject: Closure,
    /// Runs if one of those traps.
    pub on_cleanup: Option<Closure>,
    /// Seconds the caller waits at most; `None` for a guaranteed response.
    pub timeout: Option<u32>,
}

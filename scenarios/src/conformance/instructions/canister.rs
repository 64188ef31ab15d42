//! A canister of its own for a recorded count: the world it is told about, and messages to it.

use sim_core::fees::{FeeSchedule, IdleUse, StorageUse};
use sim_core::id::{CanisterId, SubnetId};
use sim_core::profile::Profile;
use sim_core::runtime::{
    CanisterStatus, Entry, Finished, Instance, InstructionLimits, Payload, Program, Step,
    Surroundings, Task,
};
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

/// Counts were recorded on subnets of this many nodes; they depend on it in no way.
const NODES: u64 = 13;
/// Number of the canister: that of the one that may mint cycles.
const NUMBER: u32 = 4;
/// A record of the log carries a header (`rs/types/management_canister_types`, canister log).
const LOG_HEADER: u64 = 40;
const NAME: &str = "a_method_with_a_long_name";

/// The entry point called `entry`; `None` if it is none of a canister.
pub(super) fn entry(entry: &str, arg: &[u8]) -> Option<Entry> {
    let arg: Payload = arg.into();
    if let Some((kind, method)) = entry.split_once(' ') {
        let method = method.into();
        return match kind {
            "canister_update" => Some(Entry::Update { method, arg }),
            "canister_query" => Some(Entry::Query { method, arg }),
            "canister_composite_query" => Some(Entry::CompositeQuery { method, arg }),
            _ => None,
        };
    }
    Some(match entry {
        "canister_init" => Entry::Init { arg },
        "canister_pre_upgrade" => Entry::PreUpgrade,
        "canister_post_upgrade" => Entry::PostUpgrade { arg },
        "canister_heartbeat" => Entry::Heartbeat,
        "canister_global_timer" => Entry::GlobalTimer,
        "canister_on_low_wasm_memory" => Entry::OnLowWasmMemory,
        "canister_inspect_message" => Entry::InspectMessage { method: NAME.into(), arg },
        _ => return None,
    })
}

/// The canister.
pub(super) struct Canister {
    pub(super) instance: Box<dyn Instance>,
    surroundings: Surroundings,
    limit: Instructions,
    /// Lines in its log.
    pub(super) lines: u64,
}

impl Canister {
    pub(super) fn new(
        program: &dyn Program,
        profile: &Profile,
        limit: Option<u64>,
    ) -> Result<Self, String> {
        Ok(Canister {
            instance: program.instantiate().map_err(|failure| failure.to_string())?,
            surroundings: surroundings(profile),
            limit: limit.map_or(profile.limits.message_instructions, Instructions::new),
            lines: 0,
        })
    }

    /// The same with another balance, of which so much may not be spent.
    pub(super) fn with_balance(mut self, balance: Cycles, threshold: Cycles) -> Self {
        self.surroundings.balance = balance;
        self.surroundings.freezing_threshold = threshold;
        self
    }

    /// Bytes its log has room for.
    pub(super) fn log_room(&self) -> u64 {
        self.surroundings.log_room.get()
    }

    /// Runs `entry` to its end. What it did is kept, except for queries.
    pub(super) fn run(&mut self, entry: Entry) -> Finished {
        let keeps = !matches!(entry, Entry::Query { .. } | Entry::CompositeQuery { .. });
        let limits = InstructionLimits { message: self.limit, slice: self.limit };
        let surroundings = self.surroundings.clone();
        let mut step = self.instance.start(Task { entry, surroundings, limits });
        let finished = loop {
            match step {
                Step::Paused { .. } => step = self.instance.resume(),
                Step::Finished(finished) => break *finished,
            }
        };
        match keeps {
            true => self.instance.commit(),
            false => self.instance.rollback(),
        }
        for line in &finished.log {
            let taken = Bytes::of_len(line.len()) + Bytes::new(LOG_HEADER);
            self.surroundings.log_room = self.surroundings.log_room.saturating_sub(taken);
            self.lines += 1;
        }
        finished
    }
}

fn surroundings(profile: &Profile) -> Surroundings {
    let subnet = SubnetId::new(0);
    let (canister, caller) = (CanisterId::on(subnet, NUMBER), CanisterId::on(subnet, NUMBER + 1));
    Surroundings {
        canister,
        subnet,
        controllers: Arc::new([caller.principal()]),
        status: CanisterStatus::Running,
        global_timer: 0,
        environment: Arc::new([]),
        composite: false,
        data_certificate: Some([0; 1_024].into()),
        caller: caller.principal(),
        time: 1_700_000_000_000_000_000,
        balance: Cycles::new(1_000_000_000_000_000),
        freezing_threshold: Cycles::ZERO,
        freezing_seconds: 0,
        wasm_memory_limit: None,
        idle: IdleUse::default(),
        spare_allocation: Bytes::ZERO,
        memory_room: Bytes::new(u64::MAX),
        reserved: Cycles::ZERO,
        reserved_limit: profile.limits.reserved_cycles,
        storage: StorageUse::default(),
        cycles_available: Cycles::ZERO,
        cycles_refunded: Cycles::ZERO,
        responded: false,
        version: 1,
        call_context_instructions: Instructions::ZERO,
        deadline: 0,
        fees: Arc::new(FeeSchedule::new(profile, NODES)),
        busy_queues: Arc::new([]),
        log_room: profile.management.log_bytes,
    }
}

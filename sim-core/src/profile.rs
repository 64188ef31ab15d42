//! The profile: every price, limit, weight and duration of the modelled network, by name.
//!
//! A profile is a plain value. No such number stands anywhere else in the code; a scenario picks a
//! profile, overrides what it studies, and the effective one is written beside the results.
//! Sources are files of the public repository `dfinity/ic`; `docs/sources.md` lists them.

mod builtin;
mod currency;
mod fees;
mod management;
mod metering;
mod per_unit;

pub use currency::{Currency, Decimal, InvalidDecimal};
pub use fees::{BitcoinFees, Fees, HttpUsageFees, Rounding};
pub use management::{InterfaceForm, ManagementRules};
pub use metering::{Metering, MeteringMode, SystemApiCosts};

use crate::scheduler::Policy;
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles, Instructions};
use serde::{Deserialize, Serialize};

/// Everything that differs between one era of the network and another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name it is asked for by.
    pub name: String,
    /// Prices, for a subnet of [`Fees::reference_nodes`] nodes.
    pub fees: Fees,
    /// What cycles are worth.
    pub currency: Currency,
    /// Who is executed first, and on which thread.
    pub scheduler: Policy,
    /// Limits and capacities.
    pub limits: Limits,
    /// What the management canister allows.
    pub management: ManagementRules,
    /// How long things take.
    pub timing: Timing,
    /// What an instruction is.
    pub metering: Metering,
}

impl Profile {
    /// Names of the built-in profiles, oldest first.
    pub const NAMES: [&'static str; 3] = ["2024-06", "2026-mid", "2026-08"];
    /// The profile used where none is named.
    pub const DEFAULT: &'static str = "2026-08";

    /// The built-in profile called `name`.
    pub fn named(name: &str) -> Option<Profile> {
        match name {
            "2024-06" => Some(builtin::y2024_06()),
            "2026-mid" => Some(builtin::y2026_mid()),
            "2026-08" => Some(builtin::y2026_08()),
            _ => None,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        builtin::y2026_08()
    }
}

/// Limits and capacities (`rs/config/src/{subnet_config,execution_environment,embedders}.rs`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Instructions one update, task or callback may use.
    pub message_instructions: Instructions,
    /// Instructions after which an execution pauses until the next round.
    pub slice_instructions: Instructions,
    /// Instructions a replicated query may use.
    pub query_instructions: Instructions,
    /// Instructions an install may use.
    pub install_instructions: Instructions,
    /// Instructions after which an install pauses until the next round.
    pub install_slice_instructions: Instructions,
    /// Instructions one execution thread may use in a round.
    pub round_instructions: Instructions,
    /// Share of the message limit kept back for a cleanup callback, in percent.
    pub cleanup_reserve_percent: u64,
    /// Execution threads of a subnet ("scheduler cores").
    pub execution_threads: u64,
    /// Charged to the round for every execution.
    pub round_overhead_per_message: Instructions,
    /// Charged to the round for every canister that executed something.
    pub round_overhead_per_canister: Instructions,
    /// Charged to the round after each inner iteration, for every canister on the subnet.
    pub round_finalization_per_canister: Instructions,
    /// A thread's budget leaves room for a replicated query, which may not pause, not only for a slice.
    pub round_leaves_room_for_query: bool,
    /// Executions that may stay paused at the end of a round.
    pub paused_executions: u64,
    /// Rounds from checkpoint to checkpoint, at which paused executions are aborted; 0 for never.
    pub checkpoint_interval: u64,
    /// Rounds after which the scheduler forgets accumulated priorities.
    pub priority_reset_interval: u64,
    /// Changed memory after which a round has no further inner iteration.
    pub heap_delta_per_iteration: Bytes,
    /// Changed memory of a subnet from checkpoint to checkpoint, at which it stops executing.
    pub heap_delta_capacity: Bytes,
    /// Of these, what may be changed right after a checkpoint; the rest is released round by round.
    pub heap_delta_initial: Bytes,
    /// Ingress messages in one block.
    pub ingress_messages_per_block: u64,
    /// Payload of one block.
    pub block_bytes: Bytes,
    /// Method name and payload of one ingress message.
    pub ingress_message: Bytes,
    /// The same on a system subnet.
    pub ingress_message_system: Bytes,
    /// Nonce that clients put into an ingress message; it counts into the bytes charged.
    pub ingress_nonce: Bytes,
    /// What a message between canisters takes in blocks and streams beside its payload.
    pub message_overhead: Bytes,
    /// Age at which an ingress message that was not inducted expires.
    pub ingress_time_to_live: SimDuration,
    /// Messages in one queue from one canister to another, per direction.
    pub queue_capacity: u64,
    /// Messages in one stream from one subnet to another.
    pub stream_messages: u64,
    /// Bytes in one stream, beyond which no message is added.
    pub stream_bytes: Bytes,
    /// Calls that cannot be taken in are answered by a signal at the caller's subnet, rather than by a
    /// response from the callee's.
    pub reject_signals: bool,
    /// Messages in a stream to a system subnet.
    pub system_stream_messages: u64,
    /// Messages of a subnet to itself count against the limits of a stream.
    pub loopback_limited: bool,
    /// Memory for messages of best-effort calls; beyond it the largest are dropped.
    pub best_effort_memory: Bytes,
    /// Time a request may wait in an output queue.
    pub request_timeout: SimDuration,
    /// Bytes of changed memory a canister is forgiven each round.
    pub heap_delta_rate: Bytes,
    /// Instructions of installs a canister is forgiven each round.
    pub install_code_rate: Instructions,
    /// Payload of a call to a canister on another subnet.
    pub call_payload: Bytes,
    /// Payload of a call to a canister on the same subnet.
    pub local_call_payload: Bytes,
    /// Payload of a reply.
    pub reply_payload: Bytes,
    /// Payload of a reply to a query outside of consensus.
    pub query_reply_payload: Bytes,
    /// Heap of a canister with 32-bit memory.
    pub heap: Bytes,
    /// Heap of a canister with 64-bit memory; none: such modules are refused.
    pub heap64: Bytes,
    /// Stable memory of a canister.
    pub stable_memory: Bytes,
    /// Stable memory one message may read, and that it may write, in whole 4 KiB pages.
    pub stable_access: Bytes,
    /// Likewise for installs and upgrades.
    pub stable_access_install: Bytes,
    /// Likewise for queries.
    pub stable_access_query: Bytes,
    /// A module, unpacked.
    pub module: Bytes,
    /// The code section of a module.
    pub module_code: Bytes,
    /// Functions a module defines.
    pub module_functions: u64,
    /// Globals a module defines.
    pub module_globals: u64,
    /// Operators of one function.
    pub function_operators: u64,
    /// Complexity of one function: a sum over its operators, by how much work each is to compile.
    pub function_complexity: u64,
    /// Freezing threshold of a new canister, in seconds of idle cost.
    pub freezing_threshold_seconds: u64,
    /// Cycles a new canister may have reserved for memory.
    pub reserved_cycles: Cycles,
    /// Memory of all canisters of a subnet.
    pub subnet_memory: Bytes,
    /// Memory taken on a subnet from which on more has to be paid for ahead.
    pub storage_reservation_threshold: Bytes,
    /// Reserved for the response of a call with guaranteed response, beside its largest payload:
    /// what the replica's data structures take.
    pub response_overhead: Bytes,
    /// Cycles of a best-effort message that is dropped go back to whoever attached them.
    pub dropped_cycles_refunded: bool,
    /// Instructions charged for a chunk of a module that is uploaded.
    pub upload_chunk_instructions: Instructions,
    /// Cycles of a canister made by `provisional_create_canister_with_cycles` that names no amount.
    pub provisional_cycles: Cycles,
    /// Replicated queries may accept cycles of the call and burn the canister's.
    pub cycles_in_queries: bool,
    /// Cleanup callbacks may ask for the code of the reject.
    pub reject_code_in_cleanup: bool,
    /// Modules may have the hook `canister_on_low_wasm_memory`.
    pub low_memory_hook: bool,
    /// Modules may use tail calls.
    pub tail_calls: bool,
    /// Modules may change their tables.
    pub table_writes: bool,
    /// Stack of the compiled code of a canister.
    pub wasm_stack: Bytes,
    /// Instructions that installing a canister before the run may use; no limit of the network,
    /// it turns an endless loop in `init` into a message. See [`Limits::install_instructions`].
    pub setup_instructions: Instructions,
}

impl Limits {
    /// The most instructions that run on a thread without a pause.
    pub fn largest_piece(&self) -> Instructions {
        let slice = self.slice_instructions;
        match self.round_leaves_room_for_query {
            true => slice.max(self.query_instructions),
            false => slice.max(self.install_slice_instructions),
        }
    }

    /// Whether a checkpoint is made in round `height`.
    pub fn is_checkpoint(&self, height: u64) -> bool {
        self.checkpoint_interval != 0 && height.is_multiple_of(self.checkpoint_interval)
    }

    /// Changed memory with which round `height` still executes (`scheduled_heap_delta_limit`,
    /// `rs/execution_environment/src/scheduler.rs`).
    pub fn heap_delta_allowed(&self, height: u64) -> Bytes {
        if self.checkpoint_interval == 0 {
            return self.heap_delta_capacity;
        }
        let interval = u128::from(self.checkpoint_interval);
        let remaining = (interval - u128::from(height) % interval) % interval;
        let later = self.heap_delta_capacity.saturating_sub(self.heap_delta_initial).get();
        let reserved = (u128::from(later) * remaining / interval) as u64;
        self.heap_delta_capacity.saturating_sub(Bytes::new(reserved))
    }
}

/// How long things take. The network publishes rates (block rate, instructions a second), from
/// which these follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Mean time from block to block on a subnet of `block_interval_nodes` nodes.
    pub block_interval: SimDuration,
    /// Subnet size `block_interval` is quoted for.
    pub block_interval_nodes: u64,
    /// Added to the mean for every further node, taken off for every node less.
    pub block_interval_per_node: SimDuration,
    /// Largest deviation from the mean, in percent; intervals are uniform within it.
    pub block_interval_jitter_percent: u64,
    /// From the end of a round's execution until its state is certified.
    pub certification: SimDuration,
    /// From a client until a block maker knows the message.
    pub ingress_delivery: SimDuration,
    /// The shortest time a message between subnets can take, whatever its link says; the lookahead
    /// of parallel runs rests on it.
    pub latency_floor: SimDuration,
    /// Instructions one execution thread performs in a second.
    pub instructions_per_second: Instructions,
}

impl Timing {
    /// Mean block interval of a subnet of `nodes` nodes.
    pub fn mean_block_interval(&self, nodes: u64) -> SimDuration {
        let per_node = self.block_interval_per_node.as_nanos();
        let mean = self.block_interval.as_nanos();
        SimDuration::from_nanos(if nodes >= self.block_interval_nodes {
            mean.saturating_add(per_node.saturating_mul(nodes - self.block_interval_nodes))
        } else {
            mean.saturating_sub(per_node.saturating_mul(self.block_interval_nodes - nodes))
        })
    }

    /// How long one thread takes for `instructions`.
    pub fn execution_time(&self, instructions: Instructions) -> SimDuration {
        let nanos = u128::from(instructions.get()) * 1_000_000_000;
        let rate = u128::from(self.instructions_per_second.get().max(1));
        SimDuration::from_nanos(u64::try_from(nanos / rate).unwrap_or(u64::MAX))
    }

    /// The shortest block interval a subnet of `nodes` nodes can draw.
    pub fn shortest_block_interval(&self, nodes: u64) -> SimDuration {
        let mean = self.mean_block_interval(nodes).as_nanos();
        let share = 100u64.saturating_sub(self.block_interval_jitter_percent);
        let shortest = u128::from(mean) * u128::from(share) / 100;
        SimDuration::from_nanos(shortest as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_profile_exists_under_its_name() {
        for name in Profile::NAMES {
            assert_eq!(Profile::named(name).map(|profile| profile.name), Some(name.to_owned()));
        }
        assert!(Profile::named(Profile::DEFAULT).is_some());
        assert_eq!(Profile::named("1999"), None);
    }

    /// Of the page, as of August 2026; where newer code has another number, that.
    #[test]
    fn limits_are_those_of_the_resource_limits_page() {
        let Profile { limits, management, .. } = Profile::default();
        const GIB: u64 = 1 << 30;
        const MIB: u64 = 1 << 20;
        assert_eq!(limits.message_instructions.get(), 40_000_000_000);
        assert_eq!(limits.install_instructions.get(), 300_000_000_000);
        assert_eq!(management.inspect_message.get(), 200_000_000);
        assert_eq!(limits.round_instructions.get(), 4_000_000_000);
        assert_eq!([limits.heap, limits.heap64].map(Bytes::get), [4 * GIB, 6 * GIB]);
        assert_eq!(limits.stable_memory.get(), 500 * GIB);
        assert_eq!(limits.stable_access.get(), 2 * GIB);
        assert_eq!(limits.stable_access_install.get(), 8 * GIB);
        assert_eq!(limits.stable_access_query.get(), GIB);
        assert_eq!([limits.module, limits.module_code].map(Bytes::get), [100 * MIB, 10 * MIB]);
        assert_eq!(limits.subnet_memory.get(), 2_048 * GIB);
        assert_eq!(management.snapshots, 10);
    }

    #[test]
    fn published_block_rates_bound_the_mean_interval() {
        // 0.75 to 1.5 blocks a second, by load and size.
        let timing = Profile::default().timing;
        assert_eq!(timing.mean_block_interval(13), SimDuration::from_millis(667));
        assert!(timing.mean_block_interval(40) <= SimDuration::from_millis(1_334));
    }
}

//! The built-in profiles. Each later one is written as its differences from the one before.

use super::{
    BitcoinFees, Currency, Decimal, Fees, HttpUsageFees, Limits, ManagementRules, Metering,
    MeteringMode, Profile, Rounding, SystemApiCosts, Timing,
};
use crate::scheduler::Policy;
use crate::time::SimDuration;
use crate::units::{Bytes, Cycles, Instructions};
use std::collections::BTreeMap;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The application subnets of June 2024 (source tree of 2024-06-06).
pub(super) fn y2024_06() -> Profile {
    Profile {
        name: "2024-06".to_owned(),
        fees: fees_2024(),
        currency: Currency {
            sdr_per_trillion_cycles: Decimal::from_millionths(1_000_000),
            usd_per_sdr: Decimal::from_millionths(1_366_500),
        },
        scheduler: Policy::Ic2024,
        limits: Limits {
            message_instructions: Instructions::new(40_000_000_000),
            slice_instructions: Instructions::new(2_000_000_000),
            query_instructions: Instructions::new(5_000_000_000),
            install_instructions: Instructions::new(200_000_000_000),
            install_slice_instructions: Instructions::new(2_000_000_000),
            round_instructions: Instructions::new(7_000_000_000),
            cleanup_reserve_percent: 5,
            execution_threads: 4,
            round_overhead_per_message: Instructions::new(2_000_000),
            round_overhead_per_canister: Instructions::new(8_000_000),
            round_finalization_per_canister: Instructions::new(12_000),
            round_leaves_room_for_query: true,
            paused_executions: 4,
            checkpoint_interval: 500,
            priority_reset_interval: 86_400,
            heap_delta_per_iteration: Bytes::new(200_000_000),
            heap_delta_capacity: Bytes::new(140 * GIB),
            heap_delta_initial: Bytes::new(140 * GIB),
            ingress_messages_per_block: 1_000,
            block_bytes: Bytes::new(4 * MIB),
            ingress_message: Bytes::new(2 * MIB),
            ingress_message_system: Bytes::new(7 * MIB / 2),
            ingress_nonce: Bytes::new(8),
            message_overhead: Bytes::new(64),
            ingress_time_to_live: SimDuration::from_secs(300),
            queue_capacity: 500,
            stream_messages: 50_000,
            stream_bytes: Bytes::new(10 * MIB),
            reject_signals: false,
            system_stream_messages: 200,
            loopback_limited: true,
            best_effort_memory: Bytes::new(5 * GIB),
            request_timeout: SimDuration::from_secs(300),
            heap_delta_rate: Bytes::new(75 * MIB),
            install_code_rate: Instructions::new(2_000_000_000),
            call_payload: Bytes::new(2 * MIB),
            local_call_payload: Bytes::new(10 * MIB),
            reply_payload: Bytes::new(2 * MIB),
            query_reply_payload: Bytes::new(3 * MIB),
            heap: Bytes::new(4 * GIB),
            heap64: Bytes::ZERO,
            stable_memory: Bytes::new(400 * GIB),
            stable_access: Bytes::new(2 * GIB),
            stable_access_install: Bytes::new(8 * GIB),
            stable_access_query: Bytes::new(GIB),
            module: Bytes::new(100 * MIB),
            module_code: Bytes::new(10 * MIB),
            module_functions: 50_000,
            module_globals: 1_000,
            function_operators: 1_000_000,
            function_complexity: 1_000_000,
            freezing_threshold_seconds: 2_592_000,
            provisional_cycles: Cycles::new(100_000_000_000_000),
            reserved_cycles: Cycles::new(5_000_000_000_000),
            subnet_memory: Bytes::new(700 * GIB),
            storage_reservation_threshold: Bytes::new(450 * GIB),
            response_overhead: Bytes::new(144),
            dropped_cycles_refunded: false,
            upload_chunk_instructions: Instructions::new(200_000_000),
            cycles_in_queries: false,
            reject_code_in_cleanup: false,
            low_memory_hook: false,
            tail_calls: false,
            table_writes: true,
            wasm_stack: Bytes::new(5 * MIB),
            setup_instructions: Instructions::new(10_000_000_000),
        },
        management: ManagementRules::y2024_06(),
        timing: Timing {
            block_interval: SimDuration::from_millis(667),
            block_interval_nodes: 13,
            block_interval_per_node: SimDuration::from_micros(24_700),
            block_interval_jitter_percent: 10,
            certification: SimDuration::from_millis(200),
            ingress_delivery: SimDuration::from_millis(100),
            latency_floor: SimDuration::from_millis(1),
            instructions_per_second: Instructions::new(2_000_000_000),
        },
        metering: Metering {
            mode: MeteringMode::Fuel,
            default_operator: 1,
            operators: weights(&[OPERATORS, FLOAT_2024, SIMD_2024]),
            operators64: BTreeMap::new(),
            dirty_heap_page: Instructions::new(1_000),
            dirty_heap_page64: Instructions::new(4_000),
            dirty_stable_page: Instructions::new(1_000),
            touched_page: Instructions::ZERO,
            compile_per_operator: Instructions::new(6_000),
            recompile_divisor: 100,
            system_api: SystemApiCosts {
                default_function: 500,
                functions: weights(&[SYSTEM_API, &[(0, "cycles_burn128")]]),
                byte: 1,
                transmitted_byte: 50,
                console_byte: 0,
                printed_byte: 2,
            },
        },
    }
}

fn fees_2024() -> Fees {
    Fees {
        reference_nodes: 13,
        rounding: Rounding::Sum,
        canister_creation: Cycles::new(100_000_000_000),
        update_message_base: Cycles::new(590_000),
        ten_instructions: Cycles::new(4),
        ten_instructions_64: Cycles::new(4),
        call_base: Cycles::new(260_000),
        call_byte: Cycles::new(1_000),
        ingress_base: Cycles::new(1_200_000),
        ingress_byte: Cycles::new(2_000),
        storage_gib_second: Cycles::new(127_000),
        canister_second: Cycles::ZERO,
        compute_percent_second: Cycles::new(10_000_000),
        allocation_charge_interval: SimDuration::from_secs(10),
        allocation_charge_rounds: 1,
        storage_reservation_period: SimDuration::from_secs(300_000_000),
        signature: Cycles::new(10_000_000_000),
        log_fetch: Cycles::ZERO,
        log_fetch_byte: Cycles::ZERO,
        http_outcall: Cycles::new(3_000_000),
        http_outcall_node: Cycles::new(60_000),
        http_request_byte: Cycles::new(400),
        http_response_byte: Cycles::new(800),
        http_response_default: Bytes::new(2_000_000),
        http_usage: http_usage(),
        bitcoin_mainnet: BitcoinFees {
            balance: Cycles::new(10_000_000),
            balance_attached: Cycles::new(100_000_000),
            utxos: Cycles::new(50_000_000),
            utxos_attached: Cycles::new(10_000_000_000),
            ten_instructions: Cycles::new(10),
            send: Cycles::new(5_000_000_000),
            send_byte: Cycles::new(20_000_000),
        },
        bitcoin_testnet: BitcoinFees {
            balance: Cycles::new(4_000_000),
            balance_attached: Cycles::new(40_000_000),
            utxos: Cycles::new(20_000_000),
            utxos_attached: Cycles::new(4_000_000_000),
            ten_instructions: Cycles::new(4),
            send: Cycles::new(2_000_000_000),
            send_byte: Cycles::new(8_000_000),
        },
    }
}

fn http_usage() -> HttpUsageFees {
    HttpUsageFees {
        base: Cycles::new(1_000_000),
        request_byte: Cycles::new(50),
        replicated_node: Cycles::new(140_000),
        replicated_node_pair: Cycles::new(800),
        flexible_node: Cycles::new(90_000),
        response: Cycles::new(100_000),
        response_node: Cycles::new(2_000),
        downloaded_byte: Cycles::new(50),
        millisecond: Cycles::new(300),
        consensus_byte: Cycles::new(600),
        consensus_byte_node: Cycles::new(10),
    }
}

/// Published prices of mid-2026, before heap pages were charged on first access.
pub(super) fn y2026_mid() -> Profile {
    let mut profile = y2024_06();
    profile.name = "2026-mid".to_owned();
    profile.fees.canister_creation = Cycles::new(500_000_000_000);
    profile.fees.update_message_base = Cycles::new(5_000_000);
    profile.fees.ten_instructions = Cycles::new(10);
    profile.fees.ten_instructions_64 = Cycles::new(20);
    profile.fees.allocation_charge_rounds = 50;
    profile.fees.log_fetch = Cycles::new(1_000_000);
    profile.fees.log_fetch_byte = Cycles::new(800);
    profile.limits.subnet_memory = Bytes::new(2_048 * GIB);
    profile.limits.storage_reservation_threshold = Bytes::new(750 * GIB);
    profile.limits.install_instructions = Instructions::new(300_000_000_000);
    profile.limits.round_instructions = Instructions::new(4_000_000_000);
    profile.limits.round_leaves_room_for_query = false;
    profile.limits.heap_delta_initial = Bytes::new(32 * GIB);
    profile.scheduler = Policy::Ic2026;
    profile.limits.stream_messages = 10_000;
    profile.limits.reject_signals = true;
    profile.limits.loopback_limited = false;
    profile.limits.heap64 = Bytes::new(6 * GIB);
    profile.limits.cycles_in_queries = true;
    profile.limits.reject_code_in_cleanup = true;
    profile.limits.low_memory_hook = true;
    profile.limits.tail_calls = true;
    profile.limits.stable_memory = Bytes::new(500 * GIB);
    profile.management = ManagementRules::y2026();
    profile.metering.operators = weights(&[OPERATORS, FLOAT_2025, SIMD_2025]);
    profile.metering.operators64 = weights(&[MEMORY_64]);
    profile.metering.system_api.functions = weights(&[SYSTEM_API]);
    profile
}

/// The newest code read, of August 2026. Where it is not known whether a price of the code is in
/// force, it is here: see `docs/sources.md`.
pub(super) fn y2026_08() -> Profile {
    let mut profile = y2026_mid();
    profile.name = "2026-08".to_owned();
    profile.fees.rounding = Rounding::Each;
    profile.fees.storage_gib_second = Cycles::new(317_500);
    profile.fees.canister_second = Cycles::new(10_000);
    profile.fees.log_fetch = Cycles::new(5_000_000);
    profile.fees.log_fetch_byte = Cycles::new(80);
    profile.limits.dropped_cycles_refunded = true;
    profile.limits.table_writes = false;
    // The deterministic memory tracker, `rs/memory_tracker`: memory is charged as it is touched.
    profile.metering.dirty_heap_page = Instructions::ZERO;
    profile.metering.dirty_heap_page64 = Instructions::ZERO;
    profile.metering.dirty_stable_page = Instructions::ZERO;
    profile.metering.touched_page = Instructions::new(5_000);
    profile
}

/// A weight and the names, separated by spaces, that have it.
type Weights = &'static [(u64, &'static str)];

fn weights(tables: &[Weights]) -> BTreeMap<String, u64> {
    let rows = tables.iter().flat_map(|table| table.iter());
    rows.flat_map(|(weight, names)| names.split_whitespace().map(|name| (name.to_owned(), *weight)))
        .collect()
}

/// Operators whose weight is not one and has not changed since 2024.
const OPERATORS: Weights = &[
    (0, "block loop else end"),
    (10, "i32.div_s i32.div_u i32.rem_s i32.rem_u i64.div_s i64.div_u i64.rem_s i64.rem_u"),
    (3, "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge"),
    (3, "f32.convert_i32_s f32.convert_i64_s f64.convert_i32_s f64.convert_i64_s"),
    (16, "f32.convert_i32_u f32.convert_i64_u f64.convert_i32_u f64.convert_i64_u"),
    (20, "i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u"),
    (20, "i64.trunc_f32_s i64.trunc_f32_u i64.trunc_f64_s i64.trunc_f64_u"),
    (20, "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u"),
    (20, "i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u"),
    (2, "global.get global.set if br br_if br_table"),
    (5, "table.get table.set call ref.is_null"),
    (300, "memory.grow table.grow data.drop elem.drop"),
    (20, "memory.size"),
    (100, "table.size memory.fill memory.copy memory.init table.fill table.copy table.init"),
    (10, "call_indirect"),
    (130, "ref.func"),
    // SIMD
    (
        3,
        "i8x16.shuffle i8x16.popcnt i8x16.shl i8x16.shr_s i64x2.shr_s i32x4.extadd_pairwise_i16x8_u",
    ),
    (2, "i8x16.lt_u i8x16.gt_u i16x8.lt_u i16x8.gt_u i32x4.lt_u i32x4.gt_u i8x16.shr_u"),
    (
        2,
        "i16x8.shl i16x8.shr_s i16x8.shr_u i32x4.shl i32x4.shr_s i32x4.shr_u i64x2.shl i64x2.shr_u",
    ),
    (2, "i16x8.extadd_pairwise_i8x16_u i16x8.extmul_high_i8x16_s i16x8.extmul_high_i8x16_u"),
    (2, "i32x4.extmul_low_i16x8_s i32x4.extmul_low_i16x8_u"),
    (2, "i32x4.extmul_high_i16x8_s i32x4.extmul_high_i16x8_u i32x4.mul"),
    (4, "i64x2.mul i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_u"),
    (2, "f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest f32x4.abs f32x4.neg"),
    (2, "f64x2.ceil f64x2.floor f64x2.trunc f64x2.nearest f64x2.abs f64x2.neg"),
    (2, "f32x4.add f32x4.sub f32x4.mul f64x2.add f64x2.sub f64x2.mul"),
    (5, "f32x4.sqrt f64x2.max"),
    (14, "f64x2.sqrt"),
    (10, "f32x4.div"),
    (12, "f64x2.div"),
    (4, "f32x4.min f32x4.max f64x2.min"),
    (2, "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f64x2_s_zero"),
    (3, "i32x4.trunc_sat_f64x2_u_zero"),
];

/// Scalar floating point as weighed in 2024.
const FLOAT_2024: Weights = &[
    (2, "f32.abs f32.neg f64.abs f64.neg f32.copysign f64.copysign"),
    (20, "f32.add f32.sub f32.mul f32.ceil f32.floor f32.trunc f32.nearest f32.div f32.sqrt"),
    (20, "f64.add f64.sub f64.mul f64.ceil f64.floor f64.trunc f64.nearest f64.div f64.sqrt"),
    (20, "f32.min f32.max f64.min f64.max"),
];

/// Scalar floating point and tail calls as weighed from 2025 on.
const FLOAT_2025: Weights = &[
    (2, "f32.add f32.sub f32.mul f32.ceil f32.floor f32.trunc f32.nearest f32.copysign"),
    (2, "f64.add f64.sub f64.mul f64.ceil f64.floor f64.trunc f64.nearest"),
    (3, "f32.div f64.copysign return_call"),
    (5, "f64.div f32.sqrt"),
    (8, "f64.sqrt"),
    (18, "f32.min f32.max f64.min f64.max"),
    (60, "return_call_indirect"),
];

/// Loads and stores with 64-bit memory.
const MEMORY_64: Weights = &[
    (2, "i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u"),
    (2, "i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u"),
    (2, "i32.store i64.store f32.store f64.store i32.store8 i32.store16"),
    (2, "i64.store8 i64.store16 i64.store32 v128.load v128.store"),
    (2, "v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s"),
    (2, "v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat"),
    (2, "v128.load32_zero v128.load64_zero v128.load8_lane v128.load16_lane v128.load32_lane"),
    (2, "v128.load64_lane v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane"),
];

/// SIMD loads that weighed more than one in 2024.
const SIMD_2024: Weights = &[(2, "v128.load8_lane v128.load16_lane")];

/// SIMD loads and stores from 2025 on: one with 32-bit memory.
const SIMD_2025: Weights = &[];

/// System API functions whose overhead is not the default of 500.
const SYSTEM_API: Weights = &[
    (5_000, "call_perform"),
    (1_500, "call_new"),
    (1_000, "is_controller"),
    (200, "performance_counter"),
    (100, "debug_print stable_grow stable64_grow"),
    (20, "stable_read stable_write stable64_read stable64_write"),
    (0, "stable_size stable64_size mint_cycles mint_cycles128"),
];

//! Prices against a table of operations, sizes, subnet sizes and exact cycles, by era of the network.

use serde_json::Value;
use sim_core::fees::{BitcoinCall, FeeSchedule, IdleUse, StorageUse};
use sim_core::network::{SubnetKind, SubnetSpec};
use sim_core::profile::Profile;
use sim_core::runtime::{Reject, Response};
use sim_core::time::SimDuration;
use sim_core::units::{Bytes, Cycles, Instructions};
use std::sync::Arc;

/// The profile that has an era's prices.
fn profile(era: &str) -> Profile {
    let name = match era {
        "E24" => "2024-06",
        "E25" | "E26-docs" => "2026-mid",
        "E26" | "E26-code" => "2026-08",
        other => panic!("unknown era {other}"),
    };
    Profile::named(name).expect("is built in")
}

/// One case under one profile.
struct Case<'a> {
    case: &'a Value,
    profile: Profile,
    fees: FeeSchedule,
}

impl Case<'_> {
    fn number(&self, field: &str) -> u64 {
        self.case[field].as_u64().unwrap_or_else(|| panic!("{}: no {field}", self.case["id"]))
    }

    fn bytes(&self, field: &str) -> Bytes {
        Bytes::new(self.number(field))
    }

    fn instructions(&self, field: &str) -> Instructions {
        Instructions::new(self.number(field))
    }

    fn year() -> u64 {
        365 * 86_400
    }

    fn seconds(seconds: u64) -> SimDuration {
        SimDuration::from_secs(seconds)
    }

    /// What the operation costs; `None` if it is no operation with a price.
    fn price(&self) -> Option<Cycles> {
        let (fees, gib) = (&self.fees, Bytes::new(1 << 30));
        let limit = self.profile.limits.message_instructions;
        let op = self.case["op"].as_str().expect("a text");
        let price = match op {
            "canister_creation" => fees.canister_creation(),
            "compute_allocation_percent_second" => fees.compute(1, Self::seconds(1)),
            "update_message_execution" => fees.execution(Instructions::ZERO),
            "1B_instructions" => fees.execution_refund(Instructions::new(1_000_000_000)),
            "xnet_call" => fees.request_transmission(Bytes::ZERO),
            "xnet_byte" => fees.response_transmission(Bytes::new(1)),
            "ingress_message_reception" => fees.ingress(Bytes::ZERO),
            "ingress_byte_reception" => fees.scale(self.profile.fees.ingress_byte),
            "gib_storage_second" => fees.storage(gib, Self::seconds(1)),
            "http_outcall_base" => fees.http_outcall(Bytes::ZERO, Bytes::ZERO),
            "http_request_byte" => self.http_part(1, 0),
            "http_response_byte_reserved" => self.http_part(0, 1),
            "http_request (legacy pricing)" => match self.case["max_response_bytes"].as_u64() {
                None => fees.http_outcall_without_limit(self.bytes("request_bytes")),
                Some(response) => {
                    fees.http_outcall(self.bytes("request_bytes"), Bytes::new(response))
                }
            },
            "scale_cost(13_000)" => fees.scale(Cycles::new(13_000)),
            "instructions_to_cycles" => fees.instructions(self.instructions("instructions")),
            "update/heartbeat execution net charge" => fees.execution_cost(
                self.instructions("message_limit"),
                self.instructions("instructions"),
            ),
            "empty heartbeat (1 instruction)" => fees.execution_cost(limit, Instructions::new(1)),
            "max execution charge for a 1_000_000-instruction limit" => {
                fees.execution(Instructions::new(1_000_000))
            }
            "ingress induction" => fees.ingress(self.bytes("bytes")),
            "inter-canister call: amount withdrawn at call_perform" => {
                fees.call_hold(self.bytes("method_bytes") + self.bytes("payload_bytes"))
            }
            "response transmission refund" => fees.response_refund(self.bytes("response_bytes")),
            "memory cost for 10 s (direct formula)" => {
                fees.storage(self.bytes("bytes"), Self::seconds(self.number("seconds")))
            }
            "memory idle burn per day" => fees.idle_per_day(self.idle()),
            "memory charge for 10 s" => fees.idle_storage(self.bytes("bytes"), Self::seconds(10)),
            "1 GiB for one year" => {
                fees.storage(gib, Self::seconds(1)).saturating_mul(Self::year().into())
            }
            "compute allocation 1% for 10 s" => fees.idle_compute(1, Self::seconds(10)),
            "compute allocation 100% for 1 day" => fees.compute(100, Self::seconds(86_400)),
            "freezing threshold in cycles" => FeeSchedule::threshold_of(
                Cycles::new(self.number("idle_burn_per_day").into()),
                self.number("freezing_threshold_s"),
                Cycles::new(self.number("reserved_balance").into()),
            ),
            "fetch_canister_logs" => fees.log_fetch(Bytes::ZERO),
            _ => return self.rarer_price(op),
        };
        Some(price)
    }

    fn rarer_price(&self, op: &str) -> Option<Cycles> {
        let (fees, limit) = (&self.fees, self.profile.limits.message_instructions);
        let wide = || Arc::new(fees.clone()).wasm64();
        let mainnet = op.contains("mainnet");
        let price = match op {
            _ if op.starts_with("sign_with_ecdsa") => fees.signature(),
            _ if op.starts_with("bitcoin_get_utxos") || op.starts_with("bitcoin_get_block") => {
                fees.bitcoin(BitcoinCall::Utxos(Instructions::ZERO), mainnet)
            }
            _ if op.starts_with("bitcoin_get") => fees.bitcoin(BitcoinCall::Balance, mainnet),
            _ if op.starts_with("bitcoin_send") => {
                fees.bitcoin(BitcoinCall::Send(Bytes::ZERO), mainnet)
            }
            "empty heartbeat per year (every 917 ms)" => {
                let beats = u128::from(Self::seconds(Self::year()).as_nanos()) / 917_000_000;
                fees.execution_cost(limit, Instructions::new(1)).saturating_mul(beats)
            }
            "response whose callback is not executed (call context deleted / canister uninstalled)" => {
                fees.execution_cost(limit, Instructions::ZERO)
            }
            "wasm64 prepayment minus wasm32 prepayment (13 nodes)" => {
                wide().execution_prepayment().saturating_sub(fees.execution_prepayment())
            }
            "response execution after wasm32->wasm64 upgrade" => {
                wide().execution_prepayment().saturating_sub(fees.execution_prepayment())
            }
            "adjusted empty heartbeat: 1_543_080*13/34" => {
                let far = FeeSchedule::new(&self.profile, 34);
                let cost = far.execution_cost(limit, Instructions::new(1)).get();
                Cycles::new(cost * 13 / 34)
            }
            "1 GiB for one year, 34-node per-second cost scaled back by 13/34 (floor) each second" =>
            {
                let far = FeeSchedule::new(&self.profile, 34);
                let second = far.storage(Bytes::new(1 << 30), Self::seconds(1)).get();
                Cycles::new(second * 13 / 34 * u128::from(Self::year()))
            }
            "ResourceSaturation.reservation_factor" => {
                Cycles::new(self.storage_use().share_of(self.number("value")).into())
            }
            "ResourceSaturation(100,100,200).add(200).reservation_factor(1000)" => {
                let usage = StorageUse::new(Bytes::new(100), Bytes::new(100), Bytes::new(200));
                Cycles::new(usage.plus(Bytes::new(200)).share_of(1_000).into())
            }
            "system subnet: any execution / ingress / call / storage fee" => self.on_system(),
            "upload_chunk" => {
                Cycles::new(self.profile.limits.upload_chunk_instructions.get().into())
            }
            _ => return None,
        };
        Some(price)
    }

    fn http_part(&self, request: u64, response: u64) -> Cycles {
        let price =
            |request, response| self.fees.http_outcall(Bytes::new(request), Bytes::new(response));
        price(request, response).saturating_sub(price(0, 0))
    }

    fn idle(&self) -> IdleUse {
        IdleUse { memory: self.bytes("bytes"), ..IdleUse::default() }
    }

    fn storage_use(&self) -> StorageUse {
        StorageUse::new(self.bytes("usage"), self.bytes("threshold"), self.bytes("capacity"))
    }

    fn on_system(&self) -> Cycles {
        let spec = SubnetSpec { kind: SubnetKind::System, nodes: 13, ..SubnetSpec::default() };
        let fees = FeeSchedule::on(&self.profile, &spec);
        let gib = Bytes::new(1 << 30);
        fees.execution_prepayment()
            + fees.ingress(gib)
            + fees.call_hold(gib)
            + fees.idle_storage(gib, Self::seconds(86_400))
    }
}

fn table() -> Vec<Value> {
    let table: Value = serde_json::from_str(include_str!("fixtures/fees.json")).expect("is JSON");
    table["cases"].as_array().expect("a list of cases").clone()
}

fn cases(table: &[Value]) -> impl Iterator<Item = Case<'_>> {
    table.iter().flat_map(|case| {
        let eras = case["era"].as_array().expect("a list of eras");
        eras.iter().map(move |era| {
            let profile = profile(era.as_str().expect("a text"));
            let mut fees = FeeSchedule::new(&profile, case["subnet_size"].as_u64().unwrap_or(13));
            if case["mode"] == "wasm64" {
                fees = (*Arc::new(fees).wasm64()).clone();
            }
            Case { case, profile, fees }
        })
    })
}

#[test]
fn every_price_of_the_table_is_met_to_the_cycle() {
    let (table, mut checked) = (table(), 0);
    for case in cases(&table) {
        let Some(found) = case.price() else { continue };
        let expected = match case.case["op"].as_str() {
            // Said in words.
            Some("response execution after wasm32->wasm64 upgrade") => 40_000_000_000,
            // Rounded for people.
            _ => u128::from(case.number("expected_cycles")),
        };
        assert_eq!(found.get(), expected, "{} under {}", case.case, case.profile.name);
        checked += 1;
    }
    assert!(checked > 200, "{checked}");
}

#[test]
fn every_operation_of_the_table_is_checked_here() {
    let elsewhere = [
        "storage per GiB-month (docs, rounded)",
        "memory costing exactly 1 cycle/s: charge after 10 s / after 5 s",
        "reject response size for transmission refund",
        "ingress bytes basis",
        "cycles_burn128(1_000_000) with balance 1_000_000_000, freezing threshold 0",
        "withdraw for transfer: total 2_000_000, reserved 1_000_000, withdraw 1_000_000",
        "freezing threshold with reserved 1_000 vs reserved 0",
        "storage reservation: allocate 101 GB at usage 0",
        "storage reservation: allocate 40 GB at usage 90 GB",
        "storage reservation: allocate 40 GB at usage 100 GB",
        "storage reservation: allocate 40 GB at usage 160 GB",
    ];
    let table = table();
    let missed: Vec<_> = cases(&table)
        .filter(|case| case.price().is_none())
        .map(|case| case.case["op"].as_str().expect("a text").to_owned())
        .filter(|op| !elsewhere.contains(&op.as_str()))
        .collect();
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn published_prices_of_a_month_are_these_rounded() {
    let profile = profile("E26-docs");
    for (nodes, billions) in [(13, 329), (34, 861)] {
        let second = FeeSchedule::new(&profile, nodes)
            .storage(Bytes::new(1 << 30), SimDuration::from_secs(1));
        // Thirty days.
        let month = second.get() * 30 * 86_400;
        assert_eq!((month + 500_000_000) / 1_000_000_000, billions);
    }
}

#[test]
fn a_reject_counts_its_code_and_its_message() {
    let code = sim_core::reject::ErrorCode::CanisterRejectedMessage;
    let reject = Response::Reject(Reject { code, message: "no".into() });
    assert_eq!(reject.payload_bytes(), Bytes::new(3));
}

#[test]
fn memory_that_costs_a_cycle_a_second_costs_ten_in_ten() {
    let fees = FeeSchedule::new(&profile("E24"), 13);
    let bytes = Bytes::new((1 << 30) / 127_000 + 1);
    assert_eq!(fees.idle_storage(bytes, SimDuration::from_secs(10)), Cycles::new(10));
}

#[test]
fn what_is_reserved_lowers_the_freezing_threshold_one_for_one() {
    let fees = FeeSchedule::new(&profile("E26"), 13);
    let idle = IdleUse { memory: Bytes::new(1 << 30), ..IdleUse::default() };
    let threshold = |reserved| fees.freezing_threshold(idle, 2_592_000, Cycles::new(reserved));
    assert_eq!(threshold(0), threshold(1_000) + Cycles::new(1_000));
}

#[test]
fn memory_on_a_full_subnet_is_reserved_along_a_triangle() {
    const GB: u64 = 1_000_000_000;
    let mut profile = profile("E24");
    profile.limits.subnet_memory = Bytes::new(200 * GB);
    profile.limits.storage_reservation_threshold = Bytes::new(100 * GB);
    profile.limits.execution_threads = 1;
    let fees = FeeSchedule::new(&profile, 13);
    let period = fees.storage(Bytes::new(GB), SimDuration::from_secs(300_000_000)).get();
    for (usage, bytes, area) in [(0, 101, 1), (90, 40, 900), (100, 40, 1_600), (160, 40, 6_400)] {
        let before = fees.storage_use(Bytes::new(usage * GB));
        let reserved = fees.reservation(Bytes::new(bytes * GB), before).get();
        // The price of a gigabyte was rounded before it is multiplied here.
        let expected = period * area / 100 / 2;
        assert!(reserved.abs_diff(expected) <= area, "{usage} + {bytes}: {reserved}, {expected}");
    }
}

//! Published prices, to the digit.

use super::*;
use crate::time::SimDuration;

fn schedule(nodes: u64) -> FeeSchedule {
    FeeSchedule::new(&Profile::named("2026-mid").expect("is built in"), nodes)
}

#[test]
fn published_prices_of_thirteen_nodes() {
    let fees = schedule(13);
    assert_eq!(fees.execution_prepayment(), Cycles::new(40_005_000_000));
    assert_eq!(fees.call_hold(Bytes::ZERO), Cycles::new(42_102_412_000));
    assert_eq!(fees.ingress(Bytes::new(10)), Cycles::new(1_220_000));
    assert_eq!(fees.signature(), Cycles::new(10_000_000_000));
    // Interface documentation, "Cycles cost": 49,140,000 for the call itself.
    assert_eq!(fees.http_outcall(Bytes::ZERO, Bytes::ZERO), Cycles::new(49_140_000));
}

#[test]
fn published_prices_of_thirty_four_nodes() {
    let fees = schedule(34);
    assert_eq!(fees.canister_creation(), Cycles::new(1_307_692_307_692));
    assert_eq!(fees.execution(Instructions::ZERO), Cycles::new(13_076_923));
    assert_eq!(fees.request_transmission(Bytes::ZERO), Cycles::new(680_000));
    assert_eq!(fees.ingress(Bytes::ZERO), Cycles::new(3_138_461));
}

#[test]
fn a_gibibyte_costs_its_published_price_a_second() {
    let gib = Bytes::new(1 << 30);
    assert_eq!(schedule(13).storage(gib, SimDuration::from_secs(1)), Cycles::new(127_000));
    assert_eq!(schedule(13).idle_storage(gib, SimDuration::from_secs(10)), Cycles::new(1_270_000));
}

#[test]
fn prepaying_and_refunding_rounds_as_the_replica_does() {
    // An empty heartbeat on 34 nodes at 2024-06 prices costs 1,543,080 cycles.
    let profile = Profile::named("2024-06").expect("is built in");
    let fees = FeeSchedule::new(&profile, 34);
    let limit = profile.limits.message_instructions;
    assert_eq!(fees.execution_cost(limit, Instructions::new(1)), Cycles::new(1_543_080));
}

#[test]
fn on_a_system_subnet_all_but_signatures_is_free() {
    let spec = SubnetSpec { kind: SubnetKind::System, nodes: 40, ..SubnetSpec::default() };
    let fees = FeeSchedule::on(&Profile::default(), &spec);
    assert_eq!(fees.call_hold(Bytes::new(1_000_000)), Cycles::ZERO);
    assert_eq!(fees.http_outcall(Bytes::ZERO, Bytes::ZERO), Cycles::ZERO);
    let idle = IdleUse { memory: Bytes::new(1 << 40), messages: Bytes::new(5), compute: 100 };
    assert_eq!(fees.freezing_threshold(idle, 1 << 40, Cycles::ZERO), Cycles::ZERO);
    assert_eq!(fees.signature_by(13), Cycles::new(10_000_000_000));
}

#[test]
fn only_application_subnets_reserve_for_memory() {
    let full = |kind| {
        let spec = SubnetSpec { kind, nodes: 13, ..SubnetSpec::default() };
        let fees = FeeSchedule::on(&Profile::default(), &spec);
        fees.reservation(Bytes::new(1 << 30), fees.storage_use(Bytes::new(1 << 40)))
    };
    assert!(full(SubnetKind::Application) > Cycles::ZERO);
    assert_eq!(full(SubnetKind::Verified), Cycles::ZERO);
    assert_eq!(full(SubnetKind::System), Cycles::ZERO);
}

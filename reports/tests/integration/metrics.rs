//! A run as named numbers.

use crate::synthetic;
use reports::metrics::{self, Metric, WarmUp};
use sim_core::record::Event;
use sim_core::time::SimDuration;
use std::collections::BTreeMap;

fn values(warm_up: WarmUp) -> BTreeMap<String, Option<u128>> {
    let metrics = metrics::of(&synthetic::history(), warm_up).unwrap();
    metrics.into_iter().map(|Metric { name, value, .. }| (name, value)).collect()
}

#[test]
fn every_name_is_used_once() {
    let metrics = metrics::of(&synthetic::history(), WarmUp::None).unwrap();
    assert_eq!(values(WarmUp::None).len(), metrics.len());
}

#[test]
fn parts_add_up_to_the_whole() {
    let values = values(WarmUp::None);
    let of = |name: &str| values[name].expect(name);
    assert_eq!(of("submitted"), of("replied") + of("rejected") + of("open"));
    let subnets: u128 = values
        .iter()
        .filter(|(name, _)| name.starts_with("subnet.") && name.ends_with(".burned.total"))
        .filter_map(|(_, value)| *value)
        .sum();
    assert_eq!(of("burned.total"), subnets);
    assert!(of("latency.p50") <= of("latency.p99") && of("latency.p99") <= of("latency.max"));
}

#[test]
fn what_was_sent_during_the_warm_up_is_left_out() {
    let (all, late) = (values(WarmUp::None), values(WarmUp::Fixed(SimDuration::from_secs(30))));
    for name in ["submitted", "burned.total", "calls.cross_subnet.replied"] {
        assert!(late[name] < all[name] && late[name] > Some(0), "{name}");
    }
    assert_eq!(late["warm_up"], Some(30_000_000_000));
}

#[test]
fn an_empty_run_has_no_latency() {
    let metrics = metrics::of(&synthetic::empty(), WarmUp::Mser5).unwrap();
    let p99 = metrics.iter().find(|metric| metric.name == "latency.p99");
    assert_eq!(p99.map(|metric| metric.value), Some(None));
}

#[test]
fn a_message_answered_twice_breaks_littles_law() {
    let mut history = synthetic::history();
    let records = &mut history.subnets[0].records;
    let answer = records.iter().find(|record| matches!(record.event, Event::Completed { .. }));
    let again = answer.unwrap().clone();
    records.push(again);
    assert!(metrics::of(&history, WarmUp::None).is_err());
}

#[test]
fn every_metric_of_a_run_is_among_the_names_it_can_have() {
    let history = synthetic::history();
    let subnets: Vec<&str> = history.subnets.iter().map(|subnet| &*subnet.name).collect();
    let canisters = history.subnets.iter().flat_map(|subnet| &subnet.canisters);
    let canisters: Vec<&str> = canisters.map(|canister| &*canister.name).collect();
    let metrics = metrics::of(&history, WarmUp::None).unwrap();
    let workloads: Vec<&str> = metrics
        .iter()
        .filter_map(|metric| metric.name.strip_prefix("workload.")?.strip_suffix(".submitted"))
        .collect();
    let names = metrics::names(&workloads, &subnets, &canisters);
    let found: Vec<&String> = metrics.iter().map(|metric| &metric.name).collect();
    assert_eq!(found, names.iter().collect::<Vec<_>>());
}

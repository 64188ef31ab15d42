//! A run as named numbers.

use crate::synthetic;
use reports::metrics::{self, Metric, WarmUp};
use sim_core::time::SimDuration;
use std::collections::BTreeMap;

fn values(warm_up: WarmUp) -> BTreeMap<String, Option<u128>> {
    let metrics = metrics::of(&synthetic::history(), warm_up);
    metrics.into_iter().map(|Metric { name, value, .. }| (name, value)).collect()
}

#[test]
fn every_name_is_used_once() {
    let metrics = metrics::of(&synthetic::history(), WarmUp::None);
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
    let metrics = metrics::of(&synthetic::empty(), WarmUp::Mser5);
    let p99 = metrics.iter().find(|metric| metric.name == "latency.p99");
    assert_eq!(p99.map(|metric| metric.value), Some(None));
}

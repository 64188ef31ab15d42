//! The key figures of the synthetic run.

use crate::synthetic;
use reports::Summary;
use reports::analysis::{Analysis, Analyst, Keep};
use reports::candid::Speech;
use reports::messages::whole;
use reports::metrics::{self, WarmUp};
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::time::SimDuration;

fn summary(history: &History) -> Summary {
    let profile = Profile::default();
    let run = synthetic::report(history, &profile);
    Summary::of(&run, &Analysis::of(&run))
}

#[test]
fn the_summary_is_written_as_json() {
    let json = serde_json::to_string_pretty(&summary(&synthetic::history())).unwrap();
    insta::assert_snapshot!("summary.json", json);
}

#[test]
fn the_table_fits_a_terminal() {
    let table = summary(&synthetic::history()).table();
    insta::assert_snapshot!("summary.txt", table);
    assert!(table.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn long_names_are_cut_in_the_table() {
    let mut history = synthetic::history();
    history.subnets[0].name = "a subnet with a name of considerable length".repeat(3);
    assert!(summary(&history).table().lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn an_empty_run_has_a_summary() {
    let summary = summary(&synthetic::empty());
    assert_eq!(summary.latency.ingress.quantiles.p50_ns, None);
    assert!(summary.table().contains('–'));
}

/// The summary of a run that is counted as it comes, without its warm-up.
fn summary_after(history: &History, warm_up: WarmUp) -> Summary {
    let profile = Profile::default();
    let run = synthetic::report(history, &profile);
    let mut analyst = Analyst::new(history, Speech::of(&run), Keep::Slowest).after(warm_up);
    analyst.take(&whole(history), |_| {});
    Summary::of(&run, &analyst.finish(|_| {}))
}

#[test]
fn without_the_warm_up_the_summary_says_what_sweeps_say() {
    let history = synthetic::history();
    let sent = |summary: &Summary| summary.subnets.iter().map(|s| s.ingress.submitted).sum::<u64>();
    let all = sent(&summary(&history));
    for warm_up in [WarmUp::Fixed(SimDuration::from_secs(10)), WarmUp::Mser5] {
        let summary = summary_after(&history, warm_up);
        let metrics = metrics::of(&history, warm_up).unwrap();
        let value = |name| metrics.iter().find(|metric| metric.name == name).unwrap().value;
        let latency = |nanos: Option<u64>| nanos.map(u128::from);
        assert_eq!(value("warm_up"), Some(summary.warm_up_ns.into()));
        assert_eq!(value("submitted"), Some(sent(&summary).into()));
        let ingress = &summary.latency.ingress.quantiles;
        assert_eq!(value("latency.p99"), latency(ingress.p99_ns));
        assert_eq!(value("latency.mean"), latency(ingress.mean_ns));
        let calls = &summary.latency.cross_subnet_calls.quantiles;
        assert_eq!(value("calls.cross_subnet.latency.p50"), latency(calls.p50_ns));
        // This run is steady from its first message on.
        assert_eq!(sent(&summary) == all, warm_up == WarmUp::Mser5);
        assert_eq!(summary.table().contains("  warm-up   "), summary.warm_up_ns > 0);
        assert!(summary.warm_up_ns > 0 || warm_up == WarmUp::Mser5);
    }
}

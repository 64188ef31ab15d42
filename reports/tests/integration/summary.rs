//! The key figures of the synthetic run.

use crate::synthetic;
use reports::Summary;
use reports::analysis::Analysis;
use sim_core::history::History;
use sim_core::profile::Profile;

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

//! Where two runs part.

use crate::synthetic;
use reports::divergence::{self, Divergence};
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::record::Event;
use sim_core::units::Instructions;

/// Makes the `nth` execution of a subnet cost one instruction more; answers its place.
fn alter(history: &mut History, subnet: usize, nth: usize) -> usize {
    let records = history.subnets[subnet].records.iter_mut().enumerate();
    let executed =
        records.filter(|(_, record)| matches!(record.event, Event::Executed { .. })).nth(nth);
    let (place, record) = executed.unwrap();
    if let Event::Executed { instructions, .. } = &mut record.event {
        *instructions += Instructions::new(1);
    }
    place
}

#[test]
fn a_run_does_not_part_from_itself() {
    let history = synthetic::history();
    assert_eq!(divergence::first(&history, &history), None);
    assert_eq!(divergence::unlike(&history, &history), None);
}

#[test]
fn the_earliest_difference_is_found_on_whatever_subnet() {
    let (a, mut b) = (synthetic::history(), synthetic::history());
    alter(&mut b, 0, 100);
    let record = alter(&mut b, 1, 20);
    assert_eq!(divergence::first(&a, &b), Some(Divergence { subnet: 1, record }));
}

#[test]
fn a_trace_that_goes_on_parts_from_one_that_ends() {
    let (a, mut b) = (synthetic::history(), synthetic::history());
    let last = b.subnets[0].records.len() - 1;
    b.subnets[0].records.truncate(last);
    assert_eq!(divergence::first(&a, &b), Some(Divergence { subnet: 0, record: last }));
}

#[test]
fn a_divergence_is_told_with_its_causes() {
    let (a, mut b) = (synthetic::history(), synthetic::history());
    alter(&mut b, 0, 10);
    let profile = Profile::default();
    let first = divergence::first(&a, &b).unwrap();
    let told =
        divergence::tell(first, &synthetic::report(&a, &profile), &synthetic::report(&b, &profile));
    insta::assert_snapshot!("divergence", told);
}

#[test]
fn runs_of_other_networks_are_told_apart() {
    let (a, b) = (synthetic::history(), synthetic::empty());
    assert!(divergence::unlike(&a, &b).unwrap().contains("left, right"));
}

//! Every figure, against the drawing that was looked at and found good.

use crate::synthetic;
use reports::analysis::Analysis;
use reports::charts::Figure;
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::record::Event;
use sim_core::time::SimDuration;

fn figures(history: &History) -> [Figure; 3] {
    let profile = Profile::default();
    let run = synthetic::report(history, &profile);
    Figure::all(&run, &Analysis::of(&run)).unwrap()
}

#[test]
fn figures_look_as_they_did() {
    for figure in figures(&synthetic::history()) {
        insta::assert_snapshot!(format!("{}.svg", figure.name), figure.svg().unwrap());
    }
}

#[test]
fn figures_without_data_say_so() {
    for figure in figures(&synthetic::empty()) {
        assert!(figure.svg().unwrap().contains("no data"), "{}", figure.name);
        assert!(figure.png().unwrap().starts_with(b"\x89PNG"), "{}", figure.name);
        assert_eq!(String::from_utf8(figure.data).unwrap().lines().count(), 1, "{}", figure.name);
    }
}

#[test]
fn a_subnet_without_rounds_is_drawn() {
    let mut history = synthetic::history();
    history.subnets[1].records.clear();
    let [_, rounds, _] = figures(&history);
    assert!(rounds.svg().unwrap().contains("no data"));
}

#[test]
fn of_many_subnets_the_busiest_are_drawn() {
    let mut history = synthetic::history();
    let quiet = history.subnets[1].clone();
    for place in 2..12 {
        let mut subnet = quiet.clone();
        subnet.records.clear();
        subnet.name = format!("quiet-{place}");
        history.subnets.push(subnet);
    }
    let [_, rounds, _] = figures(&history);
    assert!(rounds.caption.contains("the 8 subnets of 12"), "{}", rounds.caption);
}

#[test]
fn figures_of_a_long_run_stay_small() {
    let mut history = synthetic::history();
    let records = &mut history.subnets[0].records;
    let mut rounds: Vec<_> =
        records.extract_if(.., |r| matches!(r.event, Event::Round(_))).collect();
    let minute = SimDuration::from_secs(60);
    for _ in 0..1_000 {
        records.extend(rounds.iter().cloned());
        rounds.iter_mut().for_each(|round| round.time = round.time + minute);
    }
    for figure in figures(&history) {
        let size = figure.svg().unwrap().len();
        assert!(size < 200_000, "{}: {size} bytes", figure.name);
    }
}

#[test]
fn the_round_limit_is_always_in_sight() {
    for history in [synthetic::history(), synthetic::crowded()] {
        let [_, rounds, _] = figures(&history);
        let panels = history.subnets.len();
        assert_eq!(rounds.svg().unwrap().matches("\nround limit\n").count(), panels);
    }
}

#[test]
fn waiting_ingress_is_drawn_only_if_there_was_some() {
    let mut history = synthetic::history();
    let is_drawn = |history: &History| {
        let [_, rounds, _] = figures(history);
        rounds.svg().unwrap().contains("waiting ingress")
    };
    assert!(is_drawn(&history));
    for record in history.subnets.iter_mut().flat_map(|subnet| &mut subnet.records) {
        if let Event::Round(round) = &mut record.event {
            round.ingress_waiting = 0;
        }
    }
    assert!(!is_drawn(&history));
}

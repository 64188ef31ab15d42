//! Every figure, against the drawing that was looked at and found good.

use crate::synthetic;
use reports::analysis::Analysis;
use reports::charts::Figure;
use reports::charts::kind::Kind;
use reports::charts::spec::{Material, Spec};
use reports::theme::Width;
use sim_core::history::History;
use sim_core::profile::Profile;
use sim_core::record::{Event, Record};
use sim_core::time::{SimDuration, SimTime};
use std::path::Path;

/// The figures wanted of a history, and of a second one laid over it if there is one.
fn draw(specs: &[Spec], histories: &[(&str, &History)]) -> Vec<Figure> {
    let profile = Profile::default();
    let runs: Vec<_> =
        histories.iter().map(|(_, history)| synthetic::report(history, &profile)).collect();
    let analyses: Vec<_> = runs.iter().map(Analysis::of).collect();
    let material = histories.iter().zip(&runs).zip(&analyses);
    let material: Vec<_> =
        material.map(|(((label, _), run), analysis)| Material { run, analysis, label }).collect();
    Figure::all(specs, &material).unwrap()
}

fn every() -> Vec<Spec> {
    Kind::ALL.map(Spec::of).to_vec()
}

fn one(kind: Kind, history: &History) -> Figure {
    draw(&[Spec::of(kind)], &[("", history)]).remove(0)
}

#[test]
fn figures_look_as_they_did() {
    for figure in draw(&every(), &[("", &synthetic::history())]) {
        insta::assert_snapshot!(format!("{}.svg", figure.name), figure.svg().unwrap());
    }
}

#[test]
fn figures_across_the_page_use_its_width() {
    for kind in Kind::ALL.into_iter().filter(|kind| !matches!(kind, Kind::Rounds | Kind::Cycles)) {
        let spec = Spec::of(kind).wide(Width::Page);
        let figure = draw(&[spec], &[("", &synthetic::history())]).remove(0);
        let svg = figure.svg().unwrap();
        assert!(svg.starts_with("<svg width=\"900\""), "{}: {}", figure.name, &svg[..60]);
    }
}

#[test]
fn runs_laid_over_one_another_are_told_apart() {
    let (first, mut second) = (synthetic::history(), synthetic::history());
    second.subnets.iter_mut().for_each(|subnet| subnet.records.truncate(400));
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.overlays());
    let specs: Vec<Spec> = kinds.map(Spec::of).collect();
    for figure in draw(&specs, &[("before", &first), ("after", &second)]) {
        let (svg, data) = (figure.svg().unwrap(), String::from_utf8(figure.data).unwrap());
        for label in ["before", "after"] {
            assert!(svg.contains(label), "{} does not name {label}", figure.name);
            assert!(data.contains(&format!("\n{label},")), "{} lacks {label}", figure.name);
        }
    }
}

#[test]
fn figures_without_data_say_so() {
    for figure in draw(&every(), &[("", &synthetic::empty())]) {
        assert!(figure.svg().unwrap().contains("no data"), "{}", figure.name);
        assert!(figure.png().unwrap().starts_with(b"\x89PNG"), "{}", figure.name);
        assert_eq!(String::from_utf8(figure.data).unwrap().lines().count(), 1, "{}", figure.name);
    }
}

#[test]
fn a_trace_without_messages_can_be_drawn() {
    let mut history = synthetic::history();
    for subnet in &mut history.subnets {
        subnet.records.retain(|record| matches!(record.event, Event::Round(_)));
    }
    for figure in draw(&every(), &[("", &history)]) {
        assert!(figure.svg().unwrap().starts_with("<svg"), "{}", figure.name);
    }
}

#[test]
fn a_name_and_a_title_of_ones_own_are_used() {
    let title = Some("Slow <calls>".to_owned());
    let spec = Spec { name: "mine".to_owned(), title, ..Spec::of(Kind::Boxes) };
    let figure = draw(&[spec], &[("", &synthetic::history())]).remove(0);
    assert_eq!((figure.name.as_str(), figure.title.as_str()), ("mine", "Slow <calls>"));
    assert!(figure.svg().unwrap().contains("<title>Slow &lt;calls&gt;</title>"));
}

#[test]
fn a_subnet_without_rounds_is_drawn() {
    let mut history = synthetic::history();
    history.subnets[1].records.clear();
    assert!(one(Kind::Rounds, &history).svg().unwrap().contains("no data"));
    for figure in draw(&every(), &[("", &history)]) {
        assert!(figure.svg().unwrap().starts_with("<svg"), "{}", figure.name);
    }
}

#[test]
fn of_many_subnets_the_busiest_are_drawn() {
    let mut history = synthetic::history();
    let quiet = history.subnets[1].clone();
    for place in 2..60 {
        let mut subnet = quiet.clone();
        subnet.records.clear();
        subnet.name = format!("quiet-{place}");
        history.subnets.push(subnet);
    }
    for (kind, said) in [
        (Kind::Rounds, "the 8 subnets of 60"),
        (Kind::Queues, "the 6 busiest subnets of 60"),
        (Kind::Utilisation, "Of 60 subnets the 48"),
        (Kind::Traffic, "Of 60 subnets the 24"),
        (Kind::Network, "Of 60 subnets the 24"),
    ] {
        let caption = one(kind, &history).caption;
        assert!(caption.contains(said), "{caption}");
    }
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
    history.duration = SimDuration::from_secs(60_000);
    for figure in draw(&every(), &[("", &history)]) {
        let size = figure.svg().unwrap().len();
        assert!(size < 300_000, "{}: {size} bytes", figure.name);
    }
}

#[test]
fn the_round_limit_is_always_in_sight() {
    for history in [synthetic::history(), synthetic::crowded()] {
        let panels = history.subnets.len();
        let svg = one(Kind::Rounds, &history).svg().unwrap();
        assert_eq!(svg.matches("\nround limit\n").count(), panels);
    }
}

#[test]
fn waiting_ingress_is_drawn_only_if_there_was_some() {
    let mut history = synthetic::history();
    let is_drawn =
        |history: &History| one(Kind::Rounds, history).svg().unwrap().contains("waiting ingress");
    assert!(is_drawn(&history));
    for record in history.subnets.iter_mut().flat_map(|subnet| &mut subnet.records) {
        if let Event::Round(round) = &mut record.event {
            round.ingress_waiting = 0;
        }
    }
    assert!(!is_drawn(&history));
}

/// A run in which one canister ran out of cycles.
fn deadly() -> History {
    let mut history = synthetic::history();
    let canister = history.subnets[0].canisters[1].id;
    let time = SimTime::from_nanos(48_000_000_000);
    let records = &mut history.subnets[0].records;
    records.retain(|record| {
        record.time < time
            || !matches!(record.event, Event::Executed { canister: of, .. } if of == canister)
    });
    records.push(Record { time, event: Event::Uninstalled { canister } });
    history
}

#[test]
fn a_death_is_marked_where_it_happened() {
    let figure = one(Kind::Balances, &deadly());
    insta::assert_snapshot!("balances with a death.svg", figure.svg().unwrap());
    assert!(figure.caption.contains("(1 did)"), "{}", figure.caption);
    assert!(!one(Kind::Balances, &synthetic::history()).svg().unwrap().contains("died"));
}

/// Leaves every figure, in both widths, alone and laid over another run, in the build's folder for
/// temporary files, where they can be looked at: `cargo test -p reports -- --ignored`. Those of the
/// folder `column` are the gallery's.
#[test]
#[ignore = "draws many pictures, for people"]
fn figures_can_be_looked_at() {
    let folder = |name: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).join("figures").join(name);
    let wide: Vec<Spec> = every().into_iter().map(|spec| spec.wide(Width::Page)).collect();
    let (history, crowded) = (deadly(), synthetic::crowded());
    let mut later = synthetic::history();
    later.subnets.iter_mut().for_each(|subnet| subnet.records.truncate(900));
    for (name, figures) in [
        ("column", draw(&every(), &[("", &history)])),
        ("page", draw(&wide, &[("", &history)])),
        ("crowded", draw(&every(), &[("", &crowded)])),
        ("overlaid", draw(&every(), &[("before", &history), ("after", &later)])),
    ] {
        reports::write::write_drawn(&folder(name), &figures).unwrap();
        assert!(folder(name).join("latency.png").exists());
    }
}

#[test]
fn every_kind_is_in_the_gallery() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let gallery = std::fs::read_to_string(docs.join("figures.md")).unwrap();
    for name in Kind::ALL.map(Kind::name) {
        assert!(gallery.contains(&format!("\n### `{name}`\n")), "docs/figures.md lacks {name}");
        assert!(docs.join(format!("images/figures/{name}.png")).exists(), "no picture of {name}");
    }
    assert_eq!(gallery.matches("\n### `").count(), Kind::ALL.len());
}
